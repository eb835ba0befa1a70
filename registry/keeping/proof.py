"""Whether a registry in a file is sound: its pages and references, its ledger, digests and snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from registry.chain import ledger_faults
from registry.database import engine_for, locate, translated
from registry.errors import VerificationFailed
from registry.models import evidence
from registry.snapshots.verify import snapshot_faults
from registry.writing.verify import row_faults


@dataclass(frozen=True, slots=True)
class Proved:
    """What a registry that was found sound holds: changesets, versions of estimates, live estimates, snapshots."""

    changesets: int
    versions: int
    estimates: int
    snapshots: int


def prove_file(path: Path) -> Proved:
    """Read a SQLite registry through and through; VerificationFailed names all that is not as it was written."""
    place = locate(path)
    engine = engine_for(place)
    try:
        with translated(place), engine.connect() as connection, connection.begin():
            if faults := [*page_faults(connection), *reference_faults(connection)]:
                raise VerificationFailed.of(faults)
            return prove(connection)
    finally:
        engine.dispose()


def prove(connection: sa.Connection) -> Proved:
    """Compute ledger, digests and snapshots anew."""
    changesets, of_ledger = ledger_faults(connection)
    versions, of_rows = row_faults(connection)
    snapshots, of_snapshots = snapshot_faults(connection)
    if faults := [*of_rows, *of_ledger, *of_snapshots]:
        raise VerificationFailed.of(faults)
    live = sa.select(sa.func.count()).select_from(evidence).where(evidence.c.valid_to.is_(None))
    return Proved(changesets, versions, connection.execute(live).scalar_one(), snapshots)


def page_faults(connection: sa.Connection) -> list[str]:
    """Give what SQLite finds wrong with its pages, indexes, CHECKs and NOT NULLs."""
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return [] if said == ["ok"] else [str(each) for each in said]


def reference_faults(connection: sa.Connection) -> list[str]:
    """Give the rows of a SQLite registry that refer to a row that is not there."""
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [
        f"a row of {table} (its number is {number}) refers to a {parent} that is not there"
        for table, number, parent, _ in rows
    ]
