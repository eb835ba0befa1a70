"""What forest plots of every kind are made of: `registry.figures.forest`, `cumulative`, `leave_one_out`, `waterfall`.

| module | one sentence |
|---|---|
| `columns`, `ordering` | which columns were asked for and what stands in them; the order of the estimates |
| `line`, `lines` | what stands in a line; the lines of a forest plot, top to bottom |
| `pools` | lines that are pools themselves |
| `layout` | where columns and plot stand in a width |
| `sheet` | the table with a plot in it, drawn |
"""
