"""What others have made beside the tables of a registry on PostgreSQL outlives a restore, or is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from registry.errors import StoreError
from registry.keeping.backup import backup
from registry.keeping.doctor import examine
from registry.keeping.restore import restore
from registry.store import open_store
from registry.writing import write_estimates
from tests.conftest import MakeRecord
from tests.keeping.test_backup import everything

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@pytest.fixture
def kept(database_url: str, tmp_path: Path, record: MakeRecord) -> Path:
    """Make a backup, then write on."""
    with open_store(database_url) as store:
        with store.transaction("Ada", "add") as transaction:
            write_estimates(transaction, [record(study="kim2016")])
        backup(store, tmp_path / "kept.db")
        with store.transaction("Ada", "add") as transaction:
            write_estimates(transaction, [record(study="later2020")])
    return tmp_path / "kept.db"


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """Be somebody who makes things in the database, and take away the role that was made."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
        connection.execute("DROP OWNED BY reader; DROP ROLE reader" if _reader(connection) else "SELECT 1")


def _reader(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'reader'").fetchone() is not None


def test_rights_views_and_indexes_of_others_outlive_a_restore(
    database_url: str, kept: Path, owner: psycopg.Connection
) -> None:
    """Who may read may read on, the view shows what was restored, the index is there; the registry is sound."""
    owner.execute("CREATE ROLE reader; GRANT SELECT ON study TO reader")
    owner.execute("CREATE VIEW named AS SELECT key FROM study; CREATE INDEX of_ours ON study (lower(key))")
    owner.execute("DROP INDEX ix_evidence_bucket_valid_to_key_digest")
    restore(kept, database_url, force=True)
    assert owner.execute("SELECT has_table_privilege('reader', 'study', 'SELECT')").fetchone() == (True,)
    assert owner.execute("SELECT key FROM named").fetchall() == [("kim2016",)]
    assert owner.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'of_ours'").fetchone() == (1,)
    assert examine(database_url).sound


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE TABLE mine (study integer REFERENCES study (id))", 'Table "mine" references "study"'),
        (
            "ALTER TABLE study DROP CONSTRAINT uq_study_key CASCADE; CREATE VIEW keys AS SELECT key FROM study",
            "view keys depends on table study",
        ),
    ],
)
def test_what_keeps_a_table_from_being_replaced_is_named(
    database_url: str, kept: Path, owner: psycopg.Connection, made: str, named: str
) -> None:
    """A reference of another table, or a view on a damaged table: nothing is changed, the message says which."""
    owner.execute(made.encode())
    with open_store(database_url) as store:
        before = everything(store)
    with pytest.raises(StoreError, match="that something else rests on") as refused:
        restore(kept, database_url, force=True)
    assert named in refused.value.message
    with open_store(database_url) as store:
        assert everything(store) == before
    assert not list(kept.parent.glob("*before-restore*"))


def test_damaged_tables_are_made_anew(database_url: str, kept: Path, owner: psycopg.Connection) -> None:
    """A CHECK somebody took away is there again after a restore."""
    owner.execute("ALTER TABLE estimate DROP CONSTRAINT ck_estimate_trust")
    restore(kept, database_url, force=True)
    assert examine(database_url).sound
