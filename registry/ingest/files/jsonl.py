"""JSON lines → rows: one object a line, its keys being the columns of the import layout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from registry.ingest.files.encoding import bad_byte, encoding_of
from registry.ingest.files.table import Row, Table, refused
from registry.ingest.issues import Problem
from registry.issues import Issue

_EXPECTED = 'one object a line, such as {"study_key": "kim2016", "biomarker": "NLR", "endpoint": "OS", "hr": 1.56}'
#: A line longer than this is no row.
_LONGEST = 1_000_000


class _Repeated(ValueError):  # noqa: N818 - what is wrong, in the words of the file
    """A key that stands twice in one object."""


class _Object(dict[str, Any]):
    """A JSON object whose keys are all different."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        if len(self) < len(pairs):
            keys = [key for key, _ in pairs]
            raise _Repeated(next(key for key in keys if keys.count(key) > 1))


def open_jsonl(file: str, path: Path, encoding: str | None) -> Table:
    """Open a file of JSON lines; its header is every key that any line has, in the order they are met."""
    how = encoding_of(path, encoding)
    found = _objects(file, path, how)
    keys: dict[str, None] = {}
    first: Issue | None = None
    begun = False
    for _, each in found:
        if isinstance(each, Issue):
            first = first if begun else each
        else:
            keys.update(dict.fromkeys(each))
        begun = True
    if not keys:
        empty = Issue("file-empty", "the file holds no object with a value", file=file, expected=_EXPECTED)
        raise refused(first or empty)
    names = tuple(keys)
    return Table(
        file,
        names,
        lambda: _rows(_objects(file, path, how), names),
        top=tuple(row for row in islice(_rows(_objects(file, path, how), names), 3) if isinstance(row, Row)),
        lines=lambda: sum(1 for _ in path.open("rb")),
    )


def _rows(found: Iterator[tuple[int, _Object | Issue]], names: tuple[str, ...]) -> Iterator[Row | Issue]:
    for line, each in found:
        if isinstance(each, Issue):
            yield each
            continue
        values = [each.get(name) for name in names]
        cells = [value if isinstance(value, str) else _text(value) for value in values]
        if {str, type(None)}.issuperset(map(type, values)):
            yield Row(line, cells)
        else:
            faults = {at: fault for at, value in enumerate(values) if (fault := _fault(value)) is not None}
            yield Row(line, cells, faults)


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)[:80]


def _fault(value: Any) -> Problem | None:
    if value is None or isinstance(value, str):
        return None
    if isinstance(value, bool):
        return Problem(
            "json-value", f"{str(value).lower()} is a truth value", "a word of the column, such as yes or no"
        )
    kind = "an object inside an object" if isinstance(value, dict) else "a list"
    return Problem("json-value", f"the value is {kind}", "text, a number or null; several things in one text")


def _objects(file: str, path: Path, encoding: str) -> Iterator[tuple[int, _Object | Issue]]:
    """Yield line and object of each line that is not blank; numbers keep the digits they are written with."""
    decoder = json.JSONDecoder(object_pairs_hook=_Object, parse_float=str, parse_int=str, parse_constant=str)
    with path.open(encoding=encoding) as handle:
        line = 0
        while True:
            try:
                for text in handle:
                    line += 1
                    if text.strip():
                        yield line, _object(file, line, text.rstrip("\n"), decoder)
                return
            except UnicodeDecodeError:
                issue = bad_byte(file, path, encoding)
                yield issue.line, issue
                return


def _object(file: str, line: int, text: str, decoder: json.JSONDecoder) -> _Object | Issue:
    try:
        if len(text) > _LONGEST:
            return _wrong(file, line, f"the line has {len(text):,} characters", text)
        found = decoder.decode(text)
    except _Repeated as repeated:
        message = f"the key {str(repeated)[:80]!r} stands twice in one object"
        return Issue("json-key", message, file=file, line=line, value=str(repeated)[:80], expected="each key once")
    except (ValueError, RecursionError) as error:
        said = f"column {error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        return _wrong(file, line, f"this is no JSON ({said})", text)
    return found if isinstance(found, _Object) else _wrong(file, line, "this is no JSON object", text)


def _wrong(file: str, line: int, message: str, text: str) -> Issue:
    if line == 1 and text.lstrip().startswith("["):
        message = "this is one JSON array, not one object a line"
    return Issue("json", message, file=file, line=line, value=text.strip()[:80], expected=_EXPECTED)
