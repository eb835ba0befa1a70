"""Arguments that are keys and `field=value` pairs in one row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from registry.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAIR = re.compile(r"\s*([^\W\d]\w*)\s*=(.*)", re.DOTALL)


def keys_and_pairs(arguments: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Tell keys from `field=value`: a field is a name. UsageError for a field given twice."""
    keys: list[str] = []
    pairs: dict[str, str] = {}
    for argument in arguments:
        found = _PAIR.fullmatch(argument)
        if found is None:
            keys.append(argument)
        else:
            add_pair(pairs, argument)
    return keys, pairs


def add_pair(pairs: dict[str, str], argument: str) -> None:
    """Add one `field=value`. UsageError when it is none, or the field is there already."""
    found = _PAIR.fullmatch(argument)
    if found is None:
        raise UsageError(f"{argument!r} is not FIELD=VALUE", 'such as quips_participation="Consecutive patients, p. 3"')
    if found[1] in pairs:
        raise UsageError(f"{found[1]} is given twice", "give each field once")
    pairs[found[1]] = found[2].strip()
