"""Pools of all subsets."""

from itertools import combinations

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats import Subsets, fit
from registry.stats.gosh import Gosh, gosh
from registry.stats.tau2 import ESTIMATORS
from tests.stats.cases import case, covers
from tests.stats.more_cases import WITH_GOSH, assert_equal


def drawn(k: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    vi = random.uniform(0.01, 0.4, k)
    return random.normal(0.3, 0.3, k) + random.normal(size=k) * np.sqrt(vi), vi


def rows_of(result: Gosh, index: int) -> list[int]:
    return [row for row in range(result.k) if result.includes(row)[index]]


def assert_pools(result: Gosh, yi: np.ndarray, vi: np.ndarray, indices: np.ndarray) -> None:
    rows = [rows_of(result, index) for index in indices]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    pools = fit(yi, vi, Subsets(np.concatenate(rows), starts), method=result.method, test="z", tau2_interval=False)
    np.testing.assert_array_equal(result.size[indices], pools.k)
    for ours, theirs in (("mu", "mu"), ("tau2", "tau2"), ("q", "q"), ("i2", "i2_q" if result.method == "FE" else "i2")):
        one, other = getattr(result, ours)[indices], getattr(pools, theirs)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=ours)


@pytest.mark.parametrize("name", WITH_GOSH)
@covers("gosh.*")
def test_all_subsets_equal_metafor(name: str) -> None:
    """Number, mean, spread and range of the common-effect estimates; metafor counts I² of one estimate as 0."""
    data = case(name)
    result, expected = gosh(data.yi, data.vi), data.values["gosh"]
    assert result.exhaustive
    assert len(result) == expected["n"]
    summary = {
        "mean_mu": result.mu.mean(),
        "sd_mu": result.mu.std(ddof=1),
        "mean_i2": np.nan_to_num(result.i2).mean(),
        "min_mu": result.mu.min(),
        "max_mu": result.mu.max(),
    }
    for field, value in summary.items():
        assert_equal(value, expected[field], name=field)


def test_a_seed_is_not_negative() -> None:
    """A seed that gives no random numbers is refused in words."""
    yi, vi = drawn(12)
    with pytest.raises(StatisticsError, match="seed is -1"):
        gosh(yi, vi, subsets=50, seed=-1)


def test_grid_is_complete() -> None:
    """Four files have all subsets."""
    assert len(WITH_GOSH) == 4


@pytest.mark.parametrize("method", sorted(ESTIMATORS))
def test_equals_fit(method: str) -> None:
    """Every subset of six is the pool `fit` gives, and all 63 are there once."""
    yi, vi = drawn(6)
    result = gosh(yi, vi, method=method)
    assert_pools(result, yi, vi, np.arange(63))
    found = {tuple(rows_of(result, index)) for index in range(63)}
    assert found == {subset for size in range(1, 7) for subset in combinations(range(6), size)}


@pytest.mark.parametrize("method", ["FE", "DL"])
def test_more_rows_than_one_block(method: str) -> None:
    """Fifteen estimates take several blocks of sums: any subset is still its pool."""
    yi, vi = drawn(15)
    result = gosh(yi, vi, method=method)
    assert len(result) == 2**15 - 1
    assert_pools(result, yi, vi, np.random.default_rng(0).choice(len(result), 400, replace=False))


@pytest.mark.parametrize("method", ["FE", "DL", "REML"])
@pytest.mark.parametrize("k", [23, 40])
def test_sample_above_twenty(method: str, k: int) -> None:
    """Above twenty a seeded sample, each estimate in about half of the subsets; each is its pool."""
    yi, vi = drawn(k)
    result = gosh(yi, vi, method=method, subsets=2000, seed=3)
    assert not result.exhaustive
    assert len(result) == 2000
    assert abs(result.size.mean() - k / 2) < 0.5
    assert_pools(result, yi, vi, np.arange(0, 2000, 10))
    np.testing.assert_array_equal(result.mu, gosh(yi, vi, method=method, subsets=2000, seed=3).mu)
    assert not np.array_equal(result.mu, gosh(yi, vi, method=method, subsets=2000, seed=4).mu)


def test_fewer_subsets_on_request() -> None:
    """A number below 2^k − 1 makes a sample, one not below it all subsets."""
    yi, vi = drawn(5)
    assert not gosh(yi, vi, subsets=30).exhaustive
    assert gosh(yi, vi, subsets=31).exhaustive


def test_order_of_rows_is_irrelevant() -> None:
    """Reversing the estimates reverses who is in, not the pools."""
    yi, vi = drawn(9)
    one, other = gosh(yi, vi, method="DL"), gosh(yi[::-1], vi[::-1], method="DL")
    np.testing.assert_allclose(np.sort(one.mu), np.sort(other.mu), rtol=1e-12, atol=1e-15)


def test_variances_over_eight_orders() -> None:
    """No digits are lost where one estimate is 10⁸ times as precise as another."""
    random = np.random.default_rng(2)
    yi, vi = random.normal(size=8), 10.0 ** np.linspace(-8.0, 0.0, 8)
    for method in ("FE", "DL"):
        assert_pools(gosh(yi, vi, method=method), yi, vi, np.arange(255))


def test_single_estimates() -> None:
    """A subset of one has a mean but no heterogeneity."""
    result = gosh([0.1, 0.5], [0.1, 0.2], method="DL")
    np.testing.assert_array_equal(result.size, [1, 1, 2])
    assert np.isnan(result.i2[:2]).all()
    assert np.isnan(result.tau2[:2]).all()
    np.testing.assert_allclose(result.mu[:2], [0.1, 0.5])


def test_faults_are_named() -> None:
    """No subsets, and a row that is not there."""
    with pytest.raises(StatisticsError, match="at least one subset is needed: got 0"):
        gosh([0.1, 0.2], [0.1, 0.1], subsets=0)
    with pytest.raises(StatisticsError, match=r"row 2 is not one of the 2 estimates \(0 to 1\)"):
        gosh([0.1, 0.2], [0.1, 0.1]).includes(2)
