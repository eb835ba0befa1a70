"""An archive comes back whole into an empty registry, and by key into any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.archive.export import export_snapshot
from registry.archive.importing import import_archive
from registry.errors import Conflict, InputRefused
from registry.handle import Registry
from registry.models import Attachment, Change, Changeset, Run, evidence
from registry.queries.verifying import Verdict
from registry.store import Store, open_store
from tests.archive.conftest import Rich
from tests.archive.rich import ROWS, replaced, rewritten

#: Archives made by the evireg of schema 0005, of the registry of `tests/archive/rich.py` and of that of
#: `tests/migrations/test_meaning.py`.
OLD = Path(__file__).parent / "assets"


def state(store: Store) -> list[list[tuple[object, ...]]]:
    """Give what the history of a registry is, row by row."""
    queries = (
        sa.select(Changeset.number, Changeset.at, Changeset.message, Changeset.previous_hash, Changeset.hash),
        sa.select(Change.__table__),
        sa.select(evidence.c.id, evidence.c.key, evidence.c.digest, evidence.c.valid_from, evidence.c.valid_to),
        sa.select(Run.id, Run.result, Run.digest),
        sa.select(Attachment.sha256, Attachment.content),
    )
    with store.read() as connection:
        return [sorted(tuple(row) for row in connection.execute(query)) for query in queries]


def test_an_empty_registry_becomes_the_one_the_archive_is_of(rich: Rich, store: Store) -> None:
    """Same changesets, hashes, versions, roots, results and files; everything verifies and results are recomputed."""
    done = import_archive(store, rich.archive, curator="Bob")
    with open_store(rich.database) as original:
        assert state(store) == state(original)
        assert Registry(store).snapshots() == Registry(original).snapshots()
    reg = Registry(store, curator="Bob")
    assert done.restored
    assert (done.created, done.runs, done.attachments, done.left_out) == (4, 1, 1, {})
    reg.verify()
    assert reg.verify_snapshots().snapshots == 2
    assert reg.verify_run(1).verdict == Verdict.EQUAL


def test_a_restored_registry_is_worked_on_as_before(rich: Rich, store: Store) -> None:
    """Amending, importing and undoing go on where the archive ended, and the guards over history are there again."""
    import_archive(store, rich.archive, curator="Bob")
    reg = Registry(store, curator="Bob")
    reg.amend(rich.keys[0], {"n_patients": "121"}, reason="read again")
    reg.snapshot("third")
    reg.verify()
    with pytest.raises(Conflict, match="never changed or deleted"), store.writing() as connection:
        connection.execute(sa.update(Change).values(after="x"))


def test_a_dry_run_keeps_nothing(rich: Rich, store: Store) -> None:
    """What would be restored is told, and the registry stays as new."""
    before = state(store)
    done = import_archive(store, rich.archive, curator="Bob", dry_run=True)
    assert (done.created, done.changeset, done.dry_run) == (4, None, True)
    assert state(store) == before


def test_without_their_content_attachments_are_left_out_and_said(
    rich_store: Store, sqlite_store: Store, tmp_path: Path
) -> None:
    """A registry restored without pages verifies, and the count of what is missing is told."""
    export_snapshot(rich_store, "second", tmp_path / "without.zip")
    with open_store(sqlite_store.url) as other:
        done = import_archive(other, tmp_path / "without.zip", curator="Bob")
        Registry(other).verify()
    assert done.left_out == {"attachments": 1}


def test_merging_adds_what_is_new_in_one_changeset(rich: Rich, store: Store, tmp_path: Path) -> None:
    """The evidence of two registries is one afterwards, with the archive's root in the ledger; again adds nothing."""
    (tmp_path / "mine.csv").write_text("\n".join([*ROWS.splitlines()[:3], ""]), encoding="utf-8")
    reg = Registry(store, curator="Bob")
    reg.import_file(tmp_path / "mine.csv", attributes=True)
    reg.amend(rich.keys[0], {"n_patients": "118"}, reason="a misprint")
    done = import_archive(store, rich.archive, curator="Bob")
    assert (done.restored, done.created, done.unchanged, done.conflicts) == (False, 3, 1, 0)
    with open_store(rich.database) as original:
        theirs = {row["key"]: row for row in Registry(original).frame().to_rows()}
    mine = {row["key"]: row for row in reg.frame().to_rows()}
    told = ("yi", "vi", "country", "n", "retracted", "overlap_group", "quips_outcome", "site", "status", "notes")
    assert {key: [row[name] for name in told] for key, row in mine.items()} == {
        key: [row[name] for name in told] for key, row in theirs.items()
    }
    with store.read() as connection:
        entry = connection.execute(sa.select(Change.key, Change.after).where(Change.entity == "archive")).one()
    assert entry.key == done.root
    assert "snapshot second" in entry.after
    others = {"references": 3, "second extractions": 1, "attachments": 1, "ratings of certainty": 2}
    assert done.left_out == {"runs": 1, "queries": 1, **others}
    reg.verify()
    again = import_archive(store, rich.archive, curator="Bob")
    assert (again.created, again.unchanged, again.changeset) == (0, 4, None)


