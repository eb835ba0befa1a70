"""The log axis of a forest plot: how far it reaches, and where its ticks stand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Ratios at which ticks may stand, from the densest choice to the sparsest; each holds 1.
CHOICES: tuple[tuple[float, ...], ...] = (
    (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4),
    (0.12, 0.16, 0.25, 0.33, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 10),
    tuple(float(f"{step}e{decade}") for decade in range(-4, 4) for step in (1, 2, 5)),
    tuple(float(f"{step}e{decade}") for decade in range(-4, 4) for step in (1, 3)),
)
MOST_TICKS, FEWEST_TICKS = 7, 3

#: An interval that reaches further than this beyond every estimate is cut and ends in an arrow.
BEYOND = math.log(3.0)
#: Half the width of the narrowest axis.
NARROWEST = math.log(1.05)


def limits(ratios: Iterable[float], bounds: Iterable[float]) -> tuple[float, float]:
    """Choose the ends of the axis, on the log scale: all ratios and 1 lie inside, far bounds are cut."""
    inside = [0.0, *(math.log(ratio) for ratio in ratios)]
    reach = [math.log(bound) if 0 < bound < math.inf else math.copysign(math.inf, bound - 1) for bound in bounds]
    low = max(min([*inside, *reach]), min(inside) - BEYOND)
    high = min(max([*inside, *reach]), max(inside) + BEYOND)
    margin = max(0.03 * (high - low), NARROWEST - (high - low) / 2.0)
    return low - margin, high + margin


def ticks(low: float, high: float) -> list[float]:
    """Choose ratios for ticks between these ends (log scale): round numbers, 1 among them, three to seven."""
    for choice in CHOICES:
        if math.log(choice[0]) > low or math.log(choice[-1]) < high:
            continue
        found = [tick for tick in choice if low <= math.log(tick) <= high]
        if FEWEST_TICKS <= len(found) <= MOST_TICKS:
            return found
    return _linear(low, high) if high - low < 2.0 * math.log(10.0) else _decades(low, high)


def _decades(low: float, high: float) -> list[float]:
    """Powers of ten, every second or third of them on a very wide axis."""
    first, last = math.ceil(low / math.log(10.0)), math.floor(high / math.log(10.0))
    step = 1 + (last - first) // MOST_TICKS
    return [10.0**power for power in range(first, last + 1) if power % step == 0]


def _linear(low: float, high: float) -> list[float]:
    """Even steps around 1, for an axis too narrow for round ratios."""
    span = math.exp(high) - math.exp(low)
    raw = span / 5.0
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(each * size for each in (1.0, 2.0, 5.0, 10.0) if each * size >= raw)
    first, last = math.ceil((math.exp(low) - 1.0) / step), math.floor((math.exp(high) - 1.0) / step)
    return [round(1.0 + count * step, 10) for count in range(first, last + 1)]


def label(tick: float) -> str:
    """Write a tick: `0.5`, `2`, `1000`."""
    return f"{tick:g}" if tick < 1e5 else f"{tick:.0e}"
