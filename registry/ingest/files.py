"""Files → raw rows with exact positions, streamed.

A reader gives a `Table`: the header, and `rows()`, which starts anew at each call and yields a `Row` or, for what
cannot be one, an `Issue`. Lines are physical lines as an editor counts them, the header's first being 1.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from registry.errors import InputRefused
from registry.issues import Issue

#: What the first bytes of files that are no text say about them.
_SIGNATURES = {
    b"PK\x03\x04": "a workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a SQLite database",
}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class Row(NamedTuple):
    """The cells of one row as they stand in the file, and the line it starts on."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a file: `file` as the user named it, `header`, and its rows, read anew at each call of `rows`."""

    file: str
    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row | Issue]]


def open_table(path: str | Path) -> Table:
    """Open a CSV file (UTF-8, BOM allowed, comma) as a table; raise InputRefused when there is none to read."""
    file = str(path)
    _refuse_what_is_no_text(file, Path(path))
    header = next(_lines_of_cells(file), None)
    if isinstance(header, Issue):
        raise _refused(header)
    if header is None:
        raise _refused(Issue("file-empty", "the file holds no header and no row", file=file, expected="a CSV file"))
    _refuse_other_separators(file, header)
    names = tuple(header.cells)
    return Table(file, names, lambda: _rows(file, len(names)))


def _refused(issue: Issue) -> InputRefused:
    return InputRefused(f"{issue.file} was not imported", [issue])


def _refuse_what_is_no_text(file: str, path: Path) -> None:
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "no regular file"
            raise _refused(Issue("file-unreadable", f"this is {kind}", file=file, expected="a CSV file"))
        with path.open("rb") as handle:
            start = handle.read(16)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        unreadable = Issue("file-unreadable", f"cannot read it: {reason}", file=file, expected="a CSV file")
        raise _refused(unreadable) from None
    for signature, kind in _SIGNATURES.items():
        if start.startswith(signature):
            raise _refused(Issue("file-kind", f"this is {kind}", file=file, expected="CSV, saved as UTF-8"))


def _refuse_other_separators(file: str, header: Row) -> None:
    for separator, name in _SEPARATORS.items():
        if len(header.cells) == 1 and separator in header.cells[0]:
            message = f"the columns are separated by {name}"
            raise _refused(Issue("file-kind", message, file=file, line=header.line, expected="commas between cells"))


def _rows(file: str, width: int) -> Iterator[Row | Issue]:
    """Yield the rows below the header; a blank line, or a row of blank cells, says nothing and is passed over."""
    found = _lines_of_cells(file)
    next(found, None)
    for row in found:
        if isinstance(row, Issue) or len(row.cells) == width:
            yield row
        else:
            yield _ragged(file, row, width)


def _ragged(file: str, row: Row, width: int) -> Issue:
    message = f"the row has {len(row.cells)} cells, the header {width}"
    expected = f"{width} cells; a cell that holds a comma stands in quotation marks"
    return Issue("row-ragged", message, file=file, line=row.line, value=",".join(row.cells)[:80], expected=expected)


def _lines_of_cells(file: str) -> Iterator[Row | Issue]:
    """Yield every line that holds a cell, the header included, and an issue for what cannot be read."""
    with Path(file).open(encoding="utf-8-sig", newline="") as handle:
        nul_lines: list[int] = []
        reader = csv.reader(_noting_nul(handle, nul_lines), strict=True)
        line = 1
        while True:
            try:
                for cells in reader:
                    if nul_lines:
                        yield _nul_byte(file, nul_lines)
                    elif any(map(str.strip, cells)):
                        yield Row(line, cells)
                    line = reader.line_num + 1
                return
            except UnicodeDecodeError:
                yield _not_utf8(file)
                return
            except csv.Error as error:
                yield _quoting(file, line, error)
                if reader.line_num > line or "end of data" in str(error):
                    return
                line = reader.line_num + 1


def _noting_nul(handle: TextIO, nul_lines: list[int]) -> Iterator[str]:
    for number, text in enumerate(handle, 1):
        if "\0" in text:
            nul_lines.append(number)
        yield text


def _nul_byte(file: str, nul_lines: list[int]) -> Issue:
    line = nul_lines[0]
    nul_lines.clear()
    return Issue("nul-byte", "the line holds a NUL byte", file=file, line=line, expected="text without NUL bytes")


def _quoting(file: str, line: int, error: csv.Error) -> Issue:
    if "end of data" in str(error):
        message = "a quotation mark opens a cell that is never closed; nothing below was read"
    elif "field limit" in str(error):
        message = "a cell of more than 131,072 characters: is a quotation mark never closed?"
    else:
        message = "a quotation mark inside a cell, or text beside one"
    return Issue("quoting", message, file=file, line=line, expected='the whole cell in "…", quotes inside it doubled')


def _not_utf8(file: str) -> Issue:
    """Find the byte again, line by line, for the decoder reports it within its own buffer only."""
    before = 0
    with Path(file).open("rb") as handle:
        for raw in handle:
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                line = before + _line_ends(raw[: error.start]) + 1
                return _bad_byte(file, line, raw[error.start])
            before += _line_ends(raw)
    return Issue("encoding", "the file changed while it was read", file=file)


def _line_ends(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def _bad_byte(file: str, line: int, byte: int) -> Issue:
    meant = bytes([byte]).decode("cp1252", errors="replace")
    message = f"byte 0x{byte:02X} is not UTF-8 (in Windows-1252 it is {meant!r}); the file was read no further"
    expected = "UTF-8: save the file as CSV UTF-8"
    return Issue("encoding", message, file=file, line=line, value=f"0x{byte:02X}", expected=expected)
