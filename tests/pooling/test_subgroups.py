"""Pools of subgroups, by words or thresholds, and the tests between them."""

from __future__ import annotations

import numpy as np
import pytest

from registry.errors import PoolRefused, UsageError
from registry.pooling import pool
from registry.stats import subgroup_test, subgroups
from tests.pooling.rows import close, plain, simulated

THREE = ["product_source", "cutoff_value:550", "followup_median_months:14"]
LABELS = {
    "product_source": ["academic", "commercial"],
    "cutoff_value:550": ["< 550 ng/mL", "≥ 550 ng/mL"],
    "followup_median_months:14": ["< 14 months", "≥ 14 months"],
}


@pytest.mark.parametrize("asked", THREE)
def test_worked_example_has_no_difference_between_its_subgroups(asked) -> None:
    """Product source, cutoff and follow-up: every P for difference is above 0.05, as the reference analysis states."""
    found = pool(simulated(), method="DL", test="z", subgroup=asked, subgroup_tau2="separate").subgroups
    assert [group.label for group in found.groups] == LABELS[asked]
    assert [group.pool.k for group in found.groups] == [4, 4]
    assert found.test.df == 1
    assert found.test.p > 0.05


def test_separate_groups_are_pools_of_their_rows() -> None:
    """With a tau² of its own each group is what pooling its rows alone gives."""
    frame = simulated()
    found = pool(frame, subgroup="product_source", subgroup_tau2="separate").subgroups
    for group in found.groups:
        alone = pool(frame.take(np.array(group.rows))).pool
        assert close(group.pool.mu, alone.mu, within=1e-12)
        assert close(group.pool.tau2, alone.tau2, within=1e-12)
        assert group.pool.n == alone.n


def test_common_tau2_is_the_same_in_all_groups_and_both_tests_are_the_kernels() -> None:
    """By default one tau² serves all groups; Wald's and Hartung–Knapp's test are both given and named."""
    frame = simulated()
    found = pool(frame, subgroup="product_source").subgroups
    kernel = subgroups(frame["yi"], frame["vi"], frame["product_source"].astype(str))
    assert {group.pool.tau2 for group in found.groups} == {kernel.tau2}
    test = subgroup_test(kernel.pools)
    wald, f = found.tests
    assert (wald.q, wald.df, wald.p) == (test.q_between, 1, test.p)
    assert (f.q, f.df, f.df2, f.p) == (test.f, 1, 6, test.f_p)
    assert wald.name == "Wald test between groups (common tau²)"
    assert f.name == "Hartung–Knapp F test between groups (common tau²)"
    assert found.test == wald


def test_rows_without_a_value_are_shown_and_take_no_part_in_the_test() -> None:
    """Not reported is no subgroup: the other groups and the test are those of the frame without such rows."""
    countries = ["A", "B", None, "A", "B", None]
    frame = plain(6, country=countries)
    found = pool(frame, subgroup="country").subgroups
    assert [(group.label, group.in_test) for group in found.groups] == [
        ("A", True),
        ("B", True),
        ("not reported", False),
    ]
    assert found.groups[2].rows == (2, 5)
    known = pool(frame.take(np.array([0, 1, 3, 4])), subgroup="country").subgroups
    assert found.test == known.test
    assert [group.pool.mu for group in found.groups[:2]] == [group.pool.mu for group in known.groups]


def test_words_that_differ_in_case_or_spaces_are_one_group() -> None:
    """Text compares case-folded; the first spelling is shown."""
    found = pool(plain(design=["Cohort", "cohort ", "trial", "TRIAL"]), subgroup="design").subgroups
    assert [(group.label, group.pool.k) for group in found.groups] == [("Cohort", 2), ("trial", 2)]


def test_several_thresholds_make_bands() -> None:
    """A value on a threshold belongs above it."""
    frame = plain(6, followup_median_months=[3.0, 6.0, 8.0, 12.0, 24.0, 30.0])
    found = pool(frame, subgroup="followup_median_months:6,24").subgroups
    assert [(group.label, group.pool.k) for group in found.groups] == [
        ("< 6 months", 1),
        ("6 to < 24 months", 3),
        ("≥ 24 months", 2),
    ]


