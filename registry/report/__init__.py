"""Reports: results → tables, prose and figures. Formats numbers that exist; computes none.

| module | one sentence |
|---|---|
| `prose` | numbers and sentences as a paper prints them |
| `tables`, `flow_tables` | result → titled rows of text, for any printer; `table` is their shape |
| `axis` | the log axis of a forest plot: limits and ticks |
| `forest_text` | forest plot in characters, for a terminal |
| `forest_rows`, `forest_marks`, `typeset` | what stands in each line of a figure, its marks, its measured text |
| `forest` | forest plot as SVG, PDF or PNG (import it where it is used: it draws with matplotlib) |
"""
