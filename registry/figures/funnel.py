"""Funnel plot: estimates against their standard errors, with contours of p-values and what trim and fill adds.

Contours around no effect: Peters et al. 2008 (10.1016/j.jclinepi.2007.11.010).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from registry.figures.drawing.chart import WIDTH, Chart, Key, how_many, pool_said, question, ratio_title
from registry.figures.drawing.labelling import Point
from registry.figures.drawing.scale import Scale, numbers, ratios
from registry.figures.drawing.typeset import together
from registry.figures.theme import LIGHT, styled
from registry.report import prose
from registry.stats.distributions import ndtri

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.chart import Panel
    from registry.figures.theme import Theme
    from registry.pooling.bias_result import BiasResult

#: Two-sided p of the contours from the middle outwards, with how dark the ground is beyond each.
CONTOURS = ((0.10, 0.34), (0.05, 0.21), (0.01, 0.09))
RADIUS, HIGH = 0.036, 0.75
"""Radius of a point, inches; height of the plot as a share of the width of the sheet."""
BEYOND = 0.35
"""How far the funnel is shown beyond the estimates, as a share of their spread."""


def figure(result: BiasResult, *, theme: Theme = LIGHT, width: float | None = None, labels: int = 0) -> Figure:
    """Draw the funnel of a result of `bias`; the `labels` estimates furthest out bear their names.

    Trim and fill is drawn where it was run. Raises UsageError where the pool is undefined.
    """
    with styled(theme):
        return _Funnel(result, theme, width or WIDTH).drawn(how_many("labels", labels))


def title(result: BiasResult) -> str:
    """Name the question, as far as all estimates share it."""
    return question(result.about)


class _Funnel(Chart):
    """One funnel on its way."""

    def __init__(self, result: BiasResult, theme: Theme, width: float) -> None:
        super().__init__(theme, width)
        self.result = result
        self.mu = result.pool.mu or 0.0
        self.filled = result.trim_fill.filled if result.trim_fill else ()
        self.deepest = max(each.sei for each in result.estimates) * 1.06
        self.reach = float(ndtri(0.5 + result.pool.level / 200.0))

    def drawn(self, labels: int) -> Figure:
        """Draw top to bottom."""
        self.top(title(self.result), pool_said(self.result, self.result.pool), simulated=self.result.simulated)
        down = numbers(self.deepest, 0.0, "Standard error of the log ratio")
        panel = self.plot(self._across_scale(), down, height=HIGH * min(self.width, 5.5))
        if self.result.simulated:
            self.stamped(panel)
        self._contours(panel)
        self._lines(panel)
        self._points(panel)
        self.names(panel, self._named(panel, labels))
        self.legend(self._keys())
        self.legend(self._shades())
        for text in self._said():
            self.note(text)
        return self.closed()

    def _across_scale(self) -> Scale:
        """Hold every point, no effect, and the funnel as far as it does not dwarf them."""
        values = [0.0, self.mu, *(each.yi for each in self.result.estimates), *(each["yi"] for each in self.filled)]
        low, high = min(values), max(values)
        beyond, foot = BEYOND * (high - low), self.reach * self.deepest
        low, high = max(min(low, self.mu - foot), low - beyond), min(max(high, self.mu + foot), high + beyond)
        margin = 0.04 * (high - low)
        return ratios(low - margin, high + margin, ratio_title(self.result))

    def _contours(self, panel: Panel) -> None:
        """Shade the ground by the p-value an estimate has there, darkest where its interval just excludes 1."""
        low, high = panel.x.low, panel.x.high
        edges = [float(ndtri(1.0 - p / 2.0)) for p, _ in CONTOURS] + [math.inf]
        for (_, alpha), inner, outer in zip(CONTOURS, edges, edges[1:], strict=False):
            for side, far in ((-1.0, low), (1.0, high)):
                end = far if math.isinf(outer) else side * outer * self.deepest
                corners = [(0.0, 0.0), (side * inner * self.deepest, self.deepest), (end, self.deepest)]
                corners += [(far, 0.0)] if math.isinf(outer) else []
                panel.axes.fill(*zip(*corners, strict=True), color=self.theme.muted, alpha=alpha, lw=0, zorder=0.2)

    def _lines(self, panel: Panel) -> None:
        pool, fill = self.result.pool, self.result.trim_fill
        panel.axes.plot([0.0, 0.0], [0.0, self.deepest], color=self.theme.ink, lw=0.8, zorder=1)
        panel.axes.plot([self.mu, self.mu], [0.0, self.deepest], color=self.theme.accent, lw=1.3, zorder=1.2)
        for side in (-1.0, 1.0):
            foot = self.mu + side * self.reach * self.deepest
            style: dict[str, Any] = {"color": self.theme.accent, "lw": 0.9, "ls": (0, (4, 2.5)), "zorder": 1.1}
            panel.axes.plot([self.mu, foot], [0.0, self.deepest], **style)
        if fill is not None and fill.k0 and fill.pool.mu is not None and pool.mu is not None:
            panel.axes.plot([fill.pool.mu] * 2, [0.0, self.deepest], zorder=1.2, **self._filled_line())

    def _points(self, panel: Panel) -> None:
        rows = self.result.estimates
        panel.axes.plot(
            [each.yi for each in rows], [each.sei for each in rows], zorder=3, gid="estimates", **self._dot()
        )
        if self.filled:
            deep = [math.sqrt(each["vi"]) for each in self.filled]
            panel.axes.plot([each["yi"] for each in self.filled], deep, zorder=3, gid="filled", **self._diamond())

    def _filled_line(self) -> dict[str, Any]:
        return {"color": self.theme.series[3], "lw": 1.3, "ls": (0, (1, 1.2))}

    def _dot(self) -> dict[str, Any]:
        size = 2.0 * RADIUS * 72.0
        edge = {"markeredgecolor": self.theme.ground, "markeredgewidth": 0.5}
        return {"ls": "none", "marker": "o", "ms": size, "color": self.theme.accent, **edge}

    def _diamond(self) -> dict[str, Any]:
        edge = {"markerfacecolor": self.theme.ground, "markeredgecolor": self.theme.series[3], "markeredgewidth": 1.0}
        return {"ls": "none", "marker": "D", "ms": 2.0 * RADIUS * 72.0 - 0.8, **edge}

    def _named(self, panel: Panel, labels: int) -> list[Point]:
        """Give the points, those furthest from the pool in standard errors first, with their names."""
        rows = sorted(self.result.estimates, key=lambda each: -abs(each.yi - self.mu) / each.sei)
        points = [
            Point(*panel.place(each.yi, each.sei), RADIUS, each.label if place < labels else "")
            for place, each in enumerate(rows)
        ]
        return points + [Point(*panel.place(each["yi"], math.sqrt(each["vi"])), RADIUS) for each in self.filled]

    def _keys(self) -> list[Key]:
        level = prose.level_text(self.result.pool.level)
        lines = {"color": self.theme.accent, "solid_capstyle": "butt"}
        keys = [Key("point", "Estimate", self._dot())]
        if self.filled:
            keys.append(Key("point", "Filled in", self._diamond()))
        keys.append(Key("line", "Pool", {**lines, "lw": 1.3}))
        if self.filled:
            keys.append(Key("line", "Pool with those filled in", self._filled_line()))
        keys.append(Key("line", f"{level} limits around the pool", {**lines, "lw": 0.9, "ls": (0, (4, 2.5))}))
        return keys

    def _shades(self) -> list[Key]:
        names = ("p 0.05–0.10", "p 0.01–0.05", "p < 0.01")
        return [
            Key("patch", text, {"facecolor": self.theme.muted, "alpha": alpha})
            for text, (_, alpha) in zip(names, CONTOURS, strict=True)
        ]

    def _said(self) -> list[str]:
        """Say what the tests of asymmetry gave, as far as they were run."""
        said = []
        if (egger := self.result.egger) is not None:
            said.append(f"Egger's test: {together(prose.p_text(egger.p))}.")
        if (fill := self.result.trim_fill) is not None:
            shown = together(prose.value(fill.pool.hr, fill.pool.hr_ci_low, fill.pool.hr_ci_high))
            name = prose.measure_label(self.result.measure)
            ratio = f": {name} {shown}" if fill.k0 else ""
            said.append(f"Trim and fill ({fill.estimator}): {fill.k0} filled in on the {fill.side}{ratio}.")
        return [" ".join(said), "Shaded by the p-value of a single estimate against a ratio of 1."]
