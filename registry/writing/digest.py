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

#: In the order of the encoding, so that no row needs sorting.
_HASHED = tuple(sorted([column.name for column in COLUMNS if column.name != "digest"] + ["attributes"]))
_values = itemgetter(*_HASHED)
_FLOATS = tuple(column.name for column in COLUMNS if column.kind is Kind.NUMBER)
_BOOLEANS = tuple(column.name for column in COLUMNS if column.kind is Kind.BOOLEAN)

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def digest(row: Mapping[str, Any]) -> str:
    """Give the digest of a row by contract names with its `attributes`: 64 hexadecimal digits.

    UsageError for nan or an infinity.
    """
    try:
        values = _values(row)
    except KeyError:
        values = tuple([row.get(name) for name in _HASHED])
    content = {name: value for name, value in zip(_HASHED, values, strict=True) if value is not None}
    for name in _FLOATS:
        if name in content:
            content[name] = float(content[name]) + 0.0  # -0.0 + 0.0 is 0.0
    for name in _BOOLEANS:
        content[name] = bool(content[name])
    if "attributes" in content:
        content["attributes"] = canonical_attributes(content["attributes"])
        if not content["attributes"]:
            del content["attributes"]
    try:
        encoded = _encode(content)
    except ValueError as error:
        raise UsageError(f"{row.get('key')} holds a number that is not finite", "leave it out") from error
    return hashlib.sha256(encoded.encode()).hexdigest()


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
