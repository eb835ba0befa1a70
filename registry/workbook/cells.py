"""What a stored estimate looks like in the cells of a file: digits as printed, and read back the same by an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A number → the column that keeps it as it was printed.
PRINTED = {"est": "est_text", "ci_low": "ci_low_text", "ci_high": "ci_high_text", "p_value": "p_text"}

#: Headings of what the registry makes: which estimate a row is, and which version of it the curator saw.
KEY, VERSION = "key", "version"


def cell(row: Mapping[str, Any], name: str) -> str | int | None:
    """Give the cell of one column of an estimate, by contract name or characteristic; None where nothing was read."""
    value = row.get(name)
    if value is None:
        return None
    printed = row.get(PRINTED[name]) if name in PRINTED else None
    if printed is not None:
        return str(printed)
    if name == "p_value" and row.get("p_operator") not in (None, "="):
        return f"{row['p_operator']}{_digits(value)}"
    return _digits(value) if isinstance(value, float) else value if isinstance(value, int) else str(value)


def _digits(value: float) -> str:
    """Write a number so that it reads back the same: 550, not 550.0."""
    return repr(value).removesuffix(".0")
