"""Selection model: its derivatives, a plain second implementation, laws and edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from registry.errors import StatisticsError
from registry.stats.selection_model import _arranged, _derivatives, _log_likelihood, step_selection
from tests.effort import tries


def drawn(seed: int, k: int, spread: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Studies of which non-significant ones went missing, but not all."""
    rng = np.random.default_rng(seed)
    vi = rng.uniform(0.05, 0.5, 20 * k) ** 2
    yi = rng.normal(0.3, np.sqrt(vi + spread**2))
    seen = (yi / np.sqrt(vi) > 1.96) | (rng.random(20 * k) < 0.4)
    yi, vi = yi[seen][:k], vi[seen][:k]
    yi[0], yi[1] = 3.0 * np.sqrt(vi[0]), 0.5 * np.sqrt(vi[1])
    return yi, vi


def plain_log_likelihood(yi: np.ndarray, vi: np.ndarray, mu: float, tau2: float, delta: float) -> float:
    sd, cut = np.sqrt(vi + tau2), 1.959963984540054 * np.sqrt(vi)
    above = special.ndtr((mu - cut) / sd)
    weight = np.where(yi >= cut, 1.0, delta)
    normal = -0.5 * ((yi - mu) / sd) ** 2 - np.log(sd) - 0.5 * math.log(2 * math.pi)
    return float((np.log(weight) + normal - np.log(above + delta * (1.0 - above))).sum())


@pytest.mark.parametrize("seed", range(4))
def test_fit_equals_a_general_optimiser(seed: int) -> None:
    """No start of a general optimiser finds a higher likelihood, and the best of them finds ours."""
    yi, vi = drawn(seed, 12 + seed)
    ours = step_selection(yi, vi, alternative="greater")

    def cost(x: np.ndarray) -> float:
        return -plain_log_likelihood(yi, vi, x[0], math.exp(x[1]), math.exp(x[2]))

    starts = [(mu, t, d) for mu in (-0.2, 0.3, 0.8) for t in (-8.0, -3.0) for d in (-2.0, 0.0)]
    bounds = [(-5.0, 5.0), (-25.0, 3.0), (-12.0, math.log(100.0))]
    best = min(
        (optimize.minimize(cost, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda r: r.fun
    )
    assert ours.log_likelihood >= -best.fun - 1e-9
    assert ours.log_likelihood == pytest.approx(plain_log_likelihood(yi, vi, ours.mu, ours.tau2, ours.delta), abs=1e-9)
    assert ours.mu == pytest.approx(best.x[0], abs=2e-3)


@given(st.integers(0, 10_000), st.floats(-1.0, 1.5), st.floats(0.01, 0.5), st.floats(0.05, 5.0))
@settings(max_examples=tries(40), deadline=None)
def test_derivatives_are_those_of_the_likelihood(seed: int, mu: float, tau2: float, delta: float) -> None:
    """Gradient and Hessian equal central differences of the likelihood and of the gradient."""
    data = _arranged(*drawn(seed, 8), 0.025)
    at = np.array([mu, tau2, delta])
    height, gradient, hessian = _derivatives(data, at)
    assert height == pytest.approx(float(_log_likelihood(data, *at[:, None])[0]), rel=1e-12)
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-5 * max(abs(at[i]), 0.1)
        above, below = _derivatives(data, at + step), _derivatives(data, at - step)
        assert gradient[i] == pytest.approx((above[0] - below[0]) / (2 * step[i]), rel=1e-5, abs=1e-5)
        np.testing.assert_allclose(
            hessian[i], (above[1] - below[1]) / (2 * step[i]), rtol=1e-4, atol=1e-4 * np.abs(hessian).max()
        )


@given(st.integers(0, 10_000), st.integers(4, 30))
@settings(max_examples=tries(40), deadline=None)
def test_mirrored_effects_mirror_the_mean(seed: int, k: int) -> None:
    """With all signs and the direction changed the mean changes its sign, and nothing else moves."""
    yi, vi = drawn(seed, k)
    one, other = step_selection(yi, vi, alternative="greater"), step_selection(-yi, vi, alternative="less")
    assert other.mu == pytest.approx(-one.mu, rel=1e-9)
    assert (other.tau2, other.delta, other.lrt) == (one.tau2, one.delta, one.lrt)
    assert (one.significant + one.others, one.k) == (k, k)


@given(st.integers(0, 10_000), st.integers(4, 30), st.floats(0.0, 0.6))
@settings(max_examples=tries(60), deadline=None)
def test_the_fit_is_a_maximum(seed: int, k: int, spread: float) -> None:
    """The gradient is 0 in every direction that is free, and no test value is negative."""
    yi, vi = drawn(seed, k, spread)
    ours = step_selection(yi, vi, alternative="greater")
    _, gradient, hessian = _derivatives(_arranged(yi, vi, 0.025), np.array([ours.mu, ours.tau2, ours.delta]))
    free = [0] + [1] * (ours.tau2 > 0.0) + [2] * (ours.delta < 100.0)
    scaled = gradient[free] / np.sqrt(np.abs(np.diagonal(hessian)[free]))
    assert np.abs(scaled).max() < 1e-6
    assert ours.tau2 > 0.0 or gradient[1] <= 0.0
    assert ours.lrt >= 0.0


def test_step_of_another_level_and_direction() -> None:
    """Steps and directions that leave studies on one side only are refused by name."""
    yi, vi = [0.2, 0.3, 0.38], [0.04, 0.04, 0.04]
    with pytest.raises(StatisticsError, match=r"none of the 3 estimates have a one-sided p at or below 0\.025"):
        step_selection(yi, vi)
    with pytest.raises(StatisticsError, match=r"all 3 estimates have a one-sided p at or below 0\.5"):
        step_selection(yi, vi, step=0.5)
    assert step_selection(yi, vi, step=0.1).others == 1  # 0.2 / 0.2 has p = 0.16
    with pytest.raises(StatisticsError, match="unknown alternative 'two'"):
        step_selection(yi, vi, alternative="two")
    with pytest.raises(StatisticsError, match="step is a one-sided p"):
        step_selection(yi, vi, step=0.0)
    with pytest.raises(StatisticsError, match="needs at least 3 estimates: got 2"):
        step_selection(yi[:2], vi[:2])
