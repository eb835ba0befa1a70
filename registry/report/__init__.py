"""Reports: results → tables and prose. Formats numbers that exist; computes none.

| module | one sentence |
|---|---|
| `prose` | numbers and sentences as a paper prints them |
| `sentences` | sentences that several outputs have in common |
| `reported` | numbers as their source prints them, digits kept |
| `tables`, `flow_tables` | result → titled rows of text, for any printer; `table` is their shape |
| `absolute` | risks per 1000, by what the endpoint counts |
| `grading`, `grading_figures` | the summary of findings; what the evidence shows for each domain, in words |
| `axis` | the log axis of a forest plot: limits and ticks; figures (`registry.figures`) use it too |
| `forest_text` | forest plot in characters, for a terminal |
"""
