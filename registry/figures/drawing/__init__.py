"""What figures of every kind are drawn with; lengths are inches.

| module | one sentence |
|---|---|
| `typeset` | measured text, broken into lines |
| `sheet`, `fitting` | a figure laid out from measured text; how wide each part is when the whole is to fit |
| `marks` | axis, squares, intervals, diamonds, arrows |
| `chart`, `scale` | plots on a sheet: panels, legends; where axes end and ticks stand |
| `labelling`, `bubbles` | names beside points that cover nothing; circles by weight |
"""
