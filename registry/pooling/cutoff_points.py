"""The estimates of an analysis of cutoffs, one by one, and the cutoffs along which a curve predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from registry.pooling.cutoff_result import CutoffEstimate
from registry.pooling.names import labels
from registry.pooling.orientation import shown_interval
from registry.terms import DATA_DRIVEN_CUTOFFS, CutoffMethod

if TYPE_CHECKING:
    from registry.frame import Array, Frame

#: What says nothing about how a cutoff was chosen.
NOT_KNOWN = (None, CutoffMethod.UNCLEAR)
#: Predictions along a curve, enough for a smooth line.
POINTS = 61


def cutoff_estimates(rows: Frame, level: float) -> tuple[CutoffEstimate, ...]:
    """Give each estimate with its cutoff, and its interval at `level` percent."""
    low, high = shown_interval(rows, level)
    ways = rows["cutoff_method"].tolist()
    columns = {name: rows[name].tolist() for name in ("key", "study", "cohort", "yi", "vi")}
    columns |= {
        "label": labels(rows),
        "cutoff": rows["cutoff_value"].tolist(),
        "data_driven": [None if way in NOT_KNOWN else way in DATA_DRIVEN_CUTOFFS for way in ways],
        "hr": np.exp(rows["yi"]).tolist(),
        "hr_ci_low": low.tolist(),
        "hr_ci_high": high.tolist(),
    }
    each = zip(*columns.values(), strict=True)
    return tuple(CutoffEstimate(**dict(zip(columns, row, strict=True))) for row in each)


def along(low: float, high: float, *, log: bool) -> Array:
    """Give cutoffs from `low` to `high`, evenly spaced on the scale of the line; one where there is only one."""
    if low == high:
        return np.array([low])
    between = np.geomspace(low, high, POINTS) if log else np.linspace(low, high, POINTS)
    between[[0, -1]] = low, high
    return np.asarray(between)
