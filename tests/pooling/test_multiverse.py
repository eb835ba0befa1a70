"""The multiverse: every combination once, each row with what made it, nothing counted."""

from __future__ import annotations

import json

import pytest

import registry
from registry.errors import PoolRefused, UsageError
from registry.frame import Frame
from registry.pooling.multiverse import NEVER_COUNTED, Specification, multiverse
from registry.pooling.pool import pool
from tests.pooling.rows import myeloma, plain, rows

ADJUSTED = ["yes", "yes", "no", "no", "yes", "no"]


def six(**columns: list[object]) -> Frame:
    """Give six estimates, three adjusted and three not, two of them with data-driven cutoffs."""
    methods = ["prespecified", "roc", "median", "roc", "prespecified", "unclear"]
    cutoffs = [2.0, 3.0, 4.0, 5.0, 3.5, 2.5]
    return plain(6, **{"adjusted": ADJUSTED, "cutoff_method": methods, "cutoff_value": cutoffs, **columns})


def own(found: tuple[Specification, ...], **choice: object) -> list[Specification]:
    return [each for each in found if all(getattr(each, name) == value for name, value in choice.items())]


def test_every_estimator_with_every_interval_and_two_reference_lines() -> None:
    """Two estimators and two intervals make four specifications; common effect and DL stand beside."""
    found = multiverse(myeloma(), method=["REML", "PM"], test=["hk", "z"]).rows
    assert [(each.role, each.method, each.test) for each in found] == [
        ("specification", "REML", "hk"),
        ("specification", "REML", "z"),
        ("specification", "PM", "hk"),
        ("specification", "PM", "z"),
        ("reference", "FE", "z"),
        ("reference", "DL", "z"),
    ]


def test_each_row_is_the_pool_its_choices_make() -> None:
    """A row can be made again by a plain pool of its rows with its method and test."""
    for each in multiverse(myeloma()).rows:
        again = pool(myeloma(), method=each.method, test=each.test)
        assert (each.hr, each.hr_ci_low, each.tau2) == (again.pool.hr, again.pool.hr_ci_low, again.pool.tau2)
        assert each.digest == again.provenance["digest"]


def test_what_is_not_stated_varies_where_the_rows_differ() -> None:
    """Adjusted and unadjusted apart, with and without data-driven cutoffs; a plain frame varies in neither."""
    found = multiverse(six(), method="DL", test="z").rows
    assert {each.adjusted for each in found} == {"yes", "no"}
    assert {each.cutoffs for each in found} == {"all", "not-data-driven"}
    assert {(each.adjusted, each.cutoffs) for each in multiverse(myeloma()).rows} == {("all", "all")}


def test_common_effect_is_pooled_once_whatever_the_intervals() -> None:
    """A common effect has Wald's interval only."""
    found = multiverse(myeloma(), method=["FE", "REML"], test=["hk", "z"]).rows
    assert len(own(found, role="specification", method="FE")) == 1


def test_classes_of_cutoffs_and_levels_of_a_column() -> None:
    """Bounds make classes, `by` takes every level of a column; numbers need a threshold as subgroups do."""
    frame = six(design=["a", "a", "a", "b", "b", "b"], adjusted=["yes"] * 6)
    found = multiverse(frame, bounds=[3.0], by=["design", "n:103"], method="DL", test="z", cutoffs="all").rows
    assert {each.cutoffs for each in found} == {"all", "< 3", "≥ 3"}
    assert {each.by["design"] for each in found} == {"all", "a", "b"}
    assert {each.by["n:103"] for each in found} == {"all", "< 103 patients", "≥ 103 patients"}


def test_risk_of_bias_varies_unasked_where_it_was_read() -> None:
    """A study characteristic of this name is a declared choice."""
    made = rows([(f"S{each}", 100 + each, 1.5, 1.0, 2.25) for each in range(4)])
    for row, level in zip(made, ["low", "high", "low", "high"], strict=True):
        row["attributes"] = {"risk_of_bias": level}
    found = multiverse(Frame.from_rows(made, attributes=["risk_of_bias"])).rows
    assert {each.by["risk_of_bias"] for each in found} == {"all", "low", "high"}


