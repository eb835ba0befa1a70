"""Baujat's plot: what each estimate contributes to heterogeneity, and how it moves the pool (Baujat et al. 2002)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.figures.drawing.chart import WIDTH, Chart, Key, how_many, pool_said, question
from registry.figures.drawing.labelling import Point
from registry.figures.drawing.scale import numbers
from registry.figures.theme import LIGHT, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.chart import Panel
    from registry.figures.theme import Theme
    from registry.pooling.influence_result import EstimateInfluence, InfluenceResult

RADIUS, HIGH = 0.036, 0.7
ROOM = 1.08
"""How far the axes go beyond the outermost point."""
OUT = 0.2
"""How far out a point with a name is at least, of the length of an axis."""


def figure(result: InfluenceResult, *, theme: Theme = LIGHT, width: float | None = None, labels: int = 6) -> Figure:
    """Draw Baujat's plot of a result of `influence`; the `labels` outermost estimates bear their names.

    Raises UsageError where the coordinates are undefined.
    """
    if any(each.baujat_x is None or each.baujat_y is None for each in result.estimates):
        why = result.reasons.get("baujat_y") or result.reasons.get("baujat_x") or "a coordinate is undefined"
        raise UsageError(f"there is nothing to plot: {why}", "Baujat's plot needs three estimates")
    with styled(theme):
        return _Baujat(result, theme, width or WIDTH).drawn(how_many("labels", labels))


def title(result: InfluenceResult) -> str:
    """Name the question, as far as all estimates share it."""
    return question(result.about)


class _Baujat(Chart):
    """One plot on its way."""

    def __init__(self, result: InfluenceResult, theme: Theme, width: float) -> None:
        super().__init__(theme, width)
        self.result = result
        rows = result.estimates
        self.most = max(x for x, _ in map(_coordinates, rows)) or 1.0, max(y for _, y in map(_coordinates, rows)) or 1.0

    def drawn(self, labels: int) -> Figure:
        """Draw top to bottom."""
        self.top(title(self.result), pool_said(self.result, self.result.pool), simulated=self.result.simulated)
        x = numbers(0.0, ROOM * self.most[0], "Contribution to heterogeneity")
        y = numbers(0.0, ROOM * self.most[1], "Influence on the pooled result")
        panel = self.plot(x, y, height=HIGH * min(self.width, 5.5))
        if self.result.simulated:
            self.stamped(panel)
        for marked in (False, True):
            rows = [_coordinates(each) for each in self.result.estimates if each.influential is marked]
            if rows:
                across, down = zip(*rows, strict=True)
                gid = "influential" if marked else "estimates"
                style = self._style(influential=marked)
                panel.axes.plot(across, down, clip_on=False, zorder=3 + marked, gid=gid, **style)
        self.names(panel, self._named(panel, labels))
        if any(each.influential for each in self.result.estimates):
            self.legend(self._keys())
            self.note("Influential is a reason to look, not to leave out.")
        return self.closed()

    def _style(self, *, influential: bool) -> dict[str, Any]:
        edge = {"markeredgecolor": self.theme.ground, "markeredgewidth": 0.5}
        color = self.theme.series[3] if influential else self.theme.accent
        return {"ls": "none", "marker": "D" if influential else "o", "ms": 2.0 * RADIUS * 72.0, "color": color, **edge}

    def _named(self, panel: Panel, labels: int) -> list[Point]:
        """Give the points, the outermost first, with their names."""
        rows = sorted(self.result.estimates, key=lambda each: -self._out(each))
        return [
            Point(
                *panel.place(*_coordinates(each)),
                RADIUS,
                each.label if place < labels and self._out(each) > OUT else "",
            )
            for place, each in enumerate(rows)
        ]

    def _out(self, each: EstimateInfluence) -> float:
        """Give how far out a point lies, both axes as long."""
        x, y = _coordinates(each)
        return math.hypot(x / self.most[0], y / self.most[1])

    def _keys(self) -> list[Key]:
        texts = {False: "Estimate", True: "Influential"}
        return [Key("point", text, self._style(influential=marked)) for marked, text in texts.items()]


def _coordinates(each: EstimateInfluence) -> tuple[float, float]:
    return each.baujat_x or 0.0, each.baujat_y or 0.0
