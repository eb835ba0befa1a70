"""Absolute risk of two groups from their ratio: by hazard, risk or odds ratios, many at once.

A population at one time point is a share `prevalence` of the high group and the rest, the low group. `survival` is the
share free of the event, of the whole population or of the low group. Under proportional hazards the survival of the
high group is that of the low group to the power HR (Skoetz et al. 2020, GRADE guidelines 27, 10.1016/j.jclinepi.2019.
10.015); what is known of the whole population is the mixture of both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from registry.errors import StatisticsError
from registry.stats.batch import Floats
from registry.stats.roots import polish


class Survivals(NamedTuple):
    """Shares of the low and of the high group free of the event; nan where no such groups exist."""

    low: Floats
    high: Floats


def by_hazard_ratio(hr: ArrayLike, survival: ArrayLike, prevalence: ArrayLike | None = None) -> Survivals:
    """Give both groups under proportional hazards: S_high = S_low ** hr.

    With `prevalence` the survival is that of the whole population, p·S_low**hr + (1 − p)·S_low = S; without it that of
    the low group. In the cumulative hazard of the low group the mixture falls from 1 to 0, so that there is one root;
    it lies between those of populations that are all one group. Arrays broadcast. Raises StatisticsError unless hr is
    above 0 and finite, 0 < S < 1 and 0 ≤ p ≤ 1.
    """
    ratios, survivals, shares = _checked(hr, survival, prevalence)
    if prevalence is None:
        return Survivals(survivals, survivals**ratios)
    whole = -np.log(survivals)

    def mixture(hazard: Floats) -> tuple[Floats, Floats]:
        # divided by S, so that neither a survival near 0 nor one near 1 loses digits
        high, low = whole - ratios * hazard, whole - hazard
        value = shares * np.expm1(high) + (1.0 - shares) * np.expm1(low)
        return value, -shares * ratios * np.exp(high) - (1.0 - shares) * np.exp(low)

    low, high = whole / np.maximum(ratios, 1.0), whole / np.minimum(ratios, 1.0)
    hazard = polish(mixture, low, high, unit=np.zeros_like(whole))
    return Survivals(np.exp(-hazard), np.exp(-ratios * hazard))


def by_risk_ratio(rr: ArrayLike, survival: ArrayLike, prevalence: ArrayLike | None = None) -> Survivals:
    """Give both groups when the risk of the high group is rr times that of the low group.

    R_low = R / (1 − p + p·rr), with `prevalence`; R is the risk 1 − S. A risk above 1 is none: both are nan then.
    Arguments as in `by_hazard_ratio`.
    """
    ratios, survivals, shares = _checked(rr, survival, prevalence)
    low = (1.0 - survivals) / (1.0 - shares + shares * ratios)
    high = ratios * low
    possible = (low <= 1.0) & (high <= 1.0)
    return Survivals(np.where(possible, 1.0 - low, np.nan), np.where(possible, 1.0 - high, np.nan))


def by_odds_ratio(odds_ratio: ArrayLike, survival: ArrayLike, prevalence: ArrayLike | None = None) -> Survivals:
    """Give both groups when the odds of the event in the high group are odds_ratio times those in the low group.

    With `prevalence` the odds of the low group are the positive root of the quadratic that the mixture gives,
    OR(1 − R)·o² + (p·OR + 1 − p − R(1 + OR))·o − R = 0. Arguments as in `by_hazard_ratio`.
    """
    ratios, survivals, shares = _checked(odds_ratio, survival, prevalence)
    risks = 1.0 - survivals
    square, constant = ratios * survivals, -risks
    linear = shares * ratios + (1.0 - shares) - risks * (1.0 + ratios)
    root = np.sqrt(linear**2 - 4.0 * square * constant)
    # of two forms of the root the one without cancellation
    odds = np.where(linear >= 0.0, -2.0 * constant / (linear + root), (root - linear) / (2.0 * square))
    return Survivals(1.0 / (1.0 + odds), 1.0 / (1.0 + ratios * odds))


def _checked(ratio: ArrayLike, survival: ArrayLike, prevalence: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    """Broadcast what is given; without a prevalence that of the high group is 0, so that S is that of the low group."""
    ratios, survivals, shares = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (ratio, survival, 0.0 if prevalence is None else prevalence))
    )
    if not np.all((ratios > 0.0) & np.isfinite(ratios)):
        raise StatisticsError("a ratio must be above 0 and finite")
    if not np.all((survivals > 0.0) & (survivals < 1.0)):
        raise StatisticsError("survival must lie between 0 and 1, without both", "50 % is 0.50")
    if not np.all((shares >= 0.0) & (shares <= 1.0)):
        raise StatisticsError("prevalence must lie between 0 and 1", "40 % is 0.40")
    return ratios, survivals, shares
