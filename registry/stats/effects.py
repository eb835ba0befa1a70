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
LARGEST_P = 0.5
"""Beyond it a p-value is used only where its digits, and those of the ratio, settle the standard error."""
MOST_MOVED = 0.2
"""How far the rounding of both may move that standard error, as a share of it."""


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
def from_p(est: float, p: float, est_half: float = math.nan, p_half: float = math.nan) -> Effect: ...
@overload
def from_p(
    est: Floats, p: Floats, est_half: Floats | float = math.nan, p_half: Floats | float = math.nan
) -> Effects: ...
def from_p(
    est: float | Floats,
    p: float | Floats,
    est_half: float | Floats = math.nan,
    p_half: float | Floats = math.nan,
) -> Effect | Effects:
    """Log ratio and variance from a ratio and its two-sided p-value: √vi = |ln est| / z(p/2) (Parmar et al. 1998).

    `est_half` and `p_half` are half a unit of the last printed digit; nan is half a unit of the fewest digits that give
    the number. nan for est = 1, where every p means the same, and for a p above 0.5 where another number that prints
    the same moves √vi by more than `MOST_MOVED`: up to 0.5 a p-value is used as it is printed.
    """
    return _elementwise(_from_p, est, p, est_half, p_half)


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


def _from_p(est: float, p: float, est_half: float, p_half: float) -> Effect:
    if not (0.0 < est < math.inf and est != 1.0 and 0.0 < p < 1.0):
        return UNDEFINED
    yi = math.log(est)
    se = yi / NORMAL.inv_cdf(p / 2.0)
    if p > LARGEST_P and _moved(est, p, est_half, p_half) > MOST_MOVED:
        return UNDEFINED
    return yi, se * se


def _moved(est: float, p: float, est_half: float, p_half: float) -> float:
    """How far √vi lies, as a share of it, from that of any ratio and p that print as these; inf without end."""
    est_half, p_half = (half_unit(x) if math.isnan(half) else half for x, half in ((est, est_half), (p, p_half)))
    logs = [math.log(x) if x > 0.0 else -math.inf for x in (est - est_half, est + est_half)]
    nearest = 0.0 if logs[0] < 0.0 < logs[1] else min(map(abs, logs))
    z, least, most = (-NORMAL.inv_cdf(min(x, 1.0) / 2.0) for x in (p, p + p_half, p - p_half))
    if least <= 0.0:
        return math.inf
    se = abs(math.log(est)) / z
    return max(max(map(abs, logs)) / least / se - 1.0, 1.0 - nearest / most / se)


def half_unit(number: float) -> float:
    """Half a unit of the last of the fewest digits (15 at most) that give a number: 0.005 for 2.15, 0.5 for 550."""
    digits, _, power = f"{number:.15g}".partition("e")
    return 0.5 * 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


@lru_cache(maxsize=256)
def critical_value(level: float) -> float:
    """Two-sided standard normal quantile of a level in percent, as 1.959964 for 95."""
    return NORMAL.inv_cdf(0.5 + level / 200.0)
