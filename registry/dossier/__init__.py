"""The dossier of a saved query: one document of sections, shown as HTML, Word or Markdown, with what reproduces it.

| module | one sentence |
|---|---|
| `document` | what a report says, in one shape for every renderer |
| `layout` | numbers of sections, tables and figures; which tables are wide |
| `html`, `svg` | one page that needs nothing else, its figures in it |
| `docx`, `ink`, `word` | a Word file; its words; the parts of one that python-docx does not know |
| `markdown`, `pictures` | Markdown with its pictures beside it |
| `references`, `citing`, `phrases` | reports as CSL items; citations in a style; text with marks |
| `bundle` | a report and all it rests on in a folder or zip file |
| `gather`, `material`, `compose`, `sections/` | everything computed once for a query; the sections that read it |
| `report`, `door` | the conductor; `Registry.report` |
"""
