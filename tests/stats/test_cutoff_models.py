"""Effects by cutoff."""

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats import fit
from registry.stats.cutoff_models import cutoff_classes, cutoff_regression, multi_cutoff
from registry.stats.regression import regress
from tests.stats import naive_regression as naive
from tests.stats.more_cases import assert_equal, column, more
from tests.stats.test_dependence import SEARCHED

CUTOFF = np.array([100.0, 200.0, 200.0, 300.0, 450.0, 500.0, 800.0])
YI = np.array([0.2, 0.3, 0.1, 0.4, 0.5, 0.35, 0.7])
VI = np.array([0.02, 0.05, 0.03, 0.04, 0.02, 0.06, 0.05])


def many() -> tuple[np.ndarray, ...]:
    return tuple(column("many", name) for name in ("yi", "vi", "cluster", "x", "share"))


def test_classes_are_pools() -> None:
    """A class of cutoffs is the pool of its estimates; a cutoff on a bound is in the class above; no empty ones."""
    found = cutoff_classes(YI, VI, CUTOFF, [200.0, 300.0, 310.0, 320.0], method="DL", test="z")
    np.testing.assert_array_equal(found.low, [-np.inf, 200.0, 300.0, 320.0])
    np.testing.assert_array_equal(found.high, [200.0, 300.0, 310.0, np.inf])
    expected = [fit(YI[rows], VI[rows], method="DL", test="z")[0].mu for rows in ([0], [1, 2], [3], [4, 5, 6])]
    np.testing.assert_allclose(found.pools.mu, expected, rtol=1e-12)


@pytest.mark.parametrize("log", [False, True])
def test_line_is_a_regression(log: bool) -> None:
    """The line in the cutoff, or its logarithm, predicts what the regression does, inside the observed cutoffs only."""
    line = cutoff_regression(YI, VI, CUTOFF, log=log, method="DL", test="z")
    x = np.log(CUTOFF) if log else CUTOFF
    plain = regress(YI, VI, {"x": x}, method="DL", test="z")
    at = np.array([99.0, 100.0, 250.0, 800.0, 801.0, np.nan])
    found = line.predict(at)
    expected = plain.predict(np.column_stack([np.ones(3), np.log(at[1:4]) if log else at[1:4]]))
    np.testing.assert_allclose(found.pred[1:4], expected.pred, rtol=1e-10)
    np.testing.assert_allclose(found.ci_high[1:4], expected.ci_high, rtol=1e-10)
    assert np.isnan(found.pred[[0, 4, 5]]).all()
    assert found.reasons[0] == "outside the observed cutoffs, 100 to 800: not predicted"
    assert found.reasons[1:4] == ("", "", "")


@pytest.mark.parametrize(("linear", "mods"), [(False, "~ 1"), (True, "~ x")])
@pytest.mark.parametrize("factor", [1, 0.5])
def test_multi_cutoff_equals_metafor(factor: float, linear: bool, mods: str) -> None:
    """Correlations of nested splits, a cohort effect and CR2 equal rma.mv with that covariance, and at half of it."""
    yi, vi, cohort, x, share = many()
    result, expected = (
        multi_cutoff(yi, vi, cohort, x, share, linear=linear),
        more()["dependence"][mods][f"multi-cutoff.{factor}"],
    )
    model = result.fit if factor == 1 else result.half
    slope = slice(int(linear), None)  # ours is centred: the intercept is another
    for ours, theirs in ((model.b, "b"), (model.se, "se"), (model.cr2.se, "cr2_se"), (model.cr2.df, "cr2_df")):
        assert_equal(ours[slope], expected[theirs][slope] if linear else expected[theirs], SEARCHED, theirs)
    assert_equal(model.sigma2[0], expected["sigma2"], SEARCHED)
    assert_equal(model.q, expected["q"])
    assert_equal(model.log_likelihood, expected["log_likelihood"], SEARCHED)


