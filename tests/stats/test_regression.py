"""Meta-regression: equal to metafor, to dense matrices, and to the laws of least squares."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import StatisticsError
from registry.stats import fit, subgroups
from registry.stats.regression import Regression, regress
from registry.stats.tau2 import ESTIMATORS
from tests.effort import tries
from tests.stats import naive_regression as naive
from tests.stats.cases import TESTS, case, covers
from tests.stats.more_cases import WITH_COMMON_TAU2, WITH_REGRESSION, assert_equal, column, more

FIELDS = ("b", "se", "stat", "p", "ci_low", "ci_high", "qm", "qm_p", "qe", "qe_p", "tau2", "se_tau2", "i2", "h2", "r2")
COMPARED = [(name, key) for name in WITH_REGRESSION for key in case(name).values["meta_regression"]]
MORE = [key for key in more()["regression"] if key.split(".")[0] in ESTIMATORS]


def ours(result: Regression, field: str) -> Any:
    """Field of ours that is metafor's; under FE its I² and H² are Q's."""
    return getattr(result, f"{field}_q" if result.method == "FE" and field in {"i2", "h2"} else field)


def of_one(method: str, test: str) -> Regression:
    moderators = {"year": column("one", "year"), "stage": column("one", "stage")}
    return regress(column("one", "yi"), column("one", "vi"), moderators, method=method, test=test)


def test_grid_is_complete() -> None:
    """Three files have a regression, under five methods with z and under REML with knha."""
    assert len(WITH_REGRESSION) == 3
    assert len(COMPARED) == 18
    assert {"FE", "DL", "PM", "REML", "ML"} <= {key.split(".")[0] for key in MORE}


@pytest.mark.parametrize(("name", "key"), COMPARED)
@covers("meta_regression.*.*")
def test_equals_metafor(name: str, key: str) -> None:
    """Each field of a regression on x equals metafor's."""
    data, (method, test) = case(name), key.split("_")
    result = regress(data.yi, data.vi, {"x": data.column("x")}, method=method, test=TESTS[test])
    for field, value in data.values["meta_regression"][key].items():
        assert_equal(ours(result, field), value, name=field)


@pytest.mark.parametrize("name", WITH_COMMON_TAU2)
@covers("subgroup_common_tau2.*")
def test_groups_equal_metafor(name: str) -> None:
    """Group dummies give metafor's subgroups with a common tau²; without intercept they give the group means."""
    data = case(name)
    result = regress(data.yi, data.vi, {"group": data.column("group")}, test="z")
    for field, value in data.values["subgroup_common_tau2"].items():
        assert_equal(ours(result, field), value, name=field)
    groups = subgroups(data.yi, data.vi, data.column("group"))
    assert_equal(result.tau2, groups.tau2)
    assert_equal(result.omnibus.chi2, groups.test.q_between)
    assert_equal([result.omnibus.f, result.omnibus.f_p], [groups.test.f, groups.test.f_p])


@pytest.mark.parametrize("key", MORE)
def test_number_and_category_equal_metafor(key: str) -> None:
    """A number and a category together, all methods and tests."""
    result, expected = of_one(*key.split(".")), more()["regression"][key]
    for field in FIELDS:
        assert_equal(ours(result, field), expected[field], name=field)


@pytest.mark.parametrize("key", sorted(MORE))
def test_joint_test_and_predictions_equal_metafor(key: str) -> None:
    """The test of all dummies of a category, and predictions with their intervals."""
    result, expected = of_one(*key.split(".")), more()["regression"][key]
    stage = result.joint[1]
    wald = result.basis == "wald"
    if not key.endswith((".t", "-adhoc")):
        assert_equal(
            [stage.chi2, stage.chi2_p] if wald else [stage.f, stage.f_p], [expected["stage"], expected["stage_p"]]
        )
    found = result.predict(result.design.rows({"year": [2000, 2010], "stage": ["II", "I"]}))
    for field, name in (("pred", "pred"), ("se", "pred_se"), ("ci_low", "pred_low"), ("ci_high", "pred_high")):
        assert_equal(getattr(found, field), expected[name], name=field)


