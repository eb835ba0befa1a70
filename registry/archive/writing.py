"""Rows into the files of an archive, one after the other, never all of them in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from registry.archive.container import Packer
from registry.archive.fields import Sheet, cell_writers, line_writers

_line = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def write_csv(packer: Packer, sheet: Sheet, rows: Iterable[Sequence[Any]]) -> int:
    """Write a file of comma-separated values and give how many rows there were."""
    writers, count = cell_writers(sheet.fields), 0
    with packer.member(sheet.path) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(sheet.header)
        for row in rows:
            count += 1
            writer.writerow(
                [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]
            )
    return count


def write_lines(packer: Packer, sheet: Sheet, rows: Iterable[Sequence[Any]]) -> int:
    """Write a file of JSON lines, each an array, the first the header; give how many rows there were."""
    writers, count = line_writers(sheet.fields), 0
    with packer.member(sheet.path) as raw, io.TextIOWrapper(raw, "utf-8", newline="\n") as text:
        text.write(_line(sheet.header) + "\n")
        for row in rows:
            count += 1
            values = [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]
            text.write(_line(values) + "\n")
    return count
