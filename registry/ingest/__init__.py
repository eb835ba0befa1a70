"""Files in: raw rows with positions → typed records → checks → one changeset. Problems are values, never lost.

`files` reads, `header` matches columns, `maps` keeps ways to read them, `survey` declares new ones, `records` types the
cells (`numbers`, `words`, `units`), `rules` check a row, `agreement` checks across rows, `issues` is the catalogue,
`aside` hands back what is left out, `load` conducts.
"""
