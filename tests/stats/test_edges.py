"""The edges: one row, two rows, identical effects, variances over eight orders of magnitude, and refused input."""

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats import Subsets, by_group, fit, pool_many, weights
from tests.stats.cases import METHODS

NAN = float("nan")


@pytest.mark.parametrize("test", ["hk", "hk-adhoc", "hk-plain", "t", "z"])
@pytest.mark.parametrize("method", ["DL", "PM", "REML", "ML"])
def test_one_row_is_itself(method: str, test: str) -> None:
    """One estimate is its own pool with its own Wald interval; whatever needs two is undefined and says so."""
    pool = fit([0.4], [0.04], method=method, test=test)[0]
    assert (pool.mu, pool.se, pool.ci_basis, pool.q) == (0.4, pytest.approx(0.2), "wald", 0.0)
    assert pool.ci_high == pytest.approx(0.4 + 1.959963984540054 * 0.2)
    for field in ("tau2", "i2", "i2_q", "h2", "q_p", "hk_se", "pi_low", "tau2_ci_high", "se_tau2"):
        assert np.isnan(getattr(pool, field))
        assert "estimate" in pool.reasons[field]
    assert not pool.boundary


@pytest.mark.parametrize("method", METHODS)
def test_two_rows_have_no_prediction_interval(method: str) -> None:
    """Two estimates pool, with a Hartung–Knapp interval on one degree of freedom, but predict nothing."""
    pool = fit([0.2, 0.9], [0.04, 0.09], method=method)[0]
    assert np.isnan(pool.pi_low)
    assert pool.reasons["pi_low"]
    if method != "FE":
        assert pool.ci_basis == "hk"
        assert pool.ci_high - pool.mu == pytest.approx(12.706204736174707 * pool.hk_se)


def test_identical_effects_fall_back_on_wald() -> None:
    """Effects that are all equal make the Hartung–Knapp width 0, which is no interval: the default is Wald's."""
    pool = fit([0.3] * 4, [0.01, 0.02, 0.05, 0.09])[0]
    assert (pool.ci_basis, pool.tau2, pool.boundary, pool.i2_q, pool.h2) == ("wald", 0.0, True, 0.0, 1.0)
    assert np.isnan([pool.hk_se, pool.hk_ci_low, pool.tau2_ci_low, pool.tau2_ci_high]).all()
    assert pool.reasons["hk_se"] == "identical effects: the Hartung–Knapp standard error would be 0"
    plain = fit([0.3] * 4, [0.01, 0.02, 0.05, 0.09], test="hk-plain")[0]
    assert np.isnan([plain.se, plain.p, plain.ci_low, plain.df, plain.pi_low]).all()


@pytest.mark.parametrize("effect", [0.3, -1.7, 1e6])
def test_identical_effects_leave_no_rounding(effect: float) -> None:
    """Equal effects have exactly no heterogeneity, however large they are."""
    pool = fit([effect] * 7, np.linspace(0.01, 0.3, 7))[0]
    assert (pool.mu, pool.q, pool.tau2) == (effect, 0.0, 0.0)


@pytest.mark.parametrize("method", METHODS)
def test_variances_over_many_orders_stay_finite(method: str) -> None:
    """Variances over twenty orders of magnitude pool without a warning and without losing the precise study."""
    vi = 10.0 ** np.arange(-14, 7, 2.0)
    pool = fit(np.linspace(0.5, 0.6, len(vi)), vi, method=method)[0]
    assert np.isfinite([pool.mu, pool.se, pool.tau2, pool.ci_low, pool.ci_high, pool.q]).all()
    assert 0.5 <= pool.mu <= 0.6


def test_dersimonian_laird_keeps_its_digits_beside_a_dominating_weight() -> None:
    """Σw − Σw²/Σw cancels when one weight is 10¹² times the rest; the estimate has all its digits all the same."""
    yi, vi = [0.0, 0.5, -0.7], [1e-13, 0.1, 0.2]
    rest = 1 / 0.1 + 1 / 0.2  # with the precise study's weight W → ∞, tr P → 2·rest − rest²/W …
    expected = (0.25 / 0.1 + 0.49 / 0.2 - 2) / (2 * rest - (10.0**2 + 5.0**2 + rest**2) * 1e-13)
    shrunk = fit(yi, vi, method="DL")[0].tau2
    assert shrunk == pytest.approx(max(0.0, expected), rel=1e-11)


