"""What a reader gives: the header of a table, and its rows, read anew as often as they are asked for.

`rows()` yields a `Row` or, for what cannot be one, an `Issue`. Lines of text files are physical lines as an editor
counts them, lines of a worksheet its rows; both count from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from registry.errors import InputRefused
from registry.ingest.issues import Problem
from registry.issues import Issue

_NONE: Mapping[int, Problem] = MappingProxyType({})


class Row(NamedTuple):
    """The cells of one row as they stand in the file, and the line it starts on.

    `faults` has, by position, what is wrong with cells that are no plain text or number: formulas, dates, errors.
    They count only in columns that are taken.
    """

    line: int
    cells: list[str]
    faults: Mapping[int, Problem] = _NONE


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a file: `file` as the user named it, `header`, and its rows, read anew at each call of `rows`.

    `line` is the header's; `sheet` the worksheet's name, empty for text. `top` holds the first rows as they stand, the
    header included. `blank` are the positions without heading and without any value, which nobody misses. `remarks`
    are what a curator should know of the file itself. `lines` counts them, for a progress bar.
    """

    file: str
    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row | Issue]]
    line: int = 1
    sheet: str = ""
    top: tuple[Row, ...] = ()
    blank: frozenset[int] = frozenset()
    remarks: tuple[Issue, ...] = ()
    lines: Callable[[], int] = lambda: 0

    def cell(self, line: int, position: int) -> str:
        """Name a cell of a worksheet as Excel does, such as Sheet1!F7; nothing for a text file."""
        if not self.sheet or not line:
            return ""
        return f"{self.sheet}!{letters(position)}{line}"


def letters(position: int) -> str:
    """Give the letters of the column at a position from 0: A, …, Z, AA."""
    position, last = divmod(position, 26)
    return (letters(position - 1) if position else "") + chr(ord("A") + last)


def blank_columns(header: tuple[str, ...], rows: Callable[[], Iterator[Row | Issue]]) -> frozenset[int]:
    """Find columns without heading and without any value; the rows are only read when a heading is missing."""
    blank = {position for position, name in enumerate(header) if not name.strip()}
    for row in rows() if blank else ():
        if isinstance(row, Row):
            blank -= {position for position in blank if row.cells[position].strip()}
            if not blank:
                break
    return frozenset(blank)


def refused(issue: Issue) -> InputRefused:
    """Make the error for a file that cannot be read at all."""
    return InputRefused(f"{issue.file} was not imported", [issue])
