"""A backup holds all there is at one moment, and brings all of it back, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.curation.verify import verify
from registry.keeping.backup import backup
from registry.keeping.restore import restore
from registry.models import Base, evidence
from registry.store import Store, open_store
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
