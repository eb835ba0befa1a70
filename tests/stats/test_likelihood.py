"""REML and ML: the highest maximum of the whole profile, and never a failure."""

import numpy as np
import pytest

from registry.stats import Subsets, fit
from registry.stats.batch import size_classes, whole
from registry.stats.likelihood import log_likelihood
from registry.stats.model import Mean
from tests.stats import naive

# Three effects whose restricted likelihood has maxima at tau² = 0.0575 and 0.6679. Fisher scoring as in metafor 3.8-1
# stops at the second, whose log likelihood is lower by 0.077.
TWO_MAXIMA = ([-0.3, 0.0, 2.5], [0.006, 0.003, 1.262])


def awkward_pools(seed: int, k: int, m: int) -> tuple[np.ndarray, np.ndarray, Subsets]:
    """Variances over five orders of magnitude: where several maxima are common."""
    rng = np.random.default_rng(seed)
    vi = 10 ** rng.uniform(-4, 1, k * m)
    yi = rng.normal(0.0, np.sqrt(vi + np.repeat(10 ** rng.uniform(-3, 1, m), k)))
    return yi, vi, Subsets(np.arange(k * m), np.arange(m + 1) * k)


def test_highest_of_two_maxima() -> None:
    """With two interior maxima REML is the higher one, and the result says there are two."""
    yi, vi = TWO_MAXIMA
    pool = fit(yi, vi)[0]
    other = 0.66788
    assert pool.maxima == 2
    assert pool.tau2 == pytest.approx(0.0574853228779, rel=1e-10)
    for near in (other * 0.97, other * 1.03):
        assert naive.log_likelihood(yi, vi, near, restricted=True) < naive.log_likelihood(
            yi, vi, other, restricted=True
        )
    chosen = naive.log_likelihood(yi, vi, pool.tau2, restricted=True)
    assert chosen - naive.log_likelihood(yi, vi, other, restricted=True) == pytest.approx(0.0774, abs=1e-4)


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("k", [2, 3, 5, 10])
def test_no_set_fails_and_none_is_beaten_by_a_grid(method: str, k: int) -> None:
    """Over thousands of awkward sets the estimate exists, and no point of a fine grid has a higher likelihood."""
    yi, vi, subsets = awkward_pools(3, k, 1500)
    pools = fit(yi, vi, subsets, method=method, tau2_interval=False)
    assert np.isfinite(pools.tau2).all()
    assert (pools.maxima >= 1).all()
    (group,) = size_classes(yi, vi, subsets)
    model, restricted = Mean(group.yi, group.vi), method == "REML"
    height = log_likelihood(model, pools.tau2, restricted=restricted)
    for tau2 in (0.0, *10.0 ** np.arange(-7, 3, 0.05)):
        other = log_likelihood(model, np.full(len(pools), tau2), restricted=restricted)
        assert (other <= height + 1e-10 * np.abs(height) + 1e-11).all()


def test_estimate_is_a_stationary_point_to_machine_precision() -> None:
    """Where tau² is above 0 the score at it changes sign within rounding."""
    yi, vi, subsets = awkward_pools(4, 6, 500)
    pools = fit(yi, vi, subsets, tau2_interval=False)
    (group,) = size_classes(yi, vi, subsets)
    model, inside = Mean(group.yi, group.vi), ~pools.boundary & (pools.maxima == 1)
    below, above = (model.forms((pools.tau2 * factor)[None]) for factor in (1 - 1e-8, 1 + 1e-8))
    assert ((below.ypp - below.tr_p)[0, inside] > 0).all()
    assert ((above.ypp - above.tr_p)[0, inside] < 0).all()


def test_boundary_is_reported() -> None:
    """tau² = 0 is the boundary exactly where the score is not positive there."""
    yi, vi, subsets = awkward_pools(5, 4, 500)
    pools = fit(yi, vi, subsets, tau2_interval=False)
    np.testing.assert_array_equal(pools.boundary, pools.tau2 == 0.0)
    assert 0 < pools.boundary.sum() < 500


def test_estimators_without_a_search_report_no_maxima() -> None:
    """Moment estimators have no likelihood to count the maxima of."""
    assert fit(*TWO_MAXIMA, method="DL").maxima.tolist() == [0]


def test_one_pool_is_a_batch_of_one() -> None:
    """The whole profile is searched the same way for one pool."""
    yi, vi = TWO_MAXIMA
    assert fit(yi, vi, whole(3)).tau2[0] == fit(yi, vi).tau2[0]
