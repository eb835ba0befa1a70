"""A frame's way into the kernel and back: yi, vi and index sets in, one `Pooled` per set out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from registry import stats
from registry.errors import UsageError
from registry.pooling.pooled import Pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from registry.frame import Array, Frame
    from registry.stats import Pool, Subsets


@dataclass(frozen=True, slots=True)
class Settings:
    """How to pool: estimator of tau², test of the mean, level in percent; names as in `registry.stats.fit`.

    `threshold` is a ratio: how likely a new setting exceeds it. `dependence` (a key of `registry.pooling.dependence`)
    with a working correlation `rho` is for several estimates of the same patients; None takes them as independent.
    """

    method: str = "REML"
    test: str = "hk"
    level: float = 95.0
    pi_rule: str | None = None
    tau2_interval: str = "qp"
    threshold: float = 1.0
    dependence: str | None = None
    rho: float | None = None

    def for_kernel(self) -> dict[str, Any]:
        """Give the options of `registry.stats.fit`. Raises UsageError for a threshold that is no ratio."""
        if not 0.0 < self.threshold < math.inf:
            raise UsageError(f"threshold is {self.threshold:g}", "a ratio above 0, for instance 1.25")
        return {
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "pi_rule": self.pi_rule,
            "tau2_interval": self.tau2_interval,
            "threshold": math.log(self.threshold),
        }


def pooled(
    frame: Frame, settings: Settings, subsets: Subsets | None = None, tau2: ArrayLike | None = None
) -> list[Pooled]:
    """Pool every subset of the rows in one batch (all rows as one pool without `subsets`).

    Raises StatisticsError for an unknown method or test and for numbers nothing can be computed from.
    """
    subsets = stats.whole(len(frame)) if subsets is None else subsets
    rows = [subsets.rows[first:last] for first, last in zip(subsets.starts[:-1], subsets.starts[1:], strict=True)]
    if settings.dependence is not None:
        from registry.pooling.dependence import dependent_pool, dependent_pools

        if len(rows) == 1:
            return [dependent_pool(frame.take(rows[0]), settings)]
        return dependent_pools([frame.take(members) for members in rows], settings)
    pools = stats.fit(frame["yi"], frame["vi"], subsets, tau2=tau2, **settings.for_kernel())
    sizes = frame["n"]
    return [of_kernel(pool, sizes[members]) for pool, members in zip(pools, rows, strict=True)]


def pooled_without_each(frame: Frame, settings: Settings, left_out: Sequence[int] | None = None) -> list[Pooled]:
    """Pool the rows without each of them in turn, or without each of `left_out` (ascending).

    Independent ones in closed form.
    """
    rows = range(len(frame)) if left_out is None else left_out
    if settings.dependence is not None:
        from registry.pooling.dependence import dependent_pools

        every = np.arange(len(frame))
        return dependent_pools([frame.take(np.delete(every, row)) for row in rows], settings)
    from registry.stats.deletion import leave_each_out

    pools = leave_each_out(frame["yi"], frame["vi"], rows=rows, **settings.for_kernel())
    sizes = frame["n"]
    return [of_kernel(pool, np.delete(sizes, row)) for row, pool in zip(rows, pools, strict=True)]


def of_kernel(pool: Pool, sizes: Array) -> Pooled:
    """Take over a pool of the kernel; `sizes` (k,) are the patients of its rows, nan where unknown.

    The guards saw to it that no two rows share patients, so sizes add up.
    """
    known = sizes[~np.isnan(sizes)]
    return Pooled.of(pool, int(known.sum()) if len(known) else None, "no estimate gives a number of patients")
