"""Which estimates drive a pool: deletion diagnostics, Baujat's coordinates, and what each study's own effect may be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, ndtri, stdtrit

from registry.errors import StatisticsError
from registry.stats.batch import Floats
from registry.stats.deletion import leave_each_out
from registry.stats.pool import checked, fit
from registry.stats.results import Pool, Pools


@dataclass(frozen=True, slots=True)
class Influence:
    """Diagnostics of each estimate, all (k,), nan if undefined; `*_del` is what remains without it.

    `rstudent` is its distance from the others in standard errors of that distance, `dffits` and `cook_d` what it moves
    the mean by, `cov_r` the factor by which the variance of the mean grows without it, `hat` its share of the weights
    and `weight` the same in percent. `baujat_x` (its part in heterogeneity) and `baujat_y` (its influence) are the
    coordinates of Baujat's plot. `influential` is metafor's mark, a reason to look, not to leave out.
    """

    rstudent: Floats
    dffits: Floats
    dfbetas: Floats
    cook_d: Floats
    cov_r: Floats
    mu_del: Floats
    tau2_del: Floats
    qe_del: Floats
    hat: Floats
    weight: Floats
    baujat_x: Floats
    baujat_y: Floats
    influential: NDArray[np.bool_]
    method: str
    thresholds: dict[str, float]
    """How large `dffits`, `dfbetas`, `cook_d` or `hat` is when an estimate counts as influential."""
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StudyEffects:
    """Best linear unbiased predictions of the true effects of the studies, all (k,): shrunken towards the mean."""

    pred: Floats
    se: Floats
    pi_low: Floats
    pi_high: Floats
    shrinkage: Floats
    """Weight of the study's own estimate, tau²/(tau² + vi); the mean has the rest."""
    method: str
    level: float
    reasons: dict[str, str] = field(default_factory=dict)


def influence(yi: ArrayLike, vi: ArrayLike, *, method: str = "REML") -> Influence:
    """Compare the pool of yi (k,), vi (k,) with the k pools without one estimate, tau² estimated anew by `method`.

    With mu, V of all and mu₍₎, V₍₎, t₍₎ = tau² without estimate i (Viechtbauer & Cheung 2010; Baujat et al.
    2002): rstudent (y − mu₍₎)/√(v + t₍₎ + V₍₎); dffits (mu − mu₍₎)/√(hat (v + t₍₎)); dfbetas (mu − mu₍₎)/√V at t₍₎;
    Cook's distance (mu − mu₍₎)²/V; covariance ratio V₍₎/V; Baujat's x (y − mu)²/(v + tau²) and y (mu − mu₍₎)²/V₍₎.
    Influential if |dffits| > 3/√(k − 1), Cook's distance above the median of chi² (1), hat > 3/k or |dfbetas| > 1.

    Raises StatisticsError for a single estimate, and as `fit` does. Standard errors are Wald's whatever the test of the
    pool (metafor multiplies them by Hartung–Knapp's factor under knha). With two estimates and a random-effects
    method, tau² without one is undefined, and so is all that rests on it.
    """
    effects, variances = checked(yi, vi)
    k = len(effects)
    if k < 2:
        raise StatisticsError("influence needs at least two estimates, got 1", hint="there is nothing to leave out")
    whole = fit(effects, variances, method=method, test="z", tau2_interval=False)[0]
    without = leave_each_out(effects, variances, method=method, test="z")
    values = _diagnostics(effects, variances, whole, without)
    limits, reasons = thresholds(k), {}
    if np.isnan(without.tau2).any():
        why = "two estimates: without one of them tau² is undefined"
        reasons = {name: why for name, value in values.items() if np.isnan(value).any()}
    return Influence(
        **values,
        influential=np.logical_or.reduce([np.abs(values[name]) > most for name, most in limits.items()]),
        method=whole.method,
        thresholds=limits,
        reasons=reasons,
    )


def thresholds(k: int) -> dict[str, float]:
    """Give metafor's thresholds for k > 1 estimates: beyond one of them an estimate is influential."""
    return {"dffits": 3.0 / math.sqrt(k - 1), "cook_d": float(chdtri(1.0, 0.5)), "hat": 3.0 / k, "dfbetas": 1.0}


def _diagnostics(yi: Floats, vi: Floats, whole: Pool, without: Pools) -> dict[str, Floats]:
    mu, tau2, v_mu, t = whole.mu, whole.tau2, whole.wald_se**2, without.tau2
    v_del = np.where(np.isnan(t), np.nan, without.wald_se**2)
    moved, hat = mu - np.where(np.isnan(t), np.nan, without.mu), v_mu / (vi + tau2)
    v_all = 1.0 / (1.0 / v_del + 1.0 / (vi + t))
    return {
        "rstudent": (yi - mu + moved) / np.sqrt(vi + t + v_del),
        "dffits": moved / np.sqrt(hat * (vi + t)),
        "dfbetas": moved / np.sqrt(v_all),
        "cook_d": moved**2 / v_mu,
        "cov_r": v_del / v_mu,
        "mu_del": without.mu,
        "tau2_del": t,
        "qe_del": without.q,
        "hat": hat,
        "weight": 100.0 * hat,
        "baujat_x": (yi - mu) ** 2 / (vi + tau2),
        "baujat_y": moved**2 / v_del,
    }


def study_effects(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", test: str = "hk", level: float = 95.0
) -> StudyEffects:
    """Predict each study's true effect: λy + (1 − λ)mu with λ = tau²/(tau² + v) (Raudenbush & Bryk 1985).

    Standard error √(λv + (1 − λ)² V) with V that of the pool by `test`, whose distribution the interval uses; as
    metafor's `blup`. Options and errors are those of `fit`. Under FE, and for one estimate, all is the mean's.
    """
    effects, variances = checked(yi, vi)
    pool = fit(effects, variances, method=method, test=test, level=level, tau2_interval=False)[0]
    tau2 = 0.0 if np.isnan(pool.tau2) else pool.tau2
    own = tau2 / (tau2 + variances)
    se = np.sqrt(own * variances + ((1.0 - own) * pool.se) ** 2)
    upper = 0.5 + level / 200.0
    half = float(ndtri(upper) if np.isnan(pool.df) else stdtrit(pool.df, upper)) * se
    pred = own * effects + (1.0 - own) * pool.mu
    reasons = dict.fromkeys(("se", "pi_low", "pi_high"), pool.reasons["se"]) if np.isnan(pool.se) else {}
    return StudyEffects(pred, se, pred - half, pred + half, own, pool.method, level, reasons)
