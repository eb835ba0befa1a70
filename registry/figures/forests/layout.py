"""Where the columns of a forest plot stand, and its plot between them, when it has to be of some width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.figures.drawing.fitting import Part, fitted
from registry.figures.drawing.sheet import COMPACT, NORMAL, Type
from registry.figures.drawing.typeset import printable, widest, words
from registry.figures.drawing.typeset import width as width_of
from registry.figures.forests.columns import Column, Holding
from registry.figures.forests.line import Kind, Line

LEAST_PLOT, PLOT_WIDTH = 0.8, 2.9
LEAST_LABEL, MOST_LABEL = 0.75, 2.6
LEAST_WORDS, MOST_WORDS = 0.55, 1.7
MOST_WORD = 1.1
"""Inches: the plot, the label, a column of words, and one word that is not broken."""
DOT = 0.155
"""Inches from one dot of risk of bias to the next."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: its left and right edge, inches."""

    column: Column
    left: float
    right: float

    @property
    def room(self) -> float:
        """Give its width."""
        return self.right - self.left

    @property
    def dots(self) -> list[float]:
        """Give the middles of its dots, the last at the right edge."""
        start = self.right - DOT * len(self.column.domains)
        return [start + DOT * (number + 0.5) for number in range(len(self.column.domains))]


@dataclass(frozen=True, slots=True)
class Layout:
    """How text is set, the room of labels, where each column stands, the ends of the plot, the width of all."""

    type: Type
    label: float
    places: tuple[Place, ...]
    plot: tuple[float, float]
    width: float


def layout(first: str, columns: Sequence[Column], lines: Sequence[Line], width: float | None) -> Layout:
    """Lay columns out, in normal type where all has its natural width, else in compact type.

    `first` heads the labels. Raises NoRoomError for columns that do not fit into `width` inches.
    """
    ordered = sorted(columns, key=lambda each: each.right)
    parts = _parts(first, ordered, lines, NORMAL)
    if width is None or sum(part.natural for part in parts) + _between(parts, NORMAL) <= width:
        return _placed(ordered, parts, NORMAL, width)
    return _placed(ordered, _parts(first, ordered, lines, COMPACT), COMPACT, width)


def _parts(first: str, columns: Sequence[Column], lines: Sequence[Line], set_in: Type) -> list[Part]:
    """Give labels, columns and, last, the plot."""
    plot = Part(LEAST_PLOT, PLOT_WIDTH)
    return [_label_part(first, lines, set_in), *(_part(column, lines, set_in) for column in columns), plot]


def _label_part(first: str, lines: Sequence[Line], set_in: Type) -> Part:
    """Give labels what the longest needs, up to a limit."""
    labelled = [line for line in lines if line.kind not in (Kind.REMARK, Kind.HEADING, Kind.SPACE)]
    indents = [set_in.indent if line.indent else 0.0 for line in labelled]
    whole = [width_of(printable(line.label), size=set_in.size, bold=line.strong) for line in labelled]
    longest = [min(_longest_word(line.label, set_in, bold=line.strong), MOST_WORD) for line in labelled]
    head = width_of(first, size=set_in.size, bold=True)
    natural = min(max(head, *(indent + room for indent, room in zip(indents, whole, strict=True))), MOST_LABEL)
    least = max(LEAST_LABEL, *(indent + room for indent, room in zip(indents, longest, strict=True)))
    return Part(min(natural, least), natural)


def _part(column: Column, lines: Sequence[Line], set_in: Type) -> Part:
    """Give numbers what they need, with headers broken between words; words may be broken too."""
    head = _longest_word(column.header, set_in)
    if column.holding is Holding.DOTS:
        needed = max(DOT * len(column.domains), head)
        return Part(needed, needed)
    cells = [(cell, line.strong) for line in lines if isinstance(cell := line.cells.get(column.name, ""), str)]
    needed = max(head, *(width_of(printable(cell), size=set_in.size, bold=strong) for cell, strong in cells))
    if column.holding is Holding.NUMBER:
        return Part(needed, needed)
    word = max(_longest_word(cell, set_in, bold=False) for cell, _ in cells)
    natural = min(needed, MOST_WORDS)
    return Part(min(natural, max(head, min(word, MOST_WORD), LEAST_WORDS)), natural)


def _longest_word(text: str, set_in: Type, *, bold: bool = True) -> float:
    return widest(words(printable(text)), size=set_in.size, bold=bold)


def _between(parts: Sequence[Part], set_in: Type) -> float:
    return set_in.gap * (len(parts) - 1) + 2 * set_in.margin


def _placed(columns: Sequence[Column], parts: Sequence[Part], set_in: Type, width: float | None) -> Layout:
    """Set columns side by side, the plot before the first that stands right of it; what is left over is the plot's."""
    between = _between(parts, set_in)
    label, *rooms, plot = fitted(parts, None if width is None else width - between)
    whole = between + label + sum(rooms) + plot
    if width is not None:
        plot, whole = plot + width - whole, width
    lefts = [(column, room) for column, room in zip(columns, rooms, strict=True) if not column.right]
    rights = [(column, room) for column, room in zip(columns, rooms, strict=True) if column.right]
    places = _side_by_side(lefts, set_in.margin + label, set_in.gap)
    start = (places[-1].right if places else set_in.margin + label) + set_in.gap
    places += _side_by_side(rights, start + plot, set_in.gap)
    return Layout(set_in, label, tuple(places), (start, start + plot), whole)


def _side_by_side(columns: Sequence[tuple[Column, float]], x: float, gap: float) -> list[Place]:
    places = []
    for column, room in columns:
        places.append(Place(column, x + gap, x + gap + room))
        x += gap + room
    return places
