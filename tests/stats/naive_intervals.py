"""A second implementation of standard errors and intervals: dense matrices, adaptive quadrature, simulation."""

import math

import numpy as np
from scipy import integrate, linalg, optimize, stats

from registry.stats.quadratic_form import distribution
from tests.stats import naive


def projection(vi: np.ndarray, tau2: float) -> np.ndarray:
    """P = W − WX(X'WX)⁻¹X'W for one mean."""
    w = np.diag(1.0 / (vi + tau2))
    ones = np.ones((len(vi), 1))
    return w - w @ ones @ np.linalg.inv(ones.T @ w @ ones) @ ones.T @ w


def se_tau2(yi: np.ndarray, vi: np.ndarray, method: str, tau2: float) -> float:
    """Take the variance of the quadratic form tau² comes from, or the inverse information."""
    k, v = len(yi), np.diag(vi)
    if method in {"EB", "PM", "PMM"}:
        return math.sqrt(2.0 * k**2 / (k - 1)) / (1.0 / (vi + tau2)).sum()
    if method in {"ML", "REML"}:
        p = projection(vi, tau2) if method == "REML" else np.diag(1.0 / (vi + tau2))
        return math.sqrt(2.0 / np.trace(p @ p))
    crude = float(yi.var())
    if method == "HE":
        form, scale = np.eye(k) - 1.0 / k, k - 1.0
    elif method == "SJ":
        form, scale = crude * projection(vi, crude), k - 1.0
    else:
        form, total = projection(vi, 0.0), float((1.0 / vi).sum())
        scale = {"DL": float(np.trace(form)), "HS": total, "HSk": total * (k - 1.0) / k}[method]
    spread = form @ (v + tau2 * np.eye(k))
    return math.sqrt(2.0 * np.trace(spread @ spread)) / scale


def profile_interval(
    yi: np.ndarray, vi: np.ndarray, tau2: float, level: float, *, restricted: bool
) -> tuple[float, float]:
    """Both crossings nearest to the estimate, by bracketing."""
    floor = naive.log_likelihood(yi, vi, tau2, restricted=restricted) - 0.5 * stats.chi2.ppf(level / 100.0, 1)

    def excess(t: float) -> float:
        return naive.log_likelihood(yi, vi, t, restricted=restricted) - floor

    high = max(tau2, float(vi.min()))
    while excess(high) > 0.0:
        high *= 2.0
    upper = float(optimize.brentq(excess, tau2, high, xtol=1e-16, rtol=1e-14))
    lower = 0.0 if excess(0.0) >= 0.0 else float(optimize.brentq(excess, 0.0, tau2, xtol=1e-16, rtol=1e-14))
    return lower, upper


def kenward_roger(vi: np.ndarray, tau2: float) -> tuple[float, float]:
    """Follow the formulas of the paper, made for l contrasts of p means, here 1 of 1: standard error and df."""
    x, sigma = np.ones((len(vi), 1)), np.diag(vi + tau2)
    inverse, derivative = np.linalg.inv(sigma), np.eye(len(vi))
    phi = np.linalg.inv(x.T @ inverse @ x)
    p_i = -x.T @ inverse @ derivative @ inverse @ x
    q_ij = x.T @ inverse @ derivative @ inverse @ derivative @ inverse @ x
    p = inverse - inverse @ x @ phi @ x.T @ inverse
    w = 1.0 / (0.5 * np.trace(p @ derivative @ p @ derivative))
    adjusted = phi + 2.0 * phi @ (w * (q_ij - p_i @ phi @ p_i)) @ phi
    contrast = np.eye(1)
    theta = contrast @ np.linalg.inv(contrast.T @ phi @ contrast) @ contrast.T
    a1 = w * np.trace(theta @ phi @ p_i @ phi) ** 2
    a2 = w * np.trace(theta @ phi @ p_i @ phi @ theta @ phi @ p_i @ phi)
    rows = 1.0
    b = (a1 + 6.0 * a2) / (2.0 * rows)
    g = ((rows + 1.0) * a1 - (rows + 4.0) * a2) / ((rows + 2.0) * a2)
    below = 3.0 * rows + 2.0 * (1.0 - g)
    c1, c2, c3 = g / below, (rows - g) / below, (rows + 2.0 - g) / below
    mean = 1.0 / (1.0 - a2 / rows)
    variance = 2.0 / rows * (1.0 + c1 * b) / ((1.0 - c2 * b) ** 2 * (1.0 - c3 * b))
    ratio = variance / (2.0 * mean**2)
    df = 4.0 + (rows + 2.0) / (rows * ratio - 1.0)
    scale = df / (mean * (df - 2.0))
    return math.sqrt(float(adjusted[0, 0]) / scale), df


