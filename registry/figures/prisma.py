"""The PRISMA 2020 flow diagram: boxes as high as their measured texts, so that nothing overflows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from registry.figures.drawing.fitting import NoRoomError
from registry.figures.drawing.typeset import NO_BREAK, printable, wrapped
from registry.figures.theme import LIGHT, styled
from registry.figures.widths import millimetres
from registry.report import prisma

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from registry.figures.theme import Theme
    from registry.prisma import Prisma
    from registry.report.prisma import Row

LEAST_BOX, SMALL_BOX = 1.15, 1.9
"""Inches: the narrowest box that can be read, and the box below which text is small and gaps are narrow."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes of text in points, all else in inches: from line to line, text to border, what is set in, boxes, gaps."""

    size: float = 8.0
    small: float = 7.0
    line: float = 0.15
    padding: float = 0.08
    indent: float = 0.1
    margin: float = 0.15
    box: float = 2.4
    stage: float = 0.28
    across: float = 0.3
    down: float = 0.28

    def width(self, boxes: int) -> float:
        """Give the width of a diagram with so many boxes side by side."""
        return 2 * self.margin + self.stage + self.across / 2 + boxes * self.box + (boxes - 1) * self.across


TIGHT = Measures(size=7.0, small=6.2, line=0.13, padding=0.05, margin=0.05, stage=0.2, across=0.16, down=0.2)


def measures(boxes: int, width: float | None) -> Measures:
    """Make boxes as wide as the width lets them be. Raises NoRoomError where they could not be read."""
    if width is None:
        return Measures()
    for start in (Measures(), TIGHT):
        made = replace(start, box=start.box + (width - start.width(boxes)) / boxes)
        if made.box >= SMALL_BOX:
            return made
    if made.box < LEAST_BOX:
        least = replace(TIGHT, box=LEAST_BOX).width(boxes)
        raise NoRoomError(f"a flow of {boxes} columns needs {millimetres(least)}", "ask for a wider figure, or none")
    return made


def title(_: Prisma) -> str:
    """Name the figure."""
    return "PRISMA 2020 flow"


def figure(result: Prisma, *, theme: Theme = LIGHT, width: float | None = None) -> Figure:
    """Draw the flow diagram; raises NoRoomError (a UsageError) for a width it cannot be read in."""
    with styled(theme):
        return _Diagram(result, theme, width).drawn()


