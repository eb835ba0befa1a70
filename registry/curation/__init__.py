"""The verbs of curators on what is stored: amend, undo, history, review; each writes through one transaction."""
