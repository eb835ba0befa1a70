"""GOSH: ratio and I² of the pools of all subsets, with and without one estimate (Olkin, Dahabreh & Trikalinos 2012)."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from registry.errors import UsageError
from registry.figures.drawing.chart import WIDTH, Chart, Key, question, ratio_title
from registry.figures.drawing.scale import Scale, around, numbers, ratios
from registry.figures.theme import LIGHT, styled
from registry.report import prose

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.chart import Panel
    from registry.figures.theme import Theme
    from registry.frame import Array
    from registry.pooling.influence_result import GoshSummary, InfluenceResult

HIGH, MARGINAL, APART = 0.6, 0.16, 0.06
"""Height of the plot and of the histograms at its sides as shares of the width; room between them, inches."""
BINS, HEXAGONS, MOST_POINTS = 60, 48, 1500
PALEST, DENSEST = 0.15, 1.0
DOT, FEW = 2.2, 100
"""Bars of a histogram; hexagons across; up to how many subsets each is drawn as a point."""


def figure(
    result: InfluenceResult, *, theme: Theme = LIGHT, width: float | None = None, estimate: str | None = None
) -> Figure:
    """Draw the pools of all subsets of a result of `influence` with `gosh`.

    Subsets that hold `estimate` (its key or label) are told from the others by colour; the estimate with the largest
    Cook's distance unless named. Raises UsageError for an unknown one, and without subsets.
    """
    if result.gosh is None:
        raise UsageError("there are no subsets to draw", "ask for them: influence(…, gosh=True)")
    with styled(theme):
        return _Gosh(result, result.gosh, theme, width or WIDTH, _row(result, estimate)).drawn()


def title(result: InfluenceResult) -> str:
    """Name the question, as far as all estimates share it."""
    return question(result.about)


def _row(result: InfluenceResult, named: str | None) -> int:
    """Find the estimate to tell subsets by."""
    rows = result.estimates
    if named is None:
        return max(range(len(rows)), key=lambda place: rows[place].cook_d or 0.0)
    for place, each in enumerate(rows):
        if named in (each.key, each.label):
            return place
    near = get_close_matches(str(named), [each.label for each in rows], n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"there is no estimate {named!r}{meant}", "its key or label, as `evireg influence` shows it")


class _Gosh(Chart):
    """One plot on its way."""

    def __init__(self, result: InfluenceResult, found: GoshSummary, theme: Theme, width: float, row: int) -> None:
        super().__init__(theme, width)
        self.result, self.found = result, found
        self.label = result.estimates[row].label
        known = np.isfinite(found.pools.i2) & np.isfinite(found.pools.mu)
        self.mu, self.i2 = found.pools.mu[known], found.pools.i2[known]
        self.inside = found.pools.includes(row)[known]
        if not len(self.mu):
            raise UsageError("no subset has an I²", "GOSH needs two estimates at least")

    def drawn(self) -> Figure:
        """Draw the histogram of ratios, the subsets with the histogram of I² beside them, and the legend."""
        self.top(title(self.result), self._said(), simulated=self.result.simulated)
        x = ratios(*around([*self._ends(), self.result.pool.mu or 0.0], 0.04), ratio_title(self.result))
        y = numbers(-3.0, 103.0, "I² (%)")
        left, side = self.edge(y), MARGINAL * min(self.width, 5.0)
        right = self.width - self.type.margin - side - APART
        above = self.bare(x, _counts(), height=side, left=left, right=right)
        self._histogram(above, self.mu, (x.low, x.high), lying=False)
        self.y += side + APART
        height = HIGH * min(self.width, 5.0)
        beside = self.bare(_counts(), y, height=height, left=right + APART, right=self.width - self.type.margin)
        self._histogram(beside, self.i2, (0.0, 100.0), lying=True)
        panel = self.plot(x, y, height=height, left=left, right=right)
        if self.result.simulated:
            self.stamped(panel)
        self._subsets(panel)
        self._lines(panel)
        self.legend(self._keys())
        return self.closed()

    def _said(self) -> str:
        found = self.found
        which = f"All {found.subsets} subsets" if found.exhaustive else f"{found.subsets} random subsets"
        seed = "" if found.exhaustive else f", seed {found.seed}"
        model = "common effect" if found.method == "FE" else f"random effects, {found.method}"
        return f"{which} of {prose.count(self.result.pool.k, 'estimate')} ({model}{seed})."

    def _ends(self) -> tuple[float, float]:
        return float(self.mu.min()), float(self.mu.max())

    def _color(self, *, inside: bool) -> str:
        return self.theme.series[1] if inside else self.theme.series[0]

    def _histogram(self, panel: Panel, values: Array, ends: tuple[float, float], *, lying: bool) -> None:
        """Draw how many subsets lie where, with and without the estimate, over each other."""
        edges = np.linspace(*ends, BINS + 1)
        counts = {inside: np.histogram(values[self.inside == inside], edges)[0] for inside in (True, False)}
        most = max(int(each.max()) for each in counts.values()) or 1
        for inside, count in counts.items():
            style: dict[str, Any] = {"color": self._color(inside=inside), "alpha": 0.55, "lw": 0, "fill": True}
            turned: Literal["horizontal", "vertical"] = "horizontal" if lying else "vertical"
            panel.axes.stairs(count / most, edges, orientation=turned, **style)
            style = {"color": self._color(inside=inside), "lw": 0.8}
            panel.axes.stairs(count / most, edges, orientation=turned, **style)

    def _subsets(self, panel: Panel) -> None:
        if len(self.mu) > MOST_POINTS:
            self._hexagons(panel)
            return
        for inside in (True, False):
            here, color = self.inside == inside, self._color(inside=inside)
            style: dict[str, Any] = {
                "ls": "none",
                "marker": "o" if inside else "s",
                "ms": DOT if len(self.mu) > FEW else 2.0 * DOT,
                "mew": 0,
            }
            panel.axes.plot(
                self.mu[here],
                self.i2[here],
                color=color,
                alpha=0.6,
                zorder=2,
                gid="with" if inside else "without",
                **style,
            )

    def _hexagons(self, panel: Panel) -> None:
        """Draw many subsets as hexagons: the denser the more there are, coloured by the share with the estimate."""
        from matplotlib.colors import to_rgb

        box = panel.box
        down = max(2, round(HEXAGONS * (box.bottom - box.top) / (box.right - box.left) / math.sqrt(3.0)))
        grid: dict[str, Any] = {"gridsize": (HEXAGONS, down), "extent": (panel.x.low, panel.x.high, 0.0, 100.0)}
        look: dict[str, Any] = {"mincnt": 1, "linewidths": 0.0, "zorder": 2}
        shares = panel.axes.hexbin(self.mu, self.i2, C=self.inside.astype(float), **grid, **look)
        share = np.asarray(shares.get_array())[:, None]
        shares.remove()
        counts = panel.axes.hexbin(self.mu, self.i2, **grid, **look)
        many = np.log(np.asarray(counts.get_array()))
        with_it, without = (np.array(to_rgb(self._color(inside=inside))) for inside in (True, False))
        alpha = PALEST + (DENSEST - PALEST) * many / (many.max() or 1.0)
        counts.set_array(None)
        colors = np.column_stack([share * with_it + (1.0 - share) * without, alpha])
        counts.set_gid("subsets")
        counts.set_facecolor([tuple(each) for each in colors.tolist()])

    def _lines(self, panel: Panel) -> None:
        if (mu := self.result.pool.mu) is not None:
            panel.axes.plot([mu, mu], [panel.y.low, panel.y.high], zorder=3, **self._pool_style())
        if panel.x.low < 0.0 < panel.x.high:
            panel.axes.plot([0.0, 0.0], [panel.y.low, panel.y.high], color=self.theme.muted, lw=0.8, zorder=1)

    def _pool_style(self) -> dict[str, Any]:
        return {"color": self.theme.ink, "lw": 1.0, "ls": (0, (4, 2))}

    def _keys(self) -> list[Key]:
        with_it, without = int(self.inside.sum()), int((~self.inside).sum())
        texts = {True: f"With {self.label} ({with_it})", False: f"Without it ({without})"}
        keys = [
            Key("patch", text, {"facecolor": self._color(inside=inside), "alpha": 0.75})
            for inside, text in texts.items()
        ]
        return [*keys, Key("line", "Pool of all estimates", self._pool_style())]


def _counts() -> Scale:
    """Make the axis of a histogram, on which the highest bar is 1."""
    return Scale(0.0, 1.05, (), "")
