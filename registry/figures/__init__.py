"""Figures: results → pictures for print and screen, drawn with matplotlib. Formats numbers that exist; computes none.

| module | one sentence |
|---|---|
| `catalogue` | the kinds of figure there are: what each shows, of which analysis; draws one into a file |
| `theme`, `widths` | colours on light and dark ground; how wide journals print |
| `saving` | a figure as SVG, PDF or PNG, the same input giving the same bytes |
| `typeset`, `sheet`, `marks` | measured text; a sheet laid out in inches from it; squares, intervals, diamonds |
| `chart`, `scale`, `labelling`, `bubbles` | plots on a sheet: measured axes, round ticks, names that cover nothing |
| `forest`, `waterfall`, `prisma`, … | one kind each: `figure(result, theme=…, width=…)` and `title(result)` |
| `door` | `Registry.plot` |

Modules that draw import matplotlib at their top: import them where a figure is drawn.
"""