def test_choice_that_changes_nothing_is_left_out_and_said() -> None:
    """The same rows twice would look like more evidence than there is."""
    found = multiverse(plain(4, cutoff_method=["median"] * 4), cutoffs=["all", "prespecified"])
    assert {each.cutoffs for each in found.rows} == {"all"}
    assert any("the same estimates as all estimates: cutoffs prespecified" in note for note in found.notes)


def test_rules_for_one_estimate_per_cohort_are_choices_too() -> None:
    """Two rules that keep different estimates make different rows; without a rule the cohort is refused, and named."""
    frame = six(study=["A", "A", "B", "C", "D", "E"], adjusted=["yes", "no", *["unclear"] * 4])
    found = multiverse(frame, one_per=["cohort:adjusted", "cohort:unadjusted"], cutoffs="all", adjusted="all").rows
    first, second = (
        own(found, one_per=rule, role="specification") for rule in ("cohort:adjusted", "cohort:unadjusted")
    )
    assert first[0].hr != second[0].hr
    assert first[0].k == second[0].k == 5
    with pytest.raises(PoolRefused, match="more than one estimate of one cohort"):
        multiverse(frame, cutoffs="all", adjusted="all", allow="mixed-adjustment")


def test_choice_that_must_not_be_pooled_keeps_its_row_with_the_reason() -> None:
    """A refused combination is shown as refused, not dropped."""
    found = multiverse(six(), adjusted=["all", "yes"], cutoffs="all", method="DL", test="z").rows
    refused = own(found, adjusted="all")
    assert {each.hr for each in refused} == {None}
    assert "--allow mixed-adjustment" in (refused[0].refused or "")
    assert own(found, adjusted="yes")[0].hr is not None


def test_one_estimate_is_no_specification() -> None:
    """A choice that leaves one estimate pools nothing; if every choice does, that is said once."""
    found = multiverse(six(design=["a", *["b"] * 5], adjusted=["yes"] * 6), by="design", cutoffs="all").rows
    assert {each.hr for each in found if each.by["design"] == "a"} == {None}
    with pytest.raises(PoolRefused, match="one estimate is left"):
        multiverse(plain(1))


def test_significant_rows_are_never_counted() -> None:
    """The result says why, and no field of it is a count of rows."""
    found = multiverse(myeloma())
    assert NEVER_COUNTED in found.notes
    assert set(found.as_dict()) == {"rows", "level", "flow", "provenance", "measure", "direction", "simulated", "notes"}


def test_frame_has_a_row_per_specification_and_a_column_per_choice() -> None:
    """In Python the multiverse is a DataFrame."""
    table = multiverse(six(design=["a", "a", "a", "b", "b", "b"]), by="design").to_pandas()
    assert {"role", "method", "test", "adjusted", "cutoffs", "one_per", "design", "hr", "k"} <= set(table.columns)
    assert len(table) == len(multiverse(six(design=["a", "a", "a", "b", "b", "b"]), by="design").rows)


def test_json_holds_no_nan() -> None:
    """Undefined is null, with a reason in the row."""
    made = multiverse(plain(2)).as_dict()
    json.dumps(made, allow_nan=False)
    assert made["rows"][0]["reasons"]["hr_pi_low"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"adjusted": "maybe"}, "all, yes, no"),
        ({"cutoffs": "median"}, "all, not-data-driven, prespecified"),
        ({"by": "desing"}, "did you mean 'design'"),
        ({"one_per": "largest"}, "one-per rule"),
        ({"method": "XX"}, "unknown method"),
    ],
)
def test_unknown_choice_is_refused_with_what_there_is(options: dict[str, str], said: str) -> None:
    """A slip names the words there are."""
    with pytest.raises(UsageError, match=said):
        multiverse(six(), **options)  # type: ignore[arg-type]


def test_inverted_estimates_are_inverted_once() -> None:
    """Below against above counts turned round, as in a pool."""
    frame = plain(4, contrast=["above_vs_below", "below_vs_above", "above_vs_below", "below_vs_above"])
    assert multiverse(frame, method="DL", test="z").rows[0].hr == pool(frame, method="DL", test="z").pool.hr


def test_reached_from_the_package() -> None:
    """`registry.multiverse` takes any frame."""
    assert len(registry.multiverse(myeloma()).rows) == 6
