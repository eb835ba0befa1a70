"""Henmi and Copas' interval: the common-effect mean, which small studies move least, with random effects' spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import gammainc, gammaln, ndtri

from registry.stats.roots import polish

if TYPE_CHECKING:
    from registry.stats.batch import Floats
    from registry.stats.model import Mean

# The integrand is the normal density, below rounding past 9, times a distribution function that rises the more steeply
# just above x the more estimates there are.
PANELS = (0.0, 0.01, 0.04, 0.16, 0.6, 2.4, 9.0)
POINTS = 32
# Stands for 0, where the integrand's limit is 1/0.
LEAST = 1e-8


class _Moments(NamedTuple):
    """What the distribution of Q given the standardised mean r is made of, each (1, m).

    `variance` is that of r, 1 + tau² W₂ (VR in Henmi & Copas); `spread` is W₁/W₂ − 1; `w1`–`w4` as there:
    W₁ = Σw, Wₐ = Σwᵃ/Σw.
    """

    variance: Floats
    spread: Floats
    tau2: Floats
    w1: Floats
    w2: Floats
    w3: Floats
    w4: Floats
    df: int


class HenmiCopas(NamedTuple):
    """Means of m pools, their standard errors, p values and half widths of their intervals; all (m,)."""

    mu: Floats
    se: Floats
    p: Floats
    reach: Floats


def henmi_copas(model: Mean, tau2: Floats, level: float) -> HenmiCopas:
    """Mean with weights 1/vi, its standard error at DerSimonian–Laird's tau² (m,), test and CI (Henmi & Copas 2010).

    The distribution of (mu − true mean)/se given that tau² is estimated is approximated as there: Q given the mean is
    gamma with its exact conditional mean and variance; here by fixed Gauss–Legendre panels and a root to machine
    precision (metafor's root is good to 1e-4 unless `tol` is set, and it fails above 95.45 %). The p value inverts the
    interval.
    """
    at = model.fitted(np.zeros((1, len(tau2))))
    moments = _moments(model, tau2)
    sd, alpha = np.sqrt(moments.variance[0]), 1.0 - level / 100.0
    mu, se = model.origin + at.mean[0], sd / np.sqrt(at.sum_w[0])
    most = np.full((1, len(tau2)), -ndtri(alpha / 2.0))

    def excess(x: Floats) -> tuple[Floats, Floats]:
        tail, slope = _tail(moments, x)
        return tail - alpha / 2.0, slope

    root = polish(excess, np.full_like(most, LEAST), most, unit=np.ones(len(tau2)))[0]
    p = 2.0 * _tail(moments, np.maximum(np.abs(mu / se) / sd, LEAST)[None])[0][0]
    return HenmiCopas(mu, se, p, root * sd * se)


def _moments(model: Mean, tau2: Floats) -> _Moments:
    w1, *higher = model.power_sums(np.zeros((1, len(tau2))), (1, 2, 3, 4))
    w2, w3, w4 = (total / w1 for total in higher)
    return _Moments(1.0 + tau2 * w2, w1 / w2 - 1.0, tau2[None], w1, w2, w3, w4, model.df)


def _tail(at: _Moments, x: Floats) -> tuple[Floats, Floats]:
    """P(|mean|/(its estimated standard error) > x)/2, (1, m) like x, and its slope.

    It is ∫ₓ^∞ P(Q < f(r/x) | r) φ(r) dr with f(u) = (W₁/W₂ − 1)(u² − 1) + k − 1.
    """
    nodes, weights = _rule()
    r = x + nodes[:, None]
    density = weights[:, None] * np.exp(-0.5 * r * r) / np.sqrt(2.0 * np.pi)
    shape, scale = _gamma(at, r)
    q = at.spread * ((r / x) ** 2 - 1.0) + at.df
    below = gammainc(shape, q / scale)
    rate = np.exp((shape - 1.0) * np.log(q / scale) - q / scale - gammaln(shape)) / scale
    moved = rate * at.spread * -2.0 * r * r / x**3
    first_shape, first_scale = _gamma(at, x)
    edge = gammainc(first_shape, at.df / first_scale) * np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)
    return (below * density).sum(axis=0, keepdims=True), (moved * density).sum(axis=0, keepdims=True) - edge


def _gamma(at: _Moments, r: Floats) -> tuple[Floats, Floats]:
    """Shape and scale of the gamma distribution with the mean and variance of Q given r."""
    gap, third = at.w3 - at.w2**2, at.w4 - 2.0 * at.w2 * at.w3 + at.w2**3
    bend = r * r / at.variance - 1.0 / at.variance
    mean = at.df + at.tau2 * (at.w1 - at.w2) + at.tau2**2 * bend * gap
    variance = (
        2.0 * at.df
        + 4.0 * at.tau2 * (at.w1 - at.w2)
        + 2.0 * at.tau2**2 * (at.w1 * at.w2 - 2.0 * at.w3 + at.w2**2)
        + 4.0 * at.tau2**2 * bend * gap
        + 4.0 * at.tau2**3 * bend * third
        + 2.0 * at.tau2**4 * (1.0 - 2.0 * r * r) / at.variance**2 * gap**2
    )
    return mean * mean / variance, variance / mean


def _rule() -> tuple[Floats, Floats]:
    """Gauss–Legendre on `PANELS`: nodes and weights (n,)."""
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    ends = np.array(PANELS)
    half = 0.5 * np.diff(ends)[:, None]
    return (ends[:-1, None] + half * (1.0 + points)).ravel(), (half * weights).ravel()
