"""A backup holds all there is at one moment, and brings all of it back, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.curation.verify import verify
from registry.errors import NotFound, SchemaError, UsageError, VerificationFailed
from registry.keeping.backup import backup
from registry.keeping.doctor import examine
from registry.keeping.restore import restore
from registry.models import Base, create_triggers, drop_triggers, evidence
from registry.store import Store, init, open_store
from registry.writing import write_estimates
from tests.conftest import MakeRecord

Held = dict[str, list[tuple[Any, ...]]]


def everything(store: Store) -> Held:
    """Give all rows of all tables."""
    with store.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


def add(store: Store, record: MakeRecord, *studies: str) -> None:
    with store.transaction("Ada", "add") as transaction:
        write_estimates(transaction, [record(study=study, attributes={}) for study in studies])


@pytest.fixture
def filled(store: Store, record: MakeRecord) -> Store:
    """Open a registry with an amended estimate, a snapshot and an attachment."""
    from registry.handle import Registry

    reg = Registry(store, curator="Ada")
    add(store, record, "kim2016", "zoë2018")
    with store.read() as connection:
        key = connection.execute(sa.select(sa.func.min(evidence.c.key))).scalar_one()
    reg.amend(key, {"notes": "naïve – „quoted“ \\ \t"}, reason="typo")
    reg.snapshot("first")
    with store.transaction("Ada", "page") as transaction:
        from registry.curation.attachments import attach

        attach(transaction, "page.pdf", b"%PDF-1.7\n\0\xff" * 100, key)
    return store


@pytest.fixture
def other_url(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[str]:
    """Give an empty place on the same kind of database."""
    if backend == "sqlite":
        yield str(tmp_path / "other.db")
        return
    server = request.getfixturevalue("postgresql_server")
    url = server.fresh(initialised=False)
    yield url
    server.drop(url)


def test_backup_brings_everything_back(filled: Store, other_url: str, tmp_path: Path) -> None:
    """Every row of every table is the same in a registry made from a backup, and its ledger goes on."""
    kept = backup(filled, tmp_path / "kept.db")
    assert (kept.estimates, kept.snapshots) == (2, 1)
    done = restore(tmp_path / "kept.db", other_url)
    assert (done.replaced, done.upgraded_from) == (None, None)
    assert (done.changesets, done.versions) == (kept.changesets, kept.versions)
    with open_store(other_url) as store:
        assert everything(store) == everything(filled)
        with store.transaction("Grace", "goes on") as transaction:
            transaction.change("study", "kim2016", "note", None, "x")
        assert transaction.number == kept.changesets + 1
        with store.read() as connection:
            verify(connection)


def test_backup_brings_evidence_into_the_other_database(filled: Store, tmp_path: Path, empty_url: str) -> None:
    """A backup of a backup restored elsewhere is the same again: nothing is lost on the way through a file."""
    backup(filled, tmp_path / "first.db")
    restore(tmp_path / "first.db", tmp_path / "second.db")
    with open_store(tmp_path / "second.db") as second:
        assert everything(second) == everything(filled)
        backup(second, tmp_path / "third.db")
    done = restore(tmp_path / "third.db", empty_url, force=True)
    assert done.estimates == 2


def test_restore_replaces_only_by_force_and_keeps_what_was_there(
    filled: Store, database_url: str, tmp_path: Path, record: MakeRecord
) -> None:
    """Refused without force; with it the old registry is in a file from which it comes back whole."""
    backup(filled, tmp_path / "kept.db")
    then = everything(filled)
    add(filled, record, "later2020")
    later = everything(filled)
    with pytest.raises(UsageError, match="holds a registry already"):
        restore(tmp_path / "kept.db", database_url)
    assert everything(filled) == later
    done = restore(tmp_path / "kept.db", database_url, force=True)
    assert everything(filled) == then  # the store was open all the time
    assert done.replaced is not None
    again = restore(done.replaced, database_url, force=True)
    assert everything(filled) == later
    assert again.replaced not in (None, done.replaced)


def test_fresh_registry_is_no_reason_to_ask(filled: Store, tmp_path: Path) -> None:
    """A registry that holds what init put there, and nothing else, may be replaced; it is kept all the same."""
    backup(filled, tmp_path / "kept.db")
    init(tmp_path / "fresh.db")
    with open_store(tmp_path / "fresh.db") as store:
        then = everything(store)
    replaced = restore(tmp_path / "kept.db", tmp_path / "fresh.db").replaced
    assert replaced is not None
    with open_store(replaced) as store:
        assert everything(store) == then


def test_backup_over_another_needs_force(filled: Store, tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    (tmp_path / "kept.db").write_text("a day's work")
    with pytest.raises(UsageError, match="is there already"):
        backup(filled, tmp_path / "kept.db")
    assert (tmp_path / "kept.db").read_text() == "a day's work"
    backup(filled, tmp_path / "kept.db", force=True)
    assert restore(tmp_path / "kept.db", tmp_path / "new.db").estimates == 2


def test_changed_evidence_is_not_backed_up_over_a_good_backup(filled: Store, tmp_path: Path) -> None:
    """What was changed behind the registry's back is named, and the good backup stays."""
    backup(filled, tmp_path / "kept.db")
    good = (tmp_path / "kept.db").read_bytes()
    with filled.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(sa.update(evidence).values(n=99999))
        create_triggers(connection)
    with pytest.raises(VerificationFailed, match="no backup was made"):
        backup(filled, tmp_path / "kept.db", force=True)
    assert (tmp_path / "kept.db").read_bytes() == good
    assert not list(tmp_path.glob(".*part*"))


def test_damaged_backup_is_not_restored(filled: Store, database_url: str, tmp_path: Path) -> None:
    """A backup with other bytes than were written leaves the registry as it is."""
    backup(filled, tmp_path / "kept.db")
    content = bytearray((tmp_path / "kept.db").read_bytes())
    place = content.rindex(b"kim2016")
    content[place : place + 3] = b"lim"
    (tmp_path / "kept.db").write_bytes(content)
    before = everything(filled)
    with pytest.raises(VerificationFailed, match=r"not|malformed|index"):
        restore(tmp_path / "kept.db", database_url, force=True)
    assert everything(filled) == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_damaged_registry_is_replaced_and_kept_byte_by_byte(filled: Store, database_url: str, tmp_path: Path) -> None:
    """What SQLite cannot read any more is moved aside as it is, and the backup takes its place."""
    backup(filled, tmp_path / "kept.db")
    then = everything(filled)
    filled.close()
    place = Path(database_url)
    damaged = bytearray(place.read_bytes())
    damaged[100:4096] = b"x" * 3996
    place.write_bytes(damaged)
    assert not examine(database_url).sound
    with pytest.raises(UsageError, match="holds a damaged registry already"):
        restore(tmp_path / "kept.db", database_url)
    done = restore(tmp_path / "kept.db", database_url, force=True)
    assert done.replaced is not None
    assert done.replaced.read_bytes() == damaged
    with open_store(database_url) as store:
        assert everything(store) == then


def test_what_is_no_backup_is_refused(database_url: str, tmp_path: Path) -> None:
    """A text, an empty database, nothing at all."""
    (tmp_path / "a.txt").write_text("not a database, but long enough to be taken for one" * 100)
    with pytest.raises(SchemaError, match="not a SQLite database"):
        restore(tmp_path / "a.txt", database_url)
    (tmp_path / "empty.db").touch()
    with pytest.raises(SchemaError, match="not a backup of a registry"):
        restore(tmp_path / "empty.db", database_url)
    with pytest.raises(NotFound, match="there is no file"):
        restore(tmp_path / "none.db", database_url)
