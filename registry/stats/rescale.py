"""The same estimate for another comparison: reference inverted, other units, categories merged."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.errors import StatisticsError
from registry.stats import effects
from registry.stats.routes import LogRatio

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

LOG_BASES = {"ln": math.e, "log2": 2.0, "log10": 10.0}
COUNTS = ("events", "patients")


def inverted(one: LogRatio) -> LogRatio:
    """Swap index and reference: HR becomes 1/HR, the variance stays."""
    yi, vi = effects.inverted(one.yi, one.vi)
    return replace(one, yi=yi, vi=vi, steps=(*one.steps, "reference inverted"))


def per_units(one: LogRatio, units: float, *, label: str = "") -> LogRatio:
    """Rescale a ratio per 1 unit of a linear factor to one per `units` of them: yi · units, vi · units².

    Per standard deviation: `units` is the SD. Raises StatisticsError unless `units` is positive.
    """
    if not 0.0 < units < math.inf:
        raise StatisticsError(f"units must be positive: got {units:g}")
    step = f"per {label or f'{units:g} units'} instead of per unit"
    return replace(one, yi=one.yi * units, vi=one.vi * units**2, steps=(*one.steps, step))


def per_doubling(one: LogRatio, *, scale: str = "", at: float | None = None) -> LogRatio:
    """Rescale a ratio per 1 unit of a factor to one per doubling of it.

    If the factor was in the model on a logarithmic `scale` ("ln", "log2", "log10"), a doubling is log(2) of its units.
    If it was linear, a doubling from `at` (the median, say) to twice that is `at` units: it holds there only, and is
    noted. Raises StatisticsError unless exactly one of both is given.
    """
    if bool(scale) == (at is not None) or (scale and scale not in LOG_BASES):
        raise StatisticsError(
            f"a doubling needs either the log scale of the factor ({', '.join(LOG_BASES)}) or the level it starts from",
            "give scale, or at",
        )
    if at is None:
        return per_units(one, math.log(2.0) / math.log(LOG_BASES[scale]), label="doubling")
    result = per_units(one, at, label=f"doubling from {at:g}")
    return result.noting(f"the factor was linear in the model: per doubling from {at:g} only, other levels differ")


def merge_categories(
    others: Sequence[LogRatio],
    counts: Sequence[float],
    *,
    index: Collection[int],
    reference: Collection[int] = (0,),
    counts_of: str = "events",
) -> LogRatio:
    """Merge categories that were each compared with one reference into one comparison, index against reference.

    `others` holds the ratios of categories 1 to J against category 0, `counts` the events or the patients of all J + 1;
    `index` and `reference` name the categories on either side. After Hamling et al. (2008) for rates: effective numbers
    of events A with 1/A_j + 1/A_0 = v_j are found for which category 0 has its share of the counts; effective person-
    time is then A_j exp(−y_j), and both are summed. The shared reference is thereby accounted for.

    Raises StatisticsError for unequal lengths, counts not positive, sides that overlap or name no category.
    """
    _check_sides(len(others), index, reference)
    if len(counts) != len(others) + 1 or not all(0.0 < count < math.inf for count in counts):
        raise StatisticsError(f"one positive count per category ({len(others) + 1}, the reference first) is needed")
    if counts_of not in COUNTS:
        raise StatisticsError(f"counts are of {' or of '.join(COUNTS)}, not of {counts_of!r}")
    events = _effective_events(others, counts[0] / math.fsum(counts), counts_of)
    times = [count * math.exp(-y) for count, y in zip(events, [0.0, *(one.yi for one in others)], strict=True)]
    above, below = (math.fsum(events[j] for j in side) for side in (index, reference))
    rates = [count / math.fsum(times[j] for j in side) for count, side in ((above, index), (below, reference))]
    step = f"categories {_listed(index)} against {_listed(reference)} by the counts of {counts_of} (Hamling 2008)"
    notes = tuple(dict.fromkeys(note for one in others for note in one.notes))
    return LogRatio(math.log(rates[0] / rates[1]), 1.0 / above + 1.0 / below, others[0].route, notes, (step,))


def _effective_events(others: Sequence[LogRatio], share: float, counts_of: str) -> list[float]:
    """Effective events of all categories: those of category 0 are the root of a rising function, by bisection."""

    def rest(reference: float) -> list[float]:
        return [1.0 / (one.vi - 1.0 / reference) for one in others]

    def share_at(reference: float) -> float:
        sizes = [
            a if counts_of == "events" else a * math.exp(-one.yi)
            for a, one in zip(rest(reference), others, strict=True)
        ]
        return reference / (reference + math.fsum(sizes))

    least = max(1.0 / one.vi for one in others)
    found = _root(lambda u: share_at(least * (1.0 + math.exp(u))) - share)
    reference = least * (1.0 + math.exp(found))
    return [reference, *rest(reference)]


def _root(rising: Callable[[float], float]) -> float:
    low, high = -30.0, 30.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rising(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def _check_sides(categories: int, index: Collection[int], reference: Collection[int]) -> None:
    known, sides = set(range(categories + 1)), (set(index), set(reference))
    if not categories or not sides[0] or not sides[1] or sides[0] & sides[1] or not (sides[0] | sides[1]) <= known:
        sides_given = f"categories {_listed(index)} against {_listed(reference)}"
        raise StatisticsError(f"{sides_given}: each side needs some of 0 to {categories}, and they share none")


def _listed(categories: Collection[int]) -> str:
    return "+".join(str(category) for category in sorted(categories)) or "none"
