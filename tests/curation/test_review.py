"""Review: who may give which status to what, and what becomes of a review when numbers change."""

from __future__ import annotations

import re

import pytest

from registry.chain import verify_ledger
from registry.curation.amend import Amendment, amend
from registry.curation.readers import readers
from registry.curation.review import AMENDED_SINCE
from registry.errors import InputRefused, NotFound, NothingSelected, UsageError
from registry.handle import Registry
from registry.store import Store
from registry.writing import verify_rows
from tests.curation.estimates import enter, stored

LOCATED = {"locator": "Table 2", "quote": "HR 2.0 (1.0-4.0)"}


def amended(store: Store, key: str, curator: str = "Ada", **changes: str) -> str:
    with store.transaction(curator, "amended") as transaction:
        done = amend(transaction, [Amendment(key, changes)])
    return done.renamed.get(key, key)


def test_review_goes_from_extracted_to_checked_to_accepted(store: Store) -> None:
    """Each step is recorded with curator and reason, in the evidence and in the ledger, and both verify."""
    (key,) = enter(store, LOCATED)
    reg = Registry(store)
    assert reg.review(key, status="checked", curator="Grace").changed == (key,)
    done = reg.review(key, status="Accepted", reason="discussed  on Monday", curator="Alan")
    assert done.status == "accepted"
    shown = stored(store, key)
    assert (shown["status"], shown["status_reason"]) == ("accepted", "discussed on Monday")
    assert [(each["status"], each["curator"]) for each in shown["reviews"]] == [
        ("extracted", "Ada"),
        ("checked", "Grace"),
        ("accepted", "Alan"),
    ]
    with store.read() as connection:
        verify_ledger(connection)
        verify_rows(connection)


def test_same_review_again_changes_nothing(store: Store) -> None:
    """A status that is there leaves no changeset."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.review(key, status="disputed", reason="odd", curator="Ada")
    again = reg.review(key, status="disputed", reason="odd", curator="Ada")
    assert (again.changeset, again.changed, again.unchanged) == (None, (), 1)


def test_check_is_by_somebody_else(store: Store) -> None:
    """Who entered the numbers cannot check them, however the name is spelled."""
    (key,) = enter(store)
    for name in ("Ada", "ADA"):
        with pytest.raises(InputRefused, match="cannot be checked") as refused:
            Registry(store).review(key, status="checked", curator=name)
        assert [each.code for each in refused.value.issues] == ["review-four-eyes"]
    assert stored(store, key)["status"] == "extracted"


def test_who_last_changed_the_numbers_cannot_check_them(store: Store) -> None:
    """An amendment of numbers makes its curator the reader; one of the locator, which renames the key, does not."""
    (key,) = enter(store)
    key = amended(store, key, "Grace", hr="2.1")
    with store.read() as connection:
        assert readers(connection, [key]) == {key: "Grace"}
    key = amended(store, key, "Alan", source_locator="Table 3", quote="2.1 (1.0-4.0)")
    with store.read() as connection:
        assert readers(connection, [key]) == {key: "Grace"}
    reg = Registry(store)
    with pytest.raises(InputRefused, match="cannot be checked"):
        reg.review(key, status="checked", curator="Grace")
    assert reg.review(key, status="checked", curator="Ada").changed == (key,)


@pytest.mark.parametrize(
    ("row", "missing"),
    [({}, {"locator", "quote"}), ({"locator": "Table 2"}, {"quote"}), ({"quote": "HR 2.0"}, {"locator"})],
)
def test_accepted_has_locator_and_quote(sqlite_store: Store, row: dict[str, str], missing: set[str]) -> None:
    """What is missing is named, one issue each."""
    (key,) = enter(sqlite_store, row)
    reg = Registry(sqlite_store)
    reg.review(key, status="checked", curator="Grace")
    with pytest.raises(InputRefused, match="one estimate cannot be accepted") as refused:
        reg.review(key, status="accepted", curator="Grace")
    assert {each.column for each in refused.value.issues} == missing


def test_accepted_was_checked(sqlite_store: Store) -> None:
    """Nobody accepts what nobody checked."""
    (key,) = enter(sqlite_store, LOCATED)
    with pytest.raises(InputRefused, match="only what was checked is accepted"):
        Registry(sqlite_store).review(key, status="accepted", curator="Grace")


@pytest.mark.parametrize("status", ["disputed", "excluded", "extracted"])
def test_some_statuses_need_a_reason(sqlite_store: Store, status: str) -> None:
    """A blank reason is none."""
    (key,) = enter(sqlite_store)
    with pytest.raises(UsageError, match=f"{status} needs a reason"):
        Registry(sqlite_store).review(key, status=status, reason="  ", curator="Grace")


def test_excluded_and_disputed_leave_selections(sqlite_store: Store) -> None:
    """They stay in the registry, and no pool takes them."""
    keys = enter(sqlite_store, {}, {"study": "lee2017"}, {"study": "chen2018"})
    reg = Registry(sqlite_store)
    reg.review(keys[0], status="excluded", reason="another disease", curator="Ada")
    reg.review(keys[1], status="disputed", reason="digits unreadable", curator="Ada")
    flow = reg.pool('factor == "NLR"').flow
    assert {step.reason: step.keys for step in flow.steps} == {"excluded": (keys[0],), "disputed": (keys[1],)}


def test_numbers_that_cannot_be_stay_disputed(store: Store) -> None:
    """What breaks a hard rule as printed gets no other status, on either database, and the message says why."""
    row = {"est": 9.0, "as_printed": "HR outside its CI", "status": "disputed"}
    (key,) = enter(store, row)
    with pytest.raises(InputRefused, match="HR outside its CI, as printed: it stays disputed"):
        Registry(store).review(key, status="excluded", reason="impossible", curator="Grace")


def test_amended_numbers_are_extracted_again(store: Store) -> None:
    """A check of other numbers does not stand; a note beside them leaves it standing."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.review(key, status="checked", curator="Grace")
    key = amended(store, key, notes="read twice")
    assert stored(store, key)["status"] == "checked"
    key = amended(store, key, n_patients="121")
    shown = stored(store, key)
    assert (shown["status"], shown["status_reason"]) == ("extracted", AMENDED_SINCE)


