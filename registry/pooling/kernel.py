"""A frame's way into the kernel and back: yi, vi and index sets in, one `Pooled` per set out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry import stats
from registry.flow import patients
from registry.pooling.result import Pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from registry.frame import Frame
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
    return [of_kernel(pool, frame.take(members)) for pool, members in zip(pools, rows, strict=True)]


def of_kernel(pool: Pool, rows: Frame) -> Pooled:
    """Take over a pool of the kernel; patients are those of its rows."""
    return Pooled.of(pool, patients(rows), "no estimate gives a number of patients")


def subsets_of(groups: Sequence[Sequence[int]]) -> Subsets:
    """Make index sets of these rows."""
    starts = np.concatenate([[0], np.cumsum([len(rows) for rows in groups])])
    return stats.Subsets(np.concatenate([np.asarray(rows, dtype=np.intp) for rows in groups]), starts)
