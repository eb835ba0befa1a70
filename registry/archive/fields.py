"""What a file of an archive holds: named columns, each of one kind, and how a value is written and read back.

CSV is UTF-8 with LF between lines; null is the empty cell, and a text that a spreadsheet would take for a formula has
an apostrophe before it (see registry/escaping), unless it is one of a closed list of words. JSON lines are arrays, the
first one the header; null is null. A number is the shortest decimal that reads back the same, a truth is `true` or
`false`, JSON is canonical.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from registry.columns import COLUMNS
from registry.database import canonical_json
from registry.escaping import escaped, unescaped

#: The integers every database takes.
MOST_INTEGER = 2**31 - 1


class Holds(StrEnum):
    """What a column of an archive holds."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, what it holds, whether it is never null, what it means, and the closed words it takes."""

    name: str
    holds: Holds
    required: bool = False
    meaning: str = ""
    unit: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of an archive: its path there, its columns, what it is, and the columns no two rows share."""

    path: str
    meaning: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    foreign: Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def header(self) -> list[str]:
        """Name the columns, in order."""
        return [each.name for each in self.fields]


def contract_fields() -> tuple[Field, ...]:
    """Give the columns of the evidence contract."""
    return tuple(
        Field(
            each.name,
            Holds(each.kind.value),
            each.required,
            each.meaning,
            each.unit,
            tuple(word.value for word in each.term) if each.term else (),
        )
        for each in COLUMNS
    )


Write = Callable[[Any], Any]


def cell_writers(fields: tuple[Field, ...]) -> list[Write]:
    """Give, for each column, what makes the text of a cell of a value that is not null."""
    return [str if each.words else _CELL[each.holds] for each in fields]


def line_writers(fields: tuple[Field, ...]) -> list[Write]:
    """Give, for each column, what makes the JSON value of a value that is not null."""
    return [_LINE[each.holds] for each in fields]


def _number(value: Any) -> float:
    number = float(value) + 0.0  # -0.0 + 0.0 is 0.0
    if not math.isfinite(number):
        raise ValueError(f"{value} is no number that can be written")
    return number


_CELL: dict[Holds, Write] = {
    Holds.TEXT: escaped,
    Holds.NUMBER: lambda value: repr(_number(value)),
    Holds.INTEGER: lambda value: str(int(value)),
    Holds.BOOLEAN: lambda value: "true" if value else "false",
    Holds.JSON: canonical_json,
}
_LINE: dict[Holds, Write] = {
    Holds.TEXT: str,
    Holds.NUMBER: _number,
    Holds.INTEGER: int,
    Holds.BOOLEAN: bool,
    Holds.JSON: lambda value: value,
}


def read_cell(text: str, asked: Field) -> Any:
    """Read a cell that is not empty; ValueError says what was expected."""
    holds = asked.holds
    if holds is Holds.TEXT:
        return _text(text if asked.words else unescaped(text))
    if holds is Holds.BOOLEAN:
        if text not in ("true", "false"):
            raise ValueError("true or false")
        return text == "true"
    if holds is Holds.JSON:
        return read_json(text)
    if holds is Holds.INTEGER:
        return _integer(int(text) if text.removeprefix("-").isascii() and _digits(text) else text)
    return _finite(float(text) if text.isascii() and not text[-1:].isspace() else math.nan)


def _digits(text: str) -> bool:
    return 0 < len(text) <= 12 and text.removeprefix("-").isdigit()


def read_value(value: Any, asked: Field) -> Any:
    """Check a JSON value that is not null; ValueError says what was expected."""
    holds = asked.holds
    if holds is Holds.TEXT:
        return _text(value)
    if holds is Holds.BOOLEAN:
        if not isinstance(value, bool):
            raise ValueError("true or false")
        return value
    if holds is Holds.INTEGER:
        return _integer(value)
    return _finite(value) if holds is Holds.NUMBER else _plain(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("text in Unicode") from None
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST_INTEGER:
        raise ValueError(f"a whole number of at most {MOST_INTEGER}")
    return value


def _finite(value: Any) -> float:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("a finite number")
    return number


def _plain(value: Any) -> Any:
    """Check JSON down to its leaves; deeper than anything evireg writes is refused."""
    pending = [(value, 0)]
    while pending:
        each, depth = pending.pop()
        if depth > 20:
            raise ValueError("JSON of at most 20 levels")
        if isinstance(each, str):
            _text(each)
        elif isinstance(each, dict):
            pending += [(inner, depth + 1) for pair in each.items() for inner in pair]
        elif isinstance(each, list):
            pending += [(inner, depth + 1) for inner in each]
    return value


def read_json(text: str) -> Any:
    """Read JSON strictly: no nan, no name twice, no depth that breaks the reader; ValueError otherwise."""
    try:
        return _plain(json.loads(text, parse_constant=_refuse, object_pairs_hook=_object))
    except RecursionError:
        raise ValueError("JSON of at most 20 levels") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"a finite number, not {constant}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("JSON with each name once")
    return found
