"""Forest plots for print."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from registry.figures.forest_rows import Kind, Line, directions, footer, known, known_heading, limits, lines
from registry.figures.forest_rows import title as title  # noqa: PLC0414 - part of what every kind of figure offers
from registry.figures.marks import Plot
from registry.figures.sheet import BANDS_FROM, GAP, INDENT, MARGIN, NEXT_LINE, ROW, SIZE, SMALL, Sheet
from registry.figures.theme import LIGHT, styled
from registry.figures.typeset import printable, widest, width, wrapped
from registry.report import axis, prose

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.theme import Theme
    from registry.pooling.result import PoolResult

PLOT_WIDTH, MOST_LABEL = 2.9, 2.6


def figure(result: PoolResult, *, theme: Theme = LIGHT, width: float | None = None) -> Figure:
    """Draw the forest plot of a result, as wide and high as it needs to be; a `matplotlib.figure.Figure`."""
    with styled(theme):
        return _Forest(result, theme).drawn()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns end, inches from the left: label, n, ratio, weight; and where the plot starts and ends."""

    label: float
    n: float
    plot_low: float
    plot_high: float
    ratio: float
    weight: float
    width: float


class _Forest(Sheet):
    """One forest plot on its way."""

    def __init__(self, result: PoolResult, theme: Theme) -> None:
        self.result = result
        self.lines = [replace(line, label=printable(line.label)) for line in lines(result)]
        self.headers = (
            "Study",
            "n",
            f"{prose.measure_label(result.measure)} ({prose.level_text(result.pool.level)} CI)",
            "Weight",
        )
        self.columns = self._columns()
        self.labels = {id(line): self._broken(line) for line in self.lines}
        super().__init__(theme, self.columns.width)
        self.plot = Plot(self.axes, theme, *limits(result), self.columns.plot_low, self.columns.plot_high)

    def drawn(self) -> Figure:
        """Draw top to bottom."""
        self._top()
        first = self.y
        for number, line in enumerate(self.lines):
            self._line(line, band=len(self.result.estimates) >= BANDS_FROM and number % 2 == 1)
        self._references(first)
        self._axis()
        self._bottom()
        return self.closed()

    def _columns(self) -> _Columns:
        """Give every column of numbers the room its widest text needs, and labels theirs up to a limit."""
        _, *headers = self.headers
        labelled = [line for line in self.lines if line.kind is not Kind.REMARK]
        label = min(max(self._label_width(line) for line in labelled), MOST_LABEL)
        label = max(label, width("Prediction interval", size=SIZE, bold=True))
        texts = [[line.n for line in labelled], [line.ratio for line in labelled], [line.weight for line in labelled]]
        n, ratio, weight = (
            widest([header, *column], size=SIZE, bold=True) if any(column) else 0.0
            for header, column in zip(headers, texts, strict=True)
        )
        label_edge = MARGIN + label
        n_edge = label_edge + (GAP + n if n else 0.0)
        plot = n_edge + GAP
        ratio_edge = plot + PLOT_WIDTH + GAP + ratio
        weight_edge = ratio_edge + GAP + weight
        return _Columns(label_edge, n_edge, plot, plot + PLOT_WIDTH, ratio_edge, weight_edge, weight_edge + MARGIN)

    def _label_width(self, line: Line) -> float:
        return _left(line) - MARGIN + width(line.label, size=SIZE, bold=line.kind is not Kind.ESTIMATE)

    def _broken(self, line: Line) -> list[str]:
        room = self.columns.label - _left(line)
        return wrapped(line.label, room, size=SIZE, bold=line.kind is not Kind.ESTIMATE) or [""]

    def _top(self) -> None:
        self.heading(title(self.result), simulated=self.result.simulated)
        study, n, ratio, weight = self.headers
        columns = self.columns
        self.text(MARGIN, self.y + ROW / 2, study, fontweight="bold")
        for edge, text in ((columns.n, n), (columns.ratio, ratio), (columns.weight, weight)):
            if text != n or any(line.n for line in self.lines):
                self.text(edge, self.y + ROW / 2, text, fontweight="bold", ha="right")
        self.y += ROW
        self.rule()
        self.y += ROW / 4

    def _line(self, line: Line, *, band: bool) -> None:
        if line.kind is Kind.SPACE:
            self.y += ROW / 2
            return
        parts = self.labels[id(line)]
        height = ROW + NEXT_LINE * (len(parts) - 1)
        if band:
            self.plot.band(self.y, height, MARGIN, self.columns.width - 2 * MARGIN)
        middle = self.y + height / 2
        strong = "normal" if line.kind in (Kind.ESTIMATE, Kind.REMARK) else "bold"
        style = {"fontsize": SMALL, "color": self.theme.muted} if line.kind is Kind.REMARK else {"fontweight": strong}
        self.parts(parts, _left(line), middle, **style)
        edges = (self.columns.n, self.columns.ratio, self.columns.weight)
        for edge, text in zip(edges, (line.n, line.ratio, line.weight), strict=True):
            if text:
                self.text(edge, middle, text, ha="right", fontweight=strong)
        self._mark(line, middle)
        self.y += height

    def _mark(self, line: Line, y: float) -> None:
        if line.kind is Kind.ESTIMATE:
            self.plot.interval(line.low, line.high, y, color=self.theme.ink, lw=0.9)
            self.plot.square(line.mid, y, line.share)
        elif line.kind is Kind.DIAMOND:
            self.plot.diamond(line.low, line.mid, line.high, y)
        elif line.kind is Kind.PREDICTION:
            self.plot.interval(line.low, line.high, y, color=self.theme.accent, lw=2.2, capped=True)

    def _references(self, first: float) -> None:
        """Draw the line of no difference, and a faint one through the pooled ratio."""
        self.plot.vertical(0.0, first, self.y, color=self.theme.muted, lw=0.8)
        mu = self.result.pool.mu
        if self.result.pool.k > 1 and mu is not None:
            self.plot.vertical(mu, first, self.y, color=self.theme.accent, lw=0.7, ls=(0, (2, 2)), alpha=0.6)
        if self.result.simulated:
            self.stamp(self.columns.plot_low, self.columns.plot_high, first)

    def _axis(self) -> None:
        start, end, y = self.columns.plot_low, self.columns.plot_high, self.y + 0.03
        self.axes.plot([start, end], [y, y], color=self.theme.ink, lw=0.8, solid_capstyle="butt")
        for tick in axis.ticks(self.plot.low, self.plot.high):
            x = self.plot.x(math.log(tick))
            self.axes.plot([x, x], [y, y + 0.04], color=self.theme.ink, lw=0.8)
            self.text(x, y + 0.12, axis.label(tick), ha="center", fontsize=SMALL)
        self.y = y + 0.2
        self._directions()

    def _directions(self) -> None:
        """Say on each side of 1 what a ratio there means."""
        lower, higher = (printable(text) for text in directions(self.result))
        one = self.plot.x(0.0)
        if not lower:
            return
        left = wrapped(f"← {lower}", one - MARGIN - 0.06, size=SMALL)
        right = wrapped(f"{higher} →", self.columns.width - MARGIN - one - 0.06, size=SMALL)
        for x, parts, align in ((one - 0.06, left, "right"), (one + 0.06, right, "left")):
            for number, part in enumerate(parts):
                self.text(x, self.y + 0.07 + number * NEXT_LINE, part, ha=align, fontsize=SMALL, color=self.theme.muted)
        self.y += max(len(left), len(right)) * NEXT_LINE + 0.06

    def _bottom(self) -> None:
        for text in footer(self.result):
            self.small(text)
        if listed := known(self.result):
            self.y += ROW / 3
            self.small(known_heading(self.result), fontweight="bold")
        for text in listed:
            self.small(text, color=self.theme.muted)


def _left(line: Line) -> float:
    """Give the place where the label of a line starts."""
    return MARGIN + (INDENT if line.indent else 0.0)
