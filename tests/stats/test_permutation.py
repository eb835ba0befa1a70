"""Permutation tests of moderators: every arrangement, or seeded ones."""

from itertools import permutations
from math import factorial

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats.permutation import _arrangements, _count, permutation_test
from registry.stats.regression import regress
from tests.stats.cases import case, covers
from tests.stats.more_cases import WITH_PERMUTATIONS, assert_equal, column, more


@pytest.mark.parametrize("name", WITH_PERMUTATIONS)
@covers("permutest_exact_REML.p")
def test_exact_test_equals_metafor(name: str) -> None:
    """All 8! arrangements under REML give metafor's p-values, to the last arrangement."""
    data = case(name)
    result = permutation_test(data.yi, data.vi, {"x": data.column("x")}, method="REML", test="z")
    assert result.exact
    assert result.arrangements == factorial(len(data.yi))
    assert_equal(result.p, data.values["permutest_exact_REML"]["p"])


@pytest.mark.parametrize("test", ["z", "hk-plain"])
def test_groups_equal_metafor(test: str) -> None:
    """Equal rows are not told apart: two groups of four have 70 arrangements."""
    data, expected = (column("eight", name) for name in ("yi", "vi", "arm")), more()["permutation"][test]
    yi, vi, arm = data
    result = permutation_test(yi, vi, {"arm": arm}, test=test)
    assert result.arrangements == 70
    assert_equal(result.p, expected["p"])
    assert_equal(result.omnibus_p, expected["omnibus_p"])


@pytest.mark.parametrize("patterns", [[0, 1, 2, 3], [0, 0, 1, 1, 1], [2, 0, 1, 0, 0], [0, 0, 0]])
def test_arrangements_are_all_and_different(patterns: list[int]) -> None:
    """The arrangements are the distinct permutations of the patterns, each once."""
    codes = np.array(patterns)
    found = [tuple(codes[row]) for row in _arrangements(codes)]
    assert sorted(found) == sorted(set(permutations(patterns)))
    assert len(found) == _count(codes)


@pytest.mark.parametrize("method", ["FE", "DL", "PM", "REML"])
def test_equals_one_regression_after_the_other(method: str) -> None:
    """The batch over arrangements gives the p-values of a loop over `regress`."""
    random = np.random.default_rng(2)
    yi, vi = random.normal(size=5), random.uniform(0.01, 0.3, 5)
    x, test = random.normal(size=(5, 2)), "z" if method == "FE" else "hk-plain"
    result = permutation_test(yi, vi, {"a": x[:, 0], "b": x[:, 1]}, method=method, test=test)
    stats, omnibus = [], []
    for order in permutations(range(5)):
        moved = regress(yi, vi, {"a": x[list(order), 0], "b": x[list(order), 1]}, method=method, test=test)
        stats.append(np.abs(moved.stat))
        omnibus.append(moved.qm / (moved.qm_df if moved.basis == "wald" else 1.0))
    observed = stats[0]
    np.testing.assert_allclose(np.abs(result.stat), observed, rtol=1e-10)
    np.testing.assert_allclose(result.p, np.mean(np.array(stats) >= observed * (1.0 - 1e-7), axis=0), atol=1e-12)
    np.testing.assert_allclose(result.omnibus_p, np.mean(np.array(omnibus) >= omnibus[0] * (1.0 - 1e-7)), atol=1e-12)


def test_random_arrangements_are_seeded() -> None:
    """Above the limit a seed decides; the observed arrangement counts, so p is never 0."""
    random = np.random.default_rng(5)
    vi, x = random.uniform(0.01, 0.1, 20), np.arange(20.0)
    arguments = (0.2 * x + random.normal(size=20) * np.sqrt(vi), vi, {"x": x})
    one, same, other = (permutation_test(*arguments, method="DL", permutations=999, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.p, same.p)
    assert not one.exact
    assert (one.seed, other.seed) == (1, 2)
    assert one.p[1] == pytest.approx(1.0 / 1000.0)
    assert one.p_se[1] == pytest.approx(0.001, rel=0.01)


def test_random_arrangements_approach_the_exact_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 40,000 random arrangements p is within five of its standard errors of the exact p."""
    random = np.random.default_rng(6)
    yi, vi, x = random.normal(size=7), random.uniform(0.01, 0.3, 7), {"x": random.normal(size=7)}
    exact = permutation_test(yi, vi, x, method="DL")
    monkeypatch.setattr("registry.stats.permutation.EXACT", 0)
    sampled = permutation_test(yi, vi, x, method="DL", permutations=40_000)
    assert exact.exact
    assert not sampled.exact
    assert (np.abs(exact.p - sampled.p) <= 5.0 * sampled.p_se).all()


def test_estimates_on_a_line() -> None:
    """An arrangement without residuals has a statistic larger than any other's, not an error."""
    result = permutation_test([0.0, 1.0, 2.0, 3.0], [0.1, 0.1, 0.1, 0.1], {"x": [0, 1, 2, 3]}, test="hk-plain")
    assert result.p[1] == pytest.approx(2.0 / 24.0)


def test_at_least_one_permutation() -> None:
    """Fewer than one permutation is refused."""
    with pytest.raises(StatisticsError, match="at least one permutation is needed: got 0"):
        permutation_test([0.1, 0.2, 0.4], [0.1, 0.1, 0.2], {"x": [1, 2, 4]}, permutations=0)
