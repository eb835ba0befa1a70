"""Influence panel: diagnostics of every estimate side by side, with metafor's lines (Viechtbauer & Cheung 2010)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.figures.drawing.chart import PAD, Chart, Key, how_many, pool_said, question
from registry.figures.drawing.scale import Scale, around, narrow
from registry.figures.drawing.typeset import printable, widest, wrapped
from registry.figures.theme import LIGHT, styled
from registry.figures.widths import COLUMNS, MM_PER_INCH
from registry.stats.distributions import ndtri

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.chart import Panel
    from registry.figures.theme import Theme
    from registry.pooling.influence_result import EstimateInfluence, InfluenceResult

WIDTH = COLUMNS["double"] / MM_PER_INCH
LEAST, BETWEEN = 0.52, 0.17
"""How narrow the panel of a diagnostic may be, and the room between two, inches."""
OVER = BETWEEN / 2 - 0.01
"""How far the label of a tick may reach beyond its panel, inches."""
MOST_LABEL = 0.3
"""Most of the width that names may take."""
PER_LINE = (8, 4, 2)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One diagnostic: its field, its heading, where it is when nothing is amiss, and the lines beyond which it is."""

    name: str
    heading: str
    base: float | None
    lines: tuple[float, ...]


def figure(result: InfluenceResult, *, theme: Theme = LIGHT, width: float | None = None, most: int = 0) -> Figure:
    """Draw the diagnostics of a result of `influence`, a row per estimate.

    With `most`, only that many estimates are shown, those with the largest Cook's distances.
    """
    with styled(theme):
        return _Influence(result, theme, width or WIDTH, how_many("most", most)).drawn()


def title(result: InfluenceResult) -> str:
    """Name the question, as far as all estimates share it."""
    return question(result.about)


def diagnostics(result: InfluenceResult) -> list[Diagnostic]:
    """Give what is drawn: base lines are what all estimates together have, thresholds those of the result."""
    pool, k, limits = result.pool, len(result.estimates), result.thresholds
    far = float(ndtri(0.975))
    return [
        Diagnostic("rstudent", "rstudent", 0.0, (-far, far)),
        Diagnostic("dffits", "DFFITS", 0.0, (-limits["dffits"], limits["dffits"])),
        Diagnostic("cook_d", "Cook's distance", 0.0, (limits["cook_d"],)),
        Diagnostic("cov_r", "Covariance ratio", 1.0, ()),
        Diagnostic("tau2_del", "tau² without", pool.tau2, ()),
        Diagnostic("qe_del", "Q without", pool.q, ()),
        Diagnostic("hat", "Hat", 1.0 / k, (limits["hat"],)),
        Diagnostic("weight", "Weight (%)", 100.0 / k, ()),
    ]


