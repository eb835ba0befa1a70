"""GOSH: the pool of every subset of the estimates, or of a seeded sample (Olkin, Dahabreh & Trikalinos 2012)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats.batch import CHUNK, Floats
from registry.stats.heterogeneity import heterogeneity, i2
from registry.stats.model import Mean
from registry.stats.pool import checked
from registry.stats.seeded import generator
from registry.stats.tau2 import Estimator, estimator

# Up to this many estimates every subset is pooled: 2^20 − 1 of them.
EXHAUSTIVE = 20
SAMPLE = 100_000
# Subsets at a time, so that an array stays in the cache.
WIDTH = 1 << 13
# Beside a sum of weights no effect, but no division by 0 before the first row.
NOTHING = 1e-300

Members = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Gosh:
    """Pools of m subsets of k estimates, each array (m,); I² in percent, from Q under FE, else from tau².

    `i2` and, but for FE, `tau2` are nan for subsets of one estimate (metafor: 0). `members` holds who is in: bit
    `row % 8` of `members[row // 8]`. `exhaustive` says whether these are all subsets or a sample from `seed`.
    """

    k: int
    size: NDArray[np.intp]
    mu: Floats
    tau2: Floats
    q: Floats
    i2: Floats
    members: Members
    method: str
    exhaustive: bool
    seed: int | None

    def __len__(self) -> int:
        """Return the number of subsets, m."""
        return len(self.mu)

    def includes(self, row: int) -> NDArray[np.bool_]:
        """Whether each subset holds estimate `row`, (m,)."""
        if not 0 <= row < self.k:
            raise StatisticsError(f"row {row} is not one of the {self.k} estimates (0 to {self.k - 1})")
        return np.asarray(self.members[row // 8] >> (row % 8) & 1, dtype=np.bool_)


def gosh(yi: ArrayLike, vi: ArrayLike, *, method: str = "FE", subsets: int | None = None, seed: int = 0) -> Gosh:
    """Pool subsets of the estimates yi (k,), vi (k,) by `method`, a key of `tau2.ESTIMATORS`.

    All 2^k − 1 of them up to k = 20, or, above or if `subsets` is fewer, that many (default 100,000) random ones in
    which each estimate is or is not with equal chance, as in metafor. Raises StatisticsError as `fit` does and for
    fewer than one subset.
    """
    effects, variances = checked(yi, vi)
    how, k = estimator(method), len(effects)
    if subsets is not None and subsets < 1:
        raise StatisticsError(f"at least one subset is needed: got {subsets}")
    exhaustive = k <= EXHAUSTIVE and (subsets is None or subsets >= 2**k - 1)
    members = _all(k) if exhaustive else _sample(k, subsets or SAMPLE, seed)
    order = np.lexsort((effects, variances))
    rows = _Rows(effects[order], variances[order], order, members)
    summed = how.name in {"FE", "DL"}
    pooled = _direct(rows, how, exhaustive=exhaustive) if summed else _by_size(rows, how)
    return Gosh(
        k=k,
        size=_sizes(members),
        mu=pooled.mu,
        tau2=pooled.tau2,
        q=pooled.q,
        i2=pooled.i2,
        members=members,
        method=how.name,
        exhaustive=exhaustive,
        seed=None if exhaustive else seed,
    )


class _Rows(NamedTuple):
    """Estimates sorted by ascending vi, where they were before, and the subsets."""

    yi: Floats
    vi: Floats
    order: NDArray[np.intp]
    members: Members

    def inside(self, subsets: slice | NDArray[np.intp]) -> Members:
        """Who is in, (k, width) of 0 and 1, in the order of vi."""
        bits = np.unpackbits(self.members[:, subsets], axis=0, bitorder="little", count=len(self.yi))
        return np.asarray(bits[self.order])


class _Sums(NamedTuple):
    """Of subsets: Σw, weighted mean, Q, Σ w_i w_j over pairs, and size."""

    w: Floats
    mu: Floats
    q: Floats
    pairs: Floats
    size: Floats

    def with_row(self, y: float, w: Floats | float, one: Floats | float) -> _Sums:
        """Add a row of weight w, or (w = 0, one = 0) leave the subset as it is.

        Q grows by w W/(w + W) (y − mu)² (West 1979) and the pairs by w W: no differences, so no digits are lost.
        """
        total = self.w + w
        share = w / (total + NOTHING)
        gap = y - self.mu
        step = share * gap
        return _Sums(total, self.mu + step, self.q + self.w * step * gap, self.pairs + w * self.w, self.size + one)


class _Pooled(NamedTuple):
    mu: Floats
    tau2: Floats
    q: Floats
    i2: Floats


def _room(m: int) -> _Pooled:
    return _Pooled(*np.empty((4, m)))


def _all(k: int) -> Members:
    numbers = np.arange(1, 2**k, dtype="<u4")
    return np.ascontiguousarray(numbers.view(np.uint8).reshape(-1, 4).T[: (k + 7) // 8])


def _sample(k: int, m: int, seed: int) -> Members:
    random, width = generator(seed), (k + 7) // 8
    drawn = np.empty((width, 0), dtype=np.uint8)
    while drawn.shape[1] < m:
        more = random.integers(0, 256, (width, m), dtype=np.uint8)
        if k % 8:
            more[-1] &= (1 << k % 8) - 1
        drawn = np.concatenate([drawn, more[:, more.any(axis=0)]], axis=1)
    return drawn[:, :m]


def _sizes(members: Members) -> NDArray[np.intp]:
    return np.asarray(np.bitwise_count(members).sum(axis=0, dtype=np.intp))


def _direct(rows: _Rows, how: Estimator, *, exhaustive: bool) -> _Pooled:
    """FE and DL from sums over subsets; DL's means, each with weights of its own, row by row."""
    pooled = _room(rows.members.shape[1])
    for part, sums in _doubled(rows) if exhaustive else _masked(rows):
        df = sums.size - 1.0
        one = df == 0.0
        typical = np.divide(df * sums.w, 2.0 * sums.pairs, out=np.full_like(df, np.nan), where=~one)
        if how.name == "FE":
            tau2, mu = np.zeros_like(df), sums.mu
            spread = 100.0 * np.maximum(
                0.0, 1.0 - np.divide(df, sums.q, out=np.full_like(df, np.inf), where=sums.q > 0.0)
            )
            spread[one] = np.nan
        else:
            tau2 = np.maximum(0.0, (sums.q - df) * typical / np.where(one, 1.0, df))
            mu = np.where(tau2 > 0.0, _means(rows, part, tau2), sums.mu)
            spread = i2(tau2, typical)
        for target, values in zip(pooled, (mu, tau2, sums.q, spread), strict=True):
            target[part] = values
    return pooled


