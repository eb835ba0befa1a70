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
# By then Newton's bound alone has arrived; nothing seen has taken a dozen.
MOST_STEPS = 200


def q_equals(model: Model, target: Floats) -> Floats:
    """tau² (m,) at which Q equals `target` (m,); 0 where Q(0) is already below.

    Q is a sum of Σ cᵢ/(aᵢ + tau²) with positive cᵢ and aᵢ, so 1/Q is concave, a straight line at infinity, and solved
    as 1/Q = 1/target. Its tangents lie above it: Newton's step from anywhere never passes the root from below, and
    bounds Chebyshev's, which takes the bend of 1/Q into account. It starts at the larger of the zeros of the tangent at
    0 and of the asymptote (tau² + y'MVMy/SS)/SS. SS/(vmin + tau²) ≥ Q bounds it from above.
    """
    tau2, q = np.zeros(len(target)), model.at_zero.q[0]
    left = np.flatnonzero(q > target)
    if not len(left):
        return tau2
    if len(left) < len(target):
        model, target, q = model.take(left), target[left], q[left]
    t = _below(model, target, q)
    for _ in range(MOST_STEPS):
        following = _closer(model, target, t)
        tau2[left] = following
        far = np.flatnonzero(~(np.abs(following - t) <= LAST_STEP * (following + model.vmin)))
        if not len(far):
            break
        t = following
        if len(far) < 0.8 * len(left):
            model, target, t, left = model.take(far), target[far], t[far], left[far]
    return tau2


def _below(model: Model, target: Floats, q: Floats) -> Floats:
    """Lower bound of the roots: zero of the tangent of 1/Q at 0, or of its asymptote."""
    at_zero, ss = model.at_zero, model.ss
    tangent = (q / target - 1.0) * q / at_zero.ypp[0]
    return np.asarray(np.maximum(tangent, ss / target - model.unweighted().ymvmy / ss))


def _closer(model: Model, target: Floats, t: Floats) -> Floats:
    """One step of Chebyshev's method on 1/Q = 1/target, within the bounds of the root."""
    at, bend = (tuple(part[0] for part in parts) for parts in model.bent(t[None]))
    q, ypp, yppp = at[0], at[1], bend[0]
    newton = (q / target - 1.0) * q / ypp
    bent = 1.0 + newton * (yppp / ypp - ypp / q)
    low = np.maximum(t + newton, 0.0)
    high = np.maximum(model.ss / target - model.vmin, low)
    return np.asarray(np.clip(t + newton * bent, low, high))


def q_profile(model: Model, level: float) -> tuple[Floats, Floats]:
    """Q-profile interval of tau² (Viechtbauer 2007): Q(tau²) equals the upper and the lower chi² quantile.

    Both ends are nan where even Q(0) is below the lower quantile: the set is empty (metafor prints 0 to 0).
    """
    tail, m = (1.0 - level / 100.0) / 2.0, len(model.vmin)
    lower_quantile = chdtri(model.df, 1.0 - tail)
    low = q_equals(model, np.full(m, chdtri(model.df, tail)))
    high = q_equals(model, np.full(m, lower_quantile))
    empty = model.at_zero.q[0] < lower_quantile
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)
