"""A snapshot as one file that needs no evireg to be read, and the way back: into an empty registry, or merged."""
