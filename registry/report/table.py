"""The shape of a table: titled columns and rows of text, for any printer."""

from __future__ import annotations

from dataclasses import dataclass

from registry.report.prose import NOTHING

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: on a narrow page those of the lowest `keep` go first; `whole` values are never wrapped."""

    header: str
    keep: int = 1
    whole: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table: `columns` and `rows` of as many texts; `note` stands below it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Cells, ...]
    note: str = ""


def text(header: str, *, keep: int = 1) -> Column:
    """Make a column of words."""
    return Column(header, keep)


def number(header: str, *, keep: int = 1) -> Column:
    """Make a column of numbers: right-aligned, never wrapped."""
    return Column(header, keep, whole=True, right=True)


def without_empty(table: Table) -> Table:
    """Leave out columns that say nothing in any row."""
    kept = [i for i in range(len(table.columns)) if any(row[i] not in ("", NOTHING) for row in table.rows)]
    columns = tuple(table.columns[i] for i in kept)
    return Table(table.title, columns, tuple(tuple(row[i] for i in kept) for row in table.rows), table.note)
