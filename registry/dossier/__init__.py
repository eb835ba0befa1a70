"""The dossier of a saved query: one document of sections, shown as HTML, Word or Markdown, with what reproduces it."""
