"""One-per rules on plain frames: which estimate of a cohort counts, and by what it was chosen."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.columns import BY_NAME
from registry.errors import PoolRefused, UsageError
from registry.frame import Frame
from registry.selection.narrow import narrow
from registry.selection.priority import ORDERS, rule


def row(key: str, **values: Any) -> dict[str, Any]:
    return {"key": key, "study": "S", "cohort": "all", "yi": 0.1, "vi": 0.2, **values}


def kept(by: str, *rows: dict[str, Any]) -> list[str]:
    frame, _ = narrow(Frame.from_rows(rows), one_per=by)
    return list(frame["key"])


@pytest.mark.parametrize(
    ("order", "values"),
    [
        ("adjusted", [{"adjusted": "yes"}, {"adjusted": "unclear"}, {"adjusted": "no"}]),
        ("unadjusted", [{"adjusted": "no"}, {}, {"adjusted": "yes"}]),
        (
            "prespecified",
            [{"cutoff_method": name} for name in ("prespecified", "median", "unclear", "roc")],
        ),
        ("prespecified", [{"cutoff_method": name} for name in ("quantile", None, "min_p")]),
        ("largest_n", [{"n": 200}, {"n": 5}, {}]),
        ("most_events", [{"n_events": 20}, {"n_events": 5}, {}]),
        ("longest_followup", [{"followup_median_months": 20.5}, {"followup_median_months": 20.0}, {}]),
        ("latest", [{"year": 2020}, {"year": 2010}, {}]),
        ("from_ci", [{"derivation": "se"}, {"derivation": "p", "not_poolable": "p-derived"}]),
        ("own_report", [{"source_kind": name} for name in ("article", "abstract", "review")]),
        ("reported", [{"origin": name} for name in ("reported", "derived", "reconstructed")]),
        ("checked", [{"status": name} for name in ("accepted", "checked", "extracted")]),
    ],
)
def test_order_puts_the_better_first(order: str, values: list[dict[str, Any]]) -> None:
    """Each order prefers what its meaning says, whatever the order of the rows and of their keys."""
    rows = [row(f"k{len(values) - place}", **each) for place, each in enumerate(values)]
    best_first = [each["key"] for each in rows]
    for _ in values:
        frame, flow = narrow(Frame.from_rows(rows), one_per=f"cohort:{order}", allow=("p-derived",))
        assert list(frame["key"]) == [best_first[0]]
        assert flow.choices[0].by == (order,) * (len(values) - 1)
        rows = rows[1:] + rows[:1]


def test_first_order_decides_and_ties_go_on() -> None:
    """The next order is asked only where the ones before tie; what ties in all goes by key, and that is said."""
    rows = [
        row("a", adjusted="no", n=900),
        row("c", adjusted="yes", n=50),
        row("b", adjusted="yes", n=50),
        row("d", adjusted="yes", n=60),
    ]
    frame, flow = narrow(Frame.from_rows(rows), one_per="cohort:adjusted,largest_n")
    assert list(frame["key"]) == ["d"]
    (choice,) = flow.choices
    assert (choice.kept, choice.left, choice.by) == (
        "d",
        ("b", "c", "a"),
        ("largest_n", "largest_n", "adjusted"),
    )
    _, flow = narrow(Frame.from_rows(rows[1:3]), one_per="cohort:adjusted,largest_n")
    assert flow.choices[0].by == ("key",)
    assert flow.choices[0].kept == "b"
    assert "ties by key" in flow.steps[0].label


def test_cohorts_that_share_patients_count_as_one() -> None:
    """An overlap group keeps one estimate, across studies; a cohort outside it keeps its own."""
    rows = [
        row("a", study="A", overlap_group="A/all", n=10),
        row("b", study="B", overlap_group="A/all", n=20),
        row("c", study="C", n=5),
    ]
    assert kept("cohort:largest_n", *rows) == ["b", "c"]


def test_cohorts_of_one_study_are_apart() -> None:
    """Independence is by cohort, not by study; a cohort not named is `all`, and stands for those that are a part."""
    named, whole = [row("a", cohort="x"), row("b", cohort="y")], [row("c", cohort=None), row("d", cohort="all")]
    assert kept("cohort:largest_n", *named) == ["a", "b"]
    assert kept("cohort:largest_n", *whole) == ["c"]
    assert kept("cohort:adjusted", *named, *whole) == ["a"]


def test_rows_without_study_stand_for_themselves() -> None:
    """A frame that names no study gives no reason to drop anything."""
    frame = Frame.from_rows([{"yi": 0.1, "vi": 0.2}, {"yi": 0.3, "vi": 0.2}])
    out, flow = narrow(frame, one_per="cohort:largest_n")
    assert len(out) == flow.used == flow.used_cohorts == 2


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("endpoint", ("OS", "PFS")),
        ("factor", ("NLR", "ferritin")),
        ("measure", ("hr", "or")),
        ("contrast", ("above_vs_below", "per_unit")),
    ],
)
def test_rule_does_not_choose_between_questions(column: str, values: tuple[str, str]) -> None:
    """One estimate stands for another of the same quantity only; different ones are for the condition to settle."""
    rows = [row("a", **{column: values[0]}), row("b", **{column: values[1]})]
    with pytest.raises(PoolRefused, match=f"different {column}s: {', '.join(values)}") as caught:
        kept("cohort:largest_n", *rows)
    assert f'and {column} == "{values[0]}"' in caught.value.hint
    assert caught.value.rule == f"mixed-{column}s"
    apart = [row("a", **{column: values[0]}), row("b", study="T", **{column: values[1]})]
    assert kept("cohort:largest_n", *apart) == ["a", "b"]


def test_opposite_directions_are_one_question() -> None:
    """Below-vs-above is above-vs-below the other way round."""
    rows = [row("a", contrast="above_vs_below"), row("b", contrast="below_vs_above")]
    assert kept("cohort:largest_n", *rows) == ["a"]


def test_a_contrast_that_was_not_read_is_not_known_to_be_another() -> None:
    """What nobody says is unclear, and unclear is no other contrast; among themselves unclear rows are one."""
    rows = [row("a", contrast="above_vs_below"), row("c", contrast=None)]
    with pytest.raises(PoolRefused, match="between different contrasts: above_vs_below, not stated"):
        kept("cohort:largest_n", *rows)
    assert kept("cohort:largest_n", row("a", contrast="unclear"), row("c", contrast=None)) == ["a"]


@pytest.mark.parametrize(
    ("one", "other", "words", "naming"),
    [
        ({"cutoff_text": "II vs I"}, {"cutoff_text": "III vs I"}, "II vs I, III vs I", 'cutoff_text == "II vs I"'),
        (
            {"index_group": "stage III", "reference_group": "stage I"},
            {"cutoff_text": "III vs I", "index_group": "II"},
            "II vs I, stage III vs stage I",
            'cutoff_text == "III vs I"',
        ),
    ],
)
def test_categories_of_one_cohort_are_not_chosen_between(one, other, words, naming) -> None:
    """II against I and III against I are two results of one cohort; the condition in the hint leaves one."""
    rows = [row(key, contrast="category", **values) for key, values in (("a", one), ("b", other))]
    with pytest.raises(PoolRefused, match=f"between different quantities: {words}") as refusal:
        kept("cohort:largest_n", *rows)
    assert refusal.value.rule == "mixed-categories"
    assert naming in refusal.value.hint


def test_synonyms_of_a_category_are_one_result() -> None:
    """`III vs I` and stage III with stage I as reference may stand for each other."""
    rows = [
        row("a", contrast="category", cutoff_text="III vs I"),
        row("b", contrast="category", index_group="stage 3", reference_group="ISS I"),
    ]
    assert kept("cohort:largest_n", *rows) == ["a"]


def test_steps_of_one_cohort_are_not_chosen_between() -> None:
    """Per 1 U/L and per 100 U/L are two results; neither the order of rows nor that of keys decides."""
    rows = [row(key, contrast="per_unit", cutoff_value=step, cutoff_unit="U/L") for key, step in (("a", 1), ("b", 100))]
    for ordered in (rows, rows[::-1]):
        with pytest.raises(PoolRefused, match="between different quantities: per 1 U/L, per 100 U/L") as refusal:
            kept("cohort:largest_n", *ordered)
        assert "and cutoff_value == 1" in refusal.value.hint


def test_one_step_in_two_units_is_one_result() -> None:
    """Per 1 g/dL is per 10 g/L."""
    rows = [
        row("a", contrast="per_unit", cutoff_value=1, cutoff_unit="g/dL"),
        row("b", contrast="per_unit", cutoff_value=10, cutoff_unit="g/L"),
    ]
    assert kept("cohort:largest_n", *rows) == ["a"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("adjusted", "expected `cohort:`", "cohort:adjusted,prespecified"),
        ("study:adjusted", "expected `cohort:`", "orders: adjusted"),
        ("cohort", "expected `cohort:`", ""),
        ("cohort:", "expected `cohort:`", ""),
        ("", "expected `cohort:`", ""),
        ("cohort:adjusted,", "no order ''", ""),
        ("cohort:largest", "did you mean 'largest_n'", ""),
        ("cohort:smallest_p", "no order 'smallest_p'", "by its own result (size, interval, p) is not offered"),
        ("cohort:est", "no order 'est'", "is not offered"),
        ("cohort:adjusted,adjusted", "names adjusted twice", ""),
    ],
)
def test_rule_that_cannot_be_read_names_the_orders(text: str, message: str, hint: str) -> None:
    """A slip in a rule is answered with what there is; choosing by result is not there."""
    with pytest.raises(UsageError, match="one-per rule") as caught:
        rule(text)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_rule_is_read_leniently() -> None:
    """Spaces, case and hyphens do not matter; the canonical spelling does."""
    assert rule(" Cohort : Adjusted, largest-n ").text == "cohort:adjusted,largest_n"


def test_no_order_looks_at_the_result() -> None:
    """Every order ranks the same when all columns that hold the result are changed."""
    values = {"adjusted": "yes", "n": 5, "cutoff_method": "roc", "derivation": "ci", "status": "checked"}
    plain = Frame.from_rows([row("a", **values), row("b")])
    results = [name for name, column in BY_NAME.items() if column.on_result]
    other = plain.replace(**{name: plain[name][::-1].copy() for name in results})
    for order in ORDERS.values():
        assert order.meaning
        assert list(order.rank(plain)) == pytest.approx(list(order.rank(other)), nan_ok=True)


ROW = st.fixed_dictionaries(
    {
        "study": st.sampled_from(["A", "B", "C", None]),
        "cohort": st.sampled_from(["x", "y", None]),
        "overlap_group": st.sampled_from([None, None, "g"]),
        "n": st.sampled_from([None, 1, 2]),
        "adjusted": st.sampled_from(["yes", "no", "unclear"]),
    }
)


@given(st.lists(ROW, max_size=12).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(range(len(rows))))))
def test_choice_does_not_depend_on_row_order(drawn: tuple[list[dict[str, Any]], list[int]]) -> None:
    """Shuffled rows keep the same keys, one per cohort, and every row is used or left out exactly once."""
    given_rows, order = drawn
    rows = [row(f"k{place:02}", **values) for place, values in enumerate(given_rows)]
    frame, flow = narrow(Frame.from_rows(rows), one_per="cohort:adjusted,largest_n")
    shuffled, _ = narrow(Frame.from_rows([rows[place] for place in order]), one_per="cohort:adjusted,largest_n")
    assert sorted(frame["key"]) == sorted(shuffled["key"])
    left = [key for step in flow.steps for key in step.keys]
    assert sorted([*frame["key"], *left]) == [each["key"] for each in rows]
    assert flow.matched == flow.used + sum(step.left_out for step in flow.steps)


def test_narrowing_needs_no_database() -> None:
    """Pooling imports the rules and the flow; neither brings a database or pandas along."""
    script = "import sys, registry.selection.narrow; print(sorted({'sqlalchemy', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
