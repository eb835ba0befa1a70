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
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from registry.columns import COLUMNS, Kind
from registry.errors import UsageError

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
_WRITER = {"attributes": _encode, **{each.name: _WRITERS[each.kind] for each in COLUMNS if each.name != "digest"}}
#: The columns in the order of the encoding, what stands before each value, and what writes it.
_HASHED = sorted(_WRITER)
_PARTS = [(f"{_encode(name)}:", _WRITER[name]) for name in _HASHED]
_ATTRIBUTES = _HASHED.index("attributes")
_values = itemgetter(*_HASHED)


def digest(row: Mapping[str, Any]) -> str:
    """Give the digest of a row by contract names with its `attributes`: 64 hexadecimal digits.

    UsageError for nan or an infinity.
    """
    try:
        values = list(_values(row))
    except KeyError:  # a column that is absent was not read
        values = [row.get(name) for name in _HASHED]
    values[_ATTRIBUTES] = canonical_attributes(values[_ATTRIBUTES] or {}) or None
    try:
        parts = [
            prefix + write(value) for (prefix, write), value in zip(_PARTS, values, strict=True) if value is not None
        ]
    except ValueError as error:
        raise UsageError(f"{row.get('key')} holds a number that is not finite", "leave it out") from error
    return hashlib.sha256(f"{{{','.join(parts)}}}".encode()).hexdigest()


def canonical_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Give study characteristics in the one form they are stored and hashed in: no nulls, every number a float."""
    return {
        name: float(value) + 0.0 if isinstance(value, int | float) else value
        for name, value in sorted(attributes.items())
        if value is not None
    }


def bucket(key: str) -> int:
    """Give the bucket of a key, 0 to 1023: the first 32 bits of its SHA-256, modulo the number of buckets."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % BUCKETS
