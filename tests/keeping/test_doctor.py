"""The doctor finds nothing in a sound registry, and names what was done to another, with what to do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registry.keeping.doctor import examine
from registry.models import create_triggers, drop_triggers
from registry.store import Store, schema_connection
from registry.writing import write_estimates
from tests.conftest import MakeRecord


@pytest.fixture
def filled(store: Store, record: MakeRecord) -> Store:
    """Open a registry with two estimates and a snapshot."""
    from registry.snapshots.create import create

    with store.transaction("Ada", "add") as transaction:
        write_estimates(transaction, [record(), record(study="lee2017")])
    with store.transaction("Ada", "snapshot") as transaction:
        create(transaction, "first")
    return store


def _findings(url: str, **how: bool) -> dict[str, tuple[str, ...]]:
    return {check.name: check.findings for check in examine(url, **how).checks if check.findings}


def test_sound_registry(filled: Store, database_url: str) -> None:
    """Everything was examined, and the versions at work are told."""
    found = examine(database_url)
    assert found.sound
    assert filled.url == found.target
    assert all(check.examined for check in found.checks)
    assert {"evireg", "python", "sqlite", "size"} <= found.facts.keys()


@pytest.mark.parametrize(
    ("damage", "check", "said"),
    [
        ("UPDATE evidence SET n = 99999", "digests", "is not what its digest says"),
        ("UPDATE estimate SET n = 99999", "projection", "not what the tables give"),
        ("UPDATE changeset SET message = 'x' WHERE number = 2", "ledger", "changeset 2"),
        ("UPDATE snapshot SET estimates = 7", "snapshots", "snapshot first"),
        ("DELETE FROM snapshot_bucket WHERE bucket = 5", "snapshots", "bucket 5"),
        ("DROP INDEX ix_run_query_id", "indexes", "ix_run_query_id is missing"),
        ("DROP TABLE column_map", "tables", "table column_map is missing"),
    ],
)
def test_damage_is_named(filled: Store, database_url: str, damage: str, check: str, said: str) -> None:
    """Each kind by the question it is about, with something to do."""
    with filled.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(sa.text(damage))
        create_triggers(connection)
    found = {each.name: each for each in examine(database_url).checks}
    assert any(said in finding for finding in found[check].findings), found
    assert "evireg" in found[check].advice


def test_indexes_and_triggers_are_made_anew(filled: Store, database_url: str) -> None:
    """Without them nothing is lost; --mend brings them back."""
    with filled.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(sa.text("DROP INDEX ix_run_query_id"))
    found = _findings(database_url)
    assert found.keys() == {"indexes", "triggers"}
    assert "trigger evidence_insert is missing or off" in found["triggers"]
    assert _findings(database_url, mend=True) == {}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_lost_row_is_named(filled: Store, database_url: str) -> None:
    """A row that others refer to is missed."""
    with schema_connection(filled.engine) as connection, connection.begin():
        connection.execute(sa.text("DELETE FROM cohort WHERE id = 1"))
    assert "estimate name a cohort that is not there" in _findings(database_url)["references"][0]
