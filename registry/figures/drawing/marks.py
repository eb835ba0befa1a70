"""The marks of a forest plot: axis, squares, intervals, diamonds, arrows, laid out in inches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from registry.figures.theme import Theme

SQUARE, LEAST_SQUARE, DIAMOND = 0.13, 0.03, 0.075
"""Sides of the heaviest and of the smallest square, half the height of a diamond."""
POINT = 0.055
"""Half the width of the diamond of a pool among others."""
BAR, SLIVER = 0.11, 0.012
"""Height of a bar, and the least width, so that it is seen."""
ARROW, ARROW_HALF, CAP = 0.085, 0.04, 0.045


@dataclass(frozen=True, slots=True)
class Plot:
    """The plotting area of a sheet: log ratios `low` to `high` between `start` and `end`, inches from the left."""

    axes: Axes
    theme: Theme
    low: float
    high: float
    start: float
    end: float

    def x(self, log: float) -> float:
        """Give the place of a log ratio; beyond the axis it is outside the plot."""
        return self.start + (log - self.low) / (self.high - self.low) * (self.end - self.start)

    def square(self, log: float, y: float, share: float) -> None:
        """Draw a square whose area is this share of the largest."""
        side = max(SQUARE * math.sqrt(share), LEAST_SQUARE)
        self._rectangle(self.x(log) - side / 2, y - side / 2, side, side, self.theme.accent, zorder=3)

    def point(self, log: float, y: float) -> None:
        """Draw a small diamond."""
        x = self.x(log)
        self._polygon([(x - POINT, y), (x, y - POINT), (x + POINT, y), (x, y + POINT)], self.theme.accent)

    def interval(self, low: float, high: float, y: float, *, color: str, lw: float, capped: bool = False) -> None:
        """Draw a bar from bound to bound; a bound beyond the axis ends in an arrow."""
        ends = [self.x(max(low, self.low)), self.x(min(high, self.high))]
        self.axes.plot(ends, [y, y], color=color, lw=lw, solid_capstyle="butt", zorder=2)
        for beyond, x, side in ((low < self.low, ends[0], -1.0), (high > self.high, ends[1], 1.0)):
            if beyond:
                self._arrow(x, y, side, color, ARROW_HALF)
            elif capped:
                self.axes.plot([x, x], [y - CAP, y + CAP], color=color, lw=1.2, zorder=2)

    def diamond(self, low: float, mid: float, high: float, y: float) -> None:
        """Draw a diamond; where it reaches beyond the axis it is cut and ends in an arrow as high as itself."""
        from matplotlib.patches import Rectangle

        corners = [(self.x(low), y), (self.x(mid), y - DIAMOND), (self.x(high), y), (self.x(mid), y + DIAMOND)]
        shape = self._polygon(corners, self.theme.accent)
        start, end = self.start, self.end
        if low < self.low:
            start += self._arrow(start, y, -1.0, self.theme.accent, DIAMOND)
        if high > self.high:
            end -= self._arrow(end, y, 1.0, self.theme.accent, DIAMOND)
        inside = Rectangle((start, y - DIAMOND), end - start, 2 * DIAMOND, transform=self.axes.transData)
        shape.set_clip_path(inside)

    def step(self, start: float, end: float, y: float, *, height: float, color: str, se: float) -> None:
        """Draw a bar from one value to the next, thin lines that lead to it and on, and its standard error."""
        left, right = sorted((self.x(start), self.x(end)))
        if right - left < SLIVER:
            left, right = (left + right - SLIVER) / 2, (left + right + SLIVER) / 2
        self._rectangle(left, y - BAR / 2, right - left, BAR, color, zorder=3)
        for log, top, bottom in ((start, -height / 2, 0.0), (end, 0.0, height / 2)):
            self.vertical(log, y + top, y + bottom, color=self.theme.muted, lw=0.6)
        if se > 0.0:
            ends = [self.x(end - se), self.x(end + se)]
            self.axes.plot(ends, [y, y], color=self.theme.ink, lw=1.0, solid_capstyle="butt", zorder=4)

    def vertical(self, log: float, top: float, bottom: float, **style: Any) -> None:
        """Draw a line down the plot at a log ratio."""
        self.axes.plot([self.x(log)] * 2, [top, bottom], zorder=1, **style)

    def band(self, y: float, height: float, left: float, width: float) -> None:
        """Draw a pale band behind a line."""
        self._rectangle(left, y, width, height, self.theme.band, zorder=0)

    def _rectangle(self, x: float, y: float, width: float, height: float, color: str, *, zorder: int) -> None:
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=color, edgecolor="none", zorder=zorder))

    def _polygon(self, corners: list[tuple[float, float]], color: str) -> Any:
        from matplotlib.patches import Polygon

        shape = Polygon(corners, facecolor=color, edgecolor="none", zorder=3)
        self.axes.add_patch(shape)
        return shape

    def _arrow(self, x: float, y: float, side: float, color: str, half: float) -> float:
        """Draw an arrow head that ends at `x`, to the right (`side` 1) or left (−1); give its length."""
        back = x - ARROW * side
        self._polygon([(x, y), (back, y - half), (back, y + half)], color)
        return ARROW