def test_q_profile_interval_equals_metafor() -> None:
    """The interval of tau² is the Q-profile of the residual heterogeneity."""
    result = of_one("REML", "z")
    assert_equal([result.tau2, result.tau2_ci_low, result.tau2_ci_high], more()["profile"], 1e-7)


@st.composite
def samples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Effects, variances and a design matrix with intercept."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k, p = draw(st.integers(5, 12)), draw(st.integers(1, 3))
    x = np.column_stack([np.ones(k), random.normal(size=(k, p - 1))])
    spread = draw(st.sampled_from([0.0, 0.2, 1.0]))
    vi = 10.0 ** random.uniform(-2.5, 0.0, k)
    return random.normal(size=k) * np.sqrt(vi + spread), vi, x


@given(sample=samples())
@settings(max_examples=tries(40), deadline=None)
def test_equals_dense_matrices(sample: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """tau² of every estimator, coefficients and Q are those of k × k matrices and scipy's optimisers."""
    yi, vi, x = sample
    expected = {
        "FE": 0.0,
        "DL": naive.dersimonian_laird(yi, vi, x),
        "PM": naive.paule_mandel(yi, vi, x),
        "REML": naive.highest(yi, vi, x, restricted=True),
        "ML": naive.highest(yi, vi, x, restricted=False),
    }
    for method, tau2 in expected.items():
        result = regress(yi, vi, x, method=method, test="z")
        searched = 2e-5 if method in {"REML", "ML"} else 1e-9  # a search by function values sees half the digits
        np.testing.assert_allclose(result.tau2, tau2, rtol=searched, atol=searched)
        b, covariance = naive.fitted(yi, np.diag(vi + result.tau2), x)
        np.testing.assert_allclose(result.b, b, rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(result.covariance, covariance, rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(result.qe, naive.q(yi, vi, x, 0.0), rtol=1e-8)


@given(sample=samples(), shift=st.floats(-5.0, 5.0), factor=st.sampled_from([-3.0, 0.5, 10.0]))
@settings(max_examples=tries(30), deadline=None)
def test_shift_and_scale(sample: tuple[np.ndarray, np.ndarray, np.ndarray], shift: float, factor: float) -> None:
    """Adding a line in the moderators adds its coefficients; scaling effects scales them; tau² by the square."""
    yi, vi, x = sample
    plain = regress(yi, vi, x)
    line = shift * np.arange(1, x.shape[1] + 1)
    moved = regress(yi + x @ line, vi, x)
    np.testing.assert_allclose(moved.b, plain.b + line, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(moved.tau2, plain.tau2, rtol=1e-6, atol=1e-9)
    scaled = regress(factor * yi, factor**2 * vi, x)
    np.testing.assert_allclose(scaled.b, factor * plain.b, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(scaled.tau2, factor**2 * plain.tau2, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(scaled.p, plain.p, rtol=1e-7, atol=1e-12)


@given(sample=samples(), seed=st.integers(0, 99))
@settings(max_examples=tries(20), deadline=None)
def test_row_order_is_irrelevant(sample: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int) -> None:
    """Rows in another order give the same numbers, bit for bit."""
    yi, vi, x = sample
    order = np.random.default_rng(seed).permutation(len(yi))
    one, other = regress(yi, vi, x), regress(yi[order], vi[order], x[order])
    np.testing.assert_array_equal(one.b, other.b)
    assert one.tau2 == other.tau2


@given(sample=samples())
@settings(max_examples=tries(20), deadline=None)
def test_imprecise_row_drops_out(sample: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """A row whose variance grows without bound leaves coefficients and tau² as they are without it."""
    yi, vi, x = sample
    without = regress(yi, vi, x, method="REML")
    row = np.r_[1.0, np.full(x.shape[1] - 1, 0.5)]
    beside = regress(np.r_[yi, 3.0], np.r_[vi, 1e14], np.vstack([x, row]), method="REML")
    np.testing.assert_allclose(beside.b, without.b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(beside.tau2, without.tau2, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", ["DL", "PM", "REML"])
def test_equal_variances_give_the_residual_variance(method: str) -> None:
    """With all variances v, tau² is max(0, s² − v), s² the residual mean square."""
    random = np.random.default_rng(8)
    x = np.column_stack([np.ones(9), random.normal(size=9)])
    yi = random.normal(size=9)
    s2 = float(np.linalg.lstsq(x, yi, rcond=None)[1][0]) / 7.0
    for v in (0.3 * s2, 3.0 * s2):
        assert_equal(regress(yi, np.full(9, v), x, method=method).tau2, max(0.0, s2 - v), 1e-10)


def test_intercept_alone_is_the_pool() -> None:
    """A regression without moderators is the pool of `fit`, under every method and test."""
    yi, vi = column("one", "yi"), column("one", "vi")
    for method, test in itertools.product(("DL", "PM", "REML", "ML"), ("z", "t", "hk", "hk-plain", "hk-adhoc")):
        line, pool = (
            regress(yi, vi, np.ones((12, 1)), method=method, test=test),
            fit(yi, vi, method=method, test=test)[0],
        )
        assert_equal(
            [line.b[0], line.se[0], line.p[0], line.ci_low[0], line.ci_high[0]],
            [pool.mu, pool.se, pool.p, pool.ci_low, pool.ci_high],
        )
        assert_equal([line.tau2, line.i2, line.h2, line.qe], [pool.tau2, pool.i2, pool.h2, pool.q])
        found = line.predict([[1.0]])
        assert_equal([found.pi_low[0], found.pi_high[0]], [pool.pi_low, pool.pi_high])
        assert line.basis == pool.ci_basis


def test_hk_is_the_wider_interval() -> None:
    """The default test is Hartung–Knapp's or Wald's, whichever is wider, the same for all coefficients."""
    wide = of_one("REML", "hk")
    plain, wald = of_one("REML", "hk-plain"), of_one("REML", "z")
    expected = plain if (plain.ci_high - plain.ci_low > wald.ci_high - wald.ci_low).all() else wald
    np.testing.assert_array_equal(wide.ci_low, expected.ci_low)
    assert (wide.qm, wide.qm_p) == (expected.qm, expected.qm_p)


def test_several_maxima_are_reported() -> None:
    """Where the restricted likelihood has two maxima, the higher is taken and the number said."""
    random = np.random.default_rng(174)
    x = np.column_stack([np.ones(7), random.normal(size=7)])
    vi, yi = 10.0 ** random.uniform(-4.0, 1.0, 7), random.normal(size=7)
    result = regress(yi, vi, x, test="z")
    assert result.maxima == 2
    best = naive.highest(yi, vi, x, restricted=True)
    assert_equal(result.tau2, best, 1e-5)


@pytest.mark.parametrize("method", ["DL", "REML"])
def test_estimates_on_a_line(method: str) -> None:
    """Estimates exactly on the regression: tau² is 0, Hartung–Knapp undefined with a reason, Wald stands."""
    x = np.array([0.0, 1.0, 2.0, 4.0])
    result = regress(0.5 + 0.25 * x, [0.1, 0.2, 0.1, 0.4], {"x": x}, method=method)
    assert result.tau2 == 0.0
    assert result.boundary
    assert result.basis == "wald"
    np.testing.assert_allclose(result.b, [0.5, 0.25], atol=1e-14)
    assert np.isnan(result.hk_se).all() or (result.hk_se < 1e-14).all()
    assert "empty" in result.reasons["tau2_ci_low"]
    assert result.r2 >= 0.0


def test_no_heterogeneity_to_explain() -> None:
    """R² is 0, as metafor's, where tau² is 0 without moderators, and the remark says so."""
    result = regress([0.1, 0.12, 0.09, 0.11], [0.1, 0.2, 0.1, 0.4], {"x": [0, 1, 2, 4]})
    assert result.r2 == 0.0
    assert "nothing to explain" in result.reasons["r2"]


def test_common_effect_has_wald_only() -> None:
    """Under FE Hartung–Knapp and I² of tau² are undefined with reasons, and other tests are refused."""
    result = of_one("FE", "hk")
    assert result.basis == "wald"
    assert np.isnan([result.hk_q, result.i2, result.se_tau2, result.omnibus.f]).all()
    assert {"hk_q", "hk_se", "i2", "h2", "se_tau2", "tau2_ci_low", "df"} <= set(result.reasons)
    assert np.isnan(result.predict(result.design.matrix[:1]).pi_low).all()
    with pytest.raises(StatisticsError, match="common-effect model has the Wald test only"):
        of_one("FE", "hk-plain")


def test_without_intercept() -> None:
    """Group means without an intercept have no R², with the reason, and the omnibus test is of all of them."""
    levels = np.eye(3)[np.arange(12) % 3]
    result = regress(column("one", "yi"), column("one", "vi"), levels, test="z")
    assert np.isnan(result.r2)
    assert "no intercept" in result.reasons["r2"]
    assert result.qm_df == 3


@pytest.mark.parametrize(
    ("yi", "moderators", "options", "message"),
    [
        ([0.1, 0.2, 0.3, 0.4], {"x": [1, 1, 1, 1]}, {}, "'x' is the same for all estimates"),
        (
            [0.1, 0.2, 0.3, 0.4],
            {"x": [1, 2, 3, 4], "z": [2, 4, 6, 8]},
            {},
            "'z' is a combination of 'intercept', 'x'|'z' is a combination of 'x'",
        ),
        ([0.1, 0.2], {"x": [1, 2]}, {}, "2 estimates cannot support 2 coefficients"),
        ([0.1, 0.2, 0.3, 0.4], {"x": [1, 2, 3]}, {}, "moderators have 3 values, but there are 4 estimates"),
        ([0.1, 0.2, 0.3, 0.4], {"x": [1, 2, 3, 5]}, {"level": 0.95}, "level is in percent"),
        ([0.1, 0.2, 0.3, 0.4], {"x": [1, 2, 3, 5]}, {"method": "GENQ"}, "unknown method 'GENQ'"),
    ],
)
def test_faults_are_named(yi: list[float], moderators: dict, options: dict, message: str) -> None:
    """Singular designs name their columns; too few estimates, unequal lengths and unknown options are said."""
    with pytest.raises(StatisticsError, match=message):
        regress(yi, np.full(len(yi), 0.1), moderators, **options)


@pytest.mark.parametrize("test", ["z", "t", "hk", "hk-plain", "hk-adhoc"])
@pytest.mark.parametrize("method", sorted(ESTIMATORS))
def test_every_nan_has_a_reason(method: str, test: str) -> None:
    """Whatever is undefined, in ordinary data and on a line, is named in `reasons`."""
    if method == "FE" and test not in {"z", "hk"}:
        return
    x = np.array([0.0, 1.0, 2.0, 4.0, 3.0])
    for yi in (0.5 + 0.25 * x, np.array([0.1, 0.9, -0.4, 0.6, 0.2]), np.zeros(5)):
        result = regress(yi, [0.1, 0.2, 0.1, 0.4, 0.3], {"x": x}, method=method, test=test)
        for name in (*FIELDS, "df", "hk_q", "hk_se", "tau2_ci_low", "tau2_ci_high"):
            assert not np.isnan(getattr(result, name)).any() or result.reasons[name], name


def test_prediction_rows_are_checked() -> None:
    """A row of the wrong length is refused with the names of the columns."""
    with pytest.raises(StatisticsError, match=r"needs 4 values \(intercept, year, stage: II, stage: III\): got 2"):
        of_one("DL", "z").predict([[1.0, 2000.0]])


def test_ten_thousand_estimates() -> None:
    """REML with two moderators on 10,000 estimates needs no k × k matrix."""
    random = np.random.default_rng(1)
    k = 10_000
    x = np.column_stack([np.ones(k), random.normal(size=(k, 2))])
    vi = random.uniform(0.01, 0.3, k)
    yi = x @ [0.3, 0.1, 0.0] + random.normal(size=k) * np.sqrt(vi + 0.04)
    result = regress(yi, vi, x)
    np.testing.assert_allclose(result.b, [0.3, 0.1, 0.0], atol=0.02)
    np.testing.assert_allclose(result.tau2, 0.04, atol=0.01)
