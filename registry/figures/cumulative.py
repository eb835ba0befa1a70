"""Cumulative forest plots: the pool as it grew, estimate by estimate, in the order of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.figures.forests import sheet
from registry.figures.forests.pools import drawn, limits, line, pool_columns
from registry.figures.said import title
from registry.figures.theme import LIGHT
from registry.report import prose
from registry.report.directions import sides

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.theme import Theme
    from registry.pooling.result import PoolResult

__all__ = ["figure", "title"]


def figure(result: PoolResult, *, theme: Theme = LIGHT, width: float | None = None) -> Figure:
    """Draw the first estimate, the pool of the first two, and so on; the whole one last, as a diamond.

    Raises UsageError for a result that was not pooled cumulatively.
    """
    if (found := result.cumulative) is None:
        raise UsageError("the pool was not made cumulatively", "name a column to order by: cumulative=year")
    lines = []
    for step in found.steps:
        value = "" if step.value is None else _shown(step.value)
        lines.append(line(step.estimate.label, step.pool, by=value, whole=step.pool.k == result.pool.k > 1))
    heading = found.column.replace("_", " ")
    content = sheet.Content(
        title=f"{title(result)}: cumulative by {heading}" if title(result) else f"Cumulative by {heading}",
        first="Study added",
        columns=pool_columns(result, by=heading[:1].upper() + heading[1:]),
        lines=tuple(lines),
        limits=limits(each.pool for each in found.steps),
        mean=result.pool.mu,
        directions=sides(result),
        remarks=(prose.methods_in_short(result), "Each line pools its study with all above it."),
        simulated=result.simulated,
    )
    return drawn(content, theme, width)


def _shown(value: float | str) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
