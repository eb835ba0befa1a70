"""What must not be pooled together is refused, and the message names what settles it."""

from __future__ import annotations

import pytest

from registry.errors import PoolRefused, UsageError
from registry.pooling import pool
from registry.pooling.counted import counted, listed
from registry.pooling.guards import GUARDS, allowances
from registry.terms import Allow
from tests.pooling.rows import forget, plain


def take(frame, column, value):
    """Do what the hint says: keep the rows with this value."""
    return frame.take(frame[column] == value)


ONE_VALUE = [
    ("measure", ["hr", "hr", "or", "hr"], "hr", r"ratios of different kinds are mixed: measure hr \(3\), or \(1\)"),
    ("factor", ["NLR", "LDH", "NLR", "NLR"], "NLR", r"different prognostic factors are mixed: factor NLR \(3\)"),
    ("endpoint", ["OS", "PFS", "PFS", "PFS"], "PFS", r"different endpoints are mixed: endpoint PFS \(3\), OS \(1\)"),
]


@pytest.mark.parametrize(("column", "values", "keep", "message"), ONE_VALUE, ids=str)
def test_mixed_quantities_are_refused_until_the_condition_names_one(column, values, keep, message) -> None:
    """One pool holds one measure, one factor, one endpoint; the hint is a piece of condition that leaves one."""
    frame = plain(**{column: values})
    with pytest.raises(PoolRefused, match=message) as refusal:
        pool(frame)
    assert refusal.value.rule == f"mixed-{column}s"
    assert f'and {column} == "{keep}"' in refusal.value.hint
    assert pool(take(frame, column, keep)).pool.k == 3


def test_endpoints_that_differ_in_case_are_one() -> None:
    """Text compares case-folded."""
    assert pool(plain(endpoint=["OS", "os", "OS", "Os"])).pool.k == 4


@pytest.mark.parametrize("other", ["per_unit", "per_doubling", "per_sd", "category", "extremes", "unclear"])
def test_other_contrasts_do_not_join_above_vs_below(other) -> None:
    """Only below-vs-above is above-vs-below the other way round; everything else compares something else."""
    frame = plain(contrast=["above_vs_below", "below_vs_above", "above_vs_below", other])
    with pytest.raises(PoolRefused, match=rf"compare different things: contrast .*{other} \(1\)") as refusal:
        pool(frame)
    assert 'and contrast in ("above_vs_below", "below_vs_above")' in refusal.value.hint
    assert pool(frame.take(frame["contrast"] != other)).pool.k == 3


def test_contrasts_hint_names_the_commonest() -> None:
    """With several classes the hint keeps the one most estimates have."""
    with pytest.raises(PoolRefused, match="compare different things") as refusal:
        pool(plain(contrast=["per_sd", "per_sd", "category", "per_sd"]))
    assert 'and contrast == "per_sd"' in refusal.value.hint


def test_simulated_rows_never_join_real_ones() -> None:
    """No argument lets invented rows into evidence; naming one origin does."""
    frame = plain(origin=["reported", "simulated", "reported", "reported"])
    with pytest.raises(PoolRefused, match=r"never pooled with real ones: origin reported \(3\), simulated \(1\)"):
        pool(frame, allow=[word.value for word in Allow])
    assert not pool(take(frame, "origin", "reported")).simulated


def test_rows_not_said_to_be_simulated_count_as_real_beside_simulated_ones() -> None:
    """An origin that was not read is no licence to mix."""
    with pytest.raises(PoolRefused, match=r"origin simulated \(3\), not stated \(1\)"):
        pool(plain(origin=["simulated", "simulated", None, "simulated"]))


def test_adjusted_with_unadjusted_needs_to_be_allowed_and_is_then_said() -> None:
    """Adjusted and unadjusted estimate different ratios; the allowance stands in the notes with its counts."""
    frame = plain(adjusted=["yes", "no", "yes", "unclear"])
    with pytest.raises(PoolRefused, match="are mixed: 2 adjusted, 1 unadjusted") as refusal:
        pool(frame)
    assert "--allow mixed-adjustment" in refusal.value.hint
    notes = pool(frame, allow=["mixed-adjustment"]).notes
    assert any("mixed-adjustment" in note and "2 adjusted, 1 unadjusted, 1 unclear" in note for note in notes)


@pytest.mark.parametrize("known", ["yes", "no"])
def test_unclear_adjustment_triggers_nothing_and_is_counted(known) -> None:
    """Empty means not read: it cannot contradict, and the reader is told how many there are."""
    result = pool(plain(adjusted=[known, "unclear", known, "unclear"]))
    assert "whether adjusted is unclear for 2 of 4 estimates" in result.notes


