"""Undo: every kind of changeset restored by a new one, and what stands in the way named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import Conflict, InputRefused, NotFound
from registry.handle import Registry
from registry.models import Base, evidence
from registry.record import Record
from registry.store import Store
from registry.terms import AttributeLevel
from registry.vocabulary import AttributeDeclaration
from registry.writing import Entry, add_vocabulary, declare_attributes, declare_overlap, write_estimates
from tests.curation.estimates import TYPICAL, enter, stored

#: Tables in which an import leaves something.
FILLED = (
    "study", "cohort", "report", "factor", "disease", "contrast", "cutoff", "estimate", "synonym", "study_report",
    "attribute", "attribute_value", "overlap", "endpoint", "setting",
)  # fmt: skip


def live(store: Store) -> dict[str, str]:
    with store.read() as connection:
        query = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
        return {row.key: row.digest for row in connection.execute(query)}


def counts(store: Store) -> dict[str, int]:
    with store.read() as connection:
        tables = {name: Base.metadata.tables[name] for name in FILLED}
        count = sa.select(sa.func.count())
        return {name: connection.execute(count.select_from(table)).scalar_one() for name, table in tables.items()}


def latest(store: Store) -> int:
    return Registry(store).log(limit=1)[0].changeset


def undo(store: Store, number: int | None) -> Any:
    assert number is not None
    return Registry(store, curator="Bo").undo(number, reason="a mistake")


def new_things(store: Store) -> None:
    """Write estimates of a study, factor, disease and reports that nobody knew."""
    new = {"study": "new2020", "factor": "new factor", "disease": "new disease", "title": "New", "year": 2020}
    rows = [{**new, "locator": str(number), "source_url": f"https://x.org/{number}"} for number in range(3)]
    rows += [{"study": "kim2016", "locator": "more", "country": "Korea", "cutoff_value": 3.0}]
    with store.transaction("Ada", "import new.csv") as transaction:
        declare_attributes(
            transaction,
            [AttributeDeclaration("platform", level=AttributeLevel.COHORT), AttributeDeclaration("arm")],
        )
        given = {"platform": "a", "arm": "b"}
        write_estimates(transaction, [Record({**TYPICAL, **row}, given, "new.csv", 2) for row in rows])


def amended(store: Store) -> None:
    changes = {
        "hr": "2.20",
        "endpoint": "PFS",
        "cutoff_value": "3",
        "country": "Korea",
        "year": "2016",
        "doi": "10.1000/a",
    }
    changes |= {"source_url": "https://doi.org/10.1000/b", "n": "99", "design": "cohort"}
    Registry(store, curator="Ada").amend(min(live(store)), changes, reason="typo")


def retracted(store: Store) -> None:
    reg = Registry(store, curator="Ada")
    reg.retract("pmid:77", reason="fraud")


def overlapped(store: Store) -> None:
    with store.transaction("Ada", "same centre") as transaction:
        declare_overlap(transaction, "kim2016", "lee2017", "same", "same centre")


def named(store: Store) -> None:
    entries = [
        Entry("endpoint", "TFS", ("time to failure", "failure-free"), {"label": "Time to failure", "definition": "x"}),
        Entry("factor", "XYZ", ("xyz ratio",), {"canonical_unit": "ng/mL", "plausible_high": 12.0}),
        Entry("factor", "NLR", ("another name",)),
        Entry("disease", "gout", ("podagra",)),
        Entry("covariate", "shoe size"),
    ]
    with store.transaction("Ada", "names") as transaction:
        add_vocabulary(transaction, entries)
        declare_attributes(transaction, [AttributeDeclaration("dose", level=AttributeLevel.STUDY)])


def reviewed(store: Store) -> None:
    Registry(store).review(min(live(store)), status="excluded", reason="wrong patients", curator="Grace")


def appraised(store: Store) -> None:
    judged = {"quips_participation": "low"}
    Registry(store).appraise(min(live(store)), judgements=judged, support={"quips_participation": "p. 3"}, curator="A")


def registered(store: Store) -> None:
    Registry(store, curator="Ada").add_curator("Ada", orcid="0000-0002-1825-0097")


CHANGES: tuple[Callable[[Store], None], ...] = (
    new_things, amended, retracted, overlapped, named, reviewed, appraised, registered,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_undo_restores_and_undo_of_undo_brings_back(store: Store, change: Callable[[Store], None]) -> None:
    """The live evidence is digit by digit what it was before, then what it was after, and the registry verifies."""
    enter(store, {"pmid": "77"}, {"study": "lee2017"})
    before, tables = live(store), counts(store)
    change(store)
    after, filled = live(store), counts(store)
    done = undo(store, latest(store))
    assert live(store) == before
    left = {name: counts(store)[name] - tables[name] for name in FILLED}
    kept = {"contrast", "cutoff", "report", "study_report"} if change is amended else {"contrast", "cutoff"}
    assert {name for name, more in left.items() if more} <= kept
    Registry(store).verify()
    undo(store, done.changeset)
    assert (live(store), {**counts(store), "contrast": 0}) == (after, {**filled, "contrast": 0})
    Registry(store).verify()
    with pytest.raises(Conflict, match="was undone by changeset"):
        undo(store, done.changeset)


def test_import_whose_estimate_was_amended_is_not_undone(store: Store) -> None:
    """The later changeset is named, with who, when and why; once it is undone, the import can be."""
    (key,) = enter(store)
    imported = latest(store)
    Registry(store, curator="Grace").amend(key, {"hr": "2.2"}, reason="typo")
    with pytest.raises(Conflict, match=r"it was changed by Grace at .* \(changeset 3: typo\)"):
        undo(store, imported)
    undo(store, 3)
    undo(store, imported)
    assert live(store) == {}
    Registry(store).verify()


def test_field_that_was_amended_again_is_not_undone(store: Store) -> None:
    """Both values are named, and another field may have changed meanwhile."""
    (key,) = enter(store)
    reg = Registry(store, curator="Ada")
    first = reg.amend(key, {"hr": "2.2", "notes": "x"}, reason="one").changeset
    renamed = reg.amend(key, {"endpoint": "PFS"}, reason="two").renamed[key]
    again = reg.amend(renamed, {"hr": "2.3"}, reason="three").changeset
    with pytest.raises(Conflict, match=r"has est 2\.3 now, changeset 3 left 2\.2 by Ada"):
        undo(store, first)
    undo(store, again)
    undo(store, first)
    row = stored(store, renamed)
    assert (row["est_text"], row["notes"], row["endpoint"]) == ("2.0", None, "PFS")
    Registry(store).verify()


def test_what_others_use_stays_when_an_import_is_undone(store: Store) -> None:
    """A cohort, study, report and factor go only with the last estimate that uses them."""
    shared = {"factor": "new factor", "disease": "new disease", "doi": "10.1000/a", "source_url": "https://x.org/1"}
    enter(store, {**shared, "locator": "a"})
    first = latest(store)
    enter(store, {**shared, "locator": "b"})
    second = latest(store)
    before = counts(store)
    undo(store, first)
    assert {**counts(store), "estimate": 2} == before
    undo(store, second)
    assert not counts(store)["study"]
    assert not counts(store)["report"]
    Registry(store).verify()


def test_names_in_use_are_not_taken_away(store: Store) -> None:
    """The vocabulary an estimate rests on stays."""
    named(store)
    number = latest(store)
    (key,) = enter(store, {"endpoint": "TFS", "factor": "XYZ"})
    with pytest.raises(Conflict, match=f"endpoint is used by estimate {key}"):
        undo(store, number)
    enter(store)
    with pytest.raises(Conflict, match="the endpoint is used by"):
        undo(store, 1)


def test_undo_of_nothing_is_not_found(store: Store) -> None:
    """The numbers there are are named."""
    with pytest.raises(NotFound, match="no changeset 7\nthe registry has 1 to 1"):
        undo(store, 7)


def test_added_study_goes_and_comes_back(store: Store) -> None:
    """What was added by itself is undone by itself, unless it is in use."""
    reg = Registry(store, curator="Ada")
    with store.transaction("Ada", "add study") as transaction:
        from registry.writing.unextracted import write_study

        write_study(
            transaction, Record({"study": "new2020", "year": 2020, "title": "T", "doi": "10.1000/x"}, {}, "", 0)
        )
    added, tables = latest(store), counts(store)
    done = undo(store, added)
    assert counts(store)["study"] == 0
    undo(store, done.changeset)
    assert counts(store) == tables
    enter(store, {"study": "new2020"})
    with pytest.raises((Conflict, InputRefused), match="in the way"):
        undo(store, reg.log(limit=2)[1].changeset)
    reg.verify()


def test_words_for_a_disease_go_with_it_and_come_back(store: Store) -> None:
    """A cohort that is given another disease has not the words for the first; undone, it has them again."""
    [key] = enter(store, {"disease": "relapsed/refractory multiple myeloma", "disease_text": "RRMM"})
    before = live(store)
    Registry(store, curator="Ada").amend("kim2016/all", {"disease": "NSCLC"}, reason="misread")
    assert (stored(store, key)["disease"], stored(store, key)["disease_text"]) == ("NSCLC", None)
    undo(store, latest(store))
    assert live(store) == before
