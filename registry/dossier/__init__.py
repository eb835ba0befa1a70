"""The dossier of saved queries: one document of sections, shown as HTML, Word or Markdown, with what reproduces it.

In the order of the data:

| module | one sentence |
|---|---|
| `door`, `report` | `Registry.report`; the conductor: what is wanted, in which files |
| `wanted` | what is analysed beside the pool, and whether the saved query plans it |
| `gather`, `beside`, `material` | everything computed once for a query, or why it is not there |
| `sections/`, `compose` | a module for each section, which reads the material; all of them in their order |
| `wording`, `standing`, `ranges`, `illustrated` | what sections share: sentences, whether prespecified, figures |
| `methods`, `works`, `sources` | sentences on methods, and the works that those which name one cite |
| `document` | what a report says, in one shape for every renderer |
| `rendering/` | the document as a page |
| `bundle`, `bundled`, `told` | all that a report rests on as files; its summary as JSON |
"""
