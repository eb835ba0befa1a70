"""Trim and fill: how many studies would make the funnel symmetric, and what the pool would be with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import StatisticsError
from registry.stats.pool import checked, fit
from registry.stats.regression import regress
from registry.stats.small_study import LEAST, few, slope_design

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from registry.stats.batch import Floats
    from registry.stats.results import Pool

MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class TrimFill:
    """`k0` studies filled in on `side` ("left", "right"), and `pool`, the pool of the k + k0 rows of `yi`, `vi`.

    `se_k0` is the standard error of k0; `p_k0` the p of "none is missing" (R0 only). The observed rows come first.
    """

    estimator: str
    side: str
    k: int
    k0: int
    se_k0: float
    p_k0: float
    yi: Floats
    vi: Floats
    pool: Pool
    notes: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


def trim_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    estimator: str = "L0",
    method: str = "REML",
    test: str = "hk",
    side: str | None = None,
    level: float = 95.0,
) -> TrimFill:
    """Trim and fill (Duval & Tweedie 2000a, 2000b) of yi, vi (k,).

    |yi − centre| is ranked; T is the sum of the ranks on the side of the surplus, g the largest rank on the other.
    `estimator` "L0": k0 = (4T − k(k + 1))/(2k − 1); "R0": k0 = k − g − 1; rounded, not below 0. The k0 outermost
    estimates are trimmed for the next centre until k0 stays, then mirrored about it. `method`, `test` and `level` are
    those of `fit`. `side` is where studies are missing; unless given it is found as in metafor: right if the slope of
    the mixed-effects regression on sei by `method` is negative, else left.

    Raises StatisticsError below k = 3, for unknown options, if all standard errors are equal and no side is given, for
    identical effects under R0, and if k0 alternates for ever. Differs from metafor: identical effects need no filling
    (metafor ranks their rounding errors and fills); tau² is at its optimum in every round (metafor's `trimfill` drops
    the `control` of its model, so its REML values are good to about 1e-4).
    """
    yi, vi = checked(yi, vi)
    if estimator not in {"L0", "R0"}:
        raise StatisticsError(f"unknown estimator {estimator!r}: L0 or R0")
    if len(yi) < LEAST:
        raise StatisticsError(f"trim and fill needs at least {LEAST} estimates: got {len(yi)}")
    side = _side(yi, vi, method) if side is None else side
    if side not in {"left", "right"}:
        raise StatisticsError(f"unknown side {side!r}: left or right")
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * yi, kind="stable")
    k0, s_rank, centre = _settle(sign * yi[order], vi[order], estimator, method)
    added = order[len(yi) - k0 :]
    all_yi = np.concatenate([yi, 2.0 * sign * centre - yi[added]])
    all_vi = np.concatenate([vi, vi[added]])
    pool = fit(all_yi, all_vi, method=method, test=test, level=level)[0]
    se_k0, p_k0 = (_r0_error(k0), 0.5 ** (k0 + 1)) if estimator == "R0" else (_l0_error(len(yi), s_rank), np.nan)
    reasons = {} if estimator == "R0" else {"p_k0": "only R0 has a test"}
    return TrimFill(estimator, side, len(yi), k0, se_k0, p_k0, all_yi, all_vi, pool, few(len(yi)), reasons)


def _side(yi: Floats, vi: Floats, method: str) -> str:
    """Where small studies are missing: opposite to where they pull."""
    try:
        design = slope_design(np.sqrt(vi), "sei")
    except StatisticsError:
        message = "all standard errors are equal, so the funnel does not show on which side studies are missing"
        raise StatisticsError(message, "give side='left' or side='right'") from None
    return "right" if regress(yi, vi, design, method=method, test="z").b[1] < 0.0 else "left"


def _settle(yi: Floats, vi: Floats, estimator: str, method: str) -> tuple[int, float, float]:
    """Trim until k0 stays the same; yi ascending, missing on the left. Gives k0, its unrounded value and the centre."""
    seen: list[int] = [0]
    for _ in range(MOST_ROUNDS):
        keep = len(yi) - seen[-1]
        centre = fit(yi[:keep], vi[:keep], method=method, test="z", tau2_interval=False)[0].mu
        exact = _missing(yi - centre, estimator)
        seen.append(max(0, round(exact)))
        if seen[-1] == seen[-2]:
            return seen[-1], exact, centre
    raise StatisticsError(
        f"trim and fill does not settle: the number of missing studies alternates between {sorted(set(seen[-4:]))}",
        "use the other estimator, or another method",
    )


def _missing(deviations: Floats, estimator: str) -> float:
    """Estimate of the number of missing studies from signed ranks; ties of |deviation| are ranked in their order."""
    k = len(deviations)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(deviations), kind="stable")] = np.arange(1, k + 1)
    if estimator == "L0":
        s_rank = float(ranks[deviations > 0.0].sum())
        return (4.0 * s_rank - k * (k + 1)) / (2.0 * k - 1.0)
    below = ranks[deviations < 0.0]
    if not len(below):
        raise StatisticsError("R0 is undefined: no estimate lies on the other side of the centre")
    return float(k - below.max() - 1.0)


def _r0_error(k0: int) -> float:
    """Duval & Tweedie 2000a, as metafor."""
    return float(np.sqrt(2.0 * k0 + 2.0))


def _l0_error(k: int, k0: float) -> float:
    """Duval & Tweedie 2000a, as metafor: at the unrounded k0."""
    variance = (
        k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    ) / 24.0
    return float(4.0 * np.sqrt(max(0.0, variance)) / (2 * k - 1))
