"""Many rows at once, by the way each driver is fastest at: one long INSERT on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from registry.gate import refuse_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

T = TypeVar("T")

#: How many variables one statement of SQLite takes, at the least that is in use.
_VARIABLES = 32_000

#: How many values one IN list holds.
_LISTED = 1000


def insert_rows(connection: sa.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows given as tuples in the order of `columns`; JSON as canonical text.

    InputRefused for a text that no text may be like (see `registry.gate`).
    """
    if not rows:
        return
    refuse_rows(connection, table, columns, rows)
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table}" ({names}) FROM STDIN', rows)
        return
    done = 0
    while done < len(rows):
        size = _at_once(len(columns), len(rows) - done)
        values = tuple(chain.from_iterable(rows[done : done + size]))
        connection.exec_driver_sql(_insert(table, names, len(columns), size), values)
        done += size


def _at_once(columns: int, rows: int) -> int:
    """Give how many rows one statement takes: a power of two, so that there are few statements to prepare."""
    return 1 << (min(rows, _VARIABLES // columns).bit_length() - 1)


@lru_cache(maxsize=256)
def _insert(table: str, names: str, columns: int, rows: int) -> str:
    marks = f"({', '.join('?' * columns)})"
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([marks] * rows)}'  # noqa: S608 - our names


class Beside:
    """Does one thing after another on a thread of its own, while SQLite or the server needs no Python.

    Nobody else may use the connection meanwhile: `wait` first. What went wrong is raised there.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._under_way: list[Future[None]] = []

    def do(self, function: Callable[..., None], *arguments: Any) -> None:
        """Queue a call."""
        self._under_way.append(self._thread.submit(function, *arguments))

    def wait(self) -> None:
        """Return when all is done; the first fault is raised."""
        under_way, self._under_way = self._under_way, []
        wait(under_way)
        for each in under_way:
            each.result()

    def close(self) -> None:
        """Wait for what is under way, drop the rest, and end the thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)


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
