"""Index sets: which rows form which pool, and their layout for sums over many pools at once.

One pool is a batch of one; leave-one-out, cumulative, subgroups and sweeps differ only in their `Subsets`.
Pools of one size are laid out together as (k, m) arrays, studies on the first axis and pools on the last, where sums
over the first axis are fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from registry.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Numbers per (k, m) array: a dozen of them stay in the cache, and memory is bounded whatever the number of pools.
CHUNK = 1 << 14


@dataclass(frozen=True, slots=True)
class Subsets:
    """Pools as row numbers: pool i holds `rows[starts[i]:starts[i + 1]]`; `labels` may name the pools."""

    rows: Ints
    starts: Ints
    labels: NDArray[Any] | None = None

    def __len__(self) -> int:
        """Return the number of pools, m."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Ints:
        """Number of rows of each pool, (m,)."""
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class SizeClass:
    """Pools of one size: their numbers (m,), and their yi and vi as (k, m), each pool sorted by ascending vi.

    In this order a result does not depend on the order of the input rows, and the largest weight comes first, which
    is where the formulas need it to avoid cancellation.
    """

    pools: Ints
    yi: Floats
    vi: Floats


def whole(k: int) -> Subsets:
    """Take all k rows as one pool."""
    return Subsets(np.arange(k), np.array([0, k]))


def by_group(labels: Sequence[Any] | NDArray[Any]) -> Subsets:
    """Make one pool per distinct label, in ascending label order; `labels` has one entry per row."""
    try:
        distinct, codes = np.unique(np.asarray(labels), return_inverse=True)
    except TypeError as error:
        raise StatisticsError(f"group labels cannot be sorted: {error}") from None
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=len(distinct)))])
    return Subsets(np.argsort(codes, kind="stable"), starts, distinct)


def leave_one_out(k: int) -> Subsets:
    """Leave each row out in turn: pool i of k holds all rows but i."""
    if k < 2:
        raise StatisticsError(f"leave-one-out needs at least two estimates, got {k}")
    before, without = np.arange(k - 1), np.arange(k)[:, None]
    return Subsets((before + (before >= without)).ravel(), np.arange(k + 1) * (k - 1))


def cumulative(k: int) -> Subsets:
    """Add row by row: pool i of k holds rows 0 to i."""
    starts = np.concatenate([[0], np.cumsum(np.arange(1, k + 1))])
    return Subsets(np.concatenate([np.arange(size) for size in range(1, k + 1)]), starts)


def size_classes(yi: Floats, vi: Floats, subsets: Subsets, *, chunk: int = CHUNK) -> Iterator[SizeClass]:
    """Lay the pools out by size, at most about `chunk` numbers per array."""
    order = _precision_order(yi, vi)
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(len(order))
    ranked, yi, vi, sizes = ranks[subsets.rows], yi[order], vi[order], subsets.sizes
    for k in np.unique(sizes):
        pools, step = np.flatnonzero(sizes == k), max(1, chunk // int(k))
        for first in range(0, len(pools), step):
            members = pools[first : first + step]
            rows = np.sort(ranked[subsets.starts[members][:, None] + np.arange(k)], axis=1).T
            yield SizeClass(members, np.ascontiguousarray(yi[rows]), np.ascontiguousarray(vi[rows]))


def _precision_order(yi: Floats, vi: Floats) -> Ints:
    """Sort by vi, ties by yi; the second key is ten times the price and seldom needed."""
    order = np.argsort(vi)
    return np.lexsort((yi, vi)) if (np.diff(vi[order]) == 0.0).any() else order
