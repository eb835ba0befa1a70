"""The scales of a chart: where they end, where ticks stand and what is written at them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from registry.figures.drawing.typeset import widest
from registry.report import axis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: Free room between the labels of two ticks, inches.
BETWEEN = 0.07
MOST_TICKS = 7
#: An axis of ratios spans at least this much on the log scale, so that a few alike estimates do not fill it.
NARROWEST = 0.25


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis: values from `low` to `high` (the left or lower end first), ticks with their labels, its title.

    A ratio is on the log scale, with ratios written at the ticks.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    title: str

    def share(self, value: float) -> float:
        """Give how far along the axis a value is, 0 to 1 for those on it."""
        return (value - self.low) / (self.high - self.low)

    def fitted(self, room: float, size: float, *, before: float = 0.0, after: float = 0.0) -> Scale:
        """Leave out ticks whose labels would touch on an axis of `room` inches: every second, third, … of them goes.

        No label reaches more than `before` and `after` inches beyond the ends.
        """
        held = tuple(tick for tick in self.ticks if self._held(tick, room, size, (before, after)))
        for step in range(1, len(held) + 1):
            kept = held[_first(held, step) :: step]
            if self._apart(kept, room, size):
                return replace(self, ticks=kept)
        return replace(self, ticks=())

    def _held(self, tick: tuple[float, str], room: float, size: float, over: tuple[float, float]) -> bool:
        middle, half = self.share(tick[0]) * room, _wide(tick[1], size) / 2.0
        return middle - half >= -over[0] and middle + half <= room + over[1]

    def _apart(self, ticks: tuple[tuple[float, str], ...], room: float, size: float) -> bool:
        ends = [(self.share(value) * room, _wide(text, size) / 2.0) for value, text in ticks]
        ends.sort()
        return all(x + half + BETWEEN <= other - more for (x, half), (other, more) in pairwise(ends))


def _wide(text: str, size: float) -> float:
    return widest(text.split("\n"), size=size)


def _first(ticks: Sequence[tuple[float, str]], step: int) -> int:
    """Start so that the tick of no effect stays, where there is one."""
    places = [place for place, (_, text) in enumerate(ticks) if text in ("0", "1")]
    return places[0] % step if places else 0


def ratios(low: float, high: float, title: str) -> Scale:
    """Make an axis of ratios between two log ratios."""
    missing = NARROWEST - (high - low)
    if missing > 0.0:
        low, high = low - missing / 2.0, high + missing / 2.0
    found = axis.ticks(low, high)
    return Scale(low, high, tuple((math.log(tick), axis.label(tick)) for tick in found), title)


def numbers(
    low: float, high: float, title: str, *, most: int = MOST_TICKS, write: Callable[[float], str] | None = None
) -> Scale:
    """Make an axis of plain numbers with round ticks, `most` at the most."""
    from matplotlib.ticker import MaxNLocator

    least, largest = sorted((low, high))
    for bins in range(max(most - 1, 1), 2 * MOST_TICKS):
        found = MaxNLocator(nbins=bins, steps=[1, 2, 2.5, 5, 10]).tick_values(least, largest)
        inside = [float(tick) for tick in found if least <= tick <= largest]
        if len(inside) > 1:
            break
    written = [write(tick) for tick in inside] if write else labels(inside)
    return Scale(low, high, tuple(zip(inside, written, strict=True)), title)


def narrow(low: float, high: float, room: float, size: float, *, over: float) -> Scale:
    """Make an axis of plain numbers of a few tenths of an inch: as many round ticks as have room, two if possible."""
    best = Scale(low, high, (), "")
    for most in (4, 3, 2, 5, 6, 7):
        whole = numbers(low, high, "", most=most)
        kept = whole.fitted(room, size, before=over, after=over)
        if len(kept.ticks) > 1 and len(kept.ticks) == len(whole.ticks):
            return kept
        best = max(best, kept, key=lambda each: len(each.ticks))
    return best


def logarithms(low: float, high: float, title: str) -> Scale:
    """Make an axis of positive numbers on the log scale between `low` and `high`, their logarithms."""
    steps = ((1, 2, 5), (1, 3), (1,))
    first, last = math.floor(low / math.log(10.0)), math.ceil(high / math.log(10.0))
    for chosen in steps:
        found = [float(f"{step}e{power}") for power in range(first, last + 1) for step in chosen]
        inside = [each for each in found if low <= math.log(each) <= high]
        if len(inside) <= MOST_TICKS:
            break
    if len(inside) < axis.FEWEST_TICKS:
        plain = numbers(math.exp(low), math.exp(high), title)
        return Scale(low, high, tuple((math.log(value), text) for value, text in plain.ticks if value > 0.0), title)
    return Scale(low, high, tuple((math.log(each), f"{each:g}") for each in inside), title)


def labels(ticks: Iterable[float]) -> list[str]:
    """Write numbers with as few decimals as tell them all apart exactly."""
    found = list(ticks)
    for decimals in range(7):
        texts = [f"{value:.{decimals}f}" for value in found]
        pairs = zip(texts, found, strict=True)
        if all(math.isclose(float(text), value, rel_tol=1e-9, abs_tol=1e-12) for text, value in pairs):
            return [text.replace("-", "−") for text in texts]
    return [f"{value:g}".replace("-", "−") for value in found]


def around(values: Iterable[float], share: float = 0.06) -> tuple[float, float]:
    """Give ends a little beyond the smallest and the largest value."""
    known = list(values)
    low, high = min(known), max(known)
    beyond = share * (high - low) or 0.05 * (abs(low) or 1.0)
    return low - beyond, high + beyond
