"""Further options of a pool: estimators, tests, prediction rules, thresholds, order, digits; each the kernel's own."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from registry import stats
from registry.errors import PoolRefused, StatisticsError, UsageError
from registry.frame import Frame
from registry.pooling.pool import pool
from registry.report import prose, tables
from registry.stats.inference import TESTS
from registry.stats.options import TAU2_INTERVALS
from registry.stats.prediction import PI_RULES
from registry.stats.rounding import printed_ratio, rounding_bounds
from registry.stats.tau2 import ESTIMATORS
from tests.pooling.rows import MYELOMA_OS, close, myeloma, plain

YEARS = [2014.0, 2016.0, 2016.0, 2016.0, 2017.0, 2015.0, 2016.0, 2013.0]


def dated(**columns: Any) -> Frame:
    """Give the myeloma estimates with the years of their reports."""
    return myeloma().replace(year=np.array(YEARS), **columns)


@pytest.mark.parametrize("method", ESTIMATORS)
def test_every_estimator_of_the_kernel_pools(method: str) -> None:
    """What the kernel offers is offered, with words for the methods section."""
    frame = myeloma()
    found = pool(frame, method=method)
    assert found.pool.tau2 == stats.fit(frame["yi"], frame["vi"], method=method)[0].tau2
    assert ESTIMATORS[method].source.split(";")[0] in prose.methods(found)


@pytest.mark.parametrize(("test", "method"), [("kr", "REML"), ("hc", "DL"), ("t", "PM"), ("hk-plain", "SJ")])
def test_every_test_of_the_kernel_bounds_the_mean(test: str, method: str) -> None:
    """Kenward–Roger and Henmi–Copas among them; tables and sentences name what the interval rests on."""
    frame = myeloma()
    expected, found = (
        stats.fit(frame["yi"], frame["vi"], method=method, test=test)[0],
        pool(frame, method=method, test=test),
    )
    assert (found.pool.ci_low, found.pool.ci_high) == (expected.ci_low, expected.ci_high)
    assert TESTS[test].source in prose.methods(found)
    assert list(tables.tables(found))
    json.dumps(found.as_dict(), allow_nan=False)


def test_weights_of_henmi_copas_are_those_of_the_common_effect() -> None:
    """Its mean is the common-effect one, and so are the weights beside the estimates."""
    found, common = pool(myeloma(), method="DL", test="hc"), pool(myeloma(), method="FE")
    assert [each.weight for each in found.estimates] == [each.weight for each in common.estimates]
    assert close(found.pool.mu, common.pool.mu or 0.0)


def test_test_that_does_not_go_with_a_method_is_refused() -> None:
    """The message says which method it is made for."""
    with pytest.raises(StatisticsError, match="made for method='DL'"):
        pool(myeloma(), test="hc")


@pytest.mark.parametrize("rule", [rule for rule in PI_RULES if rule != "kr"])
def test_every_rule_of_prediction(rule: str) -> None:
    """The named rule is used, and said."""
    frame = myeloma()
    found = pool(frame, pi_rule=rule)
    assert found.pool.pi_low == stats.fit(frame["yi"], frame["vi"], pi_rule=rule)[0].pi_low
    assert found.pool.pi_rule == rule


@pytest.mark.parametrize("kind", TAU2_INTERVALS)
def test_every_interval_of_tau2(kind: str) -> None:
    """Q-profile, profile likelihood, or none, with its reason."""
    frame = myeloma()
    found = pool(frame, tau2_interval=kind)
    expected = stats.fit(frame["yi"], frame["vi"], tau2_interval=kind)[0]
    assert found.pool.tau2_ci_high == (None if math.isnan(expected.tau2_ci_high) else expected.tau2_ci_high)
    assert kind == "none" or TAU2_INTERVALS[kind] in prose.methods(found)


def test_probability_to_exceed_a_ratio_in_a_new_setting() -> None:
    """The threshold is a ratio; 1 unless named, and then always in the JSON."""
    frame = myeloma()
    expected = stats.fit(frame["yi"], frame["vi"], threshold=math.log(1.25))[0].pi_above
    found = pool(frame, threshold=1.25)
    assert found.pool.pi_above == expected
    assert close(found.as_dict()["pool"]["threshold"], 1.25)
    assert any("exceeds 1.25" in row[0] for table in tables.tables(found) for row in table.rows)
    assert pool(frame).as_dict()["pool"]["threshold"] == 1.0
    with pytest.raises(UsageError, match="above 0"):
        pool(frame, threshold=0.0)


def test_cumulative_adds_estimate_by_estimate_in_the_order_of_a_column() -> None:
    """Each step is the pool of the rows so far; the last is the whole pool."""
    frame = dated()
    found = pool(frame, cumulative="year")
    assert found.cumulative is not None
    steps = found.cumulative.steps
    assert [step.value for step in steps] == sorted(YEARS)
    assert steps[-1].pool.mu == found.pool.mu
    first_three = frame.take(np.argsort(YEARS, kind="stable")[:3])
    assert steps[2].pool.mu == pool(first_three).pool.mu


def test_cumulative_from_the_largest_on_and_unknown_last() -> None:
    """`:desc` turns the order; what was not read comes last either way."""
    frame = dated().replace(year=np.array([math.nan, *YEARS[1:]]))
    for asked in ("year", "year:desc"):
        found = pool(frame, cumulative=asked).cumulative
        assert found is not None
        assert found.steps[-1].value is None
    assert found.steps[0].value == 2017.0
    with pytest.raises(UsageError, match="asc, desc"):
        pool(frame, cumulative="year:down")


def test_cumulative_by_precision_is_no_selection() -> None:
    """Order looks at the result without choosing by it."""
    found = pool(myeloma(), cumulative="vi").cumulative
    assert found is not None
    values = [step.value for step in found.steps]
    assert values == sorted(values)  # type: ignore[type-var]


def test_leave_one_out_by_study_leaves_all_its_cohorts_out() -> None:
    """Two cohorts of one study go together, and the label names them."""
    frame = plain(4, study=["A", "A", "B", "C"], cohort=["x", "y", "all", "all"])
    found = pool(frame, leave_one_out="study").leave_one_out
    assert found is not None
    assert [left.pool.k for left in found] == [2, 3, 3]
    assert found[0].as_dict()["left_out"]["study"] == "A"
    assert found[0].as_dict()["left_out"]["cohort"] is None
    assert len(found[0].as_dict()["left_out"]["keys"]) == 2


def test_leave_one_out_by_cohort_of_independent_estimates_is_by_estimate() -> None:
    """Where every cohort has one estimate both are the same."""
    frame = plain(5)
    by_cohort, by_estimate = (pool(frame, leave_one_out=by).leave_one_out for by in ("cohort", True))
    assert by_cohort is not None
    assert by_estimate is not None
    assert [left.pool.mu for left in by_cohort] == [left.pool.mu for left in by_estimate]


def test_unknown_part_to_leave_out_is_refused() -> None:
    """The parts there are are named."""
    with pytest.raises(UsageError, match="estimate, cohort, study, overlap"):
        pool(myeloma(), leave_one_out="patient")


def test_printed_digits_are_searched() -> None:
    """The bounds are the kernel's over the sets that print as reported; a number without text has its own digits."""
    frame = myeloma()
    sets = [printed_ratio(f"{est:g}", f"{low:g}", f"{high:g}") for _, _, est, low, high in MYELOMA_OS]
    expected = rounding_bounds(frame["yi"], frame["vi"], sets)
    found = pool(frame, rounding=True)
    assert found.rounding is not None
    assert close(found.rounding.hr_low, math.exp(expected.mu_low))
    assert found.rounding.largest_change == expected.largest_change
    assert (found.rounding.k, found.rounding.of) == (8, 8)
    notes = [table.note for table in tables.tables(found)]
    assert any("Reported digits change the HR by at most 0.00" in note for note in notes)


