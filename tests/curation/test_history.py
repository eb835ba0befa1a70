"""History and log: every version field by field, who, when and why, whatever became of the key."""

from __future__ import annotations

import pytest

from registry.errors import NotFound, UsageError
from registry.handle import Registry
from registry.store import Store
from registry.writing import Entry, add_vocabulary, declare_overlap
from tests.curation.estimates import enter


def test_history_of_an_estimate_tells_every_version(store: Store) -> None:
    """Fields before and after, with curator and reason, through a new key, by either key."""
    (key,) = enter(store)
    reg = Registry(store, curator="Bo")
    reg.amend(key, {"hr": "2.20"}, reason="typo")
    new = reg.amend(key, {"endpoint": "PFS"}, reason="misread").renamed[key]
    told = reg.history(key)
    assert told == reg.history(new) or told.events == reg.history(new).events
    assert (told.kind, told.key, told.live, set(told.keys)) == ("estimate", new, True, {key, new})
    assert [(each.happened, each.curator, each.message) for each in told.events] == [
        ("entered", "Ada", "entered"),
        ("changed", "Bo", "typo"),
        ("changed", "Bo", "misread"),
    ]
    changed = {each.field: (each.before, each.after) for each in told.events[1].changes}
    assert (changed["est"], changed["est_text"]) == ((2.0, 2.2), ("2.0", "2.20"))
    assert {"yi", "flags"} <= set(changed)
    renamed = {each.field: (each.before, each.after) for each in told.events[2].changes}
    assert renamed == {"key": (key, new), "endpoint": ("OS", "PFS")}


def test_key_given_up_and_taken_by_a_new_estimate_means_the_new_one(store: Store) -> None:
    """An estimate amended to another key, then imported again under the first: two estimates, two histories."""
    (key,) = enter(store)
    reg = Registry(store, curator="Bo")
    new = reg.amend(key, {"endpoint": "PFS"}, reason="misread").renamed[key]
    enter(store)
    assert [each.happened for each in reg.history(key).events] == ["entered"]
    assert [each.happened for each in reg.history(new).events] == ["entered", "changed"]


def test_history_follows_an_undone_import_and_its_return(store: Store) -> None:
    """What is not live any more is found, and says who took it away."""
    (key,) = enter(store)
    reg = Registry(store, curator="Bo")
    done = reg.undo(2, reason="wrong file")
    told = reg.history(key)
    assert (told.live, [each.happened for each in told.events]) == (False, ["entered", "taken away"])
    assert told.events[1].message == "undo of changeset 2: wrong file"
    gone = reg.history("kim2016")
    assert (gone.kind, gone.live, [each.happened for each in gone.events]) == (
        "study",
        False,
        ["estimates", "taken away"],
    )
    assert done.changeset is not None
    reg.undo(done.changeset, reason="it was right")
    told = reg.history(key)
    assert (told.live, [each.happened for each in told.events]) == (True, ["entered", "taken away", "brought back"])


def test_history_of_cohort_study_and_report(store: Store) -> None:
    """What is shared by estimates is told with how many of them it touched."""
    enter(store, {"locator": "a", "doi": "10.1000/a"}, {"locator": "b"}, {"study": "lee2017"})
    reg = Registry(store, curator="Bo")
    reg.amend("kim2016/all", {"country": "Korea"}, reason="read")
    reg.amend("kim2016", {"doi": "10.1000/b"}, reason="wrong doi")
    with store.transaction("Bo", "same centre") as transaction:
        declare_overlap(transaction, "kim2016", "lee2017", "same", "same centre")
    cohort = [(each.message, each.estimates) for each in reg.history("kim2016/all").events]
    assert cohort == [("entered", 2), ("read", 2), ("wrong doi", 2), ("same centre", 2)]
    report = reg.history("doi:10.1000/b")
    assert [each.message for each in report.events] == ["entered", "read", "wrong doi", "same centre"]
    study = reg.history("kim2016")
    fields = {(each.entity, each.field) for event in study.events for each in event.changes}
    assert {("cohort", "country"), ("report", "doi"), ("overlap", "kind")} <= fields


def test_history_of_names_and_curators(store: Store) -> None:
    """A factor by any of its names; a curator by the one that signs."""
    with store.transaction("Bo", "names") as transaction:
        add_vocabulary(transaction, [Entry("factor", "NLR", ("N to L",))])
    reg = Registry(store, curator="Bo")
    told = reg.history("n to l")
    assert (told.kind, told.key, told.events[-1].message) == ("factor", "NLR", "names")
    reg.add_curator("Bo", orcid="0000-0002-1825-0097")
    (event,) = reg.history("Bo").events
    assert {each.field for each in event.changes} == {"orcid", "registered"}


def test_history_of_nothing_names_the_nearest(store: Store) -> None:
    """A slip is answered with what was meant."""
    enter(store)
    with pytest.raises(NotFound, match="has or had the key 'kim2015'\nnearest: kim2016"):
        Registry(store).history("kim2015")


def test_log_counts_what_each_changeset_did(store: Store) -> None:
    """New, changed and gone estimates, and what was undone; newest first."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    reg = Registry(store, curator="Bo")
    reg.amend(keys[0], {"endpoint": "PFS"}, reason="rename")
    reg.amend("kim2016", {"country": "Korea"}, reason="country")
    reg.undo(4, reason="no")
    reg.undo(3, reason="no")
    reg.undo(2, reason="no")
    told = [(each.changeset, each.created, each.changed, each.removed, each.undone_by) for each in reg.log()]
    assert told == [
        (7, 0, 0, 2, None),
        (6, 0, 1, 0, None),
        (5, 0, 2, 0, None),
        (4, 0, 2, 0, 5),
        (3, 0, 1, 0, 6),
        (2, 2, 0, 0, 7),
        (1, 0, 0, 0, None),
    ]


def test_log_can_be_narrowed(store: Store) -> None:
    """By curator, date, key and number."""
    enter(store)
    reg = Registry(store, curator="Bo")
    reg.amend("kim2016", {"country": "Korea"}, reason="country")
    assert [each.changeset for each in reg.log(curator="Bo")] == [3]
    assert [each.changeset for each in reg.log(limit=2)] == [3, 2]
    assert [each.changeset for each in reg.log(key="kim2016")] == [3, 2]
    assert reg.log(since="2999-01-01") == ()
    assert len(reg.log(since="2020-01-01", limit=None)) == 3
    with pytest.raises(NotFound, match="no curator 'Boo'\nnearest: Bo"):
        reg.log(curator="Boo")
    with pytest.raises(UsageError, match="is no date"):
        reg.log(since="yesterday")


def test_changeset_in_full(store: Store) -> None:
    """Keys it created and changed, and every recorded change."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    reg = Registry(store, curator="Bo")
    assert reg.changeset(2).created == tuple(keys)
    reg.amend(keys[0], {"n": "99"}, reason="typo")
    found = reg.changeset(3)
    assert (found.changed, [(each.field, each.before, each.after) for each in found.changes]) == (
        (keys[0],),
        [("n", "120", "99")],
    )
    with pytest.raises(NotFound, match="the registry has 1 to 3"):
        reg.changeset(9)
