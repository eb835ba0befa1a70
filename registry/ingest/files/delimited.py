"""CSV and TSV → rows. What separates the cells is seen from the first rows: comma, semicolon or tab."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from registry.escaping import unescaped
from registry.ingest.files.encoding import bad_byte, encoding_of
from registry.ingest.files.table import Row, Table, refused
from registry.ingest.issues import Problem
from registry.ingest.numbers import sheet_error
from registry.issues import Issue

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
#: Rows that are looked at to see what separates the cells, and where the headings stand.
LOOKED_AT = 20
#: Lines with one of these are looked at cell by cell.
_ODD = ("\0", "'", "#")


def open_delimited(file: str, path: Path, encoding: str | None, *, tabs: bool = False) -> Table:
    """Open a text file of cells as a table; `tabs` says that tabs separate them, else the first rows do."""
    read = partial(_Reader, file, path, encoding_of(path, encoding))
    tops = {each: list(islice(read(each), LOOKED_AT)) for each in (["\t"] if tabs else _SEPARATORS)}
    first = next(iter(next(iter(tops.values()))), None)
    if first is None:
        raise refused(Issue("file-empty", "the file holds no header and no row", file=file, expected="a CSV file"))
    if isinstance(first, Issue) and first.code != "quoting":
        raise refused(first)
    separator = _separator(file, tops)
    header, *_ = top = tops[separator]
    if isinstance(header, Issue):
        raise refused(header)
    if len(header.cells) == 1 and "|" in header.cells[0]:
        message = "the columns are separated by vertical bars"
        raise refused(Issue("file-kind", message, file=file, line=header.line, expected="commas between cells"))
    return Table(
        file,
        tuple(header.cells),
        lambda: _rows(file, read(separator), len(header.cells), separator),
        line=header.line,
        top=tuple(row for row in top if isinstance(row, Row)),
        remarks=tuple(_told(file, header.line, separator)),
        lines=partial(_count_lines, path),
    )


def _separator(file: str, tops: dict[str, list[Row | Issue]]) -> str:
    """Choose what gives the header several cells, and the row below it as many."""
    several = {each: row for each, (row, *_) in tops.items() if isinstance(row, Row) and len(row.cells) > 1}
    if len(several) < 2:
        return next(iter(several), max(tops, key=lambda each: max(map(_width, tops[each]), default=0)))
    fits = [each for each, row in several.items() if [_width(below) for below in tops[each][1:2]] == [len(row.cells)]]
    if len(fits) == 1:
        return fits[0]
    if "," in several and not fits:
        return ","
    names = " or ".join(_SEPARATORS[each] for each in fits or several)
    line = next(iter(several.values())).line
    message = f"the columns are separated by {names}, which cannot be told from the first rows"
    expected = "one of them; headings that hold a separator in quotation marks"
    raise refused(Issue("file-kind", message, file=file, line=line, expected=expected))


def _width(row: Row | Issue) -> int:
    return len(row.cells) if isinstance(row, Row) else 0


def _told(file: str, line: int, separator: str) -> Iterator[Issue]:
    if separator == ";":
        yield Issue(
            "semicolons", "semicolons separate the cells, as European Excel writes them", "flag", file, line,
            expected="nothing to do, if the columns are right",
        )  # fmt: skip


def _count_lines(path: Path) -> int:
    with path.open("rb") as handle:
        return sum(piece.count(b"\n") for piece in iter(lambda: handle.read(1 << 20), b""))


def _rows(file: str, found: Iterator[Row | Issue], width: int, separator: str) -> Iterator[Row | Issue]:
    """Yield the rows below the header; a blank line, or a row of blank cells, says nothing and is passed over."""
    next(found, None)
    for row in found:
        if isinstance(row, Issue) or len(row.cells) == width:
            yield row
        elif len(row.cells) > width and not any(map(str.strip, row.cells[width:])):
            yield row._replace(cells=row.cells[:width])
        else:
            yield _ragged(file, row, width, separator)


def _ragged(file: str, row: Row, width: int, separator: str) -> Issue:
    message = f"the row has {len(row.cells)} cells, the header {width}"
    kind = {",": "comma", ";": "semicolon", "\t": "tab"}[separator]
    expected = f"{width} cells; a cell that holds a {kind} stands in quotation marks"
    return Issue(
        "row-ragged", message, file=file, line=row.line, value=separator.join(row.cells)[:80], expected=expected
    )


#: Characters of a cell; a longer one is a quotation mark that was never closed.
_LONGEST = 131_072


class _Reader:
    """Yields every line that holds a cell, the header included, and an issue for what cannot be read."""

    def __init__(self, file: str, path: Path, encoding: str, separator: str) -> None:
        self._file, self._path, self._encoding, self._separator = file, path, encoding, separator
        self._odd: list[tuple[str, int]] = []
        self._found = self._read()

    def __iter__(self) -> Iterator[Row | Issue]:
        return self._found

    def __next__(self) -> Row | Issue:
        return next(self._found)

    def _read(self) -> Iterator[Row | Issue]:
        csv.field_size_limit(_LONGEST)  # the limit is the process's, and other libraries lift it
        with self._path.open(encoding=self._encoding, newline="") as handle:
            reader = csv.reader(self._noting(handle), strict=True, delimiter=self._separator)
            line = 1
            while True:
                try:
                    for cells in reader:
                        if self._odd:
                            yield from self._looked_at(line, cells)
                        elif any(map(str.strip, cells)):
                            yield Row(line, cells)
                        line = reader.line_num + 1
                    return
                except UnicodeError:
                    yield bad_byte(self._file, self._path, self._encoding)
                    return
                except csv.Error as error:
                    self._odd.clear()
                    yield _quoting(self._file, line, error)
                    if reader.line_num > line or "end of data" in str(error):
                        return
                    line = reader.line_num + 1

    def _noting(self, handle: TextIO) -> Iterator[str]:
        """Pass lines on, and remember those with a sign that needs a look."""
        for number, text in enumerate(handle, 1):
            for sign in _ODD:
                if sign in text:
                    self._odd.append((sign, number))
            yield text

    def _looked_at(self, line: int, cells: list[str]) -> Iterator[Row | Issue]:
        nul = next((number for sign, number in self._odd if sign == "\0"), None)
        self._odd.clear()
        if nul is not None:
            message, expected = "the line holds a NUL byte", "text without NUL bytes"
            yield Issue("nul-byte", message, file=self._file, line=nul, expected=expected)
        elif any(map(str.strip, cells)):
            cells = [unescaped(cell) for cell in cells]
            yield Row(line, cells, _errors(cells))


def _errors(cells: list[str]) -> dict[int, Problem]:
    """Find what a spreadsheet writes where a formula has failed."""
    return {at: fault for at, cell in enumerate(cells) if (fault := sheet_error(cell.strip())) is not None}


def _quoting(file: str, line: int, error: csv.Error) -> Issue:
    if "end of data" in str(error):
        message = "a quotation mark opens a cell that is never closed; nothing below was read"
    elif "field limit" in str(error):
        message = "a cell of more than 131,072 characters: is a quotation mark never closed?"
    else:
        message = "a quotation mark inside a cell, or text beside one"
    return Issue("quoting", message, file=file, line=line, expected='the whole cell in "…", quotes inside it doubled')