def test_given_tau2_is_used_and_named() -> None:
    """A tau² from elsewhere sets the weights; its error and interval are undefined, since nothing was estimated."""
    pools = fit([0.1, 0.4, 0.2, 0.9], [0.1, 0.2, 0.1, 0.2], by_group(["a", "a", "b", "b"]), tau2=[0.0, 0.3])
    assert pools.tau2.tolist() == [0.0, 0.3]
    assert not pools.boundary.any()
    assert pools[0].reasons["tau2_ci_low"] == "tau² was given, not estimated"
    assert pools[1].wald_se == pytest.approx((1 / 0.4 + 1 / 0.5) ** -0.5)


def test_tau2_interval_can_be_left_out() -> None:
    """Without the Q-profile interval its ends are undefined because nobody asked."""
    pool = fit([0.1, 0.9], [0.1, 0.1], tau2_interval=False)[0]
    assert pool.reasons["tau2_ci_low"] == "not asked for"


def test_common_effect_has_only_what_it_has() -> None:
    """CE is FE: Wald by default, Q's I², and reasons for what belongs to random effects."""
    pool = fit([0.1, 0.9, 0.3], [0.1, 0.1, 0.2], method="CE")[0]
    assert (pool.method, pool.ci_basis, pool.tau2) == ("FE", "wald", 0.0)
    assert np.isfinite(pool.i2_q)
    for field in ("i2", "h2", "hk_se", "pi_low", "tau2_ci_low"):
        assert pool.reasons[field].startswith("common-effect model")


def test_hksj_is_an_alias() -> None:
    """The acronym in use resolves to the default."""
    assert fit([0.1, 0.2], [0.1, 0.2], test="hksj").test == "hk"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "XX"}, "unknown method 'XX': one of FE, DL"),
        ({"test": "wald"}, "unknown test 'wald': one of hk"),
        ({"pi_rule": "none"}, "unknown prediction interval rule 'none'"),
        ({"method": "FE", "test": "hk-plain"}, "has the Wald test only: test='z'"),
        ({"tau2": -1.0}, "tau2 must be one number"),
        ({"level": 0.95}, "level is in percent, from 1"),
        ({"level": 100.0}, "level is in percent"),
        ({"tau2": [0.1, 0.2, 0.3]}, "one per pool"),
        ({"tau2": NAN}, "none negative"),
        ({"subsets": Subsets(np.array([0, 5]), np.array([0, 2]))}, "rows outside 0 to 1"),
        ({"subsets": Subsets(np.array([0, 1]), np.array([0, 0, 2]))}, "at least one row"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], message: str) -> None:
    """An option that cannot be meant is an error that names it."""
    with pytest.raises(StatisticsError, match=message):
        fit([0.1, 0.2], [0.1, 0.2], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("yi", "vi", "message"),
    [
        ([], [], "no estimates to pool"),
        ([0.1], [0.1, 0.2], "equally long"),
        ([[0.1]], [[0.1]], "one-dimensional"),
        ([0.1, NAN], [0.1, 0.1], "row 1: yi = nan"),
        ([0.1, float("inf")], [0.1, 0.1], "row 1: yi = inf"),
        ([0.1, 0.2], [0.0, 0.1], "row 0: yi = 0.1, vi = 0.0"),
        ([0.1, 0.2], [0.1, -0.1], "vi = -0.1"),
        ([0.1, 0.2], [0.1, NAN], "vi = nan"),
        ([0.1, 0.2], [0.1, float("inf")], "vi = inf"),
    ],
)
def test_numbers_without_meaning_are_refused(yi: list[float], vi: list[float], message: str) -> None:
    """Unequal lengths, nan, infinities and variances that are not positive are errors that name the row."""
    with pytest.raises(StatisticsError, match=message):
        fit(yi, vi)


def test_groups_must_be_as_many_as_estimates() -> None:
    """A group per estimate is needed, and groups that cannot be ordered are refused."""
    with pytest.raises(StatisticsError, match="one group per estimate"):
        pool_many([0.1, 0.2], [0.1, 0.1], ["a"])
    with pytest.raises(StatisticsError, match="cannot be sorted"):
        pool_many([0.1, 0.2], [0.1, 0.1], np.array(["a", None], dtype=object))


def test_weights_of_one_row() -> None:
    """The only row has all the weight, also when tau² is undefined."""
    assert weights([0.2], NAN).tolist() == [100.0]