def henmi_copas(yi: np.ndarray, vi: np.ndarray, tau2: float, level: float) -> tuple[float, float]:
    """Half width and p: Q given R = (mean)√Σw as a quadratic form of what is left, its moments from matrices."""
    k, w = len(yi), 1.0 / vi
    root, total = np.sqrt(w), w.sum()
    covariance = np.diag(1.0 + tau2 * w)  # of √w y
    u = root / math.sqrt(total)
    rest = np.eye(k) - np.outer(u, u)
    var_r = float(u @ covariance @ u)
    slope = rest @ covariance @ u / var_r
    left = rest @ (covariance - var_r * np.outer(covariance @ u / var_r, covariance @ u / var_r)) @ rest

    def tail(x: float) -> float:
        def at(r: float) -> float:
            centre = slope * (r * math.sqrt(var_r))
            mean = np.trace(left) + centre @ centre
            spread = 2.0 * np.trace(left @ left) + 4.0 * centre @ left @ centre
            most = (total**2 / (w**2).sum() - 1.0) * ((r / x) ** 2 - 1.0) + k - 1.0
            return float(stats.gamma.cdf(most, mean**2 / spread, scale=spread / mean) * stats.norm.pdf(r))

        return sum(
            integrate.quad(at, x + a, x + b, epsabs=1e-13, epsrel=1e-12)[0]
            for a, b in ((0, 0.05), (0.05, 0.3), (0.3, 2), (2, 10))
        )

    aim = 0.5 - level / 200.0
    found = float(optimize.brentq(lambda x: tail(x) - aim, 1e-3, stats.norm.isf(aim), xtol=1e-13, rtol=1e-12))
    mu = float((w * yi).sum() / total)
    return found * var_r / math.sqrt(total), 2.0 * tail(max(1e-6, abs(mu) * math.sqrt(total) / var_r))


def imhof(eigenvalues: np.ndarray, q: float) -> float:
    """P(Σ λ χ² ≤ q) by Imhof's oscillating integral, half a turn of q u / 2 at a time, its tail averaged."""

    def integrand(u: np.ndarray) -> np.ndarray:
        spread = eigenvalues[:, None] * u
        angle = 0.5 * (np.arctan(spread).sum(axis=0) - q * u)
        return np.asarray(np.sin(angle) / (u * np.exp(0.25 * np.log1p(spread**2).sum(axis=0))))

    points, weights = np.polynomial.legendre.leggauss(20)
    ends = np.concatenate([[0.0], np.geomspace(1e-4, 1.0, 200), np.arange(2, 20_001)]) * 2.0 * np.pi / q
    middle, half = 0.5 * (ends[1:] + ends[:-1]), 0.5 * np.diff(ends)
    totals = np.array([h * float(weights @ integrand(m + h * points)) for m, h in zip(middle, half, strict=True)])
    sums = np.cumsum(totals)
    return 0.5 - float(0.5 * (sums[-1] + sums[-2])) / math.pi


def nagashima(yi: np.ndarray, vi: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Their bootstrap: effects of new studies (draws,); tau² read off a fine table of the distribution of Q."""
    rng, k = np.random.default_rng(seed), len(yi)
    a = linalg.eigvalsh(projection(vi, 0.0))[1:]
    grid = np.concatenate([[0.0], np.geomspace(1e-4, 1e6, 4000) / a.mean()])
    share = 1.0 - distribution(1.0 + grid * a[:, None], naive.q(yi, vi, 0.0))
    tau2 = np.interp(rng.uniform(size=draws), share, grid, left=0.0)
    w = 1.0 / (vi[:, None] + tau2)
    mu = (w * yi[:, None]).sum(axis=0) / w.sum(axis=0)
    se = np.sqrt((w * (yi[:, None] - mu) ** 2).sum(axis=0) / (k - 1) / w.sum(axis=0))
    return mu + rng.normal(size=draws) * np.sqrt(tau2) - rng.standard_t(k - 1, draws) * se
