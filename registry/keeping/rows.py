"""The rows of a registry from one database into another, table by table; both have the same schema and the same ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from registry.database import Target, canonical_json, engine_for
from registry.errors import StoreError, VerificationFailed
from registry.gate import carrying, refuse_unheld
from registry.models import Base, create_triggers, drop_triggers
from registry.store import migrate, schema_connection

_AT_ONCE = 2000


def copy_into_file(source: sa.Connection, place: Target) -> None:
    """Make a SQLite registry of everything a connection sees in an empty file."""
    engine = engine_for(place)
    try:
        with schema_connection(engine) as connection, connection.begin():
            migrate(place, connection)
            copy_rows(source, connection)
    finally:
        engine.dispose()


def copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    """Fill empty tables, in the transaction of `target`; VerificationFailed when a table came out shorter or longer.

    InputRefused for a text that the database of `target` cannot hold.
    """
    drop_triggers(target)  # the rows were written under them once
    with carrying(target):
        for table in Base.metadata.sorted_tables:
            with source.execute(_rows_of(table)) as rows:
                _fill(target, table, rows)
    create_triggers(target)
    before, after = counts(source), counts(target)
    if before != after:
        differing = next(name for name in before if before[name] != after[name])
        raise VerificationFailed(
            f"{differing} has {before[differing]} rows, its copy {after[differing]}", "nothing was kept; do it again"
        )


def counts(connection: sa.Connection) -> dict[str, int]:
    """Count the rows of every table."""
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }


def _rows_of(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_ONCE)


def _fill(target: sa.Connection, table: sa.Table, rows: sa.CursorResult[Any]) -> None:
    if target.dialect.name == "postgresql":
        _load(target, table, rows)
        return
    names = [column.name for column in table.columns]
    for piece in rows.partitions():
        target.execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in piece])


def _load(target: sa.Connection, table: sa.Table, rows: sa.CursorResult[Any]) -> None:
    """Load rows by COPY, frozen: a reader who comes before the commit waits and then sees all of it, not none."""
    import psycopg

    quote = target.dialect.identifier_preparer.quote
    listed = ", ".join(quote(column.name) for column in table.columns)
    driver = target.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - for the type checker
    documents = [place for place, column in enumerate(table.columns) if isinstance(column.type, sa.JSON)]
    names = [column.name for column in table.columns]
    statement = f"COPY {quote(table.name)} ({listed}) FROM STDIN WITH (FREEZE true)"
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                refuse_unheld(target, table.name, names, [row])
                copy.write_row(_written(row, documents))
    except (psycopg.Error, UnicodeEncodeError) as error:
        raise StoreError(
            f"table {table.name} could not be loaded: {str(error).strip().partition(chr(10))[0]}"
        ) from error


def _written(row: Sequence[Any], documents: Sequence[int]) -> Sequence[Any]:
    if not documents:
        return row
    values = list(row)
    for place in documents:
        values[place] = canonical_json(values[place])
    return values
