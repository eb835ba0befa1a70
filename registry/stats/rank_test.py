"""Begg and Mazumdar's rank test: whether the estimates change with their precision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from registry.errors import StatisticsError
from registry.stats.pool import checked
from registry.stats.small_study import LEAST, few

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from registry.stats.batch import Floats

# Up to here the exact distribution is summed out (k³/6 additions); beyond it the normal one is right to 1e-4 or better.
EXACT = 400


@dataclass(frozen=True, slots=True)
class RankTest:
    """Kendall's tau-b of the standardised estimates with their variances; `exact` says how p (two-sided) was got."""

    k: int
    tau: float
    p: float
    exact: bool
    notes: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


def begg(yi: ArrayLike, vi: ArrayLike) -> RankTest:
    """Rank correlation of (yi − mean)/√(vi − 1/Σw), w = 1/vi, with vi; both (k,) (Begg & Mazumdar 1994).

    Two-sided p, exact without ties, else normal with the variance corrected for ties, without continuity correction
    (as R's cor.test and metafor's `ranktest`). With one value of vi, or with identical
    effects, tau is nan. Raises StatisticsError below k = 3. Differs from metafor: exact only to k = 400.
    """
    yi, vi = checked(yi, vi)
    k = len(yi)
    if k < LEAST:
        raise StatisticsError(f"a test for small-study effects needs at least {LEAST} estimates: got {k}")
    concordance, ties_y, ties_v = _compare(_standardised(yi, vi), vi)
    pairs = k * (k - 1) // 2
    if max(ties_y.pairs, ties_v.pairs) == pairs:
        what = "variances" if ties_v.pairs == pairs else "effects"
        reason = f"identical {what}: there is no order to correlate"
        return RankTest(k, np.nan, np.nan, exact=False, notes=few(k), reasons={"tau": reason, "p": reason})
    tau = concordance / np.sqrt(float(pairs - ties_y.pairs) * float(pairs - ties_v.pairs))
    exact = not ties_y.pairs and not ties_v.pairs and k <= EXACT
    if exact:
        return RankTest(k, float(tau), _exact_p((pairs + concordance) // 2, k), exact=True, notes=few(k))
    p = 2.0 * float(ndtr(-abs(concordance) / np.sqrt(_variance(k, ties_y, ties_v))))
    return RankTest(k, float(tau), p, exact=False, notes=few(k))


@dataclass(frozen=True, slots=True)
class _Ties:
    """Sizes t of the groups of equal values, and the pairs inside them, Σt(t − 1)/2."""

    sizes: Floats
    pairs: int


def _standardised(yi: Floats, vi: Floats) -> Floats:
    """Deviations from the common-effect mean by their standard errors, √(vi − 1/Σw) = √(vi (Σw − w)/Σw)."""
    w = 1.0 / vi
    heaviest = int(np.argmax(w))
    others = w.sum() - w
    if w[heaviest] > others[heaviest]:
        others[heaviest] = np.delete(w, heaviest).sum()
    origin = yi[heaviest]
    mean = (w * (yi - origin)).sum() / w.sum()
    return np.asarray((yi - origin - mean) / np.sqrt(vi * others / w.sum()))


def _compare(first: Floats, second: Floats) -> tuple[int, _Ties, _Ties]:
    """Concordant less discordant pairs, and the ties of each."""
    concordance = 0
    for row in range(len(first) - 1):
        signs = np.sign(first[row + 1 :] - first[row]) * np.sign(second[row + 1 :] - second[row])
        concordance += int(signs.sum())
    return concordance, _ties(first), _ties(second)


def _ties(values: Floats) -> _Ties:
    sizes = np.unique(values, return_counts=True)[1].astype(np.float64)
    return _Ties(sizes, int((sizes * (sizes - 1.0)).sum()) // 2)


def _exact_p(concordant: int, k: int) -> float:
    """Two-sided p of this many concordant pairs: the number of inversions of a random permutation, summed out."""
    chances = np.ones(1)
    for size in range(2, k + 1):
        sums = np.cumsum(np.concatenate([chances, np.zeros(size - 1)]))
        sums[size:] -= sums[: len(sums) - size].copy()
        chances = sums / size
    fewer = min(concordant, len(chances) - 1 - concordant)
    return min(1.0, 2.0 * float(chances[: fewer + 1].sum()))


def _variance(k: int, first: _Ties, second: _Ties) -> float:
    """Variance of concordant less discordant pairs under independence, with ties."""

    def of(sizes: Floats) -> tuple[float, float, float]:
        pairs = sizes * (sizes - 1.0)
        return float((pairs * (2.0 * sizes + 5.0)).sum()), float(pairs.sum()), float((pairs * (sizes - 2.0)).sum())

    (t5, t2, t3), (u5, u2, u3) = of(first.sizes), of(second.sizes)
    base = k * (k - 1.0) * (2.0 * k + 5.0)
    return (base - t5 - u5) / 18.0 + t2 * u2 / (2.0 * k * (k - 1.0)) + t3 * u3 / (9.0 * k * (k - 1.0) * (k - 2.0))
