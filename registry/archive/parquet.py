"""The flat evidence as Parquet, byte for byte the same on any machine.

Libraries write their own name and version into the file and choose pages and encodings as they please, which changes
between their versions. This writes the plainest file the format knows (Apache Parquet 2.10): one data page per column
and row group, PLAIN values, definition levels of one bit, no compression, no statistics. Any reader reads it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import IO, Any

from registry.archive.fields import Field, Holds
from registry.writing.bulk import batched

#: Rows of one row group.
GROUP = 5_000
_MAGIC = b"PAR1"
#: Holds → physical type: BOOLEAN, INT64, DOUBLE, BYTE_ARRAY.
_PHYSICAL = {Holds.BOOLEAN: 0, Holds.INTEGER: 2, Holds.NUMBER: 5, Holds.TEXT: 6, Holds.JSON: 6}
_PLAIN, _RLE = 0, 3


class _Thrift:
    """Thrift's compact protocol, as far as the metadata of a Parquet file need it."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._last = [0]

    def varint(self, number: int) -> None:
        while number >= 0x80:
            self.out.append(number & 0x7F | 0x80)
            number >>= 7
        self.out.append(number)

    def _field(self, number: int, kind: int) -> None:
        self.out.append((number - self._last[-1]) << 4 | kind)  # no struct here skips more than 15 fields
        self._last[-1] = number

    def integer(self, number: int, value: int, *, long: bool = False) -> None:
        self._field(number, 6 if long else 5)
        self.varint(value << 1)  # zigzag; nothing here is negative

    def text(self, number: int, value: str) -> None:
        self._field(number, 8)
        self.bare_text(value)

    def bare_text(self, value: str) -> None:
        encoded = value.encode()
        self.varint(len(encoded))
        self.out += encoded

    def begin(self, number: int) -> None:
        self._field(number, 12)
        self._last.append(0)

    def begin_bare(self) -> None:
        self._last.append(0)

    def end(self) -> None:
        self.out.append(0)
        self._last.pop()

    def items(self, number: int, kind: int, count: int) -> None:
        self._field(number, 9)
        if count < 15:
            self.out.append(count << 4 | kind)
        else:
            self.out.append(0xF0 | kind)
            self.varint(count)

    def integers(self, number: int, values: Sequence[int]) -> None:
        self.items(number, 5, len(values))
        for value in values:
            self.varint(value << 1)


def write_parquet(handle: IO[bytes], fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows as a Parquet file and give how many there were; a few megabytes of them are held at a time."""
    handle.write(_MAGIC)
    place, groups = len(_MAGIC), []
    for piece in batched(rows, GROUP):
        chunks = []
        for each, values in zip(fields, zip(*piece, strict=True), strict=True):
            page = _page(each, values)
            handle.write(page)
            chunks.append((place, len(page)))
            place += len(page)
        groups.append((len(piece), chunks))
    footer = _footer(fields, groups)
    handle.write(footer + struct.pack("<I", len(footer)) + _MAGIC)
    return sum(count for count, _ in groups)


def _page(field: Field, values: Sequence[Any]) -> bytes:
    levels = _levels([value is not None for value in values])
    body = struct.pack("<I", len(levels)) + levels + _plain(field, [value for value in values if value is not None])
    head = _Thrift()
    head.integer(1, 0)  # a data page
    head.integer(2, len(body))
    head.integer(3, len(body))
    head.begin(5)
    for number, value in ((1, len(values)), (2, _PLAIN), (3, _RLE), (4, _RLE)):
        head.integer(number, value)
    head.end()
    head.out.append(0)
    return bytes(head.out) + body


def _levels(there: Sequence[bool]) -> bytes:
    """Give which values are there, one bit each, as one bit-packed run."""
    packed = _bits(there)
    head = _Thrift()
    head.varint(len(packed) << 1 | 1)
    return bytes(head.out) + packed


def _bits(values: Sequence[bool]) -> bytes:
    import numpy as np

    return np.packbits(np.array(values, dtype=bool), bitorder="little").tobytes()


def _plain(field: Field, values: Sequence[Any]) -> bytes:
    if field.holds is Holds.NUMBER:
        return struct.pack(f"<{len(values)}d", *(float(value) + 0.0 for value in values))
    if field.holds is Holds.INTEGER:
        return struct.pack(f"<{len(values)}q", *values)
    if field.holds is Holds.BOOLEAN:
        return _bits(values)
    encoded = [value.encode() for value in values]
    return b"".join(part for each in encoded for part in (struct.pack("<I", len(each)), each))


def _footer(fields: Sequence[Field], groups: Sequence[tuple[int, list[tuple[int, int]]]]) -> bytes:
    said = _Thrift()
    said.integer(1, 1)
    said.items(2, 12, len(fields) + 1)
    _schema(said, fields)
    said.integer(3, sum(count for count, _ in groups), long=True)
    said.items(4, 12, len(groups))
    for count, chunks in groups:
        said.begin_bare()
        said.items(1, 12, len(chunks))
        for field, (place, size) in zip(fields, chunks, strict=True):
            _chunk(said, field, count, place, size)
        said.integer(2, sum(size for _, size in chunks), long=True)
        said.integer(3, count, long=True)
        said.end()
    said.text(6, "evireg")
    said.out.append(0)
    return bytes(said.out)


def _schema(said: _Thrift, fields: Sequence[Field]) -> None:
    said.begin_bare()
    said.text(4, "evidence")
    said.integer(5, len(fields))
    said.end()
    for field in fields:
        said.begin_bare()
        said.integer(1, _PHYSICAL[field.holds])
        said.integer(3, 1)  # optional
        said.text(4, field.name)
        if _PHYSICAL[field.holds] == 6:
            said.integer(6, 0)  # UTF-8
        said.end()


def _chunk(said: _Thrift, field: Field, count: int, place: int, size: int) -> None:
    said.begin_bare()
    said.integer(2, place, long=True)
    said.begin(3)
    said.integer(1, _PHYSICAL[field.holds])
    said.integers(2, (_PLAIN, _RLE))
    said.items(3, 8, 1)
    said.bare_text(field.name)
    said.integer(4, 0)  # not compressed
    said.integer(5, count, long=True)
    said.integer(6, size, long=True)
    said.integer(7, size, long=True)
    said.integer(9, place, long=True)
    said.end()
    said.end()
