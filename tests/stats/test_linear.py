"""Regressions as models: the forms every estimator is made of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.stats.linear import Linear
from registry.stats.model import Mean
from tests.effort import tries
from tests.stats import naive_regression as naive

SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed: int, *, p: int, orders: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Effects, variances over `orders` of magnitude (ascending) and p columns with an intercept, of 8 rows."""
    random = np.random.default_rng(seed)
    k = 8
    vi = np.sort(10.0 ** random.uniform(-orders, 0.0, k))
    x = np.column_stack([np.ones(k), 1976.0 + random.integers(0, 30, k), random.normal(size=(k, 2)).round(3)])[:, :p]
    return random.normal(size=k).round(3), vi, x


def linear(yi: np.ndarray, vi: np.ndarray, x: np.ndarray) -> Linear:
    return Linear(yi[:, None], vi[:, None], list(x.T[:, :, None]), intercept=True)


def all_forms(model: Linear | Mean, tau2: float) -> np.ndarray:
    at = np.array([[tau2]])
    return np.concatenate([entry.ravel() for entry in (*model.forms(at), *model.curvature(at), model.logdets(at)[1])])


@pytest.mark.parametrize("tau2", [0.0, 1e-3, 1.0])
@pytest.mark.parametrize("orders", [1.0, 8.0])
@pytest.mark.parametrize("p", [1, 2, 4])
@given(seed=SEEDS)
@settings(max_examples=tries(6), deadline=None)
def test_forms_are_exact(p: int, orders: float, tau2: float, seed: int) -> None:
    """Every form equals rational arithmetic to 1e-10, and to 1e-7 where variances differ by a factor of 10⁸."""
    yi, vi, x = drawn(seed, p=p, orders=orders)
    if np.linalg.matrix_rank(x - np.r_[0.0, x[:, 1:].mean(axis=0)]) < p:
        return
    expected = np.array(naive.exact_forms(yi, vi, x, tau2))
    tolerance = 1e-7 if orders == 8.0 else 1e-10
    np.testing.assert_allclose(all_forms(linear(yi, vi, x), tau2), expected, rtol=tolerance, atol=1e-10)


@given(seed=SEEDS, orders=st.sampled_from([1.0, 8.0]), tau2=st.floats(0.0, 10.0))
@settings(max_examples=tries(60), deadline=None)
def test_intercept_alone_is_a_mean(seed: int, orders: float, tau2: float) -> None:
    """A regression on an intercept is the model of one mean."""
    yi, vi, x = drawn(seed, p=1, orders=orders)
    ours, mean = linear(yi, vi, x), Mean(yi[:, None], vi[:, None])
    np.testing.assert_allclose(all_forms(ours, tau2), all_forms(mean, tau2), rtol=1e-7 if orders == 8.0 else 1e-12)
    np.testing.assert_allclose(ours.ss, mean.ss, rtol=1e-12)
    solved = ours.solve(np.array([tau2]))
    np.testing.assert_allclose(solved.b[0], mean.origin + mean.means(np.array([[tau2]]))[2][0], rtol=1e-12, atol=1e-14)


@given(seed=SEEDS, p=st.integers(2, 4), tau2=st.floats(0.0, 3.0))
@settings(max_examples=tries(40), deadline=None)
def test_solution_is_least_squares(seed: int, p: int, tau2: float) -> None:
    """Coefficients and covariance are those of dense matrices."""
    yi, vi, x = drawn(seed, p=p, orders=1.0)
    if np.linalg.matrix_rank(x - np.r_[0.0, x[:, 1:].mean(axis=0)]) < p:
        return
    b, covariance = naive.fitted(yi, np.diag(vi + tau2), x - np.r_[0.0, x[0, 1:]])
    solved = linear(yi, vi, x).solve(np.array([tau2]))
    np.testing.assert_allclose(solved.b[1:, 0], b[1:], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(solved.b[0, 0], b[0] - x[0, 1:] @ b[1:], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(solved.covariance[1:, 1:, 0], covariance[1:, 1:], rtol=1e-7)


def test_batch_equals_loop() -> None:
    """Many regressions at once are each regression alone, to the last digits, at several tau² each."""
    random = np.random.default_rng(3)
    k, m = 9, 40
    yi, vi = random.normal(size=(k, 1)), np.sort(random.uniform(0.01, 0.5, (k, 1)), axis=0)
    moderators = random.normal(size=(2, k, m))
    batch = Linear(yi, vi, [np.ones((k, 1)), *moderators], intercept=True)
    tau2 = random.uniform(0.0, 1.0, (3, m))
    for j in range(m):
        alone = Linear(yi, vi, [np.ones((k, 1)), *moderators[:, :, [j]]], intercept=True)
        for ours, single in zip(batch.forms(tau2), alone.forms(tau2[:, [j]]), strict=True):
            np.testing.assert_allclose(ours[:, j], single[:, 0], rtol=1e-12)
        for ours, single in zip(batch.curvature(tau2), alone.curvature(tau2[:, [j]]), strict=True):
            np.testing.assert_allclose(ours[:, j], single[:, 0], rtol=1e-12)
        np.testing.assert_allclose(batch.solve(tau2[0]).b[:, j], alone.solve(tau2[0, [j]]).b[:, 0], rtol=1e-12)


def test_take_repeats_pools() -> None:
    """Taking pools, some twice, gives their forms."""
    random = np.random.default_rng(4)
    model = Linear(
        random.normal(size=(7, 5)),
        np.sort(random.uniform(0.1, 1.0, (7, 5)), axis=0),
        [np.ones((7, 1)), random.normal(size=(7, 1))],
        intercept=True,
    )
    at, pools = np.full((1, 5), 0.3), np.array([3, 0, 3])
    taken = model.take(pools)
    np.testing.assert_allclose(taken.forms(at[:, :3]).q, model.forms(at).q[:, pools], rtol=1e-14)
    np.testing.assert_array_equal(taken.vmin, model.vmin[pools])
    assert model.take(np.array([], dtype=np.intp)).forms(np.empty((2, 0))).q.shape == (2, 0)
