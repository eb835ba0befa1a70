"""Words that no result is told in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Rooms whose texts tell results.
ROOMS = ("cli", "registry/pooling", "registry/report", "registry/figures", "registry/dossier", "registry/grading",
         "registry/queries", "registry/explaining", "registry/formats")  # fmt: skip
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def texts(path: Path) -> Iterator[str]:
    """Give every text of a module, the help of a command among them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_result_is_called_significant(path: Path) -> None:
    """An interval excludes 1 or holds it; only digits are significant."""
    said = [text for text in texts(path) if "significan" in text.replace("significant digit", "").casefold()]
    assert not said


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_calls_a_result_significant(path: Path) -> None:
    """The rule of lint that looks at z alone is defined by it."""
    if path.name != "lint.md":
        assert "significan" not in path.read_text(encoding="utf-8").casefold()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_is_called_event_free(path: Path) -> None:
    """Where the event is death they are alive; else it is said what did not happen."""
    assert not [text for text in texts(path) if "event-free" in text.casefold()]
