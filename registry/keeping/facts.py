"""What a registry runs on: programs and their versions, the size and settings of the database."""

from __future__ import annotations

import platform
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from registry.copying import remains_of
from registry.errors import StoreError
from registry.keeping.texts import texts_of_history
from registry.store import Store
from registry.version import VERSION


def facts_of(store: Store) -> dict[str, Any]:
    """Give names and values, none of which is right or wrong by itself; sizes in bytes."""
    programs = {
        "evireg": VERSION,
        "python": platform.python_version(),
        "system": platform.platform(),
        "sqlalchemy": sa.__version__,
        "sqlite": sqlite3.sqlite_version,
    }
    try:
        with store.read() as connection:
            path = store.target.path
            programs |= _of_server(connection) if path is None else _of_file(path, connection)
            return programs | {"control_characters_in_history": texts_of_history(connection)}
    except StoreError:  # a damaged file: the programs at work can still be told
        return programs


def _of_file(path: Path, connection: sa.Connection) -> dict[str, Any]:
    def pragma(name: str) -> Any:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    log = path.with_name(path.name + "-wal")
    return {
        "size": path.stat().st_size,
        "page_size": pragma("page_size"),
        "pages": pragma("page_count"),
        "free_pages": pragma("freelist_count"),
        "journal_mode": pragma("journal_mode"),
        "wal_size": log.stat().st_size if log.exists() else 0,
        "left_by_interrupted_work": [each.name for each in remains_of(path)],
    }


def _of_server(connection: sa.Connection) -> dict[str, Any]:
    import psycopg

    shown = ("server_version", "server_encoding", "fsync", "synchronous_commit", "data_checksums")
    settings = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in shown}
    size = connection.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar()
    schema = connection.execute(sa.select(sa.func.current_schema())).scalar()
    return {"psycopg": psycopg.__version__, "schema": schema, **settings, "size": size}
