"""Leave-one-out forest plots: the pool without each estimate, cohort or study in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.figures.forests import sheet
from registry.figures.forests.line import SPACE
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
    """Draw one pool per part left out, and the whole one last, as a diamond.

    Raises UsageError for a result without them, and for a single estimate.
    """
    if result.leave_one_out is None:
        raise UsageError("the pool was not made without each part in turn", "ask for leave_one_out")
    if result.pool.k < 2:
        raise UsageError("one estimate has no pool without it", "a leave-one-out plot needs two estimates")
    pools = [each.pool for each in result.leave_one_out]
    left_out = [line(each.label, each.pool) for each in result.leave_one_out]
    whole = line(f"All {result.pool.k}", result.pool, whole=True)
    content = sheet.Content(
        title=f"{title(result)}: leave-one-out" if title(result) else "Leave-one-out",
        first="Left out",
        columns=pool_columns(result),
        lines=(*left_out, SPACE, whole),
        limits=limits([*pools, result.pool]),
        mean=result.pool.mu,
        directions=sides(result),
        remarks=(prose.methods_in_short(result), "Each line pools all but what it names."),
        simulated=result.simulated,
    )
    return drawn(content, theme, width)
