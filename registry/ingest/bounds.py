"""Bounds of a log ratio's interval on their way in: read although they may be 0 or below, kept as those of the ratio.

The columns of ratio and bounds hold ratios everywhere right of here, so that a figure, a filter and a database's checks
need not ask; the text beside each bound stays as it is printed, and tells whose it is (`registry.meaning.printed`).
"""

from __future__ import annotations

from typing import Any

from registry.ingest.issues import Problem
from registry.ingest.numbers import OF_LOG
from registry.meaning.printed import BOUNDS, Scale, interval_scale, of_ratio

_REFUSED = "ci-not-positive"


def take_log_interval(values: dict[str, Any], problems: list[Problem]) -> list[Problem]:
    """Put the bounds of the ratio in `values` where those of its log were given; give the problems that are left.

    Says so in a remark; a row without a log ratio, or whose bounds are the ratio's, stays as it is.
    """
    if values.get("log_hr") is None:
        return problems
    refused = {
        each.column: each.value
        for each in problems
        if each.code == _REFUSED and each.column in BOUNDS and each.value is not None
    }
    given = {**values, **refused}
    if interval_scale(given) is not Scale.LOG:
        return problems
    bounds = of_ratio(given)
    if bounds == {name: values.get(name) for name in BOUNDS}:
        return problems
    values.update(bounds)
    shown = f"{bounds['ci_low']:.3g}–{bounds['ci_high']:.3g}"
    told = f"the CI is of the log ratio, which lies midway in it; that of the ratio is {shown}"
    left = [each for each in problems if not (each.code == _REFUSED and each.column in refused)]
    return [*left, Problem(OF_LOG, told, "", "ci_low")]
