"""Reported numbers → yi, vi on the log scale, and whether reported numbers agree with each other.

The functions take plain floats (about a microsecond each; they run once per imported row) or equally long arrays, and
give the same bits either way, so that stored values can be recomputed and compared. What cannot be derived is nan.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Effect = tuple[float, float]
    Effects = tuple[Floats, Floats]

NORMAL = NormalDist()
UNDEFINED = (math.nan, math.nan)


@overload
def from_ci(est: float, ci_low: float, ci_high: float, ci_level: float = 95.0) -> Effect: ...
@overload
def from_ci(est: Floats, ci_low: Floats, ci_high: Floats, ci_level: Floats | float = 95.0) -> Effects: ...
def from_ci(
    est: float | Floats, ci_low: float | Floats, ci_high: float | Floats, ci_level: float | Floats = 95.0
) -> Effect | Effects:
    """Log ratio and variance from a ratio and its confidence interval at `ci_level` percent.

    yi = ln est; √vi = (ln high − ln low) / (2 z), z the quantile of the level (Parmar, Torri & Stewart 1998, for 95 %).
    nan unless est > 0, 0 < low < high, all finite, and the level is between 0 and 100.
    """
    return _elementwise(_from_ci, est, ci_low, ci_high, ci_level)


@overload
def from_log(log_hr: float, se: float) -> Effect: ...
@overload
def from_log(log_hr: Floats, se: Floats) -> Effects: ...
def from_log(log_hr: float | Floats, se: float | Floats) -> Effect | Effects:
    """Log ratio and variance from a reported log ratio and its standard error; nan unless both finite and se > 0."""
    return _elementwise(_from_log, log_hr, se)


@overload
def from_p(est: float, p: float) -> Effect: ...
@overload
def from_p(est: Floats, p: Floats) -> Effects: ...
def from_p(est: float | Floats, p: float | Floats) -> Effect | Effects:
    """Log ratio and variance from a ratio and its two-sided p-value: √vi = |ln est| / z(p/2) (Parmar et al. 1998).

    nan for est = 1, where every p means the same, and for p > 0.5, where the rounding of p decides the result.
    """
    return _elementwise(_from_p, est, p)


@overload
def inverted(yi: float, vi: float) -> Effect: ...
@overload
def inverted(yi: Floats, vi: Floats) -> Effects: ...
def inverted(yi: float | Floats, vi: float | Floats) -> Effect | Effects:
    """Effect of the opposite contrast: HR becomes 1/HR, so yi changes its sign and vi stays."""
    return -yi, vi  # type: ignore[return-value]  # both floats or both arrays, as the overloads say


def _elementwise(function: Callable[..., Effect], *numbers: float | Floats) -> Effect | Effects:
    if isinstance(numbers[0], float | int):
        return function(*numbers)
    columns = np.broadcast_arrays(*(np.asarray(column, dtype=np.float64) for column in numbers))
    results = [function(*row) for row in zip(*(column.ravel().tolist() for column in columns), strict=True)]
    yi, vi = np.array(results, dtype=np.float64).reshape(-1, 2).T
    return yi.reshape(columns[0].shape), vi.reshape(columns[0].shape)


def _from_ci(est: float, ci_low: float, ci_high: float, ci_level: float) -> Effect:
    if not (0.0 < est < math.inf and 0.0 < ci_low < ci_high < math.inf and 0.0 < ci_level < 100.0):
        return UNDEFINED
    se = (math.log(ci_high) - math.log(ci_low)) / (2.0 * critical_value(ci_level))
    return math.log(est), se * se


def _from_log(log_hr: float, se: float) -> Effect:
    return (log_hr, se * se) if math.isfinite(log_hr) and 0.0 < se < math.inf else UNDEFINED


def _from_p(est: float, p: float) -> Effect:
    if not (0.0 < est < math.inf and est != 1.0 and 0.0 < p <= 0.5):
        return UNDEFINED
    yi = math.log(est)
    se = yi / NORMAL.inv_cdf(p / 2.0)
    return yi, se * se


@lru_cache(maxsize=256)
def critical_value(level: float) -> float:
    """Two-sided standard normal quantile of a level in percent, as 1.959964 for 95."""
    return NORMAL.inv_cdf(0.5 + level / 200.0)
