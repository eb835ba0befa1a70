"""The digest of an evidence row, and the bucket of its key.

The digest is the SHA-256 of the UTF-8 JSON object of the row: sorted keys, no spaces, no escapes beyond need; contract
names except `digest` itself, and the study characteristics as one object under `attributes`. What is null is left out,
and an empty `attributes` too, so that a column added later does not change old digests. Numbers are written as the
shortest decimal that reads back the same (Python's repr) after -0.0 became 0.0, whole-number columns as integers, all
other numbers as floats (550.0); nan and infinities are refused. The integer id and the columns of history
(`valid_from`, `valid_to`, `bucket`) are left out: the same row has the same digest in every registry.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from operator import getitem, itemgetter
from typing import TYPE_CHECKING, Any

from registry.columns import COLUMNS, Kind
from registry.errors import UsageError
from registry.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Keys are spread over this many buckets, so that two registries can be compared piece by piece.
BUCKETS = 1024

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def _float(value: Any) -> str:
    number = float(value) + 0.0  # -0.0 + 0.0 is 0.0
    if number - number != 0.0:
        raise ValueError("not finite")
    return repr(number)


def _integer(value: Any) -> str:
    return str(int(value))


def _boolean(value: Any) -> str:
    return "true" if value else "false"


#: What `_encode` comes to for text, without its detour: it is called for every text of every row.
_text = json.encoder.encode_basestring

_WRITERS = {Kind.TEXT: _text, Kind.NUMBER: _float, Kind.INTEGER: _integer, Kind.BOOLEAN: _boolean}
_WRITER = {each.name: _WRITERS[each.kind] for each in COLUMNS if each.name != "digest"}
#: What is hashed, in the order of the encoding.
_HASHED = sorted((*_WRITER, "attributes"))
_values = itemgetter(*_HASHED)


def _member(name: str) -> Remembered[Any, str]:
    """Give what a value of a column comes to in the encoding, name and comma included; nothing for None."""
    prefix, write = f",{_encode(name)}:", _WRITER[name]
    return Remembered(lambda value: "" if value is None else prefix + write(value))


class _Attributes:
    """The same of the study characteristics, which are remembered where they are encoded."""

    def __getitem__(self, attributes: Mapping[str, Any] | None) -> str:
        text = canonical_text(attributes or {})
        return "" if text == "{}" else f',"attributes":{text}'


_MEMBERS = [_Attributes() if name == "attributes" else _member(name) for name in _HASHED]


def digest(row: Mapping[str, Any]) -> str:
    """Give the digest of a row by contract names with its `attributes`: 64 hexadecimal digits.

    UsageError for nan or an infinity.
    """
    try:
        values = _values(row)
    except KeyError:  # a column that is absent was not read
        values = tuple(map(row.get, _HASHED))
    try:
        members = "".join(map(getitem, _MEMBERS, values))
    except ValueError as error:
        raise UsageError(f"{row.get('key')} holds a number that is not finite", "leave it out") from error
    return hashlib.sha256(f"{{{members[1:]}}}".encode()).hexdigest()


def canonical_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Give study characteristics in the one form they are stored and hashed in: no nulls, every number a float."""
    return {
        name: float(value) + 0.0 if isinstance(value, int | float) else value
        for name, value in sorted(attributes.items())
        if value is not None
    }


def canonical_text(attributes: Mapping[str, Any]) -> str:
    """Give study characteristics as the text they are stored and hashed as; ValueError for nan or an infinity."""
    return _canonical_text(tuple(attributes.items())) if attributes else "{}"


@lru_cache(maxsize=4096)  # the rows of a cohort share them
def _canonical_text(items: tuple[tuple[str, Any], ...]) -> str:
    return _encode(canonical_attributes(dict(items)))


def bucket(key: str) -> int:
    """Give the bucket of a key, 0 to 1023: the first 32 bits of its SHA-256, modulo the number of buckets."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % BUCKETS
