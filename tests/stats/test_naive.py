"""The kernel equals a second, plain implementation on random pools."""

import numpy as np
import pytest
from scipy import stats

from registry.stats import Subsets, fit
from tests.stats import naive, naive_intervals

SIZES = (2, 3, 5, 12)


def random_pools(seed: int, m: int) -> tuple[np.ndarray, np.ndarray, Subsets]:
    """Make m pools of mixed sizes, variances over three orders of magnitude, with and without heterogeneity."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice(SIZES, m)
    vi = 10 ** rng.uniform(-2.5, 0.5, sizes.sum())
    yi = rng.normal(0.4, np.sqrt(vi + np.repeat(rng.choice([0.0, 0.05, 1.0], m), sizes)))
    return yi, vi, Subsets(np.arange(sizes.sum()), np.concatenate([[0], np.cumsum(sizes)]))


@pytest.mark.parametrize("method", naive.TAU2)
def test_kernel_equals_plain_loops(method: str) -> None:
    """tau² and all that follows from it are those of loops over the formulas, pool by pool."""
    yi, vi, subsets = random_pools(1, 60)
    pools = fit(yi, vi, subsets, method=method)
    tolerance = 1e-6 if method in {"REML", "ML"} else 1e-7 if method == "EB" else 1e-10
    for index, pool in enumerate(pools):
        rows = slice(subsets.starts[index], subsets.starts[index + 1])
        y, v = yi[rows].tolist(), vi[rows].tolist()
        np.testing.assert_allclose(pool.tau2, naive.TAU2[method](y, v), rtol=tolerance, atol=tolerance * min(v))
        if method != "FE":
            plain = naive_intervals.se_tau2(np.array(y), np.array(v), method, pool.tau2)
            np.testing.assert_allclose(pool.se_tau2, plain, rtol=1e-9)
        expected = naive.pool(y, v, pool.tau2)
        if method == "FE":
            expected = {name: expected[name] for name in ("mu", "wald_se", "q", "q_p")}
        for name, value in expected.items():
            np.testing.assert_allclose(getattr(pool, name), value, rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("level", [80.0, 95.0, 99.9])
def test_q_profile_interval_solves_its_equations(level: float) -> None:
    """At the ends of the interval Q is the chi² quantile, to 1e-12; an end at 0 is where Q never gets that high."""
    yi, vi, subsets = random_pools(2, 200)
    pools = fit(yi, vi, subsets, level=level)
    for index, pool in enumerate(pools):
        rows = slice(subsets.starts[index], subsets.starts[index + 1])
        y, v = yi[rows].tolist(), vi[rows].tolist()
        tails = (stats.chi2.isf(0.5 - level / 200, pool.k - 1), stats.chi2.ppf(0.5 - level / 200, pool.k - 1))
        for end, target in zip((pool.tau2_ci_low, pool.tau2_ci_high), tails, strict=True):
            if np.isnan(end):
                assert naive.q(y, v, 0.0) < tails[1]
            elif end == 0.0:
                assert naive.q(y, v, 0.0) <= target * (1 + 1e-12)
            else:
                np.testing.assert_allclose(end, naive.solve_q(y, v, target), rtol=1e-11, atol=1e-13 * min(v))
