"""Estimates into a file a curator can edit and import again: the columns of the import layout, key and version."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from registry.errors import UsageError
from registry.escaping import escaped
from registry.selection import estimates
from registry.selection.view import At, at_changeset
from registry.texts import in_json, shown
from registry.vocabulary import Vocabulary
from registry.workbook.cells import KEY, VERSION, cell
from registry.workbook.files import refuse_existing, replacing
from registry.workbook.layout import Field, fields, open_words
from registry.workbook.sheets import Book, lock

#: A number with its sign, which a spreadsheet reads as that number.
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")

Cells = list[str | int | None]
Write = Callable[[Path, Sequence[Field], Iterable[Cells]], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: `file`, its number of `rows`, and the changeset the registry was read at."""

    file: str
    rows: int
    changeset: int


def export(
    connection: sa.Connection,
    path: str | Path,
    *,
    where: str | None = None,
    at: At = None,
    force: bool = False,
) -> Exported:
    """Write the estimates a condition means to a file; its ending says which kind: .xlsx, .csv, .tsv, .jsonl.

    Numbers stand as they were printed. `at` reads the registry as of a changeset or snapshot. Raises ConditionError,
    NotFound for an `at` that is not there, UsageError for another ending or a file that is there, StoreError when it
    cannot be written.
    """
    place = Path(path)
    write = KINDS.get(place.suffix.lower())
    if write is None:
        raise UsageError(f"no file of the kind {place.name!r} can be written", f"end it with {', '.join(KINDS)}")
    refuse_existing(place, force=force)
    vocabulary = Vocabulary.load(connection)
    found = estimates(connection, where, at=at, vocabulary=vocabulary).to_rows()
    columns = fields(vocabulary, open_words(connection))
    with replacing(place) as temporary:
        write(temporary, columns, (_cells(row, columns) for row in found))
    return Exported(str(path), len(found), at_changeset(connection, at))


def headings(columns: Sequence[Field]) -> list[str]:
    """Give the header of an export: the layout's columns, the characteristics, then what the registry makes."""
    return [*(field.heading for field in columns), KEY, VERSION]


def _cells(row: Mapping[str, Any], columns: Sequence[Field]) -> Cells:
    return [*(cell(row, field.name) for field in columns), row["key"], row["digest"]]


def _xlsx(place: Path, columns: Sequence[Field], rows: Iterable[Cells]) -> None:
    known, header, count = {field.heading: field for field in columns}, headings(columns), 0
    with Book(place, columns) as book:
        book.head(header, known)
        looks = [book.look(known.get(heading)) for heading in header]
        for count, cells in enumerate(rows, 1):
            book.row(count, cells, looks)
        for position in (header.index(KEY), header.index(VERSION)):
            lock(book.sheet, position, count)
        if count:
            book.sheet.autofilter(0, 0, count, len(header) - 1)
        book.explain()
        book.offer_lists()


def _delimited(separator: str) -> Write:
    """Make a writer of text with separators, in UTF-8 with the mark by which Excel knows it."""

    def write(place: Path, columns: Sequence[Field], rows: Iterable[Cells]) -> None:
        with place.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.writer(handle, delimiter=separator)
            writer.writerow(headings(columns))
            writer.writerows(_safe(cells, columns) for cells in rows)

    return write


def _safe(cells: Cells, columns: Sequence[Field]) -> Iterator[str | int | None]:
    """Escape texts a spreadsheet would take for formulas; a number is none, whatever its sign."""
    numbers = {position for position, field in enumerate(columns) if field.number}
    for position, value in enumerate(cells):
        plain = position in numbers and isinstance(value, str) and _NUMBER.fullmatch(value)
        yield escaped(shown(value)) if isinstance(value, str) and not plain else value


def _json_lines(place: Path, columns: Sequence[Field], rows: Iterable[Cells]) -> None:
    header = headings(columns)
    with place.open("w", encoding="utf-8", newline="\n") as handle:
        for cells in rows:
            handle.write(in_json(json.dumps(dict(zip(header, cells, strict=True)), ensure_ascii=False)) + "\n")


KINDS: Mapping[str, Write] = {
    ".xlsx": _xlsx,
    ".csv": _delimited(","),
    ".tsv": _delimited("\t"),
    ".jsonl": _json_lines,
}
