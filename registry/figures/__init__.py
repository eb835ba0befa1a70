"""Figures: results → pictures for print and screen, drawn with matplotlib. Formats numbers that exist; computes none.

| module | one sentence |
|---|---|
| `door`, `analysed` | `Registry.plot`; from a kind and what was asked to the result it is drawn of |
| `catalogue` | the kinds of figure there are: what each shows, of which analysis; draws one into a file |
| `forest`, `waterfall`, `prisma`, … | one kind each: `figure(result, theme=…, width=…)` and `title(result)` |
| `forests/`, `judged`, `said` | what forest plots share; levels of risk of bias as marks; what a figure says in words |
| `drawing/` | measured text, sheets laid out from it, charts, marks |
| `theme`, `widths` | colours on light and dark ground; how wide journals print |
| `saving` | a figure as SVG, PDF or PNG, the same input giving the same bytes |

Modules that draw import matplotlib at their top: import them where a figure is drawn.
"""
