"""Checks of one row agree with what the derivation of an effect calls a hard fault."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.derivation import hard_faults
from registry.ingest.rules import MAY_BE_PRINTED, check
from registry.terms import Flag
from registry.vocabulary import Vocabulary

NOTHING = Vocabulary({kind: {} for kind in ("factor", "disease", "endpoint", "covariate")}, {}, {})
POSITIVE = st.sampled_from([None, 0.05, 0.5, 1.0, 1.4, 2.0, 3.2])


@given(st.fixed_dictionaries({"est": POSITIVE, "ci_low": POSITIVE, "ci_high": POSITIVE}))
def test_rules_and_derivation_agree_on_intervals(values: dict[str, float | None]) -> None:
    """What the import refuses in an interval is what the derivation calls a hard fault, by the same name."""
    found = {problem.code for problem in check({**values, "adjusted": "no"}, NOTHING)}
    assert found == {str(flag) for flag in hard_faults(values)}


def test_every_hard_fault_may_be_printed() -> None:
    """Whatever the derivation knows as a hard fault a curator can confirm."""
    hard = {Flag.OUTSIDE_CI, Flag.CI_REVERSED, Flag.CI_WIDTH_ZERO, Flag.CI_NOT_POSITIVE, Flag.CI_LEVEL_RANGE}
    assert {str(flag) for flag in hard} <= MAY_BE_PRINTED


@st.composite
def _true_counts(draw: st.DrawFn) -> dict[str, int | None]:
    """Count a study as it could be, perhaps with more groups than two, and forget some of the counts."""
    groups = [draw(st.integers(1, 40)) for _ in range(3)]
    events = [draw(st.integers(0, size)) for size in groups]
    others = draw(st.booleans())
    whole = {"n": sum(groups[: 2 + others]), "n_events": sum(events[: 2 + others])}
    parts = {"n_index": groups[0], "n_reference": groups[1], "events_index": events[0], "events_reference": events[1]}
    return {name: value if draw(st.booleans()) else None for name, value in {**whole, **parts}.items()}


@given(_true_counts())
def test_counts_that_can_be_are_never_refused(values: dict[str, int | None]) -> None:
    """Whatever is left empty, the counts of a possible study pass."""
    assert check({**values, "adjusted": "no"}, NOTHING) == []


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"n": 100, "n_events": 120}, "n_events = 120 is more than n_patients = 100"),
        ({"n": 100, "n_index": 120}, "n_index = 120 is more than n_patients = 100"),
        ({"n_index": 30, "events_index": 31}, "events_index = 31 is more than n_index = 30"),
        ({"n": 100, "n_index": 60, "n_reference": 60}, "n_index + n_reference = 120 is more than n_patients = 100"),
    ],
)
def test_a_part_larger_than_its_whole_is_named(counts: dict[str, int], said: str) -> None:
    """The message gives both counts."""
    assert [problem.message for problem in check({**counts, "adjusted": "no"}, NOTHING)] == [said]
