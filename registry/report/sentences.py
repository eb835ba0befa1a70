"""Sentences that several outputs have in common, each a function of a result with a test on each of its branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.report import prose

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled

#: Below so many estimates nothing can be said of a new setting.
NEW_SETTING_FROM = 3


def new_setting(pool: Pooled) -> str:
    """Say what to expect in a new setting; below k = 3, and for a model without a prediction interval, why nothing."""
    if pool.k < NEW_SETTING_FROM:
        of = prose.count(pool.k, "estimate")
        return (
            f"Of a new setting nothing can be said: a prediction interval needs {NEW_SETTING_FROM} estimates, not {of}."
        )
    if pool.hr_pi_low is None or pool.hr_pi_high is None:
        why = pool.reasons.get("pi_low", "there is no prediction interval")
        return prose.sentence(f"Of a new setting nothing can be said: {why}")
    return prose.sentence(predicted(pool.hr_pi_low, pool.hr_pi_high, pool.level))


def predicted(low: float, high: float, level: float) -> str:
    """Say a prediction interval of a ratio in a clause, and what lies in it beside the association."""
    said = f"{prose.level_text(level)} prediction interval for the ratio in a new setting like these"
    other = "; no association, or the opposite, is possible there" if low <= 1.0 <= high else ""
    return f"{said}: {prose.interval(low, high)}{other}"
