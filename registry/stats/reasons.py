"""Why a number of a pool is undefined, in words a report can print."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING

from registry.stats.prediction import LEAST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry.stats.results import Pool

TAU2_CI = ("tau2_ci_low", "tau2_ci_high", "i2_ci_low", "i2_ci_high", "h2_ci_low", "h2_ci_high")
HK = ("hk_q", "hk_se", "hk_ci_low", "hk_ci_high")
PI = ("pi_low", "pi_high", "pi_above")
HETEROGENEITY = ("tau2", "se_tau2", *TAU2_CI, "q_p", "i2", "i2_q", "h2", "h2_q")


def _kenward_roger(pool: Pool) -> Iterator[tuple[tuple[str, ...], str]]:
    """Say why so few degrees of freedom that an interval has no end."""
    why = f"Kenward–Roger leaves {pool.df:.2g} degrees of freedom: one study has nearly all the weight"
    yield ("ci_low", "ci_high"), why
    if pool.df <= 1.0 or math.isnan(pool.pi_low):
        yield PI, why


def reasons_of(pool: Pool) -> dict[str, str]:
    """Name each undefined field of `pool` and why it is; the first reason that applies is given."""
    undefined = {entry.name for entry in fields(pool) if _is_nan(getattr(pool, entry.name))}
    reasons: dict[str, str] = {}
    for names, reason in _rules(pool):
        for name in names:
            if name in undefined:
                reasons.setdefault(name, reason)
    return reasons


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _rules(pool: Pool) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield fields and the reason that would make them undefined, the most telling reason first."""
    if pool.method == "FE":
        yield ("se_tau2", *TAU2_CI, "i2", "h2"), "common-effect model: tau² is 0 by assumption"
        yield HK, "common-effect model: Hartung–Knapp is for random effects"
        yield PI, "common-effect model: every study has the same true effect"
    if pool.k == 1:
        yield HETEROGENEITY, "one estimate: heterogeneity is undefined"
        yield HK, "one estimate: Hartung–Knapp needs at least two"
    if pool.tau2_given:
        yield ("se_tau2",), "tau² was given, not estimated"
        yield TAU2_CI, "tau² was given, not estimated"
    if pool.tau2_interval == "none":
        yield TAU2_CI, "not asked for"
    least = LEAST[pool.pi_rule]
    if pool.k < least:
        yield PI, f"a prediction interval needs at least {least} estimates"
    if math.isnan(pool.threshold):
        yield ("pi_above",), "not asked for"
    if pool.ci_basis == "hc":
        yield HK, "Henmi–Copas is about the common-effect mean: Hartung–Knapp is for random effects"
        yield ("df",), "the distribution is Henmi and Copas' own"
    if pool.ci_basis == "kr":
        yield from _kenward_roger(pool)
    yield TAU2_CI, "the estimates agree better than their standard errors allow: the Q-profile interval is empty"
    identical = "identical effects: the Hartung–Knapp standard error would be 0"
    yield ("hk_se", "hk_ci_low", "hk_ci_high", "se", "stat", "p", "ci_low", "ci_high", *PI), identical
    if pool.ci_basis == "hk":
        yield ("df",), identical
    yield ("df",), "normal distribution: no degrees of freedom"
