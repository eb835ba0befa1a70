"""Many rows at once, by the way each driver is fastest at: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

T = TypeVar("T")

#: How many values one IN list holds.
_LISTED = 1000


def insert_rows(connection: sa.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows given as tuples in the order of `columns`; JSON as canonical text."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table}" ({names}) FROM STDIN', rows)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(rows))  # noqa: S608 - our names


def _copy(connection: sa.Connection, command: str, rows: Sequence[tuple[Any, ...]]) -> None:
    import psycopg

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - for the type checker
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:  # as SQLAlchemy would have wrapped it, for the one place that translates errors
        raise DBAPIError.instance(command, None, error, psycopg.Error) from error


def select_in(
    connection: sa.Connection,
    statement: sa.Select[*tuple[Any, ...]],
    column: sa.SQLColumnExpression[Any],
    values: Collection[Any],
) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    """Give the rows of a statement whose `column` is one of many values, asking piece by piece."""
    for piece in batched(values, _LISTED):
        yield from connection.execute(statement.where(column.in_(piece)))


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give items in lists of at most `size`."""
    iterator = iter(items)
    while piece := list(islice(iterator, size)):
        yield piece
