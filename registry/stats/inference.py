"""From a mean and its weights to standard errors, tests and confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.errors import StatisticsError
from registry.stats.batch import Floats
from registry.stats.distributions import ndtr, ndtri, stdtr, stdtrit
from registry.stats.model import Mean

WALD, T, HK, KR, HC = "wald", "t", "hk", "kr", "hc"
"""What an interval rests on: the Wald standard error with the normal distribution or t(k − 1), Hartung–Knapp,
Kenward–Roger or Henmi–Copas."""


# A quantile this large means that t has no distribution left to speak of.
ENDLESS = 1e100


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
    """A way to test and bound the mean; `source` says whose. `method` is the only estimator of tau² it goes with."""

    name: str
    label: str
    source: str
    method: str | None = None


TESTS = {
    entry.name: entry
    for entry in (
        MeanTest("hk", "wider of Hartung–Knapp t(k − 1) and Wald", "Jackson et al. 2017"),
        MeanTest("hk-adhoc", "Hartung–Knapp t(k − 1), q not below 1", "Röver, Knapp & Friede 2015"),
        MeanTest("hk-plain", "Hartung–Knapp t(k − 1)", "Hartung & Knapp 2001; Sidik & Jonkman 2002"),
        MeanTest("t", "Wald standard error, t(k − 1)", "Follmann & Proschan 1999"),
        MeanTest("z", "Wald", "DerSimonian & Laird 1986"),
        MeanTest("kr", "Kenward–Roger", "Kenward & Roger 1997; Partlett & Riley 2017", "REML"),
        MeanTest("hc", "Henmi–Copas, around the common-effect mean", "Henmi & Copas 2010", "DL"),
    )
}


def resolve_test(test: str, *, mean: bool = False) -> str:
    """Resolve a name or alias (hksj is hk) to a key of `TESTS`; raises StatisticsError if there is none.

    Those bound to one estimator are for a single `mean`, not for coefficients.
    """
    name = {"hksj": "hk"}.get(test.lower(), test.lower())
    known = [entry.name for entry in TESTS.values() if mean or entry.method is None]
    if name in TESTS and name not in known:
        raise StatisticsError(f"test {name!r} is for a single mean: here it is one of {', '.join(known)}")
    if name not in known:
        raise StatisticsError(f"unknown test {test!r}: one of {', '.join(known)} (hksj is hk)")
    return name


def estimate(model: Mean, tau2: Floats, *, random: bool = True) -> Estimate:
    """Weighted mean with weights 1/(vi + tau²), its Wald and its Hartung–Knapp standard error.

    Wald: 1/√Σw. Hartung & Knapp (2001): √(q/Σw) with q = Σw(y − mu)²/(k − 1); nan for identical effects, where
    it is 0 and says nothing (metafor prints an interval of width 0).
    """
    mean, sum_w, q = (part[0] for part in model.fitted(tau2[None]))
    mu, wald = model.origin + mean, 1.0 / np.sqrt(sum_w)
    if model.df == 0 or not random:
        undefined = np.full(len(tau2), np.nan)
        return Estimate(mu, wald, undefined, undefined, 0)
    q = q / model.df
    return Estimate(mu, wald, np.where(q > 0.0, wald * np.sqrt(q), np.nan), q, model.df)


def reach(se: Floats, df: float | Floats | None, level: float) -> Floats:
    """Half width of the interval at `level` percent: normal distribution (df None), t(df), or nan (df 0).

    nan also where t has so few degrees of freedom that the interval has no end to speak of.
    """
    critical = quantile(df, 0.5 + level / 200.0)
    return np.asarray(np.where(critical < ENDLESS, critical, np.nan) * se)


def quantile(df: float | Floats | None, share: float) -> Floats:
    """Quantile of the normal distribution (df None) or of t(df), nan for df 0."""
    if df is None:
        return np.asarray(ndtri(share))
    return np.asarray(stdtrit(np.where(np.asarray(df) > 0.0, df, np.nan), share))


def two_sided(stat: Floats, df: float | Floats | None) -> Floats:
    """Two-sided p of a statistic with the normal distribution (df None) or t(df)."""
    below = -np.abs(stat)
    return np.asarray(2.0 * (ndtr(below) if df is None else stdtr(df, below)))


def interval(mu: Floats, se: Floats, df: float | Floats | None, level: float) -> Interval:
    """Two-sided test of mu = 0 and CI at `level` percent, by the normal distribution (df None) or t(df)."""
    stat, half = mu / se, reach(se, df, level)
    shown = np.where(np.isnan(se), np.nan, np.nan if df is None else df)
    return Interval(se, stat, two_sided(stat, df), shown, mu - half, mu + half)


def infer(at: Estimate, *, test: str, level: float) -> tuple[Interval, NDArray[np.str_]]:
    """Test and CI of m means by z, t or Hartung–Knapp, and what each rests on.

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
    if test == "hk-plain":
        return interval(at.mu, at.hk_se, df, level), np.full(m, HK)
    return _wider(at, level)


def _wider(at: Estimate, level: float) -> tuple[Interval, NDArray[np.str_]]:
    """Take the wider of Hartung–Knapp's and Wald's interval, pool by pool."""
    hk, wald = reach(at.hk_se, at.df, level), reach(at.wald_se, None, level)
    wider = hk >= wald
    se, half = np.where(wider, at.hk_se, at.wald_se), np.where(wider, hk, wald)
    stat = at.mu / se
    p = np.empty(len(stat))
    p[wider], p[~wider] = two_sided(stat[wider], at.df), two_sided(stat[~wider], None)
    shown = np.where(wider, float(at.df), np.nan)
    return Interval(se, stat, p, shown, at.mu - half, at.mu + half), np.where(wider, HK, WALD)


def kenward_roger(model: Mean, at: Estimate, tau2: Floats, level: float) -> Interval:
    """Wald's standard error corrected for having estimated tau², and t with the degrees of freedom that go with it.

    Kenward & Roger (1997) for one mean (Partlett & Riley 2017): with W = 2/tr PP the variance of tau² from the
    expected information, se² = (1 + 2W (Σw³ − (Σw²)²/Σw)/Σw)/Σw and df = 2 (Σw)²/(W (Σw²)²); their scale factor is
    then 1. With equal variances this is Wald's standard error with t(k − 1). (The observed information would do as
    well, but may be negative.)
    """
    sum_w, sum_w2, sum_w3 = (total[0] for total in model.power_sums(tau2[None], (1, 2, 3)))
    tau2_variance = 2.0 / model.curvature(tau2[None]).tr_pp[0]
    bend = np.maximum(sum_w3 - sum_w2**2 / sum_w, 0.0)
    se = at.wald_se * np.sqrt(1.0 + 2.0 * tau2_variance * bend / sum_w)
    return interval(at.mu, se, 2.0 * (sum_w / sum_w2) ** 2 / tau2_variance, level)
