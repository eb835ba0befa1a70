"""The command line: one file per command group; each parses, calls one verb of `registry`, and shows what it gave."""