class _Influence(Chart):
    """One panel of diagnostics on its way."""

    def __init__(self, result: InfluenceResult, theme: Theme, width: float, most: int) -> None:
        super().__init__(theme, width)
        self.result = result
        self.rows = _chosen(result, most)
        room = MOST_LABEL * width
        small = self.type.small
        self.labels = [wrapped(printable(each.label), room, size=small) or [""] for each in self.rows]
        self.left = self.type.margin + widest([part for label in self.labels for part in label], size=small) + 0.12
        self.heights = [0.155 + self.type.next_line * (len(parts) - 1) for parts in self.labels]

    def drawn(self) -> Figure:
        """Draw block by block, as many diagnostics side by side as have room."""
        self.top(title(self.result), pool_said(self.result, self.result.pool), simulated=self.result.simulated)
        every = diagnostics(self.result)
        room = self.width - self.type.margin - self.left
        fits = (many for many in PER_LINE if room >= many * LEAST + (many - 1) * BETWEEN)
        across = next(fits, PER_LINE[-1])
        wide = (room - (across - 1) * BETWEEN) / across
        for first in range(0, len(every), across):
            self._block(every[first : first + across], wide)
        self.legend(self._keys())
        if len(self.rows) < len(self.result.estimates):
            shown = f"The {len(self.rows)} of {len(self.result.estimates)} estimates with the largest Cook's distances."
            self.note(shown)
        if any(each.influential for each in self.rows):
            self.note("Influential is a reason to look, not to leave out.")
        return self.closed()

    def _block(self, shown: Sequence[Diagnostic], wide: float) -> None:
        """Draw some diagnostics side by side, the names of the estimates to their left."""
        headings = [wrapped(each.heading, wide + BETWEEN / 2, size=self.type.small, bold=True) for each in shown]
        deep = max(map(len, headings))
        for number, parts in enumerate(headings):
            x = self.left + number * (wide + BETWEEN) + wide / 2
            for line, part in enumerate(parts):
                y = self.y + (deep - len(parts) + line + 0.5) * self.type.next_line
                self.text(x, y, part, fontsize=self.type.small, fontweight="bold", ha="center")
        self.y += deep * self.type.next_line + PAD
        first = self.y
        self._names(first)
        below = first
        for number, each in enumerate(shown):
            self.y = first
            left = self.left + number * (wide + BETWEEN)
            self._panel(each, left, left + wide)
            below = max(below, self.y)
        self.y = below

    def _names(self, top: float) -> None:
        """Write the names, each row of an influential estimate on a band."""
        from matplotlib.patches import Rectangle

        y, long = top, self.width - 2 * self.type.margin
        for each, parts, height in zip(self.rows, self.labels, self.heights, strict=True):
            strong = "bold" if each.influential else "normal"
            self.parts(parts, self.type.margin, y + height / 2, fontsize=self.type.small, fontweight=strong)
            if each.influential:
                place = (self.type.margin, y)
                band = Rectangle(place, long, height, facecolor=self.theme.band, edgecolor="none", zorder=0)
                self.axes.add_patch(band)
            y += height

    def _panel(self, one: Diagnostic, left: float, right: float) -> None:
        values = [getattr(each, one.name) for each in self.rows]
        known = [value for value in values if value is not None]
        marks = [*one.lines, *([] if one.base is None else [one.base])]
        low, high = around([*known, *marks], 0.08)
        total = sum(self.heights)
        scale = narrow(low, high, right - left, self.type.small, over=OVER)
        panel = self.plot(scale, Scale(total, 0.0, (), ""), height=total, left=left, right=right, over=OVER)
        if self.result.simulated:
            self.stamped(panel)
        self._lines(panel, one, total)
        for marked in (False, True):
            self._marks(panel, one, influential=marked)

    def _lines(self, panel: Panel, one: Diagnostic, total: float) -> None:
        for place in one.lines:
            style: dict[str, Any] = {"color": self.theme.series[3], "lw": 0.9, "ls": (0, (1, 1.5)), "zorder": 1}
            panel.axes.plot([place, place], [0.0, total], **style)
        if one.base is not None:
            panel.axes.plot([one.base] * 2, [0.0, total], color=self.theme.muted, lw=0.7, ls=(0, (4, 2)), zorder=1)

    def _marks(self, panel: Panel, one: Diagnostic, *, influential: bool) -> None:
        """Mark the values of estimates that are influential, or of those that are not; a dash for an undefined one."""
        down = [sum(self.heights[:row]) + height / 2 for row, height in enumerate(self.heights)]
        known: list[tuple[float, float]] = []
        for each, y in zip(self.rows, down, strict=True):
            value = getattr(each, one.name)
            if each.influential is influential and value is not None:
                known.append((value, y))
            elif each.influential is influential:
                middle = (panel.box.left + panel.box.right) / 2
                self.text(middle, panel.box.top + y, "–", fontsize=self.type.small, ha="center")
        if not known:
            return
        values, places = zip(*known, strict=True)
        if one.base is not None:
            color = self.theme.series[3] if influential else self.theme.accent
            panel.axes.hlines(places, one.base, values, color=color, lw=0.8, alpha=0.6, zorder=2)
        gid = f"{one.name}{'-influential' if influential else ''}"
        panel.axes.plot(values, places, zorder=3, clip_on=False, gid=gid, **self._style(influential=influential))

    def _style(self, *, influential: bool) -> dict[str, Any]:
        color = self.theme.series[3] if influential else self.theme.accent
        marker = "D" if influential else "o"
        edge = {"markeredgecolor": self.theme.ground, "markeredgewidth": 0.4}
        return {"ls": "none", "marker": marker, "ms": 4.0 if influential else 4.2, "color": color, **edge}

    def _keys(self) -> list[Key]:
        keys = [Key("point", "Estimate", self._style(influential=False))]
        if any(each.influential for each in self.rows):
            keys.append(Key("point", "Influential", self._style(influential=True)))
        keys.append(
            Key("line", "No influence, or average weight", {"color": self.theme.muted, "lw": 0.8, "ls": (0, (4, 2))})
        )
        keys.append(Key("line", "Threshold", {"color": self.theme.series[3], "lw": 1.0, "ls": (0, (1, 1.5))}))
        return keys


def _chosen(result: InfluenceResult, most: int) -> list[EstimateInfluence]:
    """Take the estimates with the largest Cook's distances, in the order of the result."""
    rows = list(result.estimates)
    if not 0 < most < len(rows):
        return rows
    kept = sorted(range(len(rows)), key=lambda place: -(rows[place].cook_d or 0.0))[:most]
    return [rows[place] for place in sorted(kept)]
