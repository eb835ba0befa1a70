"""Roots of many functions at once: Newton's method inside brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from registry.stats.batch import Floats

# Newton converges quadratically: a step this small (relative to root + unit) leaves an error below rounding.
SMALL = 1e-13
MOST_STEPS = 200


def polish(function: Callable[[Floats], tuple[Floats, Floats]], low: Floats, high: Floats, *, unit: Floats) -> Floats:
    """Root of each function in its bracket, to machine precision.

    `function` gives values and slopes at its argument; it falls from positive at `low` to not positive at `high`.
    A Newton step that leaves the bracket or is not half the step before last becomes a bisection (Press et al. 2007,
    section 9.4), taken in log(x + unit), so that brackets over many orders of magnitude shrink fast. All arrays have
    one shape.
    """
    x = np.sqrt((low + unit) * (high + unit)) - unit
    last = before = high - low
    done = np.zeros(x.shape, dtype=np.bool_)
    for _ in range(MOST_STEPS if x.size else 0):
        value, slope = function(x)
        low, high = np.where(value > 0.0, x, low), np.where(value > 0.0, high, x)
        newton = x - np.divide(value, slope, out=np.full_like(x, np.inf), where=slope != 0.0)
        safe = (newton >= low) & (newton <= high) & (np.abs(newton - x) <= 0.5 * before)
        following = np.where(safe, newton, np.sqrt((low + unit) * (high + unit)) - unit)
        following = np.where(done, x, np.clip(following, low, high))
        before, last = last, np.abs(following - x)
        done |= last <= SMALL * (following + unit)
        x = following
        if done.all():
            break
    return x
