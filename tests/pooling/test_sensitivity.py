"""Pools without one estimate, and without cutoffs that were chosen on the outcome."""

from __future__ import annotations

import pytest

from registry.pooling import pool
from tests.pooling.rows import close, myeloma, plain, simulated, without

SAME = ("mu", "se", "ci_low", "ci_high", "tau2", "q", "i2", "pi_low", "n", "k", "p")


@pytest.mark.parametrize("options", [{}, {"method": "DL", "test": "z"}, {"method": "FE"}], ids=str)
def test_leave_one_out_is_the_pool_of_the_frame_without_the_row(options) -> None:
    """One batch gives what leaving each row out by hand gives."""
    frame = myeloma()
    found = pool(frame, leave_one_out=True, **options).leave_one_out
    assert len(found) == 8
    for row, left in enumerate(found):
        by_hand = pool(without(frame, row), **options).pool
        assert left.label == left.estimates[0].label
        assert [each.study for each in left.estimates] == [frame["study"][row]]
        for name in SAME:
            mine, theirs = getattr(left.pool, name), getattr(by_hand, name)
            assert mine == theirs if theirs is None else close(mine, theirs, within=1e-12), name


def test_simulated_result_is_robust_to_leaving_any_cohort_out() -> None:
    """In the worked example every pool of seven cohorts stays above 1."""
    found = pool(simulated(), method="DL", test="z", leave_one_out=True).leave_one_out
    assert all(left.pool.hr_ci_low > 1 for left in found)


def test_one_estimate_leaves_nothing_to_leave_out() -> None:
    """With k = 1 the list is empty, not an error."""
    assert pool(plain(1), leave_one_out=True).leave_one_out == ()


def test_pool_without_data_driven_cutoffs_stands_beside_the_pool() -> None:
    """Such rows are counted, and the pool without them is the pool of the rest; unclear choices stay."""
    methods = ["roc", "min_p", "data_driven", "prespecified", "median", "unclear", None, "quantile"]
    frame = myeloma()
    for row, method in enumerate(methods):
        frame["cutoff_method"][row] = method
    result = pool(frame)
    assert result.without_data_driven_cutoffs == pool(frame.take(slice(3, None))).pool
    assert "data-driven cutoffs in 3 of 8 estimates (38 %): chosen on the outcome, biased away from 1" in result.notes
    assert result.as_dict()["without_data_driven_cutoffs"]["k"] == 5


@pytest.mark.parametrize("methods", [["median"] * 4, ["roc"] * 4], ids=["none", "all"])
def test_without_such_cutoffs_or_with_nothing_else_there_is_no_second_pool(methods) -> None:
    """Nothing to leave out, or nothing left."""
    assert pool(plain(cutoff_method=methods)).without_data_driven_cutoffs is None
