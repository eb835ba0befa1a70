"""Subgroups and the tests between them."""

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats import by_group, common_tau2, fit, subgroup_test, subgroups
from tests.stats import naive

YI, VI = [0.1, 0.4, 0.2, 0.9, 1.2, 0.3], [0.02, 0.03, 0.05, 0.04, 0.02, 0.06]
GROUPS = ["a", "a", "a", "b", "b", "b"]


@pytest.mark.parametrize("method", ["DL", "PM", "REML", "ML"])
def test_common_tau2_of_one_group_is_its_own(method: str) -> None:
    """With one group the common tau² is the pool's."""
    assert common_tau2(YI, VI, by_group(["a"] * 6), method=method) == pytest.approx(fit(YI, VI, method=method)[0].tau2)


def test_common_paule_mandel_solves_the_summed_equation() -> None:
    """The common Paule–Mandel tau² makes the groups' Q add up to their degrees of freedom."""
    tau2 = common_tau2(YI, VI, by_group(GROUPS), method="PM")
    total = naive.q(YI[:3], VI[:3], tau2) + naive.q(YI[3:], VI[3:], tau2)
    assert tau2 > 0.0
    assert total == pytest.approx(4.0, rel=1e-12)


@pytest.mark.parametrize("restricted", [True, False])
def test_common_likelihood_is_the_highest_of_the_summed_profile(restricted: bool) -> None:
    """No common tau² has a higher (restricted) likelihood, summed over the groups."""
    tau2 = common_tau2(YI, VI, by_group(GROUPS), method="REML" if restricted else "ML")

    def height(t: float) -> float:
        parts = (slice(0, 3), slice(3, 6))
        return sum(naive.log_likelihood(YI[part], VI[part], t, restricted=restricted) for part in parts)

    assert all(height(t) <= height(tau2) + 1e-12 for t in np.linspace(0.0, 2.0, 2001))


def test_two_groups_test_as_a_difference() -> None:
    """With two groups Q is the squared z of the difference of their means."""
    ours = subgroups(YI, VI, GROUPS, common=False)
    a, b = ours.pools
    assert ours.test.q_between == pytest.approx((a.mu - b.mu) ** 2 / (a.wald_se**2 + b.wald_se**2))
    assert (ours.test.df, ours.test.f_df1, ours.test.f_df2, ours.test.k) == (1, 1, 4, 6)
    assert np.isnan(ours.tau2)


def test_group_of_one_takes_part() -> None:
    """A single estimate is a group: the common tau² widens it, and the others estimate that tau²."""
    ours = subgroups([*YI, 2.0], [*VI, 0.01], [*GROUPS, "c"])
    assert ours.pools[2].wald_se == pytest.approx((0.01 + ours.tau2) ** 0.5)
    assert ours.test.f_df2 == 4
    assert np.isfinite(ours.test.f_p)


def test_one_group_has_nothing_to_compare() -> None:
    """The test of one group is undefined, with the reason."""
    test = subgroups(YI, VI, ["a"] * 6).test
    assert np.isnan([test.q_between, test.p, test.f, test.f_p]).all()
    assert test.reasons["p"] == "one group: nothing to compare"


def test_groups_of_one_have_no_common_tau2() -> None:
    """If no group has two estimates a common tau² cannot be estimated; with tau² = 0 the chi² test stands alone."""
    with pytest.raises(StatisticsError, match="no group has two estimates"):
        subgroups(YI, VI, range(6))
    test = subgroups(YI, VI, range(6), method="FE").test
    assert test.q_between == pytest.approx(naive.q(YI, VI, 0.0))
    assert np.isnan([test.f, test.q_within_p]).all()
    assert set(test.reasons) == {"f", "f_p", "q_within_p"}


def test_identical_effects_within_groups_have_no_f() -> None:
    """With no scatter within the groups the Hartung–Knapp scale is 0 and F undefined."""
    test = subgroups([0.1, 0.1, 0.4, 0.4], [0.1] * 4, ["a", "a", "b", "b"]).test
    assert np.isnan(test.f)
    assert "identical" in test.reasons["f"]
    assert np.isfinite(test.q_between)


def test_order_of_groups_does_not_matter() -> None:
    """Renaming the groups so that they come in another order leaves the test as it is."""
    there = subgroup_test(fit(YI, VI, by_group(GROUPS)))
    back = subgroup_test(fit(YI, VI, by_group(["z" if group == "a" else group for group in GROUPS])))
    assert there.q_between == pytest.approx(back.q_between, rel=1e-12)
    assert there.f_p == pytest.approx(back.f_p, rel=1e-12)


def test_groups_must_be_as_many_as_estimates() -> None:
    """A group per estimate is needed."""
    with pytest.raises(StatisticsError, match="one group per estimate is needed: got 1 for 6"):
        subgroups(YI, VI, ["a"])
