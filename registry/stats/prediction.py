"""Where the true effect of a new study may lie: prediction intervals by named rules, and probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from registry.errors import StatisticsError
from registry.stats.inference import Estimate, Interval, beyond, reach

if TYPE_CHECKING:
    from registry.stats.batch import Floats

PI_RULES = {
    "hk": "t(k − 2) with the Hartung–Knapp standard error (Partlett & Riley 2017)",
    "hts": "t(k − 2) with the Wald standard error (Higgins, Thompson & Spiegelhalter 2009)",
    "t": "t(k − 1) with the Wald standard error (Veroniki et al. 2019)",
    "z": "normal distribution with the Wald standard error",
    "kr": "t(df − 1) with the Kenward–Roger standard error and df (Partlett & Riley 2017)",
    "metafor": "distribution and standard error of the confidence interval (metafor's default)",
    "nnf": "confidence distribution of tau² from the exact distribution of Q (Nagashima, Noma & Furukawa 2019)",
}

# Estimates a rule needs at least; Kenward–Roger needs more than one degree of freedom besides.
LEAST = {"hk": 3, "hts": 3, "t": 2, "z": 2, "kr": 3, "metafor": 2, "nnf": 3}


class Prediction(NamedTuple):
    """Interval for the true effect of a new study, and the probability that it exceeds a threshold; all (m,)."""

    low: Floats
    high: Floats
    above: Floats


def resolve_pi_rule(pi_rule: str | None, test: str) -> str:
    """Resolve None to the default: "hk" beside a Hartung–Knapp test, "kr" beside kr, "hts" beside the others."""
    name = pi_rule or ("hk" if test.startswith("hk") else "kr" if test == "kr" else "hts")
    if name not in PI_RULES:
        raise StatisticsError(f"unknown prediction interval rule {pi_rule!r}: one of {', '.join(PI_RULES)}")
    if name == "kr" and test != "kr":
        raise StatisticsError(f"prediction interval rule 'kr' goes with test='kr', not {test!r}")
    return name


def predict(
    at: Estimate, ci: Interval, tau2: Floats, *, rule: str, test: str, level: float, threshold: float | None
) -> Prediction:
    """Interval mu ± c √(tau² + se²) by a rule of `PI_RULES` but nnf, and how likely a new effect is above `threshold`.

    Under "hk" the standard error is the reported one if the test is a Hartung–Knapp test (so the interval is never
    narrower than the CI), else the plain Hartung–Knapp one. The probability is that of the same distribution, so it is
    (1 + level)/2 where the lower end is the threshold.
    """
    df, se = _distribution(at, ci, rule, test)
    scale = np.where(at.df + 1.0 < LEAST[rule], np.nan, np.sqrt(tau2 + se * se))
    half = reach(scale, df, level)
    above = np.full(len(scale), np.nan) if threshold is None else beyond((threshold - at.mu) / scale, df)
    above[np.isnan(half)] = np.nan
    return Prediction(at.mu - half, at.mu + half, above)


def _distribution(at: Estimate, ci: Interval, rule: str, test: str) -> tuple[Floats, Floats]:
    """Degrees of freedom (nan: normal) and standard error of the mean by a rule, both (m,)."""
    if rule == "metafor":
        return ci.df, ci.se
    if rule == "kr":
        return np.maximum(ci.df - 1.0, 0.0), np.where(ci.df > 1.0, ci.se, np.nan)
    hk_se = ci.se if test.startswith("hk") else at.hk_se
    less = {"hk": 1.0, "hts": 1.0, "t": 0.0, "z": np.nan}[rule]
    return np.maximum(at.df - less, 0.0), hk_se if rule == "hk" else at.wald_se