def test_two_estimates_of_a_cohort_need_a_rule() -> None:
    """The same patients count once; the rule in the hint settles which estimate counts."""
    frame = plain(study=["A", "A", "B", "C"], adjusted=["yes", "unclear", "yes", "yes"])
    with pytest.raises(
        PoolRefused, match=r"more than one estimate of one cohort, .*: A \(2\); estimates Study 0"
    ) as no:
        pool(frame)
    assert "--one-per cohort:adjusted,largest_n" in no.value.hint
    settled = pool(frame, one_per="cohort:adjusted,largest_n")
    assert [each.key for each in settled.estimates] == ["Study 0/OS", "Study 2/OS", "Study 3/OS"]
    assert settled.flow.left_out("one-per") == 1
    assert "one estimate per cohort: cohort:adjusted,largest_n" in settled.notes


def test_cohorts_of_one_study_are_independent() -> None:
    """The cohort, not the study, is the unit of independence; the reader is told where it matters."""
    result = pool(plain(study=["A"] * 3 + ["B"], cohort=["a", "b", "c", "d"]))
    assert result.pool.k == 4
    assert "several cohorts of one study, pooled as independent: A (3)" in result.notes


def test_cohorts_that_share_patients_need_a_rule() -> None:
    """A declared overlap makes two cohorts one unit."""
    frame = plain(overlap_group=["g1", None, "g1", None])
    with pytest.raises(PoolRefused, match=r"cohorts that share patients \(overlap group\), .*: g1 \(2\)"):
        pool(frame)
    assert pool(frame, one_per="cohort:largest_n").pool.k == 3


def test_selection_on_results_needs_to_be_allowed_and_is_then_said() -> None:
    """A condition on the result biases the pool; the columns it looked at stand in the notes."""
    made = {"condition": "est > 1", "on_results": ("est",)}
    with pytest.raises(PoolRefused, match="looks at the result itself: est") as refusal:
        pool(plain(), provenance=made)
    assert "--allow selection-on-results" in refusal.value.hint
    notes = pool(plain(), provenance=made, allow="selection-on-results").notes
    assert any(note.endswith("(selection-on-results): est") for note in notes)


def test_p_derived_rows_are_left_out_and_counted_until_allowed() -> None:
    """A standard error from a p-value comes in only when it is asked for, and the notes say how many."""
    frame = plain(derivation=["ci", "p", "ci", "p"], not_poolable=[None, "p-derived", None, "p-derived"])
    left = pool(frame)
    assert left.pool.k == 2
    assert left.flow.left_out("p-derived") == 2
    allowed = pool(frame, allow=("p-derived",))
    assert allowed.pool.k == 4
    assert any(note.endswith("(p-derived): 2 estimates") for note in allowed.notes)


def test_all_refusals_are_reported_together() -> None:
    """Nobody should have to repair one fault to learn of the next."""
    frame = plain(measure=["hr", "or", "hr", "hr"], endpoint=["OS", "OS", "PFS", "OS"], study=["A", "A", "B", "C"])
    with pytest.raises(PoolRefused, match=r"1. different endpoints(.|\n)*2. ratios(.|\n)*3. more than one") as refusal:
        pool(frame)
    assert refusal.value.rule == "mixed-endpoints, mixed-measures, shared-cohort"


def test_unknown_columns_trigger_no_guard() -> None:
    """A frame of yi and vi alone says nothing that could be refused."""
    everything = plain(measure=["hr", "or", "rr", "hr"], adjusted=["yes", "no", "yes", "no"], study=["A"] * 4)
    bare = forget(everything, *(name for name in everything.columns if name not in ("yi", "vi")))
    assert pool(bare).pool.k == 4


def test_unknown_word_to_allow_names_the_nearest() -> None:
    """A typing error must not silently allow nothing."""
    with pytest.raises(UsageError, match=r"'mixed-adjustement'; did you mean 'mixed-adjustment'\?"):
        pool(plain(), allow=["mixed-adjustement"])
    assert allowances("p-derived") == {Allow.P_DERIVED}


def test_every_guard_says_what_it_refuses() -> None:
    """Each guard is one documented function."""
    assert all(guard.__doc__ and guard.__doc__.startswith("Refuse ") for guard in GUARDS)


def test_long_lists_are_shortened() -> None:
    """A message stays readable whatever was mixed."""
    assert counted({f"v{number}": 1 for number in range(9)}).endswith("and 5 more")
    assert listed(["a", "b"]) == "a, b"
