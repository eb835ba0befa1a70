"""What must be known of a workbook before it is read: how large it is unpacked, what it merges and what it hides.

A workbook is a zip archive of XML. openpyxl reads the cells; this reads past them, once and in little memory, what
openpyxl does not tell of a workbook it streams.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from registry.ingest.files.table import letters, refused
from registry.issues import Issue

#: Bytes of a workbook when unpacked, of the texts its cells share, and how far a large one may have been packed.
MOST_BYTES, MOST_TEXT, MOST_PACKED = 2_000_000_000, 400_000_000, 250
#: Rows and columns of a worksheet, by its standard.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
#: Merged cells that are told one by one.
MOST_MERGED = 1_000_000

_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")


def refuse_bombs(file: str, path: Path) -> None:
    """Refuse an archive that is made to fill memory or disk when it is unpacked; raise InputRefused."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    size, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    text = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    squeezed = size > 100_000_000 and size > MOST_PACKED * max(packed, 1)
    if size > MOST_BYTES or text > MOST_TEXT or squeezed or len(parts) > 10_000:
        message = f"the workbook unpacks to {size / 1e6:,.0f} MB in {len(parts):,} parts, more than evireg reads"
        expected = "the table alone, saved as CSV UTF-8"
        raise refused(Issue("file-too-large", message, file=file, expected=expected))


@dataclass(slots=True)
class Layout:
    """What a worksheet merges and hides: row → position → the cell it is merged with; hidden rows and columns."""

    merged: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    rows: int = 0
    _spans: int = 0

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Take in the start of one element."""
        name = name.rpartition(":")[2]
        if name == "row":
            self.rows = int(given["r"]) if "r" in given else self.rows + 1
            if not 0 < self.rows <= MOST_ROWS:
                raise ValueError(f"there is no row {self.rows}")
            if given.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self.rows)
        elif name == "col" and given.get("hidden") in ("1", "true"):
            last = min(int(given["max"]), MOST_COLUMNS)
            self.hidden_columns += [number - 1 for number in range(int(given["min"]), last + 1)]
        elif name == "mergeCell":
            self._merge(given.get("ref", ""))

    def _merge(self, reference: str) -> None:
        match = _RANGE.fullmatch(reference)
        if match is None or match[3] is None:
            return
        left, right, top, bottom = _position(match[1]), _position(match[3]), int(match[2]), int(match[4])
        bottom = min(bottom, max(self.rows, top))
        self._spans += (bottom - top + 1) * (right - left + 1)
        if self._spans > MOST_MERGED:
            raise ValueError("more than a million cells are merged")
        first = f"{letters(left)}{top}"
        for row in range(top, bottom + 1):
            places = self.merged.setdefault(row, {})
            places.update({at: first for at in range(left, right + 1) if (row, at) != (top, left)})


def _position(name: str) -> int:
    position = 0
    for letter in name:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def layout_of(path: Path, part: str) -> Layout:
    """Read past the cells of a worksheet; ValueError or expat's error for one that is damaged."""
    found = Layout()
    parser = expat.ParserCreate()
    parser.StartElementHandler = found.start
    with zipfile.ZipFile(path) as archive, archive.open(part) as sheet:
        parser.ParseFile(sheet)
    return found
