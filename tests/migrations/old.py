"""Registries of older revisions, on either database."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from registry.database import engine_for, locate
from registry.models import REVISION
from registry.store import migrate, schema_connection

ASSETS = Path(__file__).parent / "assets"

#: The revisions of which an old database is kept; that of the present one waits for the next.
REVISIONS = sorted(path.stem for path in ASSETS.glob("*.db") if path.stem != REVISION)


def kept(revision: str) -> dict[str, Any]:
    """Give what an upgrade must keep."""
    found: dict[str, Any] = json.loads((ASSETS / f"{revision}.json").read_text(encoding="utf-8"))
    return found


def make_old(revision: str, target: str, folder: Path = ASSETS) -> None:
    """Make the old registry of a revision, kept in a folder, in a place where there is none."""
    if "://" not in target:
        shutil.copy(folder / f"{revision}.db", target)
        return
    place, engine = locate(target), engine_for(target)
    with schema_connection(engine) as connection, connection.begin():
        migrate(place, connection, revision)
        _copy_rows(folder / f"{revision}.db", connection)
    engine.dispose()


def _copy_rows(source: Path, connection: sa.Connection) -> None:
    """Copy the rows as text and numbers, as they lie in the file; the types are those of the tables as they were."""
    then = sa.MetaData()
    then.reflect(connection)
    with closing(sqlite3.connect(source)) as old:
        old.row_factory = sqlite3.Row
        for table in then.sorted_tables:
            if table.name == "alembic_version":
                continue
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
            rows = [dict(row) for row in old.execute(f'SELECT * FROM "{table.name}"')]  # noqa: S608 - our own names
            for row in rows:
                for column in table.columns:
                    row[column.name] = _value(column, row[column.name])
            if rows:
                connection.execute(sa.insert(table), rows)
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')


def _value(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.JSON):
        return json.loads(value)
    return bool(value) if isinstance(column.type, sa.Boolean) else value


def all_rows(target: str) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table as it lies there, of whatever revision."""
    engine = engine_for(target)
    there = sa.MetaData()
    with engine.connect() as connection:
        there.reflect(connection)
        found = {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in there.tables.items()
        }
    engine.dispose()
    return found
