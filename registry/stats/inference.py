"""From a mean and its weights to standard errors, tests and confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.errors import StatisticsError
from registry.stats.batch import Floats
from registry.stats.distributions import ndtr, ndtri, stdtr, stdtrit

WALD, T, HK, KR, HC = "wald", "t", "hk", "kr", "hc"
"""What an interval rests on: the Wald standard error with the normal distribution or t(k − 1), Hartung–Knapp,
Kenward–Roger or Henmi–Copas."""


# So many different degrees of freedom are not looked up one by one.
MANY = 100
# With fewer degrees of freedom, or a quantile this large, t has no distribution left to speak of.
LEAST_DF, ENDLESS = 0.01, 1e100


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
    df: Floats | float


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


def quantile(df: Floats | float | None, share: float) -> Floats:
    """Quantile of t(df) (m,), of the normal distribution where df is nan (None: everywhere); nan for df 0.

    Few degrees of freedom are different in a batch: each is looked up once.
    """
    if df is None:
        return np.asarray(_quantile(np.nan, share))
    freedoms = np.asarray(df, dtype=np.float64)
    if freedoms.size and (freedoms == freedoms.flat[0]).all():
        return np.asarray(_quantile(float(freedoms.flat[0]), share))
    distinct, which = np.unique(freedoms, return_inverse=True)
    if len(distinct) < MANY:
        values = np.array([_quantile(one, share) for one in distinct.tolist()])
    else:
        values = np.where(np.isnan(distinct), _quantile(np.nan, share), np.where(distinct > 0.0, np.inf, np.nan))
        usual = distinct >= LEAST_DF
        values[usual] = stdtrit(distinct[usual], share)
    return np.asarray(values[which])


@lru_cache(maxsize=1024)
def _quantile(df: float, share: float) -> float:
    """One quantile, for a nan df of the normal distribution; a batch asks for few and often."""
    if np.isnan(df):
        return float(ndtri(share))
    if df < LEAST_DF:
        return np.inf if df > 0.0 else np.nan
    return float(stdtrit(df, share))


def beyond(x: Floats, df: Floats | float | None) -> Floats:
    """Probability beyond x (m,) of t(df), or of the normal distribution where df is nan (None: everywhere)."""
    spread = np.broadcast_to(np.asarray(np.nan if df is None else df, dtype=np.float64), x.shape)
    normal, tail = np.isnan(spread), np.empty(x.shape)
    tail[normal], tail[~normal] = ndtr(-x[normal]), stdtr(spread[~normal], -x[~normal])
    return tail


def reach(se: Floats, df: Floats | float | None, level: float) -> Floats:
    """Half width of the interval at `level` percent, df as in `quantile`.

    nan also where t has so few degrees of freedom that the interval has no end to speak of.
    """
    critical = quantile(df, 0.5 + level / 200.0)
    return np.asarray(np.where(critical < ENDLESS, critical, np.nan) * se)


def interval(mu: Floats, se: Floats, df: Floats | float | None, level: float) -> Interval:
    """Two-sided test of mu = 0 and CI at `level` percent, df as in `quantile`."""
    stat, half = mu / se, reach(se, df, level)
    shown = np.where(np.isnan(se), np.nan, np.nan if df is None else df)
    return Interval(se, stat, 2.0 * beyond(np.abs(stat), df), shown, mu - half, mu + half)


def infer(at: Estimate, *, test: str, level: float) -> tuple[Interval, NDArray[np.str_]]:
    """Test and CI of m means by z, t or Hartung–Knapp, and what each rests on.

    With one row or a common effect (df = 0) there is only Wald, as in metafor. "hk" takes the wider of the two
    intervals, and Wald's where Hartung–Knapp is undefined.
    """
    df = np.broadcast_to(np.asarray(at.df, dtype=np.float64), at.mu.shape)
    there = df > 0.0
    basis = T if test == "t" else HK
    if test == "z":
        there = np.zeros_like(there)
    elif test == "hk":
        there = reach(at.hk_se, df, level) >= reach(at.wald_se, None, level)
    se = {"t": at.wald_se, "hk-adhoc": at.wald_se * np.sqrt(np.maximum(1.0, at.hk_q))}.get(test, at.hk_se)
    chosen = interval(at.mu, np.where(there, se, at.wald_se), np.where(there, df, np.nan), level)
    return chosen, np.where(there, basis, WALD)