def test_printed_digits_of_an_inverted_estimate_are_those_of_the_report() -> None:
    """Below against above was printed as it was; the search turns it round with the estimate."""
    texts = {"est_text": ["1.50", "0.67", "1.40", "1.60"], "ci_low_text": ["1.00", "0.44", "0.90", "1.10"]}
    texts["ci_high_text"] = ["2.25", "1.02", "2.18", "2.33"]
    contrast = ["above_vs_below", "below_vs_above", "above_vs_below", "above_vs_below"]
    numbers = {name.removesuffix("_text"): [float(each) for each in values] for name, values in texts.items()}
    logs = [math.log(each) for each in numbers["est"]]
    widths = [math.log(high / low) / 3.92 for low, high in zip(numbers["ci_low"], numbers["ci_high"], strict=True)]
    frame = plain(4, contrast=contrast, yi=logs, vi=[width**2 for width in widths], **texts, **numbers)
    found = pool(frame, rounding=True).rounding
    assert found is not None
    assert found.k == 4
    assert (found.hr_low or 9.0) < (found.hr or 0.0) < (found.hr_high or 0.0)
    assert (found.hr_high or 9.0) - (found.hr_low or 0.0) < 0.02


def test_subgroups_keep_the_further_options() -> None:
    """The rule of prediction and the threshold hold in each group too."""
    found = pool(dated(), subgroup="year:2016", pi_rule="hts", threshold=2.0, subgroup_tau2="separate")
    assert found.subgroups is not None
    assert {group.pool.pi_rule for group in found.subgroups.groups} == {"hts"}
    assert {group.pool.threshold for group in found.subgroups.groups} == {2.0}


def test_leave_one_out_by_study_needs_studies() -> None:
    """A row that names no study cannot be left out by study."""
    with pytest.raises(PoolRefused, match="not every estimate names its study"):
        pool(plain(3, study=["A", "B", None]), leave_one_out="study")
