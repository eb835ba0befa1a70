"""A normalised table as a file: rows named by the keys curators use, never by integer ids of a database.

One `Table` says how a table is read, in an order that is the same on every database, and which of its columns name a
row of another table. `registry.archive.restore` reads the same description the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.archive.fields import Field, Holds, Sheet, contract_fields

#: Rows read at once.
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Refers:
    """A column of the database that names a row of the table `to`, by the columns `by` of the file.

    It names none where one of them is empty, or where the column `unless` is filled.
    """

    column: str
    to: str
    by: tuple[str, ...]
    unless: str = ""

    def of(self, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Give what a row of the file names by; None when it names nothing."""
        named = tuple(row[name] for name in self.by)
        return None if None in named or (self.unless and row[self.unless] is not None) else named


@dataclass(frozen=True, slots=True)
class Table:
    """One normalised table: the file it becomes, the table it is, how it is read, and what it refers to.

    Columns of the file that are no part of `refers` stand in the table under the same name.
    """

    sheet: Sheet
    table: sa.Table
    statement: sa.Select[*tuple[Any, ...]]
    order: tuple[Any, ...]
    refers: tuple[Refers, ...] = ()

    def rows(self, connection: sa.Connection) -> Iterator[Sequence[Any]]:
        """Read the rows in the order of the file."""
        if self.table.name == "overlap":  # which cohort comes first in the database is a matter of integer ids
            pairs = [
                (*sorted([tuple(row[:2]), tuple(row[2:4])]), tuple(row[4:]))
                for row in connection.execute(self.statement)
            ]
            return iter([[*first, *second, *said] for first, second, said in sorted(pairs)])
        return streamed(connection, self.statement.order_by(*(code_points(connection, each) for each in self.order)))


def streamed(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """Give rows without ever holding many of them."""
    with connection.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        yield from rows


def code_points(connection: sa.Connection, column: Any) -> sa.ColumnElement[Any]:
    """Order texts by code point, whatever the collation of the database; SQLite does of itself."""
    text = isinstance(column.type, sa.String) and connection.dialect.name == "postgresql"
    ordered: sa.ColumnElement[Any] = column.collate("C") if text else column
    return ordered


_Meanings = Mapping[str, str]
_CONTRACT = {each.name: each for each in contract_fields()}


def table(
    name: str,
    meaning: str,
    statement: sa.Select[*tuple[Any, ...]],
    *,
    of: sa.Table,
    key: tuple[str, ...],
    meanings: _Meanings,
    refers: tuple[Refers, ...] = (),
    order: tuple[Any, ...] = (),
) -> Table:
    """Describe a table: `of` which, its file `name`, its `key` there, and what its columns mean."""
    columns = {each.name: each for each in statement.selected_columns}
    fields = tuple(_field(of, label, column, meanings, refers) for label, column in columns.items())
    foreign = {each.by: (f"tables/{_FILE[each.to]}.csv", _KEYS[each.to]) for each in refers if each.to in _FILE}
    sheet = Sheet(f"tables/{name}.csv", meaning, fields, key, foreign)
    return Table(sheet, of, statement, order or tuple(columns[each] for each in key), refers)


def _field(of: sa.Table, name: str, column: Any, meanings: _Meanings, refers: tuple[Refers, ...]) -> Field:
    referring = [each for each in refers if name in each.by]
    columns = [of.c[each.column] for each in referring] or [of.c[name]]
    required = not all(each.nullable for each in columns)
    known = None if name in meanings else _CONTRACT.get(name)
    if known is not None:
        return Field(name, known.holds, required, known.meaning, known.unit, known.words)
    return Field(name, _holds(column.type), required, meanings[name])


def _holds(kind: Any) -> Holds:
    for sort, holds in (
        (sa.JSON, Holds.JSON),
        (sa.String, Holds.TEXT),
        (sa.Boolean, Holds.BOOLEAN),
        (sa.Integer, Holds.INTEGER),
    ):
        if isinstance(kind, sort):
            return holds
    return Holds.NUMBER


#: Table that can be referred to → its file, and the columns that are its key there.
_FILE = {
    "factor": "factors",
    "disease": "diseases",
    "endpoint": "endpoints",
    "attribute": "attributes",
    "report": "reports",
    "study": "studies",
    "cohort": "cohorts",
    "cutoff": "cutoffs",
    "contrast": "contrasts",
    "estimate": "estimates",
    "curator": "curators",
    "reference": "references",
}
_KEYS = {
    **dict.fromkeys(("factor", "disease", "endpoint", "report", "study", "estimate", "reference"), ("key",)),
    **dict.fromkeys(("attribute", "curator"), ("name",)),
    "cohort": ("study", "key"),
    "cutoff": ("factor", "key"),
    "contrast": ("factor", "key"),
}


def own(model: Any) -> sa.Table:
    """Give the table of a model."""
    table: sa.Table = model.__table__
    return table


def plain(model: Any) -> sa.Select[*tuple[Any, ...]]:
    """Give the query for a table that refers to no other."""
    return sa.select(*(column for column in own(model).columns if column.name != "id"))
