"""From a mean and its weights to standard errors, tests, confidence and prediction intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from registry.errors import StatisticsError
from registry.stats.batch import Floats
from registry.stats.model import Mean

WALD, T, HK = "wald", "t", "hk"
"""What an interval rests on: the Wald standard error with the normal distribution or t(k − 1), or Hartung–Knapp."""


class Interval(NamedTuple):
    """Inference on m means: everything (m,); `df` nan means the normal distribution."""

    se: Floats
    stat: Floats
    p: Floats
    df: Floats
    ci_low: Floats
    ci_high: Floats


class Estimate(NamedTuple):
    """Means (m,) with both standard errors, the Hartung–Knapp factor q, and its degrees of freedom.

    `df` is 0, and what is Hartung–Knapp's is nan, for a single row and for a common effect.
    """

    mu: Floats
    wald_se: Floats
    hk_se: Floats
    hk_q: Floats
    df: int


@dataclass(frozen=True, slots=True)
class MeanTest:
    """A way to test and bound the mean; `source` says whose."""

    name: str
    label: str
    source: str


TESTS = {
    entry.name: entry
    for entry in (
        MeanTest("hk", "wider of Hartung–Knapp t(k − 1) and Wald", "Jackson et al. 2017"),
        MeanTest("hk-adhoc", "Hartung–Knapp t(k − 1), q not below 1", "Röver, Knapp & Friede 2015"),
        MeanTest("hk-plain", "Hartung–Knapp t(k − 1)", "Hartung & Knapp 2001; Sidik & Jonkman 2002"),
        MeanTest("t", "Wald standard error, t(k − 1)", "Follmann & Proschan 1999"),
        MeanTest("z", "Wald", "DerSimonian & Laird 1986"),
    )
}


def resolve_test(test: str) -> str:
    """Resolve a name or alias (hksj is hk) to a key of `TESTS`; raises StatisticsError if there is none."""
    name = {"hksj": "hk"}.get(test.lower(), test.lower())
    if name not in TESTS:
        raise StatisticsError(f"unknown test {test!r}: one of {', '.join(TESTS)} (hksj is hk)")
    return name


def estimate(model: Mean, tau2: Floats, *, random: bool = True) -> Estimate:
    """Weighted mean with weights 1/(vi + tau²), its Wald and its Hartung–Knapp standard error.

    Wald: 1/√Σw. Hartung & Knapp (2001): √(q/Σw) with q = Σw(y − mu)²/(k − 1); nan for identical effects, where
    it is 0 and says nothing (metafor prints an interval of width 0).
    """
    _, sum_w, mean = model.means(tau2[None])
    mu, wald = model.origin + mean[0], 1.0 / np.sqrt(sum_w[0])
    if model.df == 0 or not random:
        undefined = np.full(len(tau2), np.nan)
        return Estimate(mu, wald, undefined, undefined, 0)
    q = model.forms(tau2[None]).q[0] / model.df
    return Estimate(mu, wald, np.where(q > 0.0, wald * np.sqrt(q), np.nan), q, model.df)


def reach(se: Floats, df: int | None, level: float) -> Floats:
    """Half width of the interval at `level` percent: normal distribution (df None), t(df), or nan (df 0)."""
    upper = 0.5 + level / 200.0
    critical = ndtri(upper) if df is None else stdtrit(df, upper) if df else np.nan
    return np.asarray(float(critical) * se)


def interval(mu: Floats, se: Floats, df: int | None, level: float) -> Interval:
    """Two-sided test of mu = 0 and CI at `level` percent, by the normal distribution (df None) or t(df)."""
    stat, half = mu / se, reach(se, df, level)
    p = 2.0 * (ndtr(-np.abs(stat)) if df is None else stdtr(df, -np.abs(stat)))
    shown = np.where(np.isnan(se), np.nan, np.nan if df is None else float(df))
    return Interval(se, stat, p, shown, mu - half, mu + half)


def infer(at: Estimate, *, test: str, level: float) -> tuple[Interval, NDArray[np.str_]]:
    """Test and CI of m means by `test`, and what each rests on.

    With one row or a common effect (df = 0) there is only Wald, as in metafor. "hk" takes the wider of the two
    intervals, and Wald's where Hartung–Knapp is undefined.
    """
    m, df = len(at.mu), at.df
    if test == "z" or df == 0:
        return interval(at.mu, at.wald_se, None, level), np.full(m, WALD)
    if test == "t":
        return interval(at.mu, at.wald_se, df, level), np.full(m, T)
    if test == "hk-adhoc":
        return interval(at.mu, at.wald_se * np.sqrt(np.maximum(1.0, at.hk_q)), df, level), np.full(m, HK)
    hk = interval(at.mu, at.hk_se, df, level)
    if test == "hk-plain":
        return hk, np.full(m, HK)
    wald = interval(at.mu, at.wald_se, None, level)
    wider = reach(at.hk_se, df, level) >= reach(at.wald_se, None, level)
    chosen = Interval(*(np.where(wider, ours, theirs) for ours, theirs in zip(hk, wald, strict=True)))
    return chosen, np.where(wider, HK, WALD)


PI_RULES = {
    "hk": "t(k − 2) with the Hartung–Knapp standard error (Partlett & Riley 2017)",
    "hts": "t(k − 2) with the Wald standard error (Higgins, Thompson & Spiegelhalter 2009)",
    "metafor": "distribution and standard error of the confidence interval (metafor's default)",
}


def resolve_pi_rule(pi_rule: str | None, test: str) -> str:
    """Resolve None to the default: "hk" beside a Hartung–Knapp test, "hts" beside z and t."""
    name = pi_rule or ("hk" if test.startswith("hk") else "hts")
    if name not in PI_RULES:
        raise StatisticsError(f"unknown prediction interval rule {pi_rule!r}: one of {', '.join(PI_RULES)}")
    return name


def prediction(
    at: Estimate, ci: Interval, tau2: Floats, *, rule: str, test: str, level: float
) -> tuple[Floats, Floats]:
    """Interval for the true effect of a new study, mu ± c √(tau² + se²), by a rule of `PI_RULES`.

    Under "hk" the standard error is the reported one if the test is a Hartung–Knapp test (so the interval is never
    narrower than the CI), else the plain Hartung–Knapp one. nan below k = 3 (below k = 2 under "metafor").
    """
    df = at.df
    if df < (1 if rule == "metafor" else 2):
        undefined = np.full(len(tau2), np.nan)
        return undefined, undefined
    upper = 0.5 + level / 200.0
    if rule == "metafor":
        critical, se = np.where(np.isnan(ci.df), ndtri(upper), stdtrit(df, upper)), ci.se
    else:
        hk_se = ci.se if test.startswith("hk") else at.hk_se
        critical, se = np.full(len(tau2), stdtrit(df - 1, upper)), hk_se if rule == "hk" else at.wald_se
    half = critical * np.sqrt(tau2 + se * se)
    return at.mu - half, at.mu + half
