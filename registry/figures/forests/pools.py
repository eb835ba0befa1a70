"""Lines of a chart that are pools themselves: as a pool grew, and without one part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.figures.drawing.fitting import NoRoomError
from registry.figures.forests.columns import Column, Holding
from registry.figures.forests.line import Kind, Line
from registry.figures.forests.sheet import draw
from registry.report import axis, prose

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.forests.sheet import Content
    from registry.figures.theme import Theme
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult


_DISPENSABLE = ("tau2", "p", "k", "i2")


def drawn(content: Content, theme: Theme, width: float | None, less: Sequence[str] = _DISPENSABLE) -> Figure:
    """Draw lines that are pools; in a narrow figure columns of `less` are left out, in their order, as room lacks."""
    for most in range(len(less)):
        try:
            return draw(_without(content, less[:most]), theme, width)
        except NoRoomError:
            continue
    return draw(_without(content, less), theme, width)


def _without(content: Content, names: Sequence[str]) -> Content:
    return replace(content, columns=tuple(column for column in content.columns if column.name not in names))


def pool_columns(result: PoolResult, by: str = "") -> tuple[Column, ...]:
    """Give the columns of a line that is a pool: what it is ordered `by`, k, ratio, p, tau² and I²."""
    ratio = f"{prose.measure_label(result.measure)} ({prose.level_text(result.pool.level)} CI)"
    ordered = (Column("by", by, Holding.NUMBER),) if by else ()
    found = (("hr", ratio), ("p", "p"), ("tau2", "tau²"), ("i2", "I²"))
    return (*ordered, Column("k", "k"), *(Column(name, header, right=True) for name, header in found))


def line(label: str, pool: Pooled, *, by: str = "", whole: bool = False) -> Line:
    """Make the line of a pool; the `whole` one is a diamond."""
    cells = {
        "by": by,
        "k": str(pool.k),
        "hr": prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high),
        "p": prose.p_value(pool.p),
        "tau2": prose.number(pool.tau2, 3) if pool.k > 1 else "",
        "i2": prose.percent(pool.i2) if pool.k > 1 else "",
    }
    mid = pool.mu or 0.0
    low, high = (mid if bound is None else bound for bound in (pool.ci_low, pool.ci_high))
    return Line(Kind.DIAMOND if whole else Kind.POINT, label, cells, low, mid, high)


def limits(pools: Iterable[Pooled]) -> tuple[float, float]:
    """Choose the ends of the axis for pools, log scale."""
    listed = list(pools)
    bounds = [bound for pool in listed for bound in (pool.hr_ci_low, pool.hr_ci_high) if bound is not None]
    return axis.limits([pool.hr for pool in listed if pool.hr is not None], bounds)
