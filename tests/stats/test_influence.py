"""Influence diagnostics and study effects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import StatisticsError
from registry.stats import fit
from registry.stats.influence import influence, study_effects
from tests.effort import tries
from tests.stats import naive
from tests.stats.cases import TESTS, case, covers
from tests.stats.more_cases import WITH_BLUP, WITH_INFLUENCE, assert_equal, column, more

COMPARED = [
    (name, method, field, value)
    for name in WITH_INFLUENCE
    for method, fields in case(name).values["influence"].items()
    for field, value in fields.items()
]


def test_grid_is_complete() -> None:
    """Nine files have influence under three methods, and BLUPs."""
    assert len(WITH_INFLUENCE) == len(WITH_BLUP) == 9
    assert len(COMPARED) == 9 * 3 * 9


@pytest.mark.parametrize(("name", "method", "field", "value"), COMPARED)
@covers("influence.*.*")
def test_influence_equals_metafor(name: str, method: str, field: str, value: list[float]) -> None:
    """Each diagnostic equals metafor's, and so does the mark."""
    data = case(name)
    assert_equal(getattr(influence(data.yi, data.vi, method=method), field), value, name=field)


@pytest.mark.parametrize("method", ["PM", "ML"])
def test_more_methods_equal_metafor(method: str) -> None:
    """So under PM and ML, with dfbetas."""
    result = influence(column("one", "yi"), column("one", "vi"), method=method)
    for field, value in more()["influence"][method].items():
        assert_equal(getattr(result, field), value, name=field)


@pytest.mark.parametrize("method", ["FE", "REML"])
def test_baujat_coordinates_equal_metafor(method: str) -> None:
    """The coordinates of Baujat's plot are metafor's."""
    result, expected = influence(column("one", "yi"), column("one", "vi"), method=method), more()["baujat"][method]
    assert_equal(result.baujat_x, expected["x"])
    assert_equal(result.baujat_y, expected["y"])


@pytest.mark.parametrize("name", WITH_BLUP)
@covers("blup_REML.*")
def test_study_effects_equal_metafor(name: str) -> None:
    """Predictions of the studies' own effects equal metafor's BLUPs under REML."""
    data = case(name)
    result = study_effects(data.yi, data.vi, test="z")
    for field, value in data.values["blup_REML"].items():
        assert_equal(getattr(result, field), value, name=field)


@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_study_effects_under_other_tests(test: str) -> None:
    """The interval has the standard error and the distribution of the pool's test."""
    name = TESTS[test]
    result = study_effects(column("one", "yi"), column("one", "vi"), test=name)
    for field, value in more()["blup"][name].items():
        assert_equal(getattr(result, field), value, name=field)


@given(seed=st.integers(0, 2**32 - 1), k=st.integers(3, 9))
@settings(max_examples=tries(25), deadline=None)
def test_influence_equals_a_loop(seed: int, k: int) -> None:
    """Definitions spelled out with DL, one deletion after the other."""
    random = np.random.default_rng(seed)
    yi, vi = random.normal(size=k), random.uniform(0.01, 0.5, k)
    result = influence(yi, vi, method="DL")
    tau2 = naive.dersimonian_laird(yi, vi)
    mu, v_mu = naive.mean(yi, vi, tau2), 1.0 / sum(naive.weights(vi, tau2))
    for i in range(k):
        y, v = np.delete(yi, i), np.delete(vi, i)
        t = naive.dersimonian_laird(y, v)
        m, v_m = naive.mean(y, v, t), 1.0 / sum(naive.weights(v, t))
        expected = {
            "rstudent": (yi[i] - m) / np.sqrt(vi[i] + t + v_m),
            "dffits": (mu - m) / np.sqrt(v_mu / (vi[i] + tau2) * (vi[i] + t)),
            "dfbetas": (mu - m) / np.sqrt(1.0 / sum(naive.weights(vi, t))),
            "cook_d": (mu - m) ** 2 / v_mu,
            "cov_r": v_m / v_mu,
            "mu_del": m,
            "tau2_del": t,
            "qe_del": naive.q(y, v, 0.0),
            "baujat_y": (mu - m) ** 2 / v_m,
        }
        for name, value in expected.items():
            np.testing.assert_allclose(getattr(result, name)[i], value, rtol=1e-8, atol=1e-9, err_msg=name)


def test_shrinkage_goes_from_mean_to_own_estimate() -> None:
    """A precise estimate keeps its own value, an imprecise one takes the mean; without tau² all are the mean."""
    yi, vi = [0.0, 1.0, -1.0, 2.0], [1e-8, 0.1, 0.1, 1e8]
    result, pool = study_effects(yi, vi, test="z"), fit(yi, vi, test="z")[0]
    np.testing.assert_allclose([result.pred[0], result.pred[3]], [0.0, pool.mu], atol=1e-6)
    same = study_effects([0.1, 0.1, 0.1], [0.1, 0.2, 0.3], method="FE")
    np.testing.assert_allclose(same.pred, 0.1)
    np.testing.assert_array_equal(same.shrinkage, 0.0)


def test_two_estimates() -> None:
    """Without one of two tau² is undefined, with the reason; under FE all is defined."""
    result = influence([0.1, 0.5], [0.1, 0.2])
    assert np.isnan(result.rstudent).all()
    assert "without one of them" in result.reasons["rstudent"]
    assert not result.influential.any()
    common = influence([0.1, 0.5], [0.1, 0.2], method="FE")
    assert not common.reasons
    np.testing.assert_allclose(np.abs(common.rstudent), 0.4 / np.sqrt(0.3))


def test_one_estimate() -> None:
    """There is nothing to leave out; the study's own effect is its estimate."""
    with pytest.raises(StatisticsError, match="at least two estimates, got 1"):
        influence([0.1], [0.1])
    assert study_effects([0.1], [0.04]).pred[0] == pytest.approx(0.1)


def test_identical_effects() -> None:
    """Identical effects: nothing is influential; under hk-plain the studies' intervals are undefined with a reason."""
    yi, vi = [0.3, 0.3, 0.3, 0.3], [0.1, 0.2, 0.1, 0.3]
    np.testing.assert_allclose(influence(yi, vi).cook_d, 0.0, atol=1e-25)
    effects = study_effects(yi, vi, test="hk-plain")
    assert np.isnan(effects.se).all()
    assert "identical" in effects.reasons["se"]
