"""Where Q(tau²) takes a given value: Paule–Mandel's estimators, and the Q-profile interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from registry.stats.distributions import chdtri

if TYPE_CHECKING:
    from registry.stats.batch import Floats
    from registry.stats.model import Model

# The iteration is of third order: after a step this small, in units of tau² + vmin, the error is below rounding.
LAST_STEP = 1e-5
# Pools are taken out of the batch once fewer than this share of them are left.
FEWER = 0.7
# By then Newton's bound alone has arrived; nothing seen has taken a dozen.
MOST_STEPS = 200


def q_equals(model: Model, target: Floats) -> Floats:
    """tau² (g, m) at which Q equals `target` (g, m); 0 where Q(0) is already below.

    Q is a sum of Σ cᵢ/(aᵢ + tau²) with positive cᵢ and aᵢ, so 1/Q is concave, and solved as 1/Q = 1/target. Its
    tangents lie above it: Newton's step from anywhere never passes the root from below, and bounds Chebyshev's, which
    takes the bend of 1/Q into account. SS/(vmin + tau²) ≥ Q bounds it from above.
    """
    tau2 = np.zeros(target.shape)
    rows, pools = np.nonzero(model.at_zero.q > target)
    if not len(pools):
        return tau2
    aim, t = target[rows, pools], _start(model, target)[rows, pools]
    if target.size > len(pools) or len(target) > 1:
        model = model.take(pools)
    for _ in range(MOST_STEPS):
        following = _closer(model, aim, t)
        tau2[rows, pools] = following
        far = np.flatnonzero(~(np.abs(following - t) <= LAST_STEP * (following + model.vmin)))
        if not len(far):
            break
        t = following
        if len(far) < FEWER * len(t):
            model, aim, t, rows, pools = model.take(far), aim[far], t[far], rows[far], pools[far]
    return tau2


def _start(model: Model, target: Floats) -> Floats:
    """First guess of the roots (g, m), from what is known of 1/Q at 0 and at infinity.

    It begins with 1/Q(0) and the slope y'PPy/Q², and ends as the straight line (t + c)/SS with c = y'MVMy/SS; between
    them stands (t + c)/SS − A/(1 + Bt).
    """
    q, ypp, ss = model.at_zero.q[0], model.at_zero.ypp[0], model.ss
    with np.errstate(divide="ignore", invalid="ignore"):
        c = model.unweighted.ymvmy / ss
        a = np.maximum(c - ss / q, 0.0)
        inverse = a / np.maximum(ss * ypp / (q * q) - 1.0, 0.0)
        line = ss / target - c
        # (t − line)(1 + t/inverse) = a, of which the larger root is wanted; the line alone where there is no bend.
        half = 0.5 * (line - inverse)
        guess = half + np.sqrt(half * half + (line + a) * inverse)
        tangent = (q / target - 1.0) * (q / ypp)
        return np.asarray(np.maximum(np.where(guess > 0.0, guess, line), np.maximum(tangent, 0.0)))


def _closer(model: Model, target: Floats, t: Floats) -> Floats:
    """One step of Chebyshev's method on 1/Q = 1/target, within the bounds of the root."""
    q, ypp, yppp = (part[0] for part in model.slopes(t[None]))
    newton = (q / target - 1.0) * q / ypp
    bent = 1.0 + newton * (yppp / ypp - ypp / q)
    low = np.maximum(t + newton, 0.0)
    high = np.maximum(model.ss / target - model.vmin, low)
    return np.asarray(np.clip(t + newton * bent, low, high))


def q_profile(model: Model, level: float) -> tuple[Floats, Floats]:
    """Q-profile interval of tau² (Viechtbauer 2007): Q(tau²) equals the upper and the lower chi² quantile.

    Both ends are nan where even Q(0) is below the lower quantile: the set is empty (metafor prints 0 to 0).
    """
    tail = (1.0 - level / 100.0) / 2.0
    quantiles = np.array([[chdtri(model.df, tail)], [chdtri(model.df, 1.0 - tail)]])
    q = model.at_zero.q[0]
    low, high = np.where(q < quantiles[1], np.nan, q_equals(model, np.broadcast_to(quantiles, (2, len(q)))))
    return low, high
