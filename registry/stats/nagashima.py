"""Prediction interval from a confidence distribution of tau² (Nagashima, Noma & Furukawa 2019), without simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import gammainccinv, gammaincinv, gammaln, ndtr

from registry.stats.prediction import Prediction
from registry.stats.quadratic_form import distribution
from registry.stats.roots import polish

if TYPE_CHECKING:
    from registry.stats.batch import Floats
    from registry.stats.model import Mean

# Width in log(1 + tau² w) and points of the panels on which the distribution of tau² is a polynomial.
PANEL, POINTS = 1.0, 12
# Probability left out beyond the last panel, and on either side of the chi² distribution.
LEFT_OUT = 1e-13
# Points of the trapezoidal rule over the logarithm of chi².
CHI_POINTS = 160


class _Mixture(NamedTuple):
    """The new effect: normal with mean `centre` (n, 1), variance tau² + se² nu/chi²; all (n, c) against `weight`."""

    centre: Floats
    sd: Floats
    weight: Floats

    def cdf(self, x: float) -> tuple[float, float]:
        """Distribution function and density at x."""
        z = (x - self.centre) / self.sd
        density = np.exp(-0.5 * z * z) / (self.sd * np.sqrt(2.0 * np.pi))
        return float((self.weight * ndtr(z)).sum()), float((self.weight * density).sum())


def nagashima(model: Mean, level: float, threshold: float | None) -> Prediction:
    """Interval and probability above `threshold` for the true effect of a new study.

    nan below three estimates, and for identical effects.

    Theirs is the distribution of mu(t) + Z√t − T se(t): t drawn from the confidence distribution of tau² (of
    DerSimonian and Laird's untruncated estimate, that is of Q, at its exact distribution; negative ones are 0), mu(t)
    and Hartung–Knapp's se(t) recomputed with weights 1/(vi + t), Z normal, T with k − 1 degrees of freedom. They draw
    25,000 times; here the distribution of t is inverted numerically, and the mixture integrated, to about 1e-9: no
    seed, no noise. It does not depend on the method and test of the pool. Takes about 20 ms a pool.
    """
    found, tail = Prediction(*np.full((3, len(model.vmin)), np.nan)), 0.5 - level / 200.0
    for pool in np.flatnonzero((model.at_zero.q[0] > 0.0) & (model.k >= 3)):
        mixture = _mixture(model, int(pool))
        found.low[pool], found.high[pool] = _quantile(mixture, tail), _quantile(mixture, 1.0 - tail)
        if threshold is not None:
            found.above[pool] = 1.0 - mixture.cdf(threshold)[0]
    return found


def _mixture(model: Mean, pool: int) -> _Mixture:
    """Points and weights of the distribution of a new effect in one pool."""
    one, nu = model.take(np.array([pool])), model.df
    tau2, mass = _tau2(one.vi[:, 0], float(one.at_zero.q[0, 0]))
    at = one.fitted(tau2[:, None])
    chi2, share = _chi2(nu)
    se2 = at.q / (nu * at.sum_w)
    centre = model.origin[pool] + at.mean
    return _Mixture(centre, np.sqrt(tau2[:, None] + se2 * nu / chi2), mass[:, None] * share)


def _tau2(vi: Floats, q: float) -> tuple[Floats, Floats]:
    """Confidence distribution of tau²: points (n,), the first 0, and their probabilities.

    P(tau² ≤ t) = P(Q(0) ≥ q | t). With P of `registry.stats.model` at tau² = 0, Q is Σ(1 + t aⱼ)χ²(1) with the
    eigenvalues aⱼ of P. On Chebyshev panels in log(1 + t max aⱼ) the distribution is differentiated exactly.
    """
    a = _eigenvalues(vi)
    local, slopes, weights = _chebyshev()
    first, points, masses = 1.0 - distribution(np.ones((len(a), 1)), q)[0], [np.zeros(1)], [np.zeros(1)]
    start, reached = 0.0, first
    while 1.0 - reached > LEFT_OUT:
        tau2 = np.expm1(start + PANEL * local) / a[0]
        share = 1.0 - distribution(1.0 + tau2 * a[:, None], q)
        points.append(tau2)
        masses.append(weights * (slopes @ share))
        start, reached = start + PANEL, float(share[-1])
    mass = np.concatenate(masses)
    mass[0] = first
    return np.concatenate(points), mass / mass.sum()


def _eigenvalues(vi: Floats) -> Floats:
    """Positive eigenvalues of W − ww'/Σw, (k − 1,); vi ascending.

    Their inverses x solve Σ 1/(x − vi) = 0: one between each two neighbours of vi, or equal to both.
    """
    width = np.diff(vi)
    inside = np.flatnonzero(width > 0.0)
    width, start = width[inside], vi[inside]
    steps = vi[:, None] - start

    def balance(d: Floats) -> tuple[Floats, Floats]:
        inverse, room = 1.0 / (d - steps), d * (width - d)
        total = inverse.sum(axis=0)
        return total * room, total * (width - 2.0 * d) - (inverse * inverse).sum(axis=0) * room

    between = vi[:-1].copy()
    between[inside] += polish(balance, np.zeros_like(width), width, unit=start)
    return np.asarray(1.0 / between)


def _chi2(nu: int) -> tuple[Floats, Floats]:
    """Points of chi² (nu), equally spaced in their logarithms, and their probabilities (c,)."""
    ends = np.log(2.0 * np.array([gammaincinv(0.5 * nu, LEFT_OUT), gammainccinv(0.5 * nu, LEFT_OUT)]))
    y = np.linspace(ends[0], ends[1], CHI_POINTS)
    mass = np.exp(0.5 * nu * (y - np.log(2.0)) - 0.5 * np.exp(y) - gammaln(0.5 * nu))
    return np.exp(y), mass / mass.sum()


def _chebyshev() -> tuple[Floats, Floats, Floats]:
    """Points on [0, 1], the matrix that differentiates at them, and Clenshaw–Curtis weights (Trefethen 2000)."""
    n = POINTS - 1
    angle = np.pi * np.arange(n + 1) / n
    x = -np.cos(angle)
    c = np.where((np.arange(n + 1) == 0) | (np.arange(n + 1) == n), 2.0, 1.0) * (-1.0) ** np.arange(n + 1)
    matrix = np.outer(c, 1.0 / c) / (x[:, None] - x + np.eye(n + 1))
    matrix -= np.diag(matrix.sum(axis=1))
    polynomials = np.cos(np.outer(np.arange(n + 1), np.pi - angle))
    moments = np.array([0.0 if j % 2 else 2.0 / (1.0 - j * j) for j in range(n + 1)])
    weights = np.linalg.solve(polynomials, moments)
    return 0.5 * (x + 1.0), 2.0 * matrix, 0.5 * weights


def _quantile(mixture: _Mixture, share: float) -> float:
    """Find x at which the distribution function is `share`, within a bracket that is doubled until it holds it."""
    middle = float((mixture.weight * mixture.centre).sum())
    width = float((mixture.weight * mixture.sd).sum())
    while not mixture.cdf(middle - width)[0] < share < mixture.cdf(middle + width)[0]:
        width *= 2.0
    low = middle - width

    def left(d: Floats) -> tuple[Floats, Floats]:
        below, density = mixture.cdf(low + float(d[0]))
        return np.array([share - below]), np.array([-density])

    ends = np.zeros(1), np.array([2.0 * width])
    return low + float(polish(left, *ends, unit=np.array([width]))[0])
