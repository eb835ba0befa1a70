"""No field of the reference files goes uncompared, and no claim to compare one is empty."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stats.cases import NAMES, case

NOT_COMPARED = {
    "k": "the number of rows of `data`",
    "data": "the input",
    "source": "says what made the file",
    "pool.FE.t": "null: metafor has only z for the common effect, as we have",
    "pool.FE.knha": "null: metafor has only z for the common effect, as we have",
    "pool.FE.adhoc": "null: metafor has only z for the common effect, as we have",
}


def fields_of(values: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every entry that is no mapping; a list counts as one."""
    if not isinstance(values, dict):
        yield path
        return
    for key, value in values.items():
        yield from fields_of(value, (*path, key))


def claims() -> set[str]:
    """Paths that decorators `covers` of the tests of this folder name."""
    calls = (
        decorator
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "covers"
    )
    return {ast.literal_eval(argument) for call in calls for argument in call.args}


def matches(pattern: str, path: tuple[str, ...]) -> bool:
    keys = tuple(pattern.split("."))
    return len(keys) == len(path) and all(key in ("*", name) for key, name in zip(keys, path, strict=True))


PATHS = sorted({path for name in NAMES for path in fields_of(case(name).values)})
CLAIMS = claims()


def test_every_field_is_compared() -> None:
    """Each field of each file is named by a test, or stands above with the reason why not."""
    known = (*CLAIMS, *NOT_COMPARED)
    assert [".".join(path) for path in PATHS if not any(matches(pattern, path) for pattern in known)] == []


@pytest.mark.parametrize("pattern", sorted((*CLAIMS, *NOT_COMPARED)))
def test_no_claim_is_empty(pattern: str) -> None:
    """Whatever is said to be compared, or not to be, exists."""
    assert any(matches(pattern, path) for path in PATHS)