def test_study_and_condition_mean_their_estimates(store: Store) -> None:
    """A study, a cohort, or a condition review many at once, and all or none."""
    keys = enter(store, {}, {"endpoint": "PFS"}, {"study": "lee2017"})
    reg = Registry(store)
    assert reg.review("kim2016", status="checked", curator="Grace").changed == tuple(keys[:2])
    done = reg.review(status="excluded", reason="none", where='endpoint == "OS"', curator="Grace")
    assert done.changed == (keys[0], keys[2])
    enter(store, {"study": "zhu2020"}, curator="Grace")
    with pytest.raises(InputRefused, match="one estimate cannot be checked"):
        reg.review(status="checked", where='factor == "NLR"', curator="Grace")
    assert stored(store, keys[2])["status"] == "excluded"


def test_what_cannot_be_reviewed_is_said(sqlite_store: Store) -> None:
    """No estimate, both ways to name one, an unknown key, an unknown status."""
    (key,) = enter(sqlite_store)
    reg = Registry(sqlite_store)
    with pytest.raises(UsageError, match="say which estimates"):
        reg.review(status="checked", curator="Grace")
    with pytest.raises(UsageError, match="say which estimates"):
        reg.review(key, status="checked", where="n > 1", curator="Grace")
    with pytest.raises(NothingSelected, match="no estimate matches"):
        reg.review(status="checked", where="n > 1000", curator="Grace")
    with pytest.raises(NotFound, match="nearest: kim2016"):
        reg.review("kim2015", status="checked", curator="Grace")
    with pytest.raises(UsageError, match=re.escape("'chekced' is no status of a review")):
        reg.review(key, status="chekced", curator="Grace")


def test_work_lists_what_waits(store: Store) -> None:
    """Counts are of all, the list of what waits for a check, with who entered it."""
    keys = enter(store, {}, {"study": "lee2017"}, {"study": "chen2018"})
    reg = Registry(store)
    reg.review(keys[1], status="checked", curator="Grace")
    found = reg.review_work(most=1)
    assert found.counts == {"extracted": 2, "checked": 1, "accepted": 0, "disputed": 0, "excluded": 0}
    assert [(row["key"], row["entered_by"]) for row in found.waiting] == [(keys[0], "Ada")]
    assert found.more == 1
    assert reg.review_work('study == "lee2017"').counts["extracted"] == 1
