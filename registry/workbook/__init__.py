"""Evidence as workbooks: an empty one to fill in, one to edit, and one with the rows an import could not take.

`layout` says which columns there are and what is told of each, `cells` what a stored estimate looks like in them,
`sheets` draws the sheets, `template`, `export` and `quarantine` are the three files, `files` puts a file in its place.
"""
