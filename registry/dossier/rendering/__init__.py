"""A document as a page: HTML, Word and Markdown, numbered, cited and laid out alike.

| module | one sentence |
|---|---|
| `layout` | numbers of sections, tables and figures; which tables are wide |
| `citing`, `phrases`, `styles/` | citations in a CSL style; text with marks that every renderer shows |
| `html`, `svg`, `templates/` | one page that needs nothing else, its figures in it |
| `docx`, `ink`, `word` | a Word file; its words; the parts of one that python-docx does not know |
| `markdown`, `pictures` | Markdown; figures as files beside a page |

A renderer has `render(document, path)`, and `files(document, name)` for a bundle.
"""
