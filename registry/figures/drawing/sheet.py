"""A figure laid out in inches from measured text, top to bottom, so that nothing ever overlaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from registry.figures.drawing.typeset import printable, wrapped
from registry.figures.drawing.typeset import width as width_of
from registry.figures.theme import STAMP_ALPHA
from registry.report import axis
from registry.report.prose import SIMULATED
from registry.report.wrapping import held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from registry.figures.drawing.marks import Plot
    from registry.figures.theme import Theme

CAPITAL = 0.73
"""Height of a capital as a share of the size."""
#: Lines are banded from here on, so that the eye keeps to one.
BANDS_FROM = 16


@dataclass(frozen=True, slots=True)
class Type:
    """How text is set: sizes in points; margins, gaps and distances of lines in inches."""

    size: float
    small: float
    margin: float
    gap: float
    indent: float
    row: float
    next_line: float


NORMAL = Type(size=8.0, small=7.0, margin=0.15, gap=0.18, indent=0.12, row=0.205, next_line=0.135)
#: For figures that would not have room otherwise; no letter below 6 points.
COMPACT = Type(size=7.0, small=6.2, margin=0.05, gap=0.11, indent=0.08, row=0.175, next_line=0.118)


class Sheet:
    """One figure on its way: `width` inches wide, `y` is how far down it is drawn; x and y are inches from top left."""

    def __init__(self, theme: Theme, width: float, type: Type = NORMAL) -> None:  # noqa: A002 - the printer's word
        self.theme = theme
        self.width = width
        self.type = type
        self.figure = Figure(figsize=(width, 1.0), facecolor=theme.ground)
        self.axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.y = type.margin

    def closed(self) -> Figure:
        """Cut the sheet to what was used."""
        height = self.y + self.type.margin
        self.figure.set_size_inches(self.width, height)
        self.axes.set_xlim(0.0, self.width)
        self.axes.set_ylim(height, 0.0)
        self.axes.set_axis_off()
        return self.figure

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write a text whose capitals are centred on `y`."""
        options: dict[str, Any] = {"fontsize": self.type.size, "color": self.theme.ink, "va": "baseline", **style}
        below = 0.0 if options["va"] == "center" else CAPITAL / 2.0 * options["fontsize"] / 72.0
        self.axes.text(x, y + below, text, parse_math=False, **options)

    def parts(self, parts: Sequence[str], x: float, middle: float, **style: Any) -> None:
        """Write the lines of a broken text, centred on `middle`."""
        start = middle - self.type.next_line * (len(parts) - 1) / 2
        for number, part in enumerate(parts):
            self.text(x, start + number * self.type.next_line, part, **style)

    def height_of(self, parts: int) -> float:
        """Give the height of a row with a text of this many lines."""
        return self.type.row + self.type.next_line * (max(parts, 1) - 1)

    def heading(self, title: str, *, simulated: bool) -> None:
        """Write what the figure is about, after a warning where the evidence is invented."""
        room = self.width - 2 * self.type.margin
        said = [(SIMULATED, self.theme.stamp)] if simulated else []
        for text, color in (*said, (printable(title), self.theme.ink)):
            for part in wrapped(text, room, size=self.type.size, bold=True):
                self.text(self.type.margin, self.y + self.type.row / 2, part, color=color, fontweight="bold")
                self.y += self.type.row
        self.y += self.type.row / 4 if title else 0.0

    def small(self, text: str, **style: Any) -> None:
        """Write a paragraph of small text, its second and later lines set in."""
        set_in = self.type
        room = self.width - 2 * set_in.margin - set_in.indent
        whole = held(printable(text))
        for number, part in enumerate(wrapped(whole, room, size=set_in.small, bold="fontweight" in style)):
            x, y = set_in.margin + set_in.indent * (number > 0), self.y + set_in.next_line / 2
            self.text(x, y, part, fontsize=set_in.small, **style)
            self.y += set_in.next_line

    def rule(self) -> None:
        """Draw a line across the sheet."""
        ends = [self.type.margin, self.width - self.type.margin]
        self.axes.plot(ends, [self.y, self.y], color=self.theme.ink, lw=0.7, solid_capstyle="butt")

    def axis(self, plot: Plot, name: str = "") -> None:
        """Draw the log axis of a plot below what was drawn, with as many ticks as have room, and its name."""
        y, small = self.y + 0.03, self.type.small
        self.axes.plot([plot.start, plot.end], [y, y], color=self.theme.ink, lw=0.8, solid_capstyle="butt")
        for tick in self._ticks(plot):
            x = plot.x(math.log(tick))
            self.axes.plot([x, x], [y, y + 0.04], color=self.theme.ink, lw=0.8)
            self.text(x, y + 0.12, axis.label(tick), ha="center", fontsize=small)
        self.y = y + 0.2
        if name:
            self.text((plot.start + plot.end) / 2, self.y + 0.06, name, ha="center", fontsize=small)
            self.y += 0.16

    def _ticks(self, plot: Plot) -> list[float]:
        kept: list[tuple[float, float, float]] = []
        apart = 0.5 * self.type.small / 72.0
        for tick in sorted(axis.ticks(plot.low, plot.high), key=lambda each: (abs(math.log(each)), each)):
            x, half = plot.x(math.log(tick)), width_of(axis.label(tick), size=self.type.small) / 2 + apart / 2
            low, high = max(x - half, 0.0), min(x + half, self.width)
            if (
                x - half >= 0.0
                and x + half <= self.width
                and all(high <= left or right <= low for _, left, right in kept)
            ):
                kept.append((tick, low, high))
        return sorted(tick for tick, *_ in kept)

    def stamp(self, left: float, right: float, top: float) -> None:
        """Write SIMULATED across what was drawn between two edges, from `top` down."""
        angle = min(28.0, math.degrees(math.atan2(self.y - top, right - left)))
        style: dict[str, Any] = {"ha": "center", "va": "center", "color": self.theme.stamp, "alpha": STAMP_ALPHA}
        size = min(26.0, 9.0 * (right - left))
        place = ((left + right) / 2, (top + self.y) / 2)
        self.text(*place, "SIMULATED", rotation=angle, zorder=0.5, gid="stamp", fontsize=size, **style)
