"""A pool from frame to result: published numbers, inversion, small k, JSON, flow and provenance."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from registry import stats
from registry.errors import NothingSelected, PoolRefused, StatisticsError
from registry.flow import Flow, FlowStep
from registry.frame import Frame
from registry.pooling import pool
from registry.pooling.pooled import POOL_FIELDS
from registry.pooling.result import ESTIMATE_FIELDS
from tests.pooling.rows import (
    MYELOMA_OS,
    MYELOMA_PFS,
    SIMULATED_OS,
    close,
    forget,
    low_against_high,
    myeloma,
    plain,
    rows,
    simulated,
)

PUBLISHED = [
    ("NLR myeloma OS", myeloma(), (1.733, 1.231, 2.439), None, 1886),
    ("NLR myeloma PFS", Frame.from_rows(rows(MYELOMA_PFS)), (1.743, 1.110, 2.739), None, 1334),
    ("simulated PFS", simulated(), (2.15, 1.74, 2.66), 9, 1077),
    ("simulated OS", Frame.from_rows(rows(SIMULATED_OS, origin="simulated")), (2.86, 2.20, 3.72), 0, 837),
]


@pytest.mark.parametrize(
    ("frame", "hr", "i2", "n"), [case[1:] for case in PUBLISHED], ids=[case[0] for case in PUBLISHED]
)
def test_published_pools_are_reproduced_by_dersimonian_laird_with_wald(frame, hr, i2, n) -> None:
    """What reviews printed comes out to the last printed digit."""
    found = pool(frame, method="DL", test="z").pool
    digits = 2 if i2 is not None else 3
    assert tuple(round(each, digits) for each in (found.hr, found.hr_ci_low, found.hr_ci_high)) == hr
    assert found.n == n
    assert i2 is None or round(found.i2) == i2


def test_numbers_are_the_kernels() -> None:
    """Pooling adds patients and the ratio scale to a pool of the kernel, and changes no number."""
    frame = myeloma()
    kernel = stats.fit(frame["yi"], frame["vi"])[0]
    found = pool(frame).pool
    for name in POOL_FIELDS:
        if hasattr(kernel, name) and name not in ("reasons", "threshold"):
            assert getattr(found, name) == getattr(kernel, name), name
    assert found.hr == math.exp(kernel.mu)
    assert found.hr_pi_high == math.exp(kernel.pi_high)
    assert found.threshold == math.exp(kernel.threshold)


def test_inversion_flips_only_the_sign() -> None:
    """HR → 1/HR with below-vs-above instead of above-vs-below is the same evidence and gives the same pool."""
    frame = plain(contrast=["above_vs_below"] * 4)
    turned = frame.replace(
        contrast=np.array(["below_vs_above", "above_vs_below"] * 2, dtype=object),
        yi=np.where([True, False] * 2, -frame["yi"], frame["yi"]),
        est=np.where([True, False] * 2, 1 / frame["est"], frame["est"]),
        ci_low=np.where([True, False] * 2, 1 / frame["ci_high"], frame["ci_low"]),
        ci_high=np.where([True, False] * 2, 1 / frame["ci_low"], frame["ci_high"]),
    )
    straight, inverted = pool(frame), pool(turned)
    assert inverted.pool == straight.pool
    for one, other in zip(straight.estimates, inverted.estimates, strict=True):
        assert close(one.hr, other.hr)
        assert close(one.ci_low, other.ci_low)
        assert close(one.ci_high, other.ci_high)
    assert [each.flags for each in inverted.estimates] == [("inverted",), (), ("inverted",), ()]
    assert "2 estimates of below vs above inverted, so that every ratio says high against low" in inverted.notes
    assert inverted.about["contrast"] == "above_vs_below"


def test_row_order_is_irrelevant() -> None:
    """The pool of the rows in another order is the same to the last bit."""
    frame = myeloma()
    assert pool(frame.take(np.arange(8)[::-1])).pool == pool(frame).pool


def test_weights_are_percent_of_the_pool() -> None:
    """Weights follow 1/(vi + tau²) and sum to 100."""
    frame = myeloma()
    result = pool(frame)
    share = 1 / (frame["vi"] + result.pool.tau2)
    assert np.allclose([each.weight for each in result.estimates], 100 * share / share.sum(), rtol=1e-12)


def test_intervals_shown_are_the_reported_ones_at_the_pools_level() -> None:
    """At the level it was reported with, an interval is shown as printed; at another it is computed from yi and vi."""
    frame = plain()
    assert [(each.ci_low, each.ci_high) for each in pool(frame).estimates] == [(0.8, 3.5)] * 4
    narrower = pool(frame, level=90).estimates[0]
    z = 1.6448536269514722
    assert close(narrower.ci_low, math.exp(frame["yi"][0] - z * math.sqrt(frame["vi"][0])))


def test_one_estimate_is_shown_and_not_pooled() -> None:
    """With k = 1 the estimate keeps its own ratio and interval; heterogeneity is null, with reasons."""
    result = pool(myeloma().take(np.array([1])))
    found = result.as_dict()["pool"]
    assert (found["k"], found["n"]) == (1, 273)
    assert close(found["hr"], 1.56)
    assert close(found["hr_ci_low"], 1.08, within=5e-3)
    for name in ("tau2", "tau2_ci_low", "i2", "i2_q", "h2", "q_p", "pi_low", "hr_pi_high"):
        assert found[name] is None
        assert found["reasons"][name]
    assert result.estimates[0].weight == 100.0
    assert result.pool.has_headline


def test_two_estimates_have_no_headline_interval() -> None:
    """At k = 2 Hartung–Knapp has one degree of freedom: both intervals are given, the note says so."""
    result = pool(myeloma().take(np.array([0, 1])))
    assert not result.pool.has_headline
    assert any(note.startswith("k = 2: no headline interval") for note in result.notes)
    assert result.pool.ci_low == min(result.pool.wald_ci_low, result.pool.hk_ci_low)
    assert pool(myeloma().take(np.array([0, 1])), test="z").pool.has_headline


def test_nothing_to_pool_tells_the_flow() -> None:
    """A selection that leaves no row says what became of every row."""
    with pytest.raises(NothingSelected, match="nothing to pool: no estimate matched"):
        pool(plain(0))
    frame = plain(2, status=["excluded", "extracted"], not_poolable=[None, "direction-only"])
    with pytest.raises(NothingSelected, match="2 matched, none of them usable: 1 excluded by a curator; 1 direction"):
        pool(frame)


def test_unusable_rows_are_left_out_and_counted() -> None:
    """Pooling what `estimates` gives leaves out what cannot be pooled, and the flow lists it with its direction."""
    frame = plain(
        not_poolable=[None, "direction-only", None, None],
        effect_direction=[None, "worse", None, None],
        retracted=[False, False, True, False],
    )
    result = pool(frame)
    assert [each.key for each in result.estimates] == ["Study 0/OS", "Study 3/OS"]
    assert (result.flow.matched, result.flow.used) == (4, 2)
    assert [(row.key, row.direction) for row in result.flow.unusable] == [("Study 1/OS", "worse")]


def test_flow_of_a_selection_goes_on_where_the_pool_leaves_rows_out() -> None:
    """The flow a selection brings is kept, and what the pool leaves out is added to it."""
    first = Flow(9, (FlowStep("excluded", "excluded by a curator", 5, tuple("abcde"), None, 5),), 4)
    assert pool(plain(), flow=first).flow == first
    both = pool(plain(status=["extracted", "disputed", "extracted", "extracted"]), flow=first).flow
    assert (both.matched, both.used) == (9, 3)
    assert [(step.reason, step.left_out) for step in both.steps] == [("excluded", 5), ("disputed", 1)]


def test_json_has_the_fields_of_its_contract_and_no_nan() -> None:
    """Every number is a number or null; null has a reason; nothing else is in a pool or an estimate."""
    result = pool(simulated(), subgroup="product_source", leave_one_out=True)
    made = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert set(made["pool"]) == set(POOL_FIELDS)
    assert all(set(each) == set(ESTIMATE_FIELDS) for each in made["estimates"])
    assert len(made["leave_one_out"]) == 8
    assert set(made["subgroups"]["test"]) >= {"q", "df", "p", "name"}
    for count in (1, 2, 3):
        small = pool(plain(count), leave_one_out=True).as_dict()
        json.dumps(small, allow_nan=False)
        found = small["pool"]
        assert set(found["reasons"]) == {name for name in POOL_FIELDS if found[name] is None}


def test_what_was_not_asked_for_is_null() -> None:
    """The JSON of every pool has the same keys."""
    made = pool(plain()).as_dict()
    assert made["leave_one_out"] is None
    assert made["subgroups"] is None
    assert made["without_data_driven_cutoffs"] is None


def test_patients_are_counted_once_per_cohort_and_unknown_ones_noted() -> None:
    """The patients are the sum of the largest n of each cohort; cohorts without n are counted in a note."""
    result = pool(plain(n=[100, None, 50, 20]))
    assert result.pool.n == 170
    assert "number of patients unknown for 1 of 4 cohorts; n sums the others" in result.notes
    none = pool(plain(n=[None] * 4)).as_dict()["pool"]
    assert none["n"] is None
    assert none["reasons"]["n"] == "no estimate gives a number of patients"


def test_mixed_diseases_are_pooled_and_noted() -> None:
    """The condition says what was asked; the reader is told what came."""
    notes = pool(plain(disease=["A", "B", "A", "A"], timepoint=["x", "x", "y", None])).notes
    assert "2 diseases: A (3), B (1)" in notes
    assert "2 timepoints: x (2), y (1)" in notes


def test_simulated_rows_are_said_to_be_so() -> None:
    """Invented cohorts can be pooled alone, and everything that comes out says what they are."""
    result = pool(simulated())
    assert result.simulated
    assert result.as_dict()["simulated"] is True
    assert result.notes[0].startswith("SIMULATED")


def test_flags_travel_with_the_estimates_and_into_the_notes() -> None:
    """A remark on a number stands beside it and under the pool that uses it."""
    result = pool(plain(flags=[None, "off-centre; ci-level-assumed", None, "off-centre"]))
    assert result.estimates[1].flags == ("off-centre", "ci-level-assumed")
    assert any("Study 1/OS" in note and "1 estimate" in note for note in result.notes)
    assert sum(note.endswith("%") or "off-centre" in note for note in result.notes) == 2  # a doubt each


def test_provenance_is_completed_by_engine_and_digest_of_the_rows() -> None:
    """The digest depends on the rows used alone: not on their order, and on every one of them."""
    frame = plain(digest=["d1", "d2", "d3", "d4"])
    made = pool(frame, provenance={"condition": "x", "changeset": 7}).provenance
    assert (made["condition"], made["changeset"]) == ("x", 7)
    assert made["engine"].startswith("evireg ")
    assert made["digest"] == pool(frame.take(np.array([2, 0, 3, 1]))).provenance["digest"]
    assert made["digest"] != pool(frame.take(np.array([0, 1, 2]))).provenance["digest"]


def test_estimates_are_named_as_a_forest_plot_names_them() -> None:
    """Author and year when both are known, else the study; the cohort when it has a name; twins by their study."""
    frame = plain(
        first_author=["Kim", "Wang", "Wang", None],
        year=[2016, 2017, 2017, 2018],
        cohort=["all", "all", "all", "validation"],
    )
    names = [each.label for each in pool(frame).estimates]
    assert names == ["Kim 2016", "Wang 2017 (Study 1)", "Wang 2017 (Study 2)", "Study 3, validation"]
    assert [each.label for each in pool(forget(plain(2), "study", "key", "cohort")).estimates] == ["row 1", "row 2"]


def test_result_shows_itself_in_a_line() -> None:
    """At a prompt a result is its numbers, not a page of fields."""
    assert repr(pool(myeloma(), method="DL")).startswith("PoolResult(k=8, hr=1.7326307669")


def test_unknown_methods_are_refused_by_the_kernel() -> None:
    """Options reach the kernel, and its words come back."""
    with pytest.raises(StatisticsError, match="unknown method 'SQUARE'"):
        pool(plain(), method="SQUARE")
    with pytest.raises(StatisticsError, match="level is in percent"):
        pool(plain(), level=0.95 * 200)


def test_ratio_beyond_a_float_is_null_not_infinite() -> None:
    """A bound that no number can hold is null in JSON, with its reason."""
    found = pool(plain(2).replace(vi=np.array([5e4, 6e4]), yi=np.array([-90.0, 90.0]))).as_dict()["pool"]
    assert found["hr_ci_high"] is None
    assert found["reasons"]["hr_ci_high"] == "the ratio is beyond the range of a number"
    assert found["ci_high"] > 709


def test_numbers_that_are_no_log_ratio_are_refused() -> None:
    """An interval beyond every number is a ratio taken for its logarithm, or a standard error for its square."""
    with pytest.raises(PoolRefused, match=r"Study 1/OS: yi = 1.4 and vi = 4e[+]06 make a ratio no number can hold"):
        pool(plain(2).replace(yi=np.array([1.0, 1.4]), vi=np.array([1.0, 4e6])))


def test_rows_of_a_pool_can_be_analysed_again() -> None:
    """The rows a result holds give the same pool, inverted rows and all; as pooled, groups have changed places."""
    counts = {"n_index": 30, "n_reference": 70, "events_index": 10, "events_reference": 40}
    once = pool(Frame.from_rows([low_against_high(row) for row in rows(MYELOMA_OS, **counts)]))
    again = pool(once.rows)
    assert again.pool == once.pool
    assert again.estimates == once.estimates
    assert [once.rows_as_pooled[name][0] for name in counts] == [70, 30, 40, 10]
    assert once.rows_as_pooled["yi"].tolist() == [each.yi for each in once.estimates]
