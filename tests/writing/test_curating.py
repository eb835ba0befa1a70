"""Overlaps, retractions and vocabulary: one changeset's work, carried into the evidence rows they touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.errors import Conflict, NotFound, UsageError
from registry.models import Change, Changeset, Estimate, evidence
from registry.record import Record
from registry.store import Store
from registry.terms import AttributeType
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing import (
    Entry,
    add_vocabulary,
    declare_attributes,
    declare_overlap,
    project,
    retract,
    verify_rows,
    write_estimates,
)

Make = Callable[..., Record]


def write(store: Store, *records: Record) -> None:
    with store.transaction("Ada", "import") as transaction:
        write_estimates(transaction, records)


def overlap(store: Store, a: str, b: str, kind: str = "partial") -> int:
    with store.transaction("Ada", f"{a} and {b} share patients") as transaction:
        return declare_overlap(transaction, a, b, kind, "same centre, same years")


def column(store: Store, name: str) -> dict[str, Any]:
    live = sa.select(evidence.c.study, evidence.c[name]).where(evidence.c.valid_to.is_(None))
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(live)}


def assert_projection_is_true(store: Store) -> None:
    live = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
    with store.read() as connection:
        rebuilt = project(connection, list(connection.execute(sa.select(Estimate.id)).scalars()))
        assert {row["key"]: row["digest"] for row in rebuilt} == dict(connection.execute(live).all())
        verify_rows(connection)
        verify_ledger(connection)


def test_overlap_groups_are_connected_components(store: Store, record: Make) -> None:
    """Who shares patients with someone who shares is in the same group, named after its first cohort."""
    write(store, *(record(study=name) for name in "abcde"))
    assert overlap(store, "b/all", "c/all") == 2
    assert overlap(store, "d", "e") == 2
    assert column(store, "overlap_group") == {"a": None, "b": "b/all", "c": "b/all", "d": "d/all", "e": "d/all"}
    assert overlap(store, "e", "c") == 2
    assert overlap(store, "a", "d") == 5
    assert set(column(store, "overlap_group").values()) == {"a/all"}
    assert_projection_is_true(store)


def test_overlap_holds_for_estimates_that_come_later(store: Store, record: Make) -> None:
    """The group belongs to the cohort, not to the estimates there were."""
    write(store, record(study="a"), record(study="b"))
    overlap(store, "a", "b")
    write(store, record(study="b", endpoint="PFS"))
    assert column(store, "overlap_group") == {"a": "a/all", "b": "a/all"}
    assert_projection_is_true(store)


def test_old_versions_stay_as_they_were(store: Store, record: Make) -> None:
    """What was true before the declaration can still be read as of then."""
    write(store, record(study="a"), record(study="b"))
    overlap(store, "a", "b")
    with store.read() as connection:
        rows = connection.execute(
            sa.select(evidence.c.overlap_group, evidence.c.valid_from, evidence.c.valid_to).order_by(evidence.c.id)
        ).all()
        logged = connection.execute(sa.select(Change.field, Change.after).where(Change.changeset == 3)).all()
    assert [tuple(row) for row in rows] == [(None, 2, 3), (None, 2, 3), ("a/all", 3, None), ("a/all", 3, None)]
    assert [tuple(row) for row in logged] == [("kind", "partial"), ("reason", "same centre, same years")]


def test_overlap_declared_again_changes_nothing(store: Store, record: Make) -> None:
    """Whichever cohort is named first; another kind is a conflict."""
    write(store, record(study="a"), record(study="b"))
    overlap(store, "a", "b")
    assert overlap(store, "b", "a") == 0
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Changeset)) == 3
    with pytest.raises(Conflict, match="declared already, as partial, not as same"):
        overlap(store, "a", "b", "same")


def test_overlap_names_what_it_cannot_take(store: Store, record: Make) -> None:
    """An unknown cohort names the nearest, an ambiguous study its cohorts."""
    write(store, record(study="kim2016"), record(study="li2014", cohort="x"), record(study="li2014", cohort="y"))
    with pytest.raises(NotFound, match=r"no cohort 'kim2015'\nnearest: kim2016/all"):
        overlap(store, "kim2015", "li2014/x")
    with pytest.raises(UsageError, match=r"li2014 has 2 cohorts\nname one: li2014/x, li2014/y"):
        overlap(store, "kim2016", "li2014")
    with pytest.raises(UsageError, match="does not overlap with itself"):
        overlap(store, "kim2016", "kim2016/all")
    with pytest.raises(UsageError, match=r"'twins' is no kind of overlap\nthere are: same, subset"):
        overlap(store, "kim2016", "li2014/x", "twins")


@pytest.mark.parametrize("given", ["10.1182/Blood.1", "doi:10.1182/blood.1", "https://doi.org/10.1182/blood.1"])
def test_retraction_marks_every_estimate_of_the_report(store: Store, record: Make, given: str) -> None:
    """Of the study whose own report it is; others stay as they are, and a second time changes nothing."""
    write(store, record(study="a", doi="10.1182/blood.1"), record(study="b", doi="10.1182/blood.2"))
    with store.transaction("Ada", "retracted") as transaction:
        assert retract(transaction, given, "notice of 2020") == 1
    assert column(store, "retracted") == {"a": True, "b": False}
    with store.transaction("Ada", "again") as transaction:
        assert retract(transaction, given, "again") == 0
    write(store, record(study="a", endpoint="PFS"))
    assert column(store, "retracted") == {"a": True, "b": False}
    assert_projection_is_true(store)


def test_retracted_source_marks_what_was_read_in_it(store: Store, record: Make) -> None:
    """A number read in a retracted review is as good as the review."""
    write(store, record(study="a", source_url="https://example.org/r"), record(study="b"))
    with store.transaction("Ada", "retracted") as transaction:
        retract(transaction, "https://example.org/r", "notice")
    assert column(store, "retracted") == {"a": True, "b": False}


def test_retraction_of_an_unknown_report_names_the_nearest(store: Store, record: Make) -> None:
    """A slip in a DOI is shown the DOI it may be."""
    write(store, record(doi="10.1182/blood.1"))
    with (
        pytest.raises(NotFound, match=r"nearest: doi:10.1182/blood.1"),
        store.transaction("Ada", "x") as transaction,
    ):
        retract(transaction, "10.1182/blood.7", "slip")


def test_vocabulary_grows(store: Store) -> None:
    """A new endpoint with its synonyms is known from then on; adding it again changes nothing."""
    entry = Entry("endpoint", "QoL", ("quality of life",), {"label": "quality of life", "definition": "as reported"})
    with store.transaction("Ada", "endpoint") as transaction:
        assert add_vocabulary(transaction, [entry]) == 2
    with store.transaction("Ada", "again") as transaction:
        assert add_vocabulary(transaction, [entry]) == 0
    with store.read() as connection:
        assert Vocabulary.load(connection).endpoint("Quality of Life") == "QoL"
        assert connection.scalar(sa.select(sa.func.count()).select_from(Changeset)) == 2


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (Entry("endpoint", "overall survival"), "'overall survival' is a synonym of 'OS' already"),
        (Entry("endpoint", "QoL", ("OS",)), "name 'OS' stands for 'OS' already, not for 'QoL'"),
    ],
)
def test_one_name_stands_for_one_thing(store: Store, entry: Entry, said: str) -> None:
    """A name that is taken is a conflict; vocabulary that ships with a newer evireg leaves it as it is."""
    with pytest.raises(Conflict, match=said), store.transaction("Ada", "x") as transaction:
        add_vocabulary(transaction, [entry])
    with store.transaction("Ada", "x") as transaction:
        add_vocabulary(transaction, [entry], keep=True)
    with store.read() as connection:
        assert Vocabulary.load(connection).endpoint("OS") == "OS"


def test_unknown_kind_of_name_is_refused() -> None:
    """The vocabularies are four, and each has its fields."""
    with pytest.raises(UsageError, match="no vocabulary 'planet'"):
        Entry("planet", "Mars")
    with pytest.raises(UsageError, match="a disease has no label"):
        Entry("disease", "gout", fields={"label": "Gout"})
    with pytest.raises(UsageError, match="needs a name"):
        Entry("disease", "  ")


def test_characteristics_are_declared_once(store: Store) -> None:
    """The same declaration again changes nothing, another one of the same name is a conflict."""
    stage = AttributeDeclaration("stage", type=AttributeType.CATEGORY, levels=("I", "II"))
    for expected in (1, 0):
        with store.transaction("Ada", "declare") as transaction:
            assert declare_attributes(transaction, [stage]) == expected
    with store.read() as connection:
        assert Vocabulary.load(connection).attributes["stage"].levels == ("I", "II")
    with pytest.raises(Conflict, match="declared already, as category"), store.transaction("Ada", "x") as transaction:
        declare_attributes(transaction, [AttributeDeclaration("stage")])


@pytest.mark.parametrize("name", ["", "follow-up (years)", "1st"])
def test_characteristic_needs_a_name_for_conditions(name: str) -> None:
    """What cannot be written in a condition cannot be declared."""
    with pytest.raises(UsageError, match="cannot name a study characteristic"):
        AttributeDeclaration(name)
