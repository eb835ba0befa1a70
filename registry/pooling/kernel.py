"""A frame's way into the kernel and back: yi, vi and index sets in, one `Pooled` per set out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry import stats
from registry.pooling.result import Pooled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from registry.frame import Array, Frame
    from registry.stats import Pool, Subsets


@dataclass(frozen=True, slots=True)
class Settings:
    """How to pool: estimator of tau², test of the mean, level in percent; names as in `registry.stats.fit`."""

    method: str = "REML"
    test: str = "hk"
    level: float = 95.0


def pooled(
    frame: Frame, settings: Settings, subsets: Subsets | None = None, tau2: ArrayLike | None = None
) -> list[Pooled]:
    """Pool every subset of the rows in one batch (all rows as one pool without `subsets`).

    Raises StatisticsError for an unknown method or test and for numbers nothing can be computed from.
    """
    subsets = stats.whole(len(frame)) if subsets is None else subsets
    pools = stats.fit(
        frame["yi"],
        frame["vi"],
        subsets,
        method=settings.method,
        test=settings.test,
        level=settings.level,
        tau2=tau2,
    )
    rows = [subsets.rows[first:last] for first, last in zip(subsets.starts[:-1], subsets.starts[1:], strict=True)]
    sizes = frame["n"]
    return [of_kernel(pool, sizes[members]) for pool, members in zip(pools, rows, strict=True)]


def of_kernel(pool: Pool, sizes: Array) -> Pooled:
    """Take over a pool of the kernel; `sizes` (k,) are the patients of its rows, nan where unknown.

    The guards saw to it that no two rows share patients, so sizes add up.
    """
    known = sizes[~np.isnan(sizes)]
    return Pooled.of(pool, int(known.sum()) if len(known) else None, "no estimate gives a number of patients")