class _Diagram:
    """One diagram on its way: inches from the top left, `tops` and `heights` of its rows measured before drawing."""

    def __init__(self, flow: Prisma, theme: Theme, width: float | None) -> None:
        self.flow = flow
        self.theme = theme
        boxes = 2 if flow.other is None else 4
        self.sizes = measures(boxes, width)
        self.width = self.sizes.width(boxes)
        self.rows = prisma.rows(flow)
        made = self.sizes
        left = made.margin + made.stage + made.across / 2
        names = ("main", "aside", "other", "other_aside")[:boxes]
        self.places = {name: left + place * (made.box + made.across) for place, name in enumerate(names)}
        self.top = self.sizes.margin + self._heads_height() + self.sizes.down
        self.heights = [max(self._height(self._lines(row, column)) for column in self.places) for row in self.rows]
        self.tops = [self.top + sum(self.heights[:place]) + self.sizes.down * place for place in range(len(self.rows))]
        self.notes = self._notes()
        self.height = (
            self.tops[-1]
            + self.heights[-1]
            + self.sizes.down / 2
            + self.sizes.line * len(self.notes)
            + self.sizes.margin
        )
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
        start = self.tops[-1] + self.heights[-1] + self.sizes.down / 2
        for place, line in enumerate(self.notes):
            self._text(
                self.sizes.margin,
                start + (place + 0.5) * self.sizes.line,
                line,
                fontsize=self.sizes.small,
                color=self.theme.muted,
            )
        return self.figure

    # -- what stands where

    def _lines(self, row: Row, column: str) -> list[tuple[float, str]]:
        """Give the lines of a box as (indent, text), broken to its width; empty when there is no box."""
        found: list[tuple[float, str]] = []
        for text in getattr(row, column) or ():
            indent = self.sizes.indent if text.startswith("  ") else 0.0
            # A count stays in one piece with the word before it: no-break spaces are no place to break a line.
            whole = printable(text).replace("(n = ", f"(n{NO_BREAK}={NO_BREAK}")
            parts = wrapped(
                whole,
                self.sizes.box - 2 * self.sizes.padding - indent - self.sizes.indent,
                size=self.sizes.size,
            )
            found += [(indent + (self.sizes.indent if place else 0.0), part) for place, part in enumerate(parts)]
        return found

    def _height(self, lines: list[tuple[float, str]]) -> float:
        return 2 * self.sizes.padding + self.sizes.line * len(lines) if lines else 0.0

    def _head_lines(self) -> list[tuple[float, list[str]]]:
        heads = [(self.places["main"], prisma.DATABASES)]
        if self.flow.other is not None:
            heads.append((self.places["other"], prisma.OTHER))
        room = 2 * self.sizes.box + self.sizes.across - 2 * self.sizes.padding
        return [(x, wrapped(text, room, size=self.sizes.size, bold=True)) for x, text in heads]

    def _heads_height(self) -> float:
        return 2 * self.sizes.padding + self.sizes.line * max(len(parts) for _, parts in self._head_lines())

    def _notes(self) -> list[str]:
        said = [prisma.SOURCE]
        if self.flow.in_progress:
            said.append("The review is in progress: not every record has been decided on.")
        said += [f"{each[0].upper()}{each[1:]}." for each in self.flow.notes]
        room = self.width - 2 * self.sizes.margin
        return [part for text in said for part in wrapped(printable(text), room, size=self.sizes.small)]

    # -- drawing

    def _text(self, x: float, y: float, text: str, **style: Any) -> None:
        options: dict[str, Any] = {
            "fontsize": self.sizes.size,
            "color": self.theme.ink,
            "va": "center_baseline",
            **style,
        }
        self.axes.text(x, y, text, parse_math=False, **options)

    def _heads(self) -> None:
        height = self._heads_height()
        for x, parts in self._head_lines():
            shape = FancyBboxPatch(
                (x, self.sizes.margin),
                2 * self.sizes.box + self.sizes.across,
                height,
                boxstyle="round,pad=0,rounding_size=0.06",
                fc=self.theme.head,
                ec=self.theme.ink,
                lw=0.6,
            )
            self.axes.add_patch(shape)
            for place, part in enumerate(parts):
                y = self.sizes.margin + self.sizes.padding + (place + 0.5) * self.sizes.line
                self._text(x + self.sizes.box + self.sizes.across / 2, y, part, ha="center", fontweight="bold")

    def _stages(self) -> None:
        for number, name in enumerate(prisma.STAGES):
            mine = [place for place, row in enumerate(self.rows) if row.stage == number]
            top, bottom = self.tops[mine[0]], self.tops[mine[-1]] + self.heights[mine[-1]]
            size = min(self.sizes.size, (bottom - top) * 72 / (len(name) * 0.68))
            self.axes.add_patch(
                Rectangle(
                    (self.sizes.margin, top),
                    self.sizes.stage,
                    bottom - top,
                    fc=self.theme.stage,
                    ec=self.theme.ink,
                    lw=0.6,
                )
            )
            style: dict[str, Any] = {"ha": "center", "va": "center", "rotation": 90, "fontweight": "bold"}
            self._text(self.sizes.margin + self.sizes.stage / 2, (top + bottom) / 2, name, fontsize=size, **style)

    def _box(self, place: int, row: Row, column: str) -> None:
        lines = self._lines(row, column)
        if not lines:
            return
        x, top, height = self.places[column], self.tops[place], self.heights[place]
        self.axes.add_patch(
            Rectangle(
                (x, top),
                self.sizes.box,
                height,
                fc=self.theme.ground,
                ec=self.theme.ink,
                lw=0.7,
                gid=f"box-{column}-{place}",
            )
        )
        start = top + (height - self.sizes.line * len(lines)) / 2
        for number, (indent, text) in enumerate(lines):
            self._text(x + self.sizes.padding + indent, start + (number + 0.5) * self.sizes.line, text)

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
            middle = self.places[column] + self.sizes.box / 2
            for place, following in pairwise(filled):
                self._arrow((middle, self.tops[place] + self.heights[place]), (middle, self.tops[following]))
            for place in filled:
                if getattr(self.rows[place], aside):
                    y = self.tops[place] + self.heights[place] / 2
                    self._arrow((self.places[column] + self.sizes.box, y), (self.places[aside], y))
        if "other" in self.places:
            self._join()

    def _join(self) -> None:
        """Lead from the last box of other methods to the box of what is included."""
        middle, y = self.places["other"] + self.sizes.box / 2, self.tops[-1] + self.heights[-1] / 2
        self.axes.plot([middle, middle], [self.tops[-2] + self.heights[-2], y], color=self.theme.ink, lw=0.8)
        self._arrow((middle, y), (self.places["main"] + self.sizes.box, y))
