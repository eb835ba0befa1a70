"""Fail-safe numbers, which published reviews print; here for parity with them only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from registry.errors import StatisticsError
from registry.stats.pool import checked

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class FailSafe:
    """How many null results it would take; `n` is nan when no number would do."""

    rule: str
    k: int
    n: float
    alpha: float
    target: float
    notes: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


def fail_safe_n(
    yi: ArrayLike, vi: ArrayLike, *, rule: str = "rosenthal", alpha: float = 0.05, target: float | None = None
) -> FailSafe:
    """Count the null results that would undo a finding. For parity with published reviews only: it proves nothing.

    yi, vi (k,); rounded up; not below 0. "rosenthal" (Rosenthal 1979): (Σyi/√vi / z(alpha))² − k, until the combined
    one-sided p exceeds `alpha`. "rosenberg" (Rosenberg 2005): k ((Σw yi / z(alpha/2))² / Σw − 1), w = 1/vi, until the
    two-sided p of the common-effect mean does. "orwin" (Orwin 1983): k (mean − target)/target, until the plain mean
    falls to `target`, half of it unless given. As metafor's `fsn`. Raises StatisticsError for an unknown rule.
    """
    yi, vi = checked(yi, vi)
    k, aim, reasons = len(yi), np.nan, {"target": "only Orwin's rule has a target"}
    if rule == "rosenthal":
        exact = k * (np.sum(yi / np.sqrt(vi)) / np.sqrt(k) / ndtri(1.0 - alpha)) ** 2 - k
    elif rule == "rosenberg":
        exact = k * ((np.sum(yi / vi) / ndtri(1.0 - alpha / 2.0)) ** 2 / np.sum(1.0 / vi) - 1.0)
    elif rule == "orwin":
        mean, reasons = float(np.mean(yi)), {}
        aim = float(np.copysign(mean / 2.0 if target is None else target, mean))
        exact = k * (mean - aim) / aim if aim != 0.0 else np.nan
    else:
        raise StatisticsError(f"unknown rule {rule!r}: rosenthal, orwin or rosenberg")
    if np.isnan(exact):
        reasons["n"] = "no number of null results brings the mean to 0"
    return FailSafe(rule, k, _whole(exact), alpha, aim, ("for parity with published reviews only",), reasons)


def _whole(exact: float) -> float:
    """Round up to a whole number ≥ 0, after rounding away what is only noise (as metafor)."""
    if np.isnan(exact):
        return float(np.nan)
    nearest = round(max(0.0, exact))
    return float(nearest) if abs(exact - nearest) < np.finfo(np.float64).eps ** 0.5 else float(np.ceil(max(0.0, exact)))
