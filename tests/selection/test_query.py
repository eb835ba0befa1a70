"""Selections from a registry: the flow from matched to used, now and as of any changeset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from registry.columns import BY_NAME
from registry.errors import ConditionError, NotFound, PoolRefused, UsageError
from registry.frame import Frame
from registry.selection import estimates, select
from registry.store import Store
from registry.vocabulary import Vocabulary
from tests.selection import rows

NO_NUMBERS = {"yi": None, "vi": None, "derivation": "none"}


@pytest.fixture
def filled(store: Store) -> Store:
    rows.prepare(store)
    rows.add(
        store,
        {"key": "a1", "study": "A", "n": 100, "adjusted": "yes"},
        {"key": "a2", "study": "A", "n": 100, "adjusted": "no"},
        {"key": "b1", "study": "B", "n": 50, "status": "excluded"},
        {
            "key": "b2",
            "study": "B",
            "n": None,
            "not_poolable": "direction-only",
            "effect_direction": "worse",
            **NO_NUMBERS,
        },
        {"key": "c1", "study": "C", "n": 30, "origin": "simulated"},
        {"key": "d1", "study": "D", "n": None, "derivation": "p", "not_poolable": "p-derived"},
        {"key": "e1", "study": "E", "n": 20, "retracted": True},
        {"key": "f1", "study": "F", "cohort": "x", "n": 10, "overlap_group": "F/x"},
        {"key": "g1", "study": "G", "n": 15, "overlap_group": "F/x"},
        {"key": "h1", "study": "H", "n": 60, "status": "disputed", "not_poolable": "disputed", **NO_NUMBERS},
    )
    return store


def chosen(store: Store, where: str | None, **options: Any) -> Any:
    with store.read() as connection:
        return select(connection, where, **options)


def test_selection_shows_its_flow(filled: Store) -> None:
    """Matched, less each step with its reason, is used; nothing gets lost on the way."""
    selection = chosen(filled, 'factor == "serum ferritin"', one_per="cohort:adjusted,largest_n")
    assert list(selection.frame["key"]) == ["a1", "g1"]
    flow = selection.flow
    assert [(step.reason, step.keys, step.patients, step.cohorts) for step in flow.steps] == [
        ("excluded", ("b1",), 50, 1),
        ("disputed", ("h1",), 60, 1),
        ("retracted", ("e1",), 20, 1),
        ("simulated", ("c1",), 30, 1),
        ("not-poolable", ("b2",), None, 1),
        ("p-derived", ("d1",), None, 1),
        ("one-per", ("a2", "f1"), 110, 2),
    ]
    assert (flow.matched, flow.used, flow.used_patients, flow.used_cohorts) == (10, 2, 115, 2)
    assert [(row.key, row.direction) for row in flow.unusable] == [("b2", "worse"), ("d1", None), ("h1", None)]
    assert selection.condition == 'factor == "ferritin"'
    assert selection.where == 'factor == "serum ferritin"'


def test_simulated_rows_need_the_condition_to_name_origin(filled: Store) -> None:
    """Whoever does not ask for invented rows never pools them; a listing shows them with their origin."""
    assert "c1" not in chosen(filled, None).frame["key"]
    assert list(chosen(filled, 'origin == "simulated"').frame["key"]) == ["c1"]
    assert "c1" in chosen(filled, "origin is not None").frame["key"]
    with filled.read() as connection:
        listed = estimates(connection, None)
    assert len(listed) == 10
    assert dict(zip(listed["key"], listed["origin"], strict=True))["c1"] == "simulated"


def test_condition_on_the_result_needs_to_be_allowed(filled: Store) -> None:
    """Choosing by the result itself is refused until said aloud, and is then carried on the selection."""
    with pytest.raises(PoolRefused, match="looks at the result itself: est, vi") as caught:
        chosen(filled, "est > 1 or vi < 1")
    assert "--allow selection-on-results" in caught.value.hint
    assert caught.value.rule == "selection-on-results"
    allowed = chosen(filled, "est is None and vi < 1", allow=("selection-on-results",))
    assert allowed.on_results == ("est", "vi")
    with filled.read() as connection:
        assert len(estimates(connection, "vi < 1")) == 8


def test_p_derived_rows_enter_when_allowed(filled: Store) -> None:
    """Standard errors from p-values are left out and counted unless allowed."""
    assert "d1" in chosen(filled, None, allow=("p-derived",)).frame["key"]


def test_missing_columns_are_counted(filled: Store) -> None:
    """Rows of which nobody can say whether they match are told apart by the column that was not read."""
    assert chosen(filled, 'n > 40 and endpoint == "OS"').flow.missing == {"n": 2}
    assert chosen(filled, 'n > 40 and endpoint == "PFS"').flow.missing == {}
    assert chosen(filled, "n > 40 or study == 'b'").flow.missing == {"n": 1}
    assert chosen(filled, "n > 40 and year > 2000").flow.missing == {"n": 2, "year": 6}
    assert chosen(filled, "n is None").flow.missing == {}
    assert chosen(filled, "n > 40 or n is None").flow.missing == {}
    assert chosen(filled, "n is None and year > 2000").flow.missing == {"year": 2}
    assert chosen(filled, "dose > 1 and study in ('a', 'b')").flow.missing == {"dose": 4}
    assert chosen(filled, None).flow.missing == {}


def test_rows_come_in_one_order(filled: Store) -> None:
    """Study, cohort, key, by code point: the same on every database, whatever its locale."""
    rows.add(filled, *({"key": f"z{study}", "study": study} for study in ("éa", "Z", "a", "_", "É", "z")))
    with filled.read() as connection:
        listed = estimates(connection, None)
    studies = list(listed["study"])
    assert studies == sorted(studies)
    assert [key for key in listed["key"] if key.startswith("a")] == ["a1", "a2"]


def test_frame_has_every_column_and_characteristic(store: Store) -> None:
    """Types are those of the contract and of the declarations, whatever is missing."""
    rows.prepare(store)
    rows.add(
        store,
        {"key": "a", "n": 3, "retracted": False, "attributes": {"dose": 2.5, "source": "academic"}},
        {"key": "b", "attributes": {"dose": 1, "ward": "W 1"}},
    )
    with store.read() as connection:
        frame = estimates(connection, None)
        empty = estimates(connection, "n > 1000")
        declared = set(Vocabulary.load(connection).attributes)
    assert set(frame.columns) == set(empty.columns) == set(BY_NAME)
    assert set(frame.attributes) == set(empty.attributes) == declared
    assert frame["n"].dtype == frame["dose"].dtype == empty["dose"].dtype == np.float64
    assert frame["n"].tolist()[0] == 3.0
    assert np.isnan(frame["n"][1])
    assert frame["dose"].tolist() == [2.5, 1.0]
    assert frame["ward"].tolist() == [None, "W 1"]
    assert frame["retracted"].tolist() == [False, False]
    assert len(empty) == 0
    assert frame.to_rows()[0]["n"] == 3
    assert frame.to_rows()[1] == {**frame.to_rows()[1], "n": None, "dose": 1.0, "source": None, "key": "b"}


def _history(store: Store) -> dict[int, Callable[[], Frame]]:
    """Write a history, remembering after each changeset what was live then."""
    rows.prepare(store)
    seen: dict[int, Any] = {}

    def look(number: int) -> None:
        with store.read() as connection:
            seen[number] = (_plain(estimates(connection, None)), select(connection, "n >= 10"))

    look(rows.add(store, {"key": "a", "n": 10}, {"key": "b", "study": "B", "n": 20}))
    look(rows.add(store, {"key": "c", "study": "C", "n": 30}))
    look(rows.close(store, "a"))
    look(rows.add(store, {"key": "a", "n": 11}, {"key": "d", "study": "D"}))
    look(rows.close(store, "b", "d"))
    return seen


def _plain(frame: Frame) -> list[dict[str, Any]]:
    return frame.to_rows()


def test_as_of_is_what_was_live_then(store: Store) -> None:
    """The registry as of a changeset is the registry as it was right after it: rows, flow and all."""
    history = _history(store)
    for number, (listed, selection) in history.items():
        with store.read() as connection:
            assert _plain(estimates(connection, None, at=number)) == listed
            again = select(connection, "n >= 10", at=number)
        assert _plain(again.frame) == _plain(selection.frame)
        assert again.flow == selection.flow
        assert again.changeset == selection.changeset == number
    last = max(history)
    assert chosen(store, None).changeset == last


@pytest.mark.parametrize("at", [0, -1, 99])
def test_changeset_that_is_not_there(filled: Store, at: int) -> None:
    """A moment the registry has not seen is not found, and the range is named."""
    with pytest.raises(NotFound, match=f"there is no changeset {at}") as caught:
        chosen(filled, None, at=at)
    assert "the registry has 1 to " in caught.value.hint
    with filled.read() as connection, pytest.raises(NotFound, match="there is no changeset"):
        estimates(connection, None, at=at)


def test_faults_come_before_any_row_is_read(filled: Store) -> None:
    """A condition or rule that cannot be read is refused whatever the registry holds."""
    with pytest.raises(ConditionError, match="did you mean factor"):
        chosen(filled, "facto == 1")
    with pytest.raises(UsageError, match="one-per rule 'cohort'"):
        chosen(filled, "n > 1000", one_per="cohort")


def test_nothing_matched_is_a_selection(filled: Store) -> None:
    """An empty selection has a flow that says so; whether that is an error is the pool's affair."""
    selection = chosen(filled, "n > 1000")
    assert (selection.flow.matched, selection.flow.used, len(selection.frame)) == (0, 0, 0)


def test_selection_is_two_reads_of_the_table(sqlite_store: Store) -> None:
    """One query for the rows and one for what is missing, however many columns and rows there are."""
    rows.prepare(sqlite_store)
    rows.add(sqlite_store, {"key": "a", "n": 10})
    statements: list[str] = []
    with sqlite_store.read() as connection:
        names = Vocabulary.load(connection)
        sa.event.listen(connection, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
        select(connection, 'n > 5 and year > 2000 and contains(ward, "x")', vocabulary=names)
    assert len([each for each in statements if "FROM evidence" in each]) == 2
    assert len(statements) == 3
