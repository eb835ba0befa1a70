"""How much the rounding of reported numbers can matter: what could have been printed, and what its pool would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import StatisticsError
from registry.stats.agreement import log_spans, printed_span
from registry.stats.batch import CHUNK, Subsets
from registry.stats.effects import critical_value
from registry.stats.pool import checked, fit
from registry.stats.seeded import generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from registry.stats.batch import Floats

# Standard errors below this are 0 for every purpose.
SMALLEST_SE = 1e-9
# Points tried between two corners of a set: the pool is linear in yi, but bent in the standard error.
BETWEEN = 3
MOST_SWEEPS = 50


@dataclass(frozen=True, slots=True)
class PrintedSet:
    """All (yi, sei) that print as reported: a convex polygon, its corners `yi`, `sei` (v,) in order around it."""

    yi: Floats
    sei: Floats

    def points(self) -> tuple[Floats, Floats]:
        """Give the corners and some points of the edges between them."""
        share = np.linspace(0.0, 1.0, BETWEEN + 2)[:-1]
        both = [(1.0 - share) * ends[:, None] + share * np.roll(ends, -1)[:, None] for ends in (self.yi, self.sei)]
        return both[0].ravel(), both[1].ravel()


@dataclass(frozen=True, slots=True)
class RoundingBounds:
    """Lowest and highest pooled mean found over the printed sets, beside that of the numbers as used; analysis scale.

    `largest_change` is in the ratio: what it could be more or less, the larger of both. A search does not prove that
    there is nothing beyond what it found; `label` says so. `pools` counts the pools computed.
    """

    mu: float
    mu_low: float
    mu_high: float
    largest_change: float
    method: str
    starts: int
    seed: int
    pools: int
    label: str = "found by a seeded search: the true bounds are at least this far apart"


def printed_ratio(est_text: str, ci_low_text: str, ci_high_text: str, *, level: float = 95.0) -> PrintedSet:
    """Find all (yi, sei) whose ratio and interval, exp(yi) and exp(yi ± z sei), print as these texts.

    Every printed number stands for itself ± half a unit of its last digit (as in `agreement`). Raises StatisticsError
    if there are none, because the interval is not symmetric on the log scale, and for a text that is not one number.
    """
    est, low, high = log_spans(est_text, ci_low_text, ci_high_text)
    if not (np.isfinite(est.low) and np.isfinite(high.low)):
        raise StatisticsError(f"{est_text} with upper bound {ci_high_text}: printed as 0, a ratio has no logarithm")
    z = critical_value(level)
    top = (high.high - est.low) / z
    corners = [(est.low, SMALLEST_SE), (est.high, SMALLEST_SE), (est.high, top), (est.low, top)]
    # a·yi + b·sei ≤ c, bound by bound.
    halves = [(1.0, -z, low.high), (-1.0, z, -low.low), (1.0, z, high.high), (-1.0, -z, -high.low)]
    for a, b, c in halves:
        corners = _clipped(corners, a, b, c) if np.isfinite(c) else corners
    if not corners:
        shown = f"{est_text} ({ci_low_text} to {ci_high_text})"
        raise StatisticsError(
            f"no estimate with an interval symmetric on the log scale prints as {shown} at {level:g} %"
        )
    return PrintedSet(*np.array(corners).T)


def printed_log(log_hr_text: str, se_text: str) -> PrintedSet:
    """Find all (yi, sei) that print as this log ratio and standard error: a rectangle.

    Raises StatisticsError for a text that is not one number and for a standard error that can only be 0.
    """
    y, se = printed_span(log_hr_text), printed_span(se_text)
    least = max(se.low, SMALLEST_SE)
    if se.high <= least:
        raise StatisticsError(f"a standard error of {se_text} is none")
    return PrintedSet(np.array([y.low, y.high, y.high, y.low]), np.array([least, least, se.high, se.high]))


def rounding_bounds(
    yi: ArrayLike,
    vi: ArrayLike,
    sets: Sequence[PrintedSet | None],
    *,
    method: str = "REML",
    starts: int = 4,
    seed: int = 0,
) -> RoundingBounds:
    """Search the pooled mean of yi, vi (k,) by `method` over what their printed numbers can stand for, `sets` (k,).

    None is a number that was not rounded. From the middle of the sets and from `starts` seeded random choices, the
    corners and edge points of every set are tried in many pools at once, and the best are kept, until nothing gains.
    Raises StatisticsError as `fit` does and for another number of sets.
    """
    yi, vi = checked(yi, vi)
    if len(sets) != len(yi):
        raise StatisticsError(f"one set per estimate is needed, None where nothing was rounded: got {len(sets)}")
    search = _Search(yi, vi, sets, method)
    rng = generator(seed)
    begins = [search.middle(), *(search.at_random(rng) for _ in range(starts))]
    low, high = (max(search.climb(begin, sign) for begin in begins) for sign in (-1.0, 1.0))
    mu = search.pooled(yi[None], vi[None])[0]
    mu_low, mu_high = min(mu, -low), max(mu, high)
    change = max(np.exp(mu) - np.exp(mu_low), np.exp(mu_high) - np.exp(mu))
    return RoundingBounds(float(mu), float(mu_low), float(mu_high), float(change), method, starts, seed, search.pools)


class _Search:
    """The candidates of all rows in one list: row `owner[c]` could be (`yi[c]`, `vi[c]`), (n,) each."""

    def __init__(self, yi: Floats, vi: Floats, sets: Sequence[PrintedSet | None], method: str) -> None:
        self.k, self.method, self.pools = len(yi), method, 0
        points = [
            one.points() if one is not None else (yi[row : row + 1], np.sqrt(vi[row : row + 1]))
            for row, one in enumerate(sets)
        ]
        self.owner = np.repeat(np.arange(self.k), [len(point[0]) for point in points])
        self.yi = np.concatenate([point[0] for point in points])
        self.vi = np.concatenate([point[1] for point in points]) ** 2

    def middle(self) -> tuple[Floats, Floats]:
        sizes = np.bincount(self.owner)
        sei = np.bincount(self.owner, np.sqrt(self.vi)) / sizes
        return np.bincount(self.owner, self.yi) / sizes, sei * sei

    def at_random(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        first = np.searchsorted(self.owner, np.arange(self.k))
        sizes = np.bincount(self.owner)
        chosen = first + (rng.random(self.k) * sizes).astype(np.intp)
        return self.yi[chosen], self.vi[chosen]

    def pooled(self, yi: Floats, vi: Floats) -> Floats:
        """Means of pools (m, k)."""
        m = len(yi)
        self.pools += m
        subsets = Subsets(np.arange(m * self.k), np.arange(m + 1) * self.k)
        return fit(yi.ravel(), vi.ravel(), subsets, method=self.method, test="z", tau2_interval=False).mu

    def climb(self, begin: tuple[Floats, Floats], sign: float) -> float:
        """Raise sign · mean as far as exchanging one row's numbers, or all rows' at once, can."""
        yi, vi = begin
        height = sign * float(self.pooled(yi[None], vi[None])[0])
        for _ in range(MOST_SWEEPS):
            gains = sign * self._with_each(yi, vi)
            best = np.array([np.argmax(np.where(self.owner == row, gains, -np.inf)) for row in range(self.k)])
            better = gains[best] > height
            together = np.where(better, self.yi[best], yi), np.where(better, self.vi[best], vi)
            single = int(np.argmax(gains))
            alone = yi.copy(), vi.copy()
            alone[0][self.owner[single]], alone[1][self.owner[single]] = self.yi[single], self.vi[single]
            reached = sign * self.pooled(*(np.stack(pair) for pair in zip(together, alone, strict=True)))
            if not reached.max() > height + 1e-13:
                break
            (yi, vi), height = (together, alone)[int(np.argmax(reached))], float(reached.max())
        return height

    def _with_each(self, yi: Floats, vi: Floats) -> Floats:
        """Means (n,) with each candidate in its row's place."""
        step, means = max(1, CHUNK // self.k), np.empty(len(self.owner))
        for first in range(0, len(means), step):
            part = slice(first, first + step)
            own = np.arange(len(self.owner[part]))
            changed_y, changed_v = np.tile(yi, (len(own), 1)), np.tile(vi, (len(own), 1))
            changed_y[own, self.owner[part]], changed_v[own, self.owner[part]] = self.yi[part], self.vi[part]
            means[part] = self.pooled(changed_y, changed_v)
        return means


def _clipped(corners: list[tuple[float, float]], a: float, b: float, c: float) -> list[tuple[float, float]]:
    """Cut a convex polygon by a x + b y ≤ c (Sutherland & Hodgman 1974)."""
    kept: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], *corners[:1]], strict=True):
        before, after = a * x0 + b * y0 - c, a * x1 + b * y1 - c
        if before <= 0.0:
            kept.append((x0, y0))
        if (before < 0.0 < after) or (after < 0.0 < before):
            share = before / (before - after)
            kept.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    return kept
