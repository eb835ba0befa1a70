"""How far a pooled ratio moves when estimates are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from registry.report import prose

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult


def range_of(whole: PoolResult, pools: Sequence[Pooled]) -> str:
    """Say how far the ratio moves when one estimate is left out, and whether an interval then meets 1."""
    known = [each for each in pools if each.hr is not None]
    name = prose.measure_label(whole.measure)
    if not known:
        return f"no {name} can be computed without one of the estimates"
    low, high = min(each.hr for each in known), max(each.hr for each in known)  # type: ignore[type-var]
    said = f"with one estimate left out the {name} runs from {prose.number(low)} to {prose.number(high)}"
    meets = sum(meets_one(each) for each in known)
    if meets_one(whole.pool):
        return f"{said}; the interval includes 1 in {meets} of {len(known)}, as that of all estimates does"
    many = f"the interval then includes 1 in {meets} of {len(known)}"
    return f"{said}; {many if meets else 'no interval then includes 1'}"


def meets_one(pool: Pooled) -> bool:
    """Whether the confidence interval includes a ratio of 1."""
    return pool.hr_ci_low is not None and pool.hr_ci_high is not None and pool.hr_ci_low <= 1.0 <= pool.hr_ci_high
