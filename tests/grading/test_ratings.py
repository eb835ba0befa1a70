"""Ratings of certainty are kept with their history on both databases, undone, verified, archived."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.archive.export import export_snapshot
from registry.errors import Conflict, NotFound, UsageError, VerificationFailed
from registry.grading.ratings import Rated
from registry.handle import Registry
from registry.models import Rating
from registry.store import Store, init, open_store
from tests.queries.evidence import WHERE, enter


@pytest.fixture
def reg(store: Store) -> Registry:
    """Give a registry with five estimates and a saved query about them."""
    enter(store, ["a2010", "b2012", "c2014", "d2016", "e2018"], contrast="above_vs_below", adjusted="yes")
    opened = Registry(store, curator="Ada")
    opened.save_query("os", WHERE, method="DL", test="z")
    return opened


def standing(reg: Registry) -> list[tuple[str, str, str, str]]:
    return [(each.query, each.domain, each.judgement, each.curator) for each in reg.ratings()]


def rate(reg: Registry, judgement: str = "serious", **more: str) -> Rated:
    return reg.grade("os", "inconsistency", judgement, reason="they disagree", **more)


def undo(reg: Registry, number: int) -> int:
    done = reg.undo(number, reason="a second look").changeset
    assert done is not None
    return done


def test_rating_is_kept_with_who_gave_it_and_why(reg: Registry) -> None:
    """It says curator, changeset, time, version of the query and reason; the ledger has each field."""
    found = rate(reg)
    assert reg.ratings("os") == [found]
    assert (found.version, found.reason, found.curator) == (1, "they disagree", "Ada")
    latest = reg.log(limit=1)[0]
    assert (latest.changeset, latest.at, latest.fields) == (found.changeset, found.at, 3)
    assert reg.verify().changesets == found.changeset


def test_later_rating_replaces_the_one_before_and_the_ledger_keeps_both(reg: Registry) -> None:
    """One judgement stands per domain; what it was before is in the changes."""
    rate(reg)
    second = rate(reg, "very serious", curator="Grace")
    assert standing(reg) == [("os", "inconsistency", "very_serious", "Grace")]
    changes = {each.field: (each.before, each.after) for each in reg.changeset(second.changeset).changes}
    assert changes["judgement"] == ("serious", "very_serious")
    assert "Ada" in str(changes["basis"][0])
    reg.verify()


def test_same_rating_again_changes_nothing(reg: Registry) -> None:
    """On the same evidence, by the same curator, there is nothing to record."""
    assert rate(reg) == rate(reg)
    assert reg.log(limit=1)[0].changeset == rate(reg).changeset


def test_same_rating_on_newer_evidence_is_recorded(reg: Registry, store: Store) -> None:
    """Who looks again and judges the same says so of the evidence as it is now."""
    first = rate(reg)
    enter(store, ["f2020"], contrast="above_vs_below", adjusted="yes")
    second = rate(reg)
    assert first.evidence != second.evidence
    assert second.changeset > first.changeset


def test_undo_puts_back_what_stood(reg: Registry) -> None:
    """The rating before comes back with its curator and changeset; a first one goes; both undos can be undone."""
    first = rate(reg)
    second = rate(reg, "none", curator="Grace")
    undone = undo(reg, second.changeset)
    assert reg.ratings() == [first]
    reg.verify()
    undo(reg, undone)
    assert reg.ratings() == [second]
    reg.verify()


def test_undo_of_a_first_rating_takes_it_away(reg: Registry) -> None:
    """As if it had not been given; and back again."""
    first = rate(reg)
    undone = undo(reg, first.changeset)
    assert reg.ratings() == []
    reg.verify()
    undo(reg, undone)
    assert reg.ratings() == [first]
    reg.verify()


def test_undo_below_a_later_rating_is_refused(reg: Registry) -> None:
    """The later judgement stands in the way and is named."""
    first = rate(reg)
    rate(reg, "none", curator="Grace")
    with pytest.raises(Conflict, match="later changes stand in the way"):
        reg.undo(first.changeset, reason="x")


def test_rating_changed_behind_the_back_is_found(reg: Registry) -> None:
    """Verification names query and domain; so does the doctor."""
    rate(reg)
    with reg.store.writing() as connection:
        connection.execute(sa.update(Rating).values(judgement="none"))
    with pytest.raises(VerificationFailed, match="rating of inconsistency for the query 'os'"):
        reg.verify()


@pytest.mark.parametrize(
    ("domain", "judgement", "reason", "said"),
    [
        ("inconsistancy", "serious", "x", "did you mean 'inconsistency'"),
        ("inconsistency", "large", "x", r"takes: none, serious \(-1\), very_serious \(-2\)"),
        ("large effect", "serious", "x", r"takes: none, large \(\+1\), very_large \(\+2\)"),
        ("imprecision", "serious", "  ", "has a reason"),
    ],
)
def test_what_is_no_judgement_is_refused(reg: Registry, domain: str, judgement: str, reason: str, said: str) -> None:
    """The message names what the domain takes; nothing is stored."""
    before = reg.log(limit=1)
    with pytest.raises(UsageError, match=said):
        reg.grade("os", domain, judgement, reason=reason)
    assert reg.log(limit=1) == before


def test_rating_of_an_unknown_query_is_refused(reg: Registry) -> None:
    """Nearest names are given."""
    with pytest.raises(NotFound, match="there is no query 'oss'"):
        reg.grade("oss", "imprecision", "none", reason="x")


def test_archive_carries_ratings(reg: Registry, tmp_path: Path) -> None:
    """Restored, they are what they were; of a snapshot before a rating, there is none; a second export is the same."""
    reg.snapshot("before")
    rate(reg)
    reg.grade("os", "imprecision", "not serious", reason="narrow", curator="Grace")
    reg.snapshot("after")
    for name in ("before", "after"):
        export_snapshot(reg.store, name, tmp_path / f"{name}.zip")
        init(tmp_path / f"{name}.db")
        with open_store(tmp_path / f"{name}.db") as copy:
            Registry(copy, curator="Bo").import_archive(tmp_path / f"{name}.zip")
            assert Registry(copy).ratings() == (reg.ratings() if name == "after" else [])
            Registry(copy).verify()
            export_snapshot(copy, name, tmp_path / f"{name}-again.zip")
        assert (tmp_path / f"{name}-again.zip").read_bytes() == (tmp_path / f"{name}.zip").read_bytes()


def test_backup_carries_ratings(reg: Registry, tmp_path: Path) -> None:
    """A backup is a registry with the same ratings."""
    rate(reg)
    reg.backup(tmp_path / "kept.db")
    with open_store(tmp_path / "kept.db") as copy:
        assert Registry(copy).ratings() == reg.ratings()
