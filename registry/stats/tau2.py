"""Estimators of the between-study variance tau², for many pools at once.

Each estimator is a function of a `Model` and an entry of `ESTIMATORS`; nothing else has to change to add one.
P, Q, W, M and V are those of `registry.stats.model`. All are truncated at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from registry.errors import StatisticsError
from registry.stats.batch import Floats, Ints
from registry.stats.distributions import chdtri
from registry.stats.likelihood import highest
from registry.stats.model import Model
from registry.stats.q_profile import q_equals


class Solution(NamedTuple):
    """Estimates of m pools, and how many local maxima the (restricted) likelihood has; 0 if none was searched."""

    tau2: Floats
    maxima: Ints


@dataclass(frozen=True, slots=True)
class Estimator:
    """A way to estimate tau²: `solve` gives the estimate, `se` its standard error at the estimate."""

    name: str
    label: str
    source: str
    solve: Callable[[Model], Solution]
    se: Callable[[Model, Floats], Floats]


def estimator(method: str) -> Estimator:
    """Look a method up, upper or lower case; CE is FE, the common-effect model. Raises StatisticsError if unknown."""
    names = {name.upper(): name for name in ESTIMATORS} | {"CE": "FE"}
    if method.upper() not in names:
        raise StatisticsError(f"unknown method {method!r}: one of {', '.join(ESTIMATORS)} (CE is FE)")
    return ESTIMATORS[names[method.upper()]]


def _moment(tau2: Floats) -> Solution:
    return Solution(np.maximum(0.0, tau2), np.zeros(len(tau2), dtype=np.intp))


def _common_effect(model: Model) -> Solution:
    return _moment(np.zeros(len(model.vmin)))


def _dersimonian_laird(model: Model) -> Solution:
    """Take (Q − df)/tr P at tau² = 0."""
    at = model.at_zero
    return _moment(((at.q - model.df) / at.tr_p)[0])


def _hedges(model: Model) -> Solution:
    """Take (y'My − tr MV)/df: the unweighted sum of squares less what sampling error explains."""
    return _moment((model.ss - model.unweighted.tr_mv) / model.df)


def _hunter_schmidt(model: Model) -> Solution:
    """Take (Q − k)/Σw at tau² = 0."""
    at = model.at_zero
    return _moment(((at.q - model.k) / at.sum_w)[0])


def _hunter_schmidt_k(model: Model) -> Solution:
    """Take (Q k/df − k)/Σw at tau² = 0, with the small-sample correction of Brannick et al. 2019."""
    at = model.at_zero
    return _moment(((at.q * (model.k / model.df) - model.k) / at.sum_w)[0])


def _crude(model: Model) -> Floats:
    """Sidik and Jonkman's first guess, the variance of yi with k in the denominator."""
    return np.asarray(model.total / model.k)


def _sidik_jonkman(model: Model) -> Solution:
    """Take t Q(t)/df at t, the variance of yi; never 0 unless all effects are equal."""
    t = _crude(model)
    return _moment(t * model.forms(t[None]).q[0] / model.df)


def _paule_mandel(model: Model) -> Solution:
    """Solve Q(tau²) = df; 0 where Q(0) is not above it. The empirical Bayes equation has the same root."""
    return _moment(q_equals(model, np.full((1, len(model.vmin)), float(model.df)))[0])


def _paule_mandel_median(model: Model) -> Solution:
    """Solve Q(tau²) = the median of chi² (df)."""
    return _moment(q_equals(model, np.full((1, len(model.vmin)), chdtri(model.df, 0.5)))[0])


def _restricted_likelihood(model: Model) -> Solution:
    return Solution(*highest(model, restricted=True))


def _likelihood(model: Model) -> Solution:
    return Solution(*highest(model, restricted=False))


def _no_se(_model: Model, tau2: Floats) -> Floats:
    return np.full(len(tau2), np.nan)


def _sd_of_q(model: Model, tau2: Floats) -> Floats:
    """√(2 df + 4 tau² tr P + 2 tau⁴ tr PP), that of Q, traces at 0 (Biggerstaff & Tweedie 1997)."""
    tr_p, tr_pp = model.at_zero.tr_p[0], model.traces(np.zeros((1, len(tau2)))).tr_pp[0]
    return np.asarray(np.sqrt(2.0 * model.df + 4.0 * tau2 * tr_p + 2.0 * tau2**2 * tr_pp))


def _se_dl(model: Model, tau2: Floats) -> Floats:
    """Divide the standard deviation of Q by tr P."""
    return np.asarray(_sd_of_q(model, tau2) / model.at_zero.tr_p[0])


def _se_hs(model: Model, tau2: Floats) -> Floats:
    """Divide the standard deviation of Q by Σw."""
    return np.asarray(_sd_of_q(model, tau2) / model.at_zero.sum_w[0])


def _se_hsk(model: Model, tau2: Floats) -> Floats:
    return np.asarray(model.k / model.df * _se_hs(model, tau2))


def _se_he(model: Model, tau2: Floats) -> Floats:
    """√(2 tr MVMV + 4 tau² tr MV + 2 tau⁴ df)/df."""
    at = model.unweighted
    variance = 2.0 * at.tr_mvmv + 4.0 * tau2 * at.tr_mv + 2.0 * tau2**2 * model.df
    return np.asarray(np.sqrt(variance) / model.df)


def _se_sj(model: Model, tau2: Floats) -> Floats:
    """t/df √(2 tr PVPV + 4 tau² tr PVP + 2 tau⁴ tr PP) with P at t.

    V = W⁻¹ − tI and PW⁻¹P = P, so that with d = tau² − t this is t/df √(2 df + 4 d tr P + 2 d² tr PP).
    """
    t = _crude(model)
    tr_p, tr_pp, d = model.forms(t[None]).tr_p[0], model.traces(t[None]).tr_pp[0], tau2 - t
    return np.asarray(t / model.df * np.sqrt(2.0 * model.df + 4.0 * d * tr_p + 2.0 * d**2 * tr_pp))


def _se_pm(model: Model, tau2: Floats) -> Floats:
    """√(2 k²/df) / Σw, as metafor."""
    return np.asarray(np.sqrt(2.0 / model.df) * model.k / model.forms(tau2[None]).sum_w[0])


def _se_reml(model: Model, tau2: Floats) -> Floats:
    """From the expected information tr PP / 2 (Viechtbauer 2005)."""
    return np.asarray(np.sqrt(2.0 / model.traces(tau2[None]).tr_pp[0]))


def _se_ml(model: Model, tau2: Floats) -> Floats:
    """From the expected information Σw² / 2 (Viechtbauer 2005)."""
    return np.asarray(np.sqrt(2.0 / model.traces(tau2[None]).sum_w2[0]))


_REML, _ML = "restricted maximum likelihood", "maximum likelihood"
ESTIMATORS = {
    entry.name: entry
    for entry in (
        Estimator("FE", "common effect", "tau² = 0 by assumption", _common_effect, _no_se),
        Estimator("DL", "DerSimonian–Laird", "DerSimonian & Laird 1986", _dersimonian_laird, _se_dl),
        Estimator("PM", "Paule–Mandel", "Paule & Mandel 1982; DerSimonian & Kacker 2007", _paule_mandel, _se_pm),
        Estimator("REML", _REML, "Harville 1977; Viechtbauer 2005", _restricted_likelihood, _se_reml),
        Estimator("ML", _ML, "Hardy & Thompson 1996", _likelihood, _se_ml),
        Estimator("HE", "Hedges", "Hedges 1983; Hedges & Olkin 1985", _hedges, _se_he),
        Estimator("HS", "Hunter–Schmidt", "Schmidt & Hunter 2015", _hunter_schmidt, _se_hs),
        Estimator("HSk", "Hunter–Schmidt, corrected for k", "Brannick et al. 2019", _hunter_schmidt_k, _se_hsk),
        Estimator("SJ", "Sidik–Jonkman", "Sidik & Jonkman 2005", _sidik_jonkman, _se_sj),
        Estimator("EB", "empirical Bayes", "Morris 1983; Berkey et al. 1995", _paule_mandel, _se_pm),
        Estimator("PMM", "median-unbiased Paule–Mandel", "Viechtbauer 2021", _paule_mandel_median, _se_pm),
    )
}
