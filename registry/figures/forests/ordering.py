"""The order of the estimates in a forest plot."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from registry.columns import BY_INPUT, BY_NAME
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.pooling.result import PoolResult

#: What is known of an estimate as pooled, beside the columns of its row.
_POOLED = {"hr": "yi", "effect": "yi", "yi": "yi", "vi": "vi", "se": "vi", "weight": "weight", "label": "label"}


def ordered(result: PoolResult, sort: str) -> list[int]:
    """Give the places of the estimates by `column` or `column:desc`, those of which it was not read last.

    Raises UsageError for an unknown column, and names the nearest.
    """
    name, _, direction = sort.partition(":")
    if direction not in ("", "asc", "desc"):
        raise UsageError(f"sort {sort!r} has no such direction", "column, or column:desc for the largest first")
    values = _values(result, name.strip())
    known = [row for row, value in enumerate(values) if not _missing(value)]
    known.sort(key=lambda row: values[row], reverse=direction == "desc")
    return [*known, *(row for row, value in enumerate(values) if _missing(value))]


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _values(result: PoolResult, name: str) -> list[Any]:
    if name.casefold() in _POOLED:
        return [getattr(each, _POOLED[name.casefold()]) for each in result.estimates]
    held = {each.casefold(): each for each in (*result.rows.attributes, *BY_NAME)}
    column = held.get(name.casefold()) or getattr(BY_INPUT.get(name.casefold()), "name", None)
    if column is None:
        near = get_close_matches(name.casefold(), [*_POOLED, *held], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"estimates cannot be sorted by {name!r}{meant}", "see `evireg columns` for what there is")
    return list(result.rows_as_pooled[column].tolist())
