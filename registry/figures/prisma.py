"""The PRISMA 2020 flow diagram: boxes as high as their measured texts, so that nothing overflows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from registry.figures.sheet import MARGIN
from registry.figures.theme import LIGHT, styled
from registry.figures.typeset import printable, wrapped
from registry.report import prisma

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from registry.figures.theme import Theme
    from registry.prisma import Prisma
    from registry.report.prisma import Row

SIZE, SMALL = 8.0, 7.0
"""Sizes of text, points."""
LINE, PADDING, INDENT = 0.15, 0.08, 0.1
"""Inches from line to line, from text to border, and of what is set in."""
BOX, STAGE, ACROSS, DOWN = 2.4, 0.28, 0.3, 0.28
"""Inches: width of a box, of the bar that names a stage, and the gaps between boxes."""
FILLED = 0.93
"""Share of a line that text may fill: fitted to the pixels of a PNG, letters grow by some percent."""
STAND_IN = "\ue000"
"""As wide as a space or wider, and no space."""


def title(_: Prisma) -> str:
    """Name the figure."""
    return "PRISMA 2020 flow"


def figure(result: Prisma, *, theme: Theme = LIGHT, width: float | None = None) -> Figure:
    """Draw the flow diagram; a `matplotlib.figure.Figure`."""
    with styled(theme):
        return _Sheet(result, theme).drawn()


class _Sheet:
    """One diagram on its way: inches from the top left, `tops` and `heights` of its rows measured before drawing."""

    def __init__(self, flow: Prisma, theme: Theme) -> None:
        self.flow = flow
        self.theme = theme
        self.rows = prisma.rows(flow)
        left = MARGIN + STAGE + ACROSS / 2
        self.places = {"main": left, "aside": left + BOX + ACROSS}
        self.width = left + 2 * BOX + ACROSS + MARGIN
        if flow.other is not None:
            other = left + 2 * (BOX + ACROSS)
            self.places |= {"other": other, "other_aside": other + BOX + ACROSS}
            self.width += 2 * (BOX + ACROSS)
        self.top = MARGIN + self._heads_height() + DOWN
        self.heights = [max(self._height(self._lines(row, column)) for column in self.places) for row in self.rows]
        self.tops = [self.top + sum(self.heights[:place]) + DOWN * place for place in range(len(self.rows))]
        self.notes = self._notes()
        self.height = self.tops[-1] + self.heights[-1] + DOWN / 2 + LINE * len(self.notes) + MARGIN
        self.figure = Figure(figsize=(self.width, self.height), facecolor=theme.ground)
        self.axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))

    def drawn(self) -> Figure:
        """Draw heads, stages, boxes and arrows."""
        self.axes.set_xlim(0.0, self.width)
        self.axes.set_ylim(self.height, 0.0)
        self.axes.set_axis_off()
        self._heads()
        self._stages()
        for place, row in enumerate(self.rows):
            for column in self.places:
                self._box(place, row, column)
        self._arrows()
        start = self.tops[-1] + self.heights[-1] + DOWN / 2
        for place, line in enumerate(self.notes):
            self._text(MARGIN, start + (place + 0.5) * LINE, line, fontsize=SMALL, color=self.theme.muted)
        return self.figure

    # -- what stands where

    def _lines(self, row: Row, column: str) -> list[tuple[float, str]]:
        """Give the lines of a box as (indent, text), broken to its width; empty when there is no box."""
        found: list[tuple[float, str]] = []
        for text in getattr(row, column) or ():
            indent = INDENT if text.startswith("  ") else 0.0
            # A count stays in one piece with the word before it: no-break spaces are no place to break a line.
            whole = printable(text).replace("(n = ", "(n\u00a0=\u00a0")
            parts = _broken(whole, (BOX - 2 * PADDING - indent - INDENT) * FILLED)
            found += [(indent + (INDENT if place else 0.0), part) for place, part in enumerate(parts)]
        return found

    def _height(self, lines: list[tuple[float, str]]) -> float:
        return 2 * PADDING + LINE * len(lines) if lines else 0.0

    def _head_lines(self) -> list[tuple[float, list[str]]]:
        heads = [(self.places["main"], prisma.DATABASES)]
        if self.flow.other is not None:
            heads.append((self.places["other"], prisma.OTHER))
        room = 2 * BOX + ACROSS - 2 * PADDING
        return [(x, wrapped(text, room, size=SIZE, bold=True)) for x, text in heads]

    def _heads_height(self) -> float:
        return 2 * PADDING + LINE * max(len(parts) for _, parts in self._head_lines())

    def _notes(self) -> list[str]:
        said = [prisma.SOURCE]
        if self.flow.in_progress:
            said.append("The review is in progress: not every record has been decided on.")
        said += [f"{each[0].upper()}{each[1:]}." for each in self.flow.notes]
        room = self.width - 2 * MARGIN
        return [part for text in said for part in wrapped(printable(text), room, size=SMALL)]

    # -- drawing

    def _text(self, x: float, y: float, text: str, **style: Any) -> None:
        options: dict[str, Any] = {"fontsize": SIZE, "color": self.theme.ink, "va": "center_baseline", **style}
        self.axes.text(x, y, text, parse_math=False, **options)

    def _heads(self) -> None:
        height = self._heads_height()
        for x, parts in self._head_lines():
            shape = FancyBboxPatch(
                (x, MARGIN),
                2 * BOX + ACROSS,
                height,
                boxstyle="round,pad=0,rounding_size=0.06",
                fc=self.theme.head,
                ec=self.theme.ink,
                lw=0.6,
            )
            self.axes.add_patch(shape)
            for place, part in enumerate(parts):
                y = MARGIN + PADDING + (place + 0.5) * LINE
                self._text(x + BOX + ACROSS / 2, y, part, ha="center", fontweight="bold")

    def _stages(self) -> None:
        for number, name in enumerate(prisma.STAGES):
            mine = [place for place, row in enumerate(self.rows) if row.stage == number]
            top, bottom = self.tops[mine[0]], self.tops[mine[-1]] + self.heights[mine[-1]]
            size = min(SIZE, (bottom - top) * 72 / (len(name) * 0.68))
            self.axes.add_patch(
                Rectangle((MARGIN, top), STAGE, bottom - top, fc=self.theme.stage, ec=self.theme.ink, lw=0.6)
            )
            style: dict[str, Any] = {"ha": "center", "va": "center", "rotation": 90, "fontweight": "bold"}
            self._text(MARGIN + STAGE / 2, (top + bottom) / 2, name, fontsize=size, **style)

    def _box(self, place: int, row: Row, column: str) -> None:
        lines = self._lines(row, column)
        if not lines:
            return
        x, top, height = self.places[column], self.tops[place], self.heights[place]
        self.axes.add_patch(
            Rectangle(
                (x, top), BOX, height, fc=self.theme.ground, ec=self.theme.ink, lw=0.7, gid=f"box-{column}-{place}"
            )
        )
        start = top + (height - LINE * len(lines)) / 2
        for number, (indent, text) in enumerate(lines):
            self._text(x + PADDING + indent, start + (number + 0.5) * LINE, text)

    def _arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        style = {
            "arrowstyle": "-|>",
            "color": self.theme.ink,
            "lw": 0.8,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 8,
        }
        self.axes.annotate("", xy=end, xytext=start, arrowprops=style)

    def _arrows(self) -> None:
        for column, aside in (("main", "aside"), ("other", "other_aside")):
            if column not in self.places:
                continue
            filled = [place for place, row in enumerate(self.rows) if getattr(row, column)]
            middle = self.places[column] + BOX / 2
            for place, following in pairwise(filled):
                self._arrow((middle, self.tops[place] + self.heights[place]), (middle, self.tops[following]))
            for place in filled:
                if getattr(self.rows[place], aside):
                    y = self.tops[place] + self.heights[place] / 2
                    self._arrow((self.places[column] + BOX, y), (self.places[aside], y))
        if "other" in self.places:
            self._join()

    def _join(self) -> None:
        """Lead from the last box of other methods to the box of what is included."""
        middle, y = self.places["other"] + BOX / 2, self.tops[-1] + self.heights[-1] / 2
        self.axes.plot([middle, middle], [self.tops[-2] + self.heights[-2], y], color=self.theme.ink, lw=0.8)
        self._arrow((middle, y), (self.places["main"] + BOX, y))


def _broken(text: str, room: float) -> list[str]:
    """Break a text into lines, never at a no-break space; `wrapped` breaks at every space, so a letter stands in."""
    parts = wrapped(text.replace("\u00a0", STAND_IN), room, size=SIZE)
    return [part.replace(STAND_IN, "\u00a0") for part in parts]
