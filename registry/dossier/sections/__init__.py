"""One module per section of a report: material in, blocks out; nothing is computed here."""
