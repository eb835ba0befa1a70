"""A second implementation, as plain as the formulas: one pool at a time, Python loops, scipy's own optimisers."""

import math
import statistics
from collections.abc import Callable, Sequence

from scipy import optimize, stats

Numbers = Sequence[float]


def weights(vi: Numbers, tau2: float) -> list[float]:
    return [1.0 / (v + tau2) for v in vi]


def mean(yi: Numbers, vi: Numbers, tau2: float) -> float:
    w = weights(vi, tau2)
    return math.fsum(wi * y for wi, y in zip(w, yi, strict=True)) / math.fsum(w)


def q(yi: Numbers, vi: Numbers, tau2: float) -> float:
    mu = mean(yi, vi, tau2)
    return math.fsum(w * (y - mu) ** 2 for w, y in zip(weights(vi, tau2), yi, strict=True))


def dersimonian_laird(yi: Numbers, vi: Numbers) -> float:
    w = weights(vi, 0.0)
    c = math.fsum(w) - math.fsum(wi * wi for wi in w) / math.fsum(w)
    return max(0.0, (q(yi, vi, 0.0) - (len(yi) - 1)) / c)


def hedges(yi: Numbers, vi: Numbers) -> float:
    return max(0.0, statistics.variance(yi) - math.fsum(vi) / len(vi))


def hunter_schmidt(yi: Numbers, vi: Numbers, *, corrected: bool = False) -> float:
    k = len(yi)
    factor = k / (k - 1) if corrected else 1.0
    return max(0.0, (factor * q(yi, vi, 0.0) - k) / math.fsum(weights(vi, 0.0)))


def sidik_jonkman(yi: Numbers, vi: Numbers) -> float:
    """With the ratios r = vi / (the crude variance), as printed in the paper."""
    crude = statistics.pvariance(yi)
    if crude == 0.0:
        return 0.0
    r = [v / crude + 1.0 for v in vi]
    mu = math.fsum(y / ri for y, ri in zip(yi, r, strict=True)) / math.fsum(1.0 / ri for ri in r)
    return math.fsum((y - mu) ** 2 / ri for y, ri in zip(yi, r, strict=True)) / (len(yi) - 1)


def solve_q(yi: Numbers, vi: Numbers, target: float) -> float:
    """tau² at which Q equals the target, 0 if it never is as large."""
    if q(yi, vi, 0.0) <= target:
        return 0.0
    high = 1.0
    while q(yi, vi, high) > target:
        high *= 4.0
    return optimize.brentq(lambda t: q(yi, vi, t) - target, 0.0, high, xtol=1e-15, rtol=1e-14, maxiter=500)


def paule_mandel(yi: Numbers, vi: Numbers) -> float:
    return solve_q(yi, vi, len(yi) - 1)


def empirical_bayes(yi: Numbers, vi: Numbers) -> float:
    """Morris' equation, iterated until it stands still."""
    k, tau2 = len(yi), max(0.0, hedges(yi, vi))
    for _ in range(20000):
        step = (k / (k - 1) * q(yi, vi, tau2) - k) / math.fsum(weights(vi, tau2))
        tau2, before = max(0.0, tau2 + step), tau2
        if abs(tau2 - before) <= 1e-15 * max(tau2, min(vi)):
            break
    return tau2


def log_likelihood(yi: Numbers, vi: Numbers, tau2: float, *, restricted: bool) -> float:
    total = math.fsum(math.log(v + tau2) for v in vi) + q(yi, vi, tau2)
    return -0.5 * (total + (math.log(math.fsum(weights(vi, tau2))) if restricted else 0.0))


def highest_likelihood(yi: Numbers, vi: Numbers, *, restricted: bool, points: int = 400) -> float:
    """Best of a fine grid of tau², then a bounded search between its neighbours."""
    spread = (max(yi) - min(yi)) ** 2 + max(vi)
    lowest = min(vi) * 1e-3
    grid = [0.0, *(lowest * (spread / lowest) ** (i / points) for i in range(points + 1))]
    heights = [log_likelihood(yi, vi, t, restricted=restricted) for t in grid]
    best = heights.index(max(heights))
    low, high = grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)]

    def fall(t: float) -> float:
        return -log_likelihood(yi, vi, t, restricted=restricted)

    found = optimize.minimize_scalar(fall, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    return float(found.x) if -found.fun > heights[0] else 0.0


TAU2: dict[str, Callable[[Numbers, Numbers], float]] = {
    "FE": lambda _yi, _vi: 0.0,
    "DL": dersimonian_laird,
    "PM": paule_mandel,
    "HE": hedges,
    "HS": hunter_schmidt,
    "HSk": lambda yi, vi: hunter_schmidt(yi, vi, corrected=True),
    "SJ": sidik_jonkman,
    "EB": empirical_bayes,
    "PMM": lambda yi, vi: solve_q(yi, vi, stats.chi2.median(len(yi) - 1)),
    "REML": lambda yi, vi: highest_likelihood(yi, vi, restricted=True),
    "ML": lambda yi, vi: highest_likelihood(yi, vi, restricted=False),
}


def pool(yi: Numbers, vi: Numbers, tau2: float, level: float = 95.0) -> dict[str, float]:
    """Both intervals of one pool at a tau², the wider of them, and its prediction interval."""
    k, mu = len(yi), mean(yi, vi, tau2)
    wald_se = math.fsum(weights(vi, tau2)) ** -0.5
    hk_se = wald_se * math.sqrt(q(yi, vi, tau2) / (k - 1))
    upper = 0.5 + level / 200
    wald, hk = stats.norm.ppf(upper) * wald_se, stats.t.ppf(upper, k - 1) * hk_se
    se = hk_se if hk >= wald else wald_se
    p = 2 * stats.t.sf(abs(mu) / se, k - 1) if hk >= wald else 2 * stats.norm.sf(abs(mu) / se)
    half = max(hk, wald)
    values = {"mu": mu, "wald_se": wald_se, "hk_se": hk_se, "se": se, "p": p}
    values |= {
        "ci_low": mu - half,
        "ci_high": mu + half,
        "q": q(yi, vi, 0.0),
        "q_p": stats.chi2.sf(q(yi, vi, 0.0), k - 1),
    }
    if k > 2:
        reach = stats.t.ppf(upper, k - 2) * math.sqrt(tau2 + se * se)
        values |= {"pi_low": mu - reach, "pi_high": mu + reach}
    return values
