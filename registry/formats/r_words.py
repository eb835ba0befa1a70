"""Python values as R writes them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

#: A line of R no longer than this.
WIDTH = 110
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}

Value = str | float | int | bool | None


def literal(value: Value) -> str:
    """Write one value: text in quotes, numbers with every digit, None and nan as NA."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "NA"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return '"' + "".join(_character(each) for each in value) + '"'
    if isinstance(value, int):
        return str(value)
    return repr(value + 0.0) if math.isfinite(value) else ("Inf" if value > 0 else "-Inf")


def _character(each: str) -> str:
    """Write one character of a text; R refuses some control characters."""
    if each in _ESCAPES:
        return _ESCAPES[each]
    return each if each.isprintable() else f"\\u{ord(each):04x}" if 0 < ord(each) < 0x10000 else " "


def vector(values: Iterable[Value]) -> str:
    """Write several values as a vector, over as many lines as they need."""
    return _called("c", [literal(value) for value in values])


def named(values: Mapping[str, Value]) -> str:
    """Write named values as a vector."""
    return _called("c", [f"{_name(name)} = {literal(value)}" for name, value in values.items()])


def data_frame(columns: Mapping[str, Sequence[Value]]) -> str:
    """Write columns of one length as a data frame."""
    parts = [f"  {_name(name)} = {vector(values)}" for name, values in columns.items()]
    return "data.frame(\n" + ",\n".join([*parts, "  check.names = FALSE, stringsAsFactors = FALSE"]) + "\n)"


def comment(text: str) -> str:
    """Write text as lines of comment."""
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines() or [""])


def _name(name: str) -> str:
    plain = name.replace("_", "").isalnum() and name.isascii() and name[:1].isalpha()
    return name if plain else "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _called(function: str, parts: Sequence[str]) -> str:
    """Write a call over lines none of which is longer than need be."""
    lines, line = [], ""
    for part in parts:
        if line and len(line) + len(part) > WIDTH - 4:
            lines.append(line.rstrip())
            line = ""
        line += f"{part}, "
    lines.append(line.removesuffix(", "))
    return f"{function}({lines[0]})" if len(lines) == 1 else f"{function}(\n    " + "\n    ".join(lines) + "\n  )"
