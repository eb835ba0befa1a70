"""Risk of bias as a traffic light: estimates by domains, and below it the shares of each level per domain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from registry.figures import judged, said
from registry.figures.drawing.fitting import Part, fitted
from registry.figures.drawing.sheet import BANDS_FROM, COMPACT, NORMAL, Sheet
from registry.figures.drawing.typeset import printable, widest, wrapped
from registry.figures.drawing.typeset import width as width_of
from registry.figures.forests.layout import LEAST_LABEL, MOST_LABEL
from registry.figures.forests.sheet import legend
from registry.figures.theme import LIGHT, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.sheet import Type
    from registry.figures.judged import Domain, Mark
    from registry.figures.theme import Theme
    from registry.pooling.result import PoolResult

#: Inches: the column of a domain that is named, and of one that is numbered; lines a name may take.
NAMED, NUMBERED, MOST_LINES = 0.86, 0.3, 4
DOT, SMALL_DOT = 11.0, 8.5
"""Sizes of dots, points."""
BAR = 0.13
"""Height of a bar, inches."""


def title(result: PoolResult) -> str:
    """Name the question whose estimates were appraised."""
    return said.title(result)


def figure(result: PoolResult, *, theme: Theme = LIGHT, width: float | None = None, tool: str | None = None) -> Figure:
    """Draw every estimate of a pool by every domain of the tool it was appraised with, and the share of each level.

    Raises UsageError where no estimate was appraised, with several tools and none named, and where domains do not fit
    into the width.
    """
    with styled(theme):
        return _TrafficLight(result, judged.domains(result.rows, tool), theme, width).drawn()


class _TrafficLight(Sheet):
    """One traffic light on its way."""

    def __init__(self, result: PoolResult, domains: tuple[Domain, ...], theme: Theme, width: float | None) -> None:
        self.result = result
        self.domains = domains
        self.labels = [printable(each.label) for each in result.estimates]
        columns = [result.rows[each.name].tolist() for each in domains]
        self.marks = [
            [judged.mark(domain, level) for domain, level in zip(domains, row, strict=True)]
            for row in zip(*columns, strict=True)
        ]
        set_in, self.label, self.column, self.named = _measured(self.labels, domains, width)
        needed = 2 * set_in.margin + self.label + set_in.gap + self.column * len(domains)
        super().__init__(theme, width or needed, set_in)
        self.start = set_in.margin + self.label + set_in.gap
        self.column = (self.width - set_in.margin - self.start) / len(domains)
        self.dots: list[tuple[float, float, Mark]] = []

    def drawn(self) -> Figure:
        """Draw top to bottom."""
        heading = f"{title(self.result)}: risk of bias" if title(self.result) else "Risk of bias"
        self.heading(f"{heading} ({self.domains[0].tool})", simulated=self.result.simulated)
        self._headers()
        first = self.y
        for number, (label, marks) in enumerate(zip(self.labels, self.marks, strict=True)):
            self._row(number, label, marks)
        if self.result.simulated:
            self.stamp(self.start, self.width - self.type.margin, first)
        self.y += self.type.row / 4
        judged.draw(self.axes, self.theme, self.dots, size=DOT if self.type is NORMAL else SMALL_DOT)
        self._summary()
        self._foot()
        return self.closed()

    def _middle(self, place: int) -> float:
        return self.start + (place + 0.5) * self.column

    def _headers(self) -> None:
        heads = [_named(each, self.column, self.type) if self.named else [str(place)] for place, each in self._numbered]
        height = self.height_of(max(len(parts) for parts in heads))
        bottom = self.y + height - self.type.row / 2
        self.text(self.type.margin, bottom, "Study", fontweight="bold")
        for place, parts in enumerate(heads):
            for number, part in enumerate(reversed(parts)):
                y = bottom - number * self.type.next_line
                self.text(self._middle(place), y, part, ha="center", fontsize=self.type.small, fontweight="bold")
        self.y += height
        self.rule()
        self.y += self.type.row / 4

    @property
    def _numbered(self) -> list[tuple[int, Domain]]:
        return list(enumerate(self.domains, 1))

    def _row(self, number: int, label: str, marks: Sequence[Mark]) -> None:
        parts = wrapped(label, self.label, size=self.type.size) or [""]
        height = self.height_of(len(parts))
        if len(self.labels) >= BANDS_FROM and number % 2 == 1:
            ends = (self.type.margin, self.width - 2 * self.type.margin)
            band = Rectangle((ends[0], self.y), ends[1], height, facecolor=self.theme.band, edgecolor="none", zorder=0)
            self.axes.add_patch(band)
        middle = self.y + height / 2
        self.parts(parts, self.type.margin, middle)
        self.dots += [(self._middle(place), middle, mark) for place, mark in enumerate(marks)]
        self.y += height

    # -- shares

    def _summary(self) -> None:
        self.rule()
        self.y += self.type.row / 4
        self.text(self.type.margin, self.y + self.type.row / 2, "Share of estimates", fontweight="bold")
        self.y += self.type.row
        names = [each.label if self.named else f"{number} {each.label}" for number, each in self._numbered]
        room = max(self.label, min(0.45 * self.width, widest(names, size=self.type.size)))
        for place, name in enumerate(names):
            parts = wrapped(printable(name), room, size=self.type.size)
            height = self.height_of(len(parts))
            self.parts(parts, self.type.margin, self.y + height / 2)
            self._bar(place, self.type.margin + room + self.type.gap, self.y + height / 2)
            self.y += height

    def _bar(self, place: int, left: float, middle: float) -> None:
        """Draw the levels of a domain side by side, each as wide as its share, with its percentage if that has room."""
        counts = Counter(row[place] for row in self.marks)
        room = self.width - self.type.margin - left
        for mark in (*judged.legend([self.domains[place]]), judged.NONE):
            if not counts[mark]:
                continue
            share = counts[mark] / len(self.marks)
            none = mark == judged.NONE
            fill = "none" if none else judged.colour(mark, self.theme)
            edge = self.theme.grid if none else self.theme.ground
            place_ = (left, middle - BAR / 2)
            self.axes.add_patch(Rectangle(place_, room * share, BAR, facecolor=fill, edgecolor=edge, lw=0.7))
            text, size = f"{100 * share:.0f} %", self.type.small
            if width_of(text, size=size, bold=True) + 0.04 <= room * share:
                color = self.theme.ink if none else self.theme.on_judged
                style = {"ha": "center", "fontsize": size, "fontweight": "bold", "color": color, "zorder": 4}
                self.text(left + room * share / 2, middle, text, **style)
            left += room * share

    def _foot(self) -> None:
        self.y += self.type.row / 4
        marks = judged.legend(self.domains)
        judged.draw(self.axes, self.theme, legend(self, marks), size=SMALL_DOT)


def _measured(labels: Sequence[str], domains: Sequence[Domain], width: float | None) -> tuple[Type, float, float, bool]:
    """Give how text is set, the room of labels and of a domain, and whether domains are named above their column."""
    for set_in in (NORMAL, COMPACT):
        natural = min(max(widest(labels, size=set_in.size), width_of("Study", size=set_in.size, bold=True)), MOST_LABEL)
        label = Part(min(natural, LEAST_LABEL), natural)
        room = None if width is None else width - 2 * set_in.margin - set_in.gap
        if room is None or natural + NAMED * len(domains) <= room:
            if all(_fits(each, set_in) for each in domains):
                return set_in, natural, NAMED, True
            break
    numbered = Part(NUMBERED * len(domains), NUMBERED * len(domains))
    label_room, all_domains = fitted([label, numbered], room)
    return set_in, label_room, all_domains / len(domains), False


def _named(domain: Domain, room: float, set_in: Type) -> list[str]:
    return wrapped(printable(domain.label), room - 0.06, size=set_in.small, bold=True)


def _fits(domain: Domain, set_in: Type) -> bool:
    longest = widest(printable(domain.label).split(), size=set_in.small, bold=True)
    return longest <= NAMED - 0.06 and len(_named(domain, NAMED, set_in)) <= MOST_LINES
