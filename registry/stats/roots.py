"""Roots of many functions at once: Newton's method inside brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from registry.stats.batch import Floats

# Newton converges quadratically: after a step this small (relative to root + unit) the error is below rounding.
LAST_STEP = 1e-9
ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
MOST_STEPS = 200


def polish(function: Callable[[Floats], tuple[Floats, Floats]], low: Floats, high: Floats, *, unit: Floats) -> Floats:
    """Root of each function in its bracket, to machine precision; all arrays have one shape.

    `function` gives values and slopes at its argument; it falls from positive at `low` to not positive at `high`.
    A Newton step that leaves the bracket, or is not half the step before last, becomes a bisection, taken in
    log(x + unit), so that a bracket over many orders of magnitude shrinks fast.
    """
    x = _middle(low, high, unit)
    last = before = high - low
    done = np.zeros(x.shape, dtype=np.bool_)
    for _ in range(MOST_STEPS):
        if done.all():
            break
        value, slope = function(x)
        low, high = np.where(value > 0.0, x, low), np.where(value > 0.0, high, x)
        newton = x - np.divide(value, slope, out=np.full_like(x, np.inf), where=slope != 0.0)
        safe = (newton >= low) & (newton <= high) & (np.abs(newton - x) <= 0.5 * before)
        following = np.where(done, x, np.where(safe, newton, _middle(low, high, unit)))
        before, last = last, np.abs(following - x)
        x = following
        done |= (safe & (last <= LAST_STEP * (x + unit))) | (high - low <= ROUNDING * (high + unit))
    return x


def _middle(low: Floats, high: Floats, unit: Floats) -> Floats:
    return np.asarray(np.clip(np.sqrt((low + unit) * (high + unit)) - unit, low, high))