def test_multi_cutoff_equals_dense_matrices() -> None:
    """Estimate and standard error at a cutoff are those of the k × k covariance spelled out."""
    yi, vi, cohort, x, share = many()
    result = multi_cutoff(yi, vi, cohort, x, share)

    def rho(i: int, j: int) -> float:
        more_above, fewer_above = max(share[i], share[j]), min(share[i], share[j])
        return float(np.sqrt(fewer_above * (1.0 - more_above) / (more_above * (1.0 - fewer_above))))

    v = naive.block_covariance(vi, cohort, result.fit.sigma2[0], 0.0, rho)
    b, _ = naive.fitted(yi, v, np.column_stack([np.ones(len(x)), x]))
    found = result.predict([0.5])
    np.testing.assert_allclose(found.pred, b[0] + 0.5 * b[1], rtol=1e-9)
    at = np.column_stack([np.ones(len(x)), x - 0.5])
    se, df = naive.cr2(yi, v, at, cohort)
    np.testing.assert_allclose([found.se[0], found.df[0]], [se[0], df[0]], rtol=1e-6)


def test_no_prediction_outside_the_observed_cutoffs() -> None:
    """Outside, everything is nan with a reason; with one effect for all cutoffs too."""
    yi, vi, cohort, x, share = many()
    for linear in (True, False):
        found = multi_cutoff(yi, vi, cohort, x, share, linear=linear).predict([x.max() + 0.1, 0.0])
        assert np.isnan([found.pred[0], found.se[0], found.df[0], found.ci_low[0]]).all()
        assert "outside the observed cutoffs" in found.reasons[0]
        assert np.isfinite(found.pred[1])


def test_share_is_needed_of_several_cutoffs_only() -> None:
    """A cohort with one cutoff needs no share."""
    yi, vi, cohort, x, share = many()
    single = np.bincount(cohort)[cohort] == 1
    assert single.any()
    without = np.where(single, np.nan, share)
    assert multi_cutoff(yi, vi, cohort, x, without).fit.b[0] == multi_cutoff(yi, vi, cohort, x, share).fit.b[0]


@pytest.mark.parametrize(
    ("share", "cutoff", "options", "message"),
    [
        ([0.5, 0.5, 0.3, 0.2], [1, 2, 1, 2], {}, r"rows 0 and 1 are of one cohort with the same share .* \(0.5\)"),
        ([0.5, np.nan, 0.3, 0.2], [1, 2, 1, 2], {}, "row 1: the share of patients above the cutoff is nan"),
        ([0.5, 1.0, 0.3, 0.2], [1, 2, 1, 2], {}, "row 1: the share of patients above the cutoff is 1.0"),
        ([0.5, 0.3], [1, 2, 1, 2], {}, "one share above the cutoff per estimate is needed: got 2 for 4"),
        ([0.5, 0.4, 0.3, 0.2], [1, 2, 1], {}, "one cutoff per estimate is needed: got 3 for 4"),
        ([0.5, 0.4, 0.3, 0.2], [1, np.inf, 1, 2], {}, "row 1: cutoff inf is not a number"),
        ([0.5, 0.4, 0.3, 0.2], [1, 0, 1, 2], {"log": True}, "row 1: cutoff 0.0 is not a positive number"),
    ],
)
def test_faults_are_named(share: list, cutoff: list, options: dict, message: str) -> None:
    """Shares and cutoffs that cannot be used are named by row."""
    with pytest.raises(StatisticsError, match=message):
        multi_cutoff([0.1, 0.2, 0.3, 0.1], [0.1] * 4, ["a", "a", "b", "c"], cutoff, share, linear=False, **options)


def test_nearly_equal_cutoffs() -> None:
    """Two cutoffs that split all but the same patients are named as what makes the correlations no correlations."""
    with pytest.raises(StatisticsError, match="its estimates are nearly the same one"):
        multi_cutoff([0.1, 0.2, 0.3], [0.1] * 3, ["a", "a", "b"], [1, 2, 3], [0.5, 0.5 + 1e-16, 0.2], linear=False)


def test_bounds_increase() -> None:
    """Class bounds increase."""
    with pytest.raises(StatisticsError, match=r"class bounds must increase: got 300\.0, 200\.0"):
        cutoff_classes(YI, VI, CUTOFF, [300.0, 200.0])