def test_merging_shows_conflicts_and_stores_nothing(rich: Rich, store: Store, tmp_path: Path) -> None:
    """Another number under the same key is named with both values; only_new adds the rest and leaves it as it is."""
    (tmp_path / "mine.csv").write_text(ROWS.replace(",2.0,1.2,", ",2.1,1.2,"), encoding="utf-8")
    reg = Registry(store, curator="Bob")
    reg.import_file(tmp_path / "mine.csv", attributes=True)
    before = state(store)
    with pytest.raises(Conflict, match="nothing was stored") as caught:
        import_archive(store, rich.archive, curator="Bob")
    assert any("has hr 2.1, this row says 2" in issue.message for issue in caught.value.issues)
    assert state(store) == before
    done = import_archive(store, rich.archive, curator="Bob", only_new=True)
    assert done.conflicts >= 1
    assert done.created == 0
    assert [row["est"] for row in reg.frame().to_rows() if row["key"] == rich.keys[0]] == [2.1]


def test_only_new_adds_estimates_of_studies_that_differ_here(rich: Rich, store: Store, tmp_path: Path) -> None:
    """What the registry says of a study stands; the estimates it lacks are added to it."""
    mine = "\n".join([*ROWS.splitlines()[:3], ""]).replace(",Korea,", ",South Korea,")
    (tmp_path / "mine.csv").write_text(mine, encoding="utf-8")
    reg = Registry(store, curator="Bob")
    reg.import_file(tmp_path / "mine.csv", attributes=True)
    with pytest.raises(Conflict, match="nothing was stored"):
        import_archive(store, rich.archive, curator="Bob")
    done = import_archive(store, rich.archive, curator="Bob", only_new=True)
    assert (done.created, done.conflicts) == (3, 1)
    assert {row["country"] for row in reg.frame('study == "kim2016"').to_rows()} == {"South Korea"}
    reg.verify()


def test_a_dry_merge_keeps_nothing(rich: Rich, store: Store, tmp_path: Path) -> None:
    """What would be added is counted, and nothing stored."""
    (tmp_path / "mine.csv").write_text("\n".join([*ROWS.splitlines()[:3], ""]), encoding="utf-8")
    Registry(store, curator="Bob").import_file(tmp_path / "mine.csv", attributes=True, ignore=["n_patients"])
    before = state(store)
    done = import_archive(store, rich.archive, curator="Bob", only_new=True, dry_run=True)
    assert (done.created, done.changeset) == (3, None)
    assert state(store) == before


def test_a_merge_is_undone_like_any_changeset(rich: Rich, sqlite_store: Store, tmp_path: Path) -> None:
    """Undone, the evidence is what it was; a snapshot from before the merge is exported as the same bytes after it."""
    (tmp_path / "mine.csv").write_text("\n".join([*ROWS.splitlines()[:3], ""]), encoding="utf-8")
    reg = Registry(sqlite_store, curator="Bob")
    reg.import_file(tmp_path / "mine.csv", attributes=True, ignore=["n_patients"])
    before = reg.snapshot("before")
    export_snapshot(sqlite_store, "before", tmp_path / "before.zip")
    done = import_archive(sqlite_store, rich.archive, curator="Bob", only_new=True)
    export_snapshot(sqlite_store, "before", tmp_path / "after.zip")
    assert (tmp_path / "after.zip").read_bytes() == (tmp_path / "before.zip").read_bytes()
    assert done.changeset is not None
    reg.undo(done.changeset, reason="the wrong archive")
    assert reg.snapshot("after").root == before.root
    reg.verify()


def _older(files: dict[str, bytes]) -> None:
    """Make an archive of schema 0005 one of the schema before there were ratings."""
    del files["tables/ratings.csv"]
    told = json.loads(files["archive.json"])
    del told["rows"]["tables/ratings.csv"]
    files["archive.json"] = json.dumps({**told, "schema": "0004"}).encode()


def test_archive_of_an_older_schema_is_read_without_ratings(sqlite_store: Store, tmp_path: Path) -> None:
    """What was written before there were ratings, or columns of this schema, comes back whole."""
    path = rewritten(OLD / "0005-first.zip", tmp_path / "old.zip", _older)
    assert import_archive(sqlite_store, path, curator="Bo").restored
    assert Registry(sqlite_store).ratings() == []
    Registry(sqlite_store).verify()


def test_archive_that_hides_its_ratings_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    """The ledger in it tells of them."""
    path = rewritten(OLD / "0005-second.zip", tmp_path / "hidden.zip", _older)
    with pytest.raises(InputRefused, match="the rating of imprecision for the query 'os' is not what the ledger says"):
        import_archive(sqlite_store, path, curator="Bo")


def test_forged_rating_is_refused(rich: Rich, sqlite_store: Store, tmp_path: Path) -> None:
    """A judgement that the ledger does not tell of makes the archive one nobody can trust."""
    edit = replaced("tables/ratings.csv", "inconsistency,serious", "inconsistency,none")
    path = rewritten(rich.archive, tmp_path / "forged.zip", edit)
    with pytest.raises(InputRefused, match="the rating of inconsistency for the query 'os'"):
        import_archive(sqlite_store, path, curator="Bo")
