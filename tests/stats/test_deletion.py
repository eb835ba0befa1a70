"""Leave-one-out by subtraction is leave-one-out by pooling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import StatisticsError
from registry.stats import fit, leave_one_out
from registry.stats.deletion import Deleted, leave_each_out, leave_groups_out
from registry.stats.model import Mean
from registry.stats.results import ARRAYS
from registry.stats.tau2 import ESTIMATORS
from tests.effort import tries
from tests.stats.cases import NAMES, case


def assert_same(yi: np.ndarray, vi: np.ndarray, tolerance: float = 1e-12, **options: object) -> None:
    ours = leave_each_out(yi, vi, **options)
    pooled = fit(yi, vi, leave_one_out(len(yi)), **options)
    for name in ARRAYS:
        one, other = getattr(ours, name), getattr(pooled, name)
        if one.dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance, err_msg=name)
        else:
            np.testing.assert_array_equal(one, other, err_msg=name)


def drawn(k: int, seed: int, orders: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    vi = 10.0 ** random.uniform(-orders, 0.0, k)
    return 0.3 + random.normal(size=k) * np.sqrt(vi + random.choice([0.0, 0.1, 1.0])), vi


@pytest.mark.parametrize("method", sorted(ESTIMATORS))
@pytest.mark.parametrize("k", [20, 60, 300])
def test_every_estimator(method: str, k: int) -> None:
    """Every field equals that of `fit` to 1e-12, with the Q-profile interval too."""
    assert_same(*drawn(k, seed=k), method=method, tau2_interval=True)


@given(seed=st.integers(0, 2**32 - 1), k=st.integers(17, 40), orders=st.sampled_from([0.5, 2.0, 4.0]))
@settings(max_examples=tries(30), deadline=None)
def test_any_sample(seed: int, k: int, orders: float) -> None:
    """Whatever the spread of the variances, DL and REML equal `fit`."""
    yi, vi = drawn(k, seed, orders)
    for method in ("DL", "REML"):
        assert_same(yi, vi, 1e-11, method=method, tau2_interval=False)


@pytest.mark.parametrize(
    ("row", "vi", "yi"),
    [(3, 1e-9, 0.2), (0, 0.1, 1e6), (29, 1e-4, 50.0), (5, 1e6, -1e5)],
    ids=["dominates the weights", "far away", "both", "far away and imprecise"],
)
def test_dominating_row(row: int, vi: float, yi: float) -> None:
    """A row that is nearly all of a sum is left out by summing the others: no digits are lost."""
    effects, variances = drawn(30, seed=7)
    effects[row], variances[row] = yi, vi
    for method in ("FE", "DL", "REML"):
        assert_same(effects, variances, 1e-10, method=method, test="z" if method == "FE" else "hk", tau2_interval=False)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "edge_k1"])
@pytest.mark.parametrize("method", ["FE", "DL", "REML"])
def test_reference_data(name: str, method: str) -> None:
    """On every reference file, edges too."""
    data = case(name)
    assert_same(data.yi, data.vi, 1e-9, method=method, tau2_interval=False)


@pytest.mark.parametrize("g", [1, 5])
def test_forms_at_different_tau2(g: int) -> None:
    """At tau² values that differ from pool to pool the interpolated sums equal direct ones to 1e-12."""
    yi, vi = drawn(200, seed=9)
    order = np.lexsort((yi, vi))
    yi, vi = yi[order], vi[order]
    model = Deleted(yi, vi)
    tau2 = np.random.default_rng(1).uniform(0.0, 3.0, (g, 200)) ** 4
    tau2[0, :3] = 0.0
    for row in (0, 1, 99, 199):
        mean = Mean(np.delete(yi, row)[:, None], np.delete(vi, row)[:, None])
        pairs = [*zip(model.forms(tau2), mean.forms(tau2[:, [row]]), strict=True)]
        pairs += [*zip(model.curvature(tau2), mean.curvature(tau2[:, [row]]), strict=True)]
        pairs += [*zip(model.logdets(tau2), mean.logdets(tau2[:, [row]]), strict=True)]
        for ours, theirs in pairs:
            np.testing.assert_allclose(ours[:, row], theirs[:, 0], rtol=1e-12, atol=1e-12)


def test_groups_are_left_out_whole() -> None:
    """Leaving cohorts out gives one pool per cohort, without any of its rows, labelled by it."""
    subsets = leave_groups_out(["b", "a", "b", "c"])
    assert list(subsets.labels) == ["a", "b", "c"]
    rows = [sorted(part.tolist()) for part in np.split(subsets.rows, subsets.starts[1:-1])]
    assert rows == [[0, 2, 3], [1, 3], [0, 1, 2]]
    with pytest.raises(StatisticsError, match="at least two of them"):
        leave_groups_out(["a", "a"])


def test_one_estimate_cannot_be_left_out() -> None:
    """There must be something left."""
    with pytest.raises(StatisticsError, match="at least two estimates, got 1"):
        leave_each_out([0.1], [0.1])
