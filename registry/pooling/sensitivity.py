"""Whether the pool stands without one estimate, and without the cutoffs that were chosen on the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from registry import stats
from registry.pooling.kernel import Settings, pooled
from registry.pooling.result import LeftOut, Pooled, PooledEstimate
from registry.terms import DATA_DRIVEN_CUTOFFS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.frame import Frame


def leave_one_out(frame: Frame, estimates: Sequence[PooledEstimate], settings: Settings) -> tuple[LeftOut, ...]:
    """Pool without each estimate in turn, in one batch; empty for a single estimate."""
    if len(frame) < 2:
        return ()
    pools = pooled(frame, settings, stats.leave_one_out(len(frame)))
    return tuple(LeftOut(estimate, pool) for estimate, pool in zip(estimates, pools, strict=True))


def without_data_driven_cutoffs(frame: Frame, settings: Settings) -> Pooled | None:
    """Pool the rows whose cutoff was not chosen on the outcome; None if there are none, or nothing else.

    Such cutoffs bias a ratio away from 1 (Altman et al. 1994, 10.1093/jnci/86.11.829). A cutoff whose choice is not
    reported stays in.
    """
    chosen = np.array([value in DATA_DRIVEN_CUTOFFS for value in frame["cutoff_method"].tolist()], dtype=np.bool_)
    if not chosen.any() or chosen.all():
        return None
    return pooled(frame.take(~chosen), settings)[0]
