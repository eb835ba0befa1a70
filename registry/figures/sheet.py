"""A figure laid out in inches from measured text, top to bottom, so that nothing ever overlaps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from registry.figures.theme import STAMP_ALPHA
from registry.figures.typeset import printable, wrapped
from registry.report.prose import SIMULATED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from registry.figures.theme import Theme

SIZE, SMALL = 8.0, 7.0
"""Sizes of text, points."""
CAPITAL = 0.73
"""Height of a capital as a share of the size."""
MARGIN, GAP, INDENT = 0.15, 0.18, 0.12
ROW, NEXT_LINE = 0.205, 0.135
#: Lines are banded from here on, so that the eye keeps to one.
BANDS_FROM = 16


class Sheet:
    """One figure on its way: `width` inches wide, `y` is how far down it is drawn; x and y are inches from top left."""

    def __init__(self, theme: Theme, width: float) -> None:
        self.theme = theme
        self.width = width
        self.figure = Figure(figsize=(width, 1.0), facecolor=theme.ground)
        self.axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.y = MARGIN

    def closed(self) -> Figure:
        """Cut the sheet to what was used."""
        height = self.y + MARGIN
        self.figure.set_size_inches(self.width, height)
        self.axes.set_xlim(0.0, self.width)
        self.axes.set_ylim(height, 0.0)
        self.axes.set_axis_off()
        return self.figure

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write a text whose capitals are centred on `y`."""
        options: dict[str, Any] = {"fontsize": SIZE, "color": self.theme.ink, "va": "baseline", **style}
        below = 0.0 if options["va"] == "center" else CAPITAL / 2.0 * options["fontsize"] / 72.0
        self.axes.text(x, y + below, text, parse_math=False, **options)

    def parts(self, parts: list[str], x: float, middle: float, **style: Any) -> None:
        """Write the lines of a broken text, centred on `middle`."""
        start = middle - NEXT_LINE * (len(parts) - 1) / 2
        for number, part in enumerate(parts):
            self.text(x, start + number * NEXT_LINE, part, **style)

    def heading(self, title: str, *, simulated: bool) -> None:
        """Write what the figure is about, after a warning where the evidence is invented."""
        if simulated:
            for part in wrapped(SIMULATED, self.width - 2 * MARGIN, size=SIZE, bold=True):
                self.text(MARGIN, self.y + ROW / 2, part, color=self.theme.stamp, fontweight="bold")
                self.y += ROW
        for part in wrapped(printable(title), self.width - 2 * MARGIN, size=SIZE, bold=True):
            self.text(MARGIN, self.y + ROW / 2, part, fontweight="bold")
            self.y += ROW
        self.y += ROW / 4 if title else 0.0

    def small(self, text: str, **style: Any) -> None:
        """Write a paragraph of small text, its second and later lines set in."""
        room = self.width - 2 * MARGIN - INDENT
        for number, part in enumerate(wrapped(printable(text), room, size=SMALL, bold="fontweight" in style)):
            self.text(MARGIN + INDENT * (number > 0), self.y + NEXT_LINE / 2, part, fontsize=SMALL, **style)
            self.y += NEXT_LINE

    def rule(self) -> None:
        """Draw a line across the sheet."""
        ends = [MARGIN, self.width - MARGIN]
        self.axes.plot(ends, [self.y, self.y], color=self.theme.ink, lw=0.7, solid_capstyle="butt")

    def stamp(self, left: float, right: float, top: float) -> None:
        """Write SIMULATED across what was drawn between two edges, from `top` down."""
        angle = min(28.0, math.degrees(math.atan2(self.y - top, right - left)))
        style: dict[str, Any] = {"ha": "center", "va": "center", "color": self.theme.stamp, "alpha": STAMP_ALPHA}
        size = min(26.0, 9.0 * (right - left))
        place = ((left + right) / 2, (top + self.y) / 2)
        self.text(*place, "SIMULATED", rotation=angle, zorder=0.5, gid="stamp", fontsize=size, **style)
