"""A table with a plot in it, what forest plots of every kind are: `Content` first, then drawn to a width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.figures import judged
from registry.figures.drawing.marks import Plot
from registry.figures.drawing.sheet import BANDS_FROM, Sheet
from registry.figures.drawing.typeset import NO_BREAK, printable, wrapped
from registry.figures.drawing.typeset import width as width_of
from registry.figures.forests.columns import Column, Holding
from registry.figures.forests.layout import DOT, layout
from registry.figures.forests.line import Kind, Line
from registry.figures.theme import styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from registry.figures.forests.layout import Place
    from registry.figures.judged import Mark
    from registry.figures.theme import Theme


#: Lines of which there may be many.
MANY = (Kind.ESTIMATE, Kind.POINT, Kind.STEP)


@dataclass(frozen=True, slots=True)
class Content:
    """What is shown: `first` heads the labels, `mean` is a faint line, `directions` what lies left and right of 1.

    `limits` are the ends of the axis, log scale, `axis` its name. `remarks` stand below; after them `below`, a heading
    with its list.
    """

    title: str
    first: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    limits: tuple[float, float]
    mean: float | None = None
    directions: tuple[str, str] = ("", "")
    remarks: tuple[str, ...] = ()
    below: tuple[str, tuple[str, ...]] = ("", ())
    simulated: bool = False
    axis: str = ""


def draw(content: Content, theme: Theme, width: float | None) -> Figure:
    """Draw it as high as it needs to be, and `width` inches wide if given.

    Raises NoRoomError (a UsageError) where the columns do not fit into this width.
    """
    with styled(theme):
        return _ForestSheet(content, theme, width).drawn()


class _ForestSheet(Sheet):
    """One plot on its way."""

    def __init__(self, content: Content, theme: Theme, width: float | None) -> None:
        self.content = content
        self.layout = layout(content.first, content.columns, content.lines, width)
        super().__init__(theme, self.layout.width, self.layout.type)
        self.plot = Plot(self.axes, theme, *content.limits, *self.layout.plot)
        self.dots: list[tuple[float, float, Mark]] = []

    def drawn(self) -> Figure:
        """Draw top to bottom."""
        self.heading(self.content.title, simulated=self.content.simulated)
        self._headers()
        first = self.y
        banded = sum(line.kind in MANY for line in self.content.lines) >= BANDS_FROM
        for number, line in enumerate(self.content.lines):
            self._line(line, band=banded and line.kind in MANY and number % 2 == 1)
        self._references(first)
        self.axis(self.plot, self.content.axis)
        self._directions()
        self._legend()
        self._below()
        judged.draw(self.axes, self.theme, self.dots, size=DOT * 72 * 0.82)
        return self.closed()

    # -- headers

    def _headers(self) -> None:
        """Write the headers, broken to their columns, their last lines on one height."""
        first = wrapped(self.content.first, self.layout.label, size=self.type.size, bold=True)
        heads = [(self.type.margin, first, "left")]
        for place in self.layout.places:
            parts = self._header(place)
            words = place.column.holding is Holding.WORDS
            heads.append((place.left if words else place.right, parts, "left" if words else "right"))
        height = self.height_of(max(len(parts) for _, parts, _ in heads))
        bottom = self.y + height - self.type.row / 2
        for x, parts, align in heads:
            top = bottom - self.type.next_line * (len(parts) - 1)
            for number, part in enumerate(parts):
                self.text(x, top + number * self.type.next_line, part, ha=align, fontweight="bold")
        self._numbers(bottom)
        self.y += height
        self.rule()
        self.y += self.type.row / 4

    def _header(self, place: Place) -> list[str]:
        """Break a header to its column; above several domains a line is left for their numbers."""
        parts = wrapped(place.column.header, place.room, size=self.type.size, bold=True)
        return [*parts, ""] if len(place.column.domains) > 1 else parts

    def _numbers(self, y: float) -> None:
        for place in self.layout.places:
            if len(place.column.domains) > 1:
                for number, x in enumerate(place.dots, 1):
                    self.text(x, y, str(number), ha="center", fontsize=self.type.small, fontweight="bold")

    # -- lines

    def _line(self, line: Line, *, band: bool) -> None:
        if line.kind is Kind.SPACE:
            self.y += self.type.row / 2
            return
        label = self._label(line)
        words = {place.column.name: self._words(place, line) for place in self.layout.places}
        height = self.height_of(max(len(label), *(len(parts) for parts in words.values()), 1))
        if band:
            self.plot.band(self.y, height, self.type.margin, self.width - 2 * self.type.margin)
        middle = self.y + height / 2
        self._write(line, label, middle)
        for place in self.layout.places:
            self._cell(place, line, words[place.column.name], middle)
        self._mark(line, middle, height)
        self.y += height

    def _label(self, line: Line) -> list[str]:
        """Break a label to its column; one without cells may go on to the plot."""
        left = self._left(line)
        room = self.type.margin + self.layout.label - left
        if line.kind in (Kind.HEADING, Kind.REMARK):
            room = self.plot.start - self.type.gap - left
        size = self.type.small if line.kind is Kind.REMARK else self.type.size
        return wrapped(printable(line.label), room, size=size, bold=line.strong) or [""]

    def _left(self, line: Line) -> float:
        return self.type.margin + (self.type.indent if line.indent else 0.0)

    def _write(self, line: Line, parts: list[str], middle: float) -> None:
        style: dict[str, Any] = {"fontweight": "bold" if line.strong else "normal"}
        if line.kind is Kind.REMARK:
            style = {"fontsize": self.type.small, "color": self.theme.muted}
        self.parts(parts, self._left(line), middle, **style)

    def _words(self, place: Place, line: Line) -> list[str]:
        cell = line.cells.get(place.column.name, "")
        if place.column.holding is not Holding.WORDS or not isinstance(cell, str):
            return []
        return wrapped(printable(cell), place.room, size=self.type.size, bold=line.strong)

    def _cell(self, place: Place, line: Line, words: list[str], middle: float) -> None:
        cell = line.cells.get(place.column.name, "")
        weight = "bold" if line.strong else "normal"
        if not isinstance(cell, str):
            self.dots += [(x, middle, mark) for x, mark in zip(place.dots, cell, strict=True)]
        elif words:
            self.parts(words, place.left, middle, fontweight=weight)
        elif cell:
            self.text(place.right, middle, cell, ha="right", fontweight=weight)

    def _mark(self, line: Line, y: float, height: float) -> None:
        if line.kind in (Kind.ESTIMATE, Kind.POINT, Kind.STATE):
            self.plot.interval(line.low, line.high, y, color=self.theme.ink, lw=0.9)
        if line.kind in (Kind.ESTIMATE, Kind.STATE):
            self.plot.square(line.mid, y, line.share)
        elif line.kind is Kind.POINT:
            self.plot.point(line.mid, y)
        elif line.kind is Kind.DIAMOND:
            self.plot.diamond(line.low, line.mid, line.high, y)
        elif line.kind is Kind.STEP:
            color = getattr(self.theme, line.tone)
            self.plot.step(line.low, line.high, y, height=height, color=color, se=line.se)
        elif line.kind is Kind.PREDICTION:
            self.plot.interval(line.low, line.high, y, color=self.theme.accent, lw=2.2, capped=True)

    # -- below the lines

    def _references(self, first: float) -> None:
        """Draw the line of no difference, and a faint one through the pooled ratio."""
        if self.plot.low < 0.0 < self.plot.high:
            self.plot.vertical(0.0, first, self.y, color=self.theme.muted, lw=0.8)
        if self.content.mean is not None:
            style: dict[str, Any] = {"color": self.theme.accent, "lw": 0.7, "ls": (0, (2, 2)), "alpha": 0.6}
            self.plot.vertical(self.content.mean, first, self.y, **style)
        if self.content.simulated:
            self.stamp(self.plot.start, self.plot.end, first)

    def _directions(self) -> None:
        """Say on each side of 1 what a ratio there means."""
        lower, higher = (printable(text) for text in self.content.directions)
        if not lower:
            return
        one, apart, small = self.plot.x(0.0), 0.06, self.type.small
        left = wrapped(f"← {lower}", one - self.type.margin - apart, size=small)
        right = wrapped(f"{higher} →", self.width - self.type.margin - one - apart, size=small)
        for x, parts, align in ((one - apart, left, "right"), (one + apart, right, "left")):
            for number, part in enumerate(parts):
                y = self.y + 0.07 + number * self.type.next_line
                self.text(x, y, part, ha=align, fontsize=small, color=self.theme.muted)
        self.y += max(len(left), len(right)) * self.type.next_line + 0.06

    def _legend(self) -> None:
        """Say what the dots of risk of bias mean."""
        for place in self.layout.places:
            if place.column.domains:
                self.y += self.type.row / 4
                self.small(domains_said(place.column))
                self.dots += legend(self, judged.legend(place.column.domains))

    def _below(self) -> None:
        for text in self.content.remarks:
            self.small(text)
        heading, listed = self.content.below
        if listed:
            self.y += self.type.row / 3
            self.small(heading, fontweight="bold")
        for text in listed:
            self.small(text, color=self.theme.muted)


def domains_said(column: Column) -> str:
    """Name the tool and its domains by their numbers."""
    named = [each.label for each in column.domains]
    listed = [f"{number}{NO_BREAK}{label}" for number, label in enumerate(named, 1)] if len(named) > 1 else named
    return f"Risk of bias ({column.domains[0].tool}): {'; '.join(listed)}"


def legend(sheet: Sheet, marks: Sequence[Mark]) -> list[tuple[float, float, Mark]]:
    """Write marks with their words, on as many lines as it takes, and give the dots that go with them."""
    set_in = sheet.type
    x, y = set_in.margin, sheet.y + set_in.row / 2
    found = []
    for mark in (*marks, judged.NONE):
        wide = DOT + 0.03 + width_of(mark.level, size=set_in.small)
        if x + wide > sheet.width - set_in.margin and x > set_in.margin:
            x, y = set_in.margin, y + set_in.row
        found.append((x + DOT / 2, y, mark))
        sheet.text(x + DOT + 0.03, y, mark.level, fontsize=set_in.small)
        x += wide + set_in.gap
    sheet.y = y + set_in.row / 2
    return found