def _doubled(rows: _Rows) -> Iterator[tuple[slice, _Sums]]:
    """Sum over all subsets, numbered by their bits: each row doubles the subsets of the rows before it."""
    k = len(rows.yi)
    low = min(k, WIDTH.bit_length() - 1)
    back = np.argsort(rows.order)
    estimates = list(zip(rows.yi[back].tolist(), (1.0 / rows.vi[back]).tolist(), strict=True))
    for block in range(1 << (k - low)):
        sums = _Sums(*np.zeros((5, 1)))
        for j in range(low, k):
            if block >> (j - low) & 1:
                sums = sums.with_row(*estimates[j], 1.0)
        for y, w in estimates[:low]:
            more = sums.with_row(y, w, 1.0)
            sums = _Sums(*(np.concatenate(pair) for pair in zip(sums, more, strict=True)))
        first = (block << low) - 1
        if block == 0:
            sums, first = _Sums(*(values[1:] for values in sums)), 0
        yield slice(first, first + len(sums.w)), sums


def _masked(rows: _Rows) -> Iterator[tuple[slice, _Sums]]:
    """Sum over any subsets, row by row."""
    m = rows.members.shape[1]
    for first in range(0, m, WIDTH):
        part = slice(first, min(first + WIDTH, m))
        sums = _Sums(*np.zeros((5, part.stop - first)))
        for y, v, here in zip(rows.yi.tolist(), rows.vi.tolist(), rows.inside(part), strict=True):
            sums = sums.with_row(y, here / v, here)
        yield part, sums


def _means(rows: _Rows, part: slice, tau2: Floats) -> Floats:
    """Means of subsets, each with its own tau²."""
    w_sum, total = np.zeros_like(tau2), np.zeros_like(tau2)
    for y, v, here in zip(rows.yi - rows.yi[0], rows.vi, rows.inside(part), strict=True):
        w = here / (v + tau2)
        w_sum += w
        total += w * y
    return np.asarray(rows.yi[0] + total / w_sum)


def _by_size(rows: _Rows, how: Estimator) -> _Pooled:
    """Any estimator, on the subsets of one size at a time."""
    pooled, size = _room(rows.members.shape[1]), _sizes(rows.members)
    for n in np.unique(size):
        where = np.flatnonzero(size == n)
        for first in range(0, len(where), max(1, CHUNK // int(n))):
            at = where[first : first + max(1, CHUNK // int(n))]
            chosen = np.nonzero(rows.inside(at).T)[1].reshape(-1, n).T
            model = Mean(rows.yi[chosen], rows.vi[chosen])
            tau2 = how.solve(model).tau2 if n > 1 else np.zeros(len(at))
            spread = heterogeneity(model, tau2)
            mu = model.origin + model.means(tau2[None])[2][0]
            values = (mu, tau2 if n > 1 else np.full(len(at), np.nan), spread.q, spread.i2)
            for target, value in zip(pooled, values, strict=True):
                target[at] = value
    return pooled
