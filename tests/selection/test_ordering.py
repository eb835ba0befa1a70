"""Lists that people read are in the order in which people sort names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.handle import Registry
from registry.ordering import by_name, in_order, natural
from registry.store import Store
from tests.queries.evidence import enter


@pytest.mark.parametrize(
    "names",
    [
        ["study 2", "study 10", "study 100"],
        ["riley_study_1", "riley_study_9", "riley_study_10", "riley_study_81"],
        ["Abel", "abel", "Ábel B", "Acker"],
        ["Müller 2010", "Muller 2011", "MÜLLER 2012"],
        ["Çelik", "Chen", "Ćosić", "Dvořák", "Ørsted", "Oster", "Özdemir", "Paul"],
        ["De Luca", "de Vries", "Devon", "Van den Berg", "van der Berg", "Vanek", "von Arx", "Vonn"],
        ["O'Brien", "O’Brien B", "Obst"],
        ["kim2016", "kim2016b", "kim2017"],
        ["IL-6", "IL 10", "il-12"],
        ["007", "7", "8"],
    ],
)
def test_names_stand_where_people_look_for_them(names: list[str]) -> None:
    """Numbers by size, case and accents aside, a particle as part of the name it is printed in."""
    assert in_order(reversed(names)) == in_order(names[1::2] + names[::2]) == names


def test_what_is_missing_comes_last() -> None:
    """A row without a name stands behind all that have one, and later names decide between equal ones."""
    rows = [(None, 1), ("b", 10), ("b", 2), ("A", 3)]
    assert sorted(rows, key=lambda row: by_name(*row)) == [("A", 3), ("b", 2), ("b", 10), (None, 1)]


@given(st.lists(st.text(), max_size=6))
def test_any_texts_have_one_order(texts: list[str]) -> None:
    """However they come, whatever they hold, they are sorted alike, and only equal texts share a place."""
    assert in_order(texts) == in_order(reversed(texts))
    assert len({natural(each) for each in texts}) == len(set(texts))


def test_a_number_of_any_length_has_a_place() -> None:
    """More digits than Python reads as a number are no fault."""
    assert in_order(["9" * 5000, "study 1", "1" + "0" * 5000]) == ["9" * 5000, "1" + "0" * 5000, "study 1"]


def test_lists_are_in_that_order(sqlite_store: Store) -> None:
    """Studies, cohorts, estimates of a study's factor, matrices and queries; estimates are streamed by key."""
    names = ["study 10", "Śliwa 2012", "sliwa 2011", "study 2", "van Zyl 2010", "Tan 2010"]
    wanted = ["sliwa 2011", "Śliwa 2012", "study 2", "study 10", "Tan 2010", "van Zyl 2010"]
    enter(sqlite_store, names, adjusted="yes", covariates="age")
    registry = Registry(sqlite_store, curator="Ada")
    for kind in ("studies", "cohorts", "adjustment"):
        assert [row["study"] for row in registry.listing(kind)] == wanted
    assert [row["study"] for row in registry.show("NLR")["estimates"]] == wanted
    for name in ("q10", "Q2", "ärzte"):
        registry.save_query(name, 'factor == "NLR"')
    assert [each.name for each in registry.queries()] == ["ärzte", "Q2", "q10"]
    listed = [row["study"] for row in registry.each_estimate()]
    assert listed == sorted(listed)
