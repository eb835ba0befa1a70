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

# Values of a digit that numpy sorts by counting.
DIGIT = 1 << 16


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
    array = np.asarray(labels)
    if array.ndim != 1:
        raise StatisticsError(f"group labels must be one-dimensional: got shape {array.shape}")
    distinct, codes, counts = _codes(array)
    starts = np.zeros(len(distinct) + 1, dtype=np.intp)
    np.cumsum(counts, out=starts[1:])
    return Subsets(_sorted_rows(codes, len(distinct)), starts, distinct)


def _codes(labels: NDArray[Any]) -> tuple[NDArray[Any], Ints, Ints]:
    """Distinct labels in ascending order, the number of each row's label, rows of each; integers are not sorted."""
    if labels.dtype.kind in "iu" and len(labels):
        low, high = int(labels.min()), int(labels.max())
        if high - low < 2 * len(labels) + DIGIT and high < np.iinfo(np.intp).max:
            codes = labels.astype(np.intp, copy=False) - low
            counts = np.bincount(codes)
            there = counts > 0
            distinct = (np.flatnonzero(there) + low).astype(labels.dtype)
            return distinct, codes if there.all() else (np.cumsum(there) - 1)[codes], counts[there]
    try:
        distinct, codes = np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise StatisticsError(f"group labels cannot be sorted: {error}") from None
    return distinct, codes, np.bincount(codes, minlength=len(distinct))


def _sorted_rows(codes: Ints, distinct: int) -> Ints:
    """Rows by ascending code, stable; digits of 16 bits, the last first, which numpy sorts by counting."""
    if (codes[1:] >= codes[:-1]).all():
        return np.arange(len(codes))
    rows = np.argsort(codes.astype(np.uint16), kind="stable")
    for shift in range(16, distinct.bit_length(), 16):
        rows = rows[np.argsort((codes[rows] >> shift).astype(np.uint16), kind="stable")]
    return rows


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
    sizes = subsets.sizes
    by_size = _sorted_rows(sizes, int(sizes.max()))
    for k, pools in zip(*_runs(sizes[by_size], by_size), strict=True):
        step, columns = max(1, chunk // int(k)), np.arange(k)
        for first in range(0, len(pools), step):
            members = pools[first : first + step]
            if members[-1] - members[0] == len(members) - 1:
                rows = subsets.rows[subsets.starts[members[0]] : subsets.starts[members[-1] + 1]]
            else:
                rows = subsets.rows[subsets.starts[members][:, None] + columns].ravel()
            shape = len(members), int(k)
            yield SizeClass(members, *_by_precision(yi.take(rows).reshape(shape), vi.take(rows).reshape(shape)))


def _runs(values: Ints, things: Ints) -> tuple[Ints, list[Ints]]:
    """Distinct values of sorted `values` (m,), and the `things` (m,) at each."""
    changes = np.flatnonzero(np.diff(values)) + 1
    return values[np.concatenate([[0], changes])], np.split(things, changes)


def _by_precision(yi: Floats, vi: Floats) -> tuple[Floats, Floats]:
    """Sort each pool, a row of yi and vi (m, k), by vi and, among equal ones, by yi; (k, m).

    The second key is ten times the price and seldom needed. Neighbours in memory are the rows of a pool if there are
    more of them than pools, else the pools.
    """
    m, k = vi.shape
    order = np.argsort(vi, axis=1)
    order += k * np.arange(m)[:, None]
    if m >= k:
        order = np.ascontiguousarray(order.T).T
    ordered = vi.ravel()[order]
    equal = ordered[:, 1:] == ordered[:, :-1]
    if equal.any():
        tied = np.flatnonzero(equal.any(axis=1))
        order[tied] = np.lexsort((yi[tied], vi[tied]), axis=1) + k * tied[:, None]
    return yi.ravel()[order].T, ordered.T