def test_one_group_has_no_test() -> None:
    """With all rows on one side the group is shown, and the test says why it is null."""
    found = pool(plain(cutoff_value=[600.0] * 4), subgroup="cutoff_value:550").subgroups
    assert [group.label for group in found.groups] == ["≥ 550"]
    assert found.test.q is None
    assert found.test.reason == "one group: nothing to compare"


def test_cutoffs_in_several_units_are_not_compared() -> None:
    """550 ng/mL says nothing about a cutoff in multiples of the upper limit of normal."""
    frame = plain(cutoff_value=[400.0, 600.0, 2.0, 500.0], cutoff_unit=["ng/mL", "ng/mL", "{ULN}", None])
    with pytest.raises(
        PoolRefused, match=r"different units that do not convert: ng/mL \(2\), no unit \(1\), {ULN} \(1\)"
    ) as refusal:
        pool(frame, subgroup="cutoff_value:550")
    assert 'and cutoff_unit == "ng/mL"' in refusal.value.hint


def test_units_of_one_kind_are_compared() -> None:
    """ng/mL and ug/L are the same number, and 0.7 mg/L is 700 of them; most rows say which unit is shown."""
    frame = plain(cutoff_value=[400.0, 600.0, 0.7, 500.0], cutoff_unit=["ng/mL", "µg/L", "mg/L", "ng/mL"])
    found = pool(frame, subgroup="cutoff_value:550").subgroups
    assert [group.label for group in found.groups] == ["< 550 ng/mL", "≥ 550 ng/mL"]


def test_number_needs_a_threshold_and_the_hint_has_one() -> None:
    """Numbers are not groups; the message gives the range, the hint the median."""
    frame = plain(followup_median_months=[3.0, 6.0, 8.0, 30.0])
    with pytest.raises(PoolRefused, match=r"is a number \(3 to 30\) and needs a threshold") as refusal:
        pool(frame, subgroup="followup_median_months")
    assert "--subgroup followup_median_months:7" in refusal.value.hint


def test_faulty_subgroups_are_refused() -> None:
    """Unknown columns, thresholds on words or that are no number, another tau²: each says what was expected."""
    frame = plain(design=["a", "b"] * 2, country=[None] * 4)
    with pytest.raises(UsageError, match="there is no column 'desing'; did you mean 'design'"):
        pool(frame, subgroup="desing")
    with pytest.raises(UsageError, match="design holds words, not numbers"):
        pool(frame, subgroup="design:5")
    with pytest.raises(UsageError, match="'high' is not a threshold"):
        pool(frame, subgroup="n:high")
    with pytest.raises(UsageError, match="subgroup_tau2 is 'both'"):
        pool(frame, subgroup="design", subgroup_tau2="both")
    with pytest.raises(PoolRefused, match="country was read for no estimate"):
        pool(frame, subgroup="country:5")


def test_subgroups_by_the_result_need_to_be_allowed() -> None:
    """Grouping estimates by their own ratio shows what was put in."""
    with pytest.raises(PoolRefused, match="looks at the result itself: est"):
        pool(plain(), subgroup="est:1.5")
    assert pool(plain(), subgroup="est:1.5", allow="selection-on-results").subgroups is not None


def test_common_tau2_needs_a_group_of_two() -> None:
    """Where every group is a single estimate, separate tau² shows them and says there is nothing to test with."""
    frame = plain(country=["A", "B", "C", "D"])
    with pytest.raises(PoolRefused, match="no group of country has two estimates") as refusal:
        pool(frame, subgroup="country")
    assert "--subgroup-tau2 separate" in refusal.value.hint
    found = pool(frame, subgroup="country", subgroup_tau2="separate").subgroups
    assert [group.pool.k for group in found.groups] == [1, 1, 1, 1]
    assert found.test.q is not None
    assert found.tests[1].q is None
