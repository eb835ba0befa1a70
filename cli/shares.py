"""How shares are typed: 0.4, 40%, 40 %, and ranges of them."""

from __future__ import annotations

import re

from registry.errors import UsageError

_ONE = r"\d*\.?\d+\s*%?"
_RANGE = re.compile(rf"\s*({_ONE})(?:\s*(?:-|–|\bto\b|\.\.)\s*({_ONE}))?\s*")


def share(option: str, text: str) -> float | tuple[float, float]:
    """Read a share, or the ends of a range of shares; a percent sign at the second end is meant for both.

    Raises UsageError for anything else.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        raise UsageError(f"{option} {text!r} is not a share", "for instance 0.40, 40% or 0.35-0.45")
    first, second = found.groups()
    if second is None:
        return _number(first)
    return _number(first + "%" if second.endswith("%") and not first.endswith("%") else first), _number(second)


def _number(text: str) -> float:
    return float(text.removesuffix("%")) / 100.0 if text.endswith("%") else float(text)
