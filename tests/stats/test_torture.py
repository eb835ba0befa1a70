"""Ten thousand random sets on the scale of hazard ratios, by every estimator with every test, without one failure."""

import numpy as np
import pytest

from registry.stats import Pools, Subsets, fit
from registry.stats.inference import TESTS
from registry.stats.tau2 import ESTIMATORS
from tests.effort import THOROUGH

WAYS = [
    (method, test.name)
    for method in ESTIMATORS
    for test in TESTS.values()
    if test.method in (None, method) and (method != "FE" or test.name in ("hk", "z"))
]


def hazard_ratios(m: int) -> tuple[np.ndarray, np.ndarray, Subsets]:
    """Log hazard ratios of 2 to 40 studies, rounded as printed; none to much heterogeneity; events from 10 to 2,000."""
    rng = np.random.default_rng(20_000)
    sizes = rng.integers(2, 41, m)
    vi = 4.0 / 10.0 ** rng.uniform(1.0, 3.3, sizes.sum())
    tau2 = np.repeat(rng.choice([0.0, 0.01, 0.1, 0.5], m), sizes)
    yi = rng.normal(np.repeat(rng.normal(0.3, 0.4, m), sizes), np.sqrt(vi + tau2))
    hr = np.maximum(np.round(np.exp(yi), 2), 0.01)
    return (
        np.log(hr),
        np.round(np.sqrt(vi), 3) ** 2,
        Subsets(np.arange(len(yi)), np.concatenate([[0], np.cumsum(sizes)])),
    )


SETS = hazard_ratios(10_000)


def sets(step: int) -> tuple[np.ndarray, np.ndarray, Subsets]:
    """Give one of every `step` sets."""
    yi, vi, subsets = SETS
    rows = [subsets.rows[subsets.starts[i] : subsets.starts[i + 1]] for i in range(0, 10_000, step)]
    return yi, vi, Subsets(np.concatenate(rows), np.concatenate([[0], np.cumsum([len(each) for each in rows])]))


def check(pools: Pools, method: str, test: str) -> None:
    for name in ("mu", "se", "stat", "p", "ci_low", "ci_high", "tau2", "q", "q_p", "i2_q", "wald_se"):
        values = getattr(pools, name)
        if test != "hk-plain" and not (test == "kr" and name.startswith("ci")):
            assert np.isfinite(values).all(), name
    assert (pools.tau2 >= 0.0).all()
    shown = np.isfinite(pools.ci_low)
    assert (pools.ci_low <= pools.mu)[shown].all()
    assert (pools.mu <= pools.ci_high)[shown].all()
    assert shown.mean() > 0.99
    assert ((pools.p >= 0.0) & (pools.p <= 1.0))[shown].all()
    if method != "FE":
        ended = np.isfinite(pools.tau2_ci_high)
        assert (pools.tau2_ci_low <= pools.tau2_ci_high)[ended].all()
        assert np.isfinite(pools.pi_low)[(pools.k > 2) & shown].mean() > (0.95 if test == "kr" else 0.99)
        assert ((pools.i2 >= 0.0) & (pools.i2 < 100.0)).all()


@pytest.mark.parametrize(("method", "test"), WAYS)
def test_no_set_fails(method: str, test: str) -> None:
    """Every number is finite and in its range, in every pool; what is not is undefined for a reason."""
    every = SETS if test != "hc" or THOROUGH else sets(10)  # Henmi and Copas integrate, set by set
    pools = fit(*every, method=method, test=test)
    check(pools, method, test)
    undefined = np.flatnonzero(~np.isfinite(pools.ci_low + pools.pi_low + pools.tau2_ci_high))
    for index in undefined[:: max(1, len(undefined) // 50)]:
        assert pools[index].reasons


def test_profile_likelihood_never_fails() -> None:
    """The profile-likelihood interval exists and holds the estimate, in every pool."""
    for method in ("REML", "ML"):
        pools = fit(*SETS, method=method, tau2_interval="pl")
        assert ((pools.tau2_ci_low <= pools.tau2) & (pools.tau2 <= pools.tau2_ci_high)).all()


def test_nagashima_never_fails() -> None:
    """One in 400 of the sets, or thoroughly in 100, has its prediction interval from the confidence distribution."""
    pools = fit(*sets(100 if THOROUGH else 400), pi_rule="nnf")
    there = pools.k > 2
    assert (pools.pi_low < pools.mu)[there].all()
    assert (pools.pi_high > pools.mu)[there].all()
