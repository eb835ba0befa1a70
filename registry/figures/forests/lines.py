"""The lines of a forest plot, top to bottom: estimates, by subgroup when asked for, diamonds, prediction interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.figures.drawing.typeset import NO_BREAK, together
from registry.figures.forests.line import SPACE, Kind, Line
from registry.report import axis, prose
from registry.report.tables import SHOW_PREDICTION_FROM, marked

if TYPE_CHECKING:
    from registry.figures.forests.columns import Chosen
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import Group, PoolResult


def lines(result: PoolResult, columns: Sequence[Chosen], order: Sequence[int] | None = None) -> tuple[Line, ...]:
    """Lay the lines of a plot out; `order` gives the places of the estimates, by default as in the result."""
    made = _Lines(result, columns, range(len(result.estimates)) if order is None else order)
    body = [*made.grouped()] if result.subgroups else [*made.estimates(range(len(result.estimates)))]
    return (*body, SPACE, *made.overall()) if result.pool.k > 1 else tuple(body)


def limits(result: PoolResult) -> tuple[float, float]:
    """Choose the ends of the axis, log scale."""
    bounds = [bound for each in result.estimates for bound in (each.ci_low, each.ci_high)]
    pools = [result.pool, *(group.pool for group in (result.subgroups.groups if result.subgroups else ()))]
    bounds += [bound for pool in pools for bound in (pool.hr_ci_low, pool.hr_ci_high) if bound is not None]
    return axis.limits([each.hr for each in result.estimates], bounds)


class _Lines:
    """Lines of one result, with cells for these columns, estimates in this order."""

    def __init__(self, result: PoolResult, columns: Sequence[Chosen], order: Sequence[int]) -> None:
        self.result = result
        self.columns = columns
        self.place = {row: place for place, row in enumerate(order)}

    def estimates(self, rows: Sequence[int], *, indent: bool = False) -> Iterator[Line]:
        heaviest = max(each.weight for each in self.result.estimates)
        for row in sorted(rows, key=self.place.__getitem__):
            each = self.result.estimates[row]
            cells = {column.column.name: column.cells[row] or prose.NOTHING for column in self.columns}
            low, high = math.log(each.ci_low), math.log(each.ci_high)
            label = marked(each.label, row in self.result.doubts.places, NO_BREAK)
            yield Line(
                Kind.ESTIMATE,
                label,
                cells,
                low,
                each.yi,
                high,
                each.weight / heaviest,
                indent,
            )

    def grouped(self) -> Iterator[Line]:
        for place, group in enumerate(self.result.subgroups.groups if self.result.subgroups else ()):
            if place:
                yield SPACE
            yield Line(Kind.HEADING, group.label + ("" if group.in_test else " (not in the test)"))
            yield from self.estimates(group.rows, indent=True)
            if group.pool.k > 1:
                yield self._diamond(f"Subgroup {together(f'(k = {group.pool.k})')}", group.pool, group.rows)
                yield Line(Kind.REMARK, _spread(group))

    def overall(self) -> Iterator[Line]:
        pool = self.result.pool
        name = "Common effect" if pool.method == "FE" else "Random effects"
        name = f"All, {name.lower()}" if self.result.subgroups else name
        rows = range(len(self.result.estimates))
        if pool.has_headline:
            yield self._diamond(f"{name} {together(f'(k = {pool.k})')}", pool, rows)
        else:
            yield self._diamond(f"{name}, Wald", pool, rows, (pool.wald_ci_low, pool.wald_ci_high))
            yield self._diamond(f"{name}, Hartung–Knapp", pool, (), (pool.hk_ci_low, pool.hk_ci_high))
        if pool.pi_low is not None and pool.pi_high is not None and pool.k >= SHOW_PREDICTION_FROM:
            cells = {"hr": f"({prose.interval(pool.hr_pi_low, pool.hr_pi_high)})"}
            yield Line(Kind.PREDICTION, "Prediction interval", cells, low=pool.pi_low, high=pool.pi_high)

    def _diamond(
        self, label: str, pool: Pooled, rows: Sequence[int], bounds: tuple[float | None, float | None] | None = None
    ) -> Line:
        """Make the line of a pool of these rows; without rows only other bounds of the same pool are written."""
        low, high = bounds or (pool.ci_low, pool.ci_high)
        mid = pool.mu or 0.0
        cells = {each.column.name: each.pooled(pool, rows) for each in self.columns} if rows else {}
        if bounds:
            cells["hr"] = prose.value(pool.hr, prose.ratio(low), prose.ratio(high))
        return Line(Kind.DIAMOND, label, cells, mid if low is None else low, mid, mid if high is None else high)


def _spread(group: Group) -> str:
    pool = group.pool
    return f"tau² {prose.number(pool.tau2, 3)}, I² {prose.percent(pool.i2 if pool.i2 is not None else pool.i2_q)}"
