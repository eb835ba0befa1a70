"""The tutorials tell the truth: whoever follows one from an empty folder sees what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.pages import COMMAND, STEP, faults
from tests.flows.test_readme import ROOT

DOCS = ROOT / "docs"
STORIES = [
    path.relative_to(DOCS).as_posix()
    for path in sorted(DOCS.rglob("*.md"))
    if any(found["console"] for found in STEP.finditer(path.read_text(encoding="utf-8")))
    and path.name != "analyses.md"  # test_analyses_guide runs each of its blocks
]


def test_tutorials_are_among_the_stories() -> None:
    """What is run is found by its blocks; the tutorials must be found."""
    assert {"tutorials/curators.md", "tutorials/analysts.md"} <= {*STORIES}


@pytest.mark.parametrize("name", STORIES)
def test_page_shows_what_its_commands_print(name: str, tmp_path: Path) -> None:
    """Each page is lived through from an empty folder, in order; what it shows is what is printed."""
    found = faults((DOCS / name).read_text(encoding="utf-8"), tmp_path)
    assert not found, "\n\n".join([f"renew with: python -m tests.flows.pages docs/{name}", *found])


@pytest.mark.r
@pytest.mark.parametrize("name", [name for name in STORIES if "$ Rscript" in (DOCS / name).read_text(encoding="utf-8")])
def test_page_shows_what_r_prints(name: str, tmp_path: Path) -> None:
    """Where a page shows R beside evireg, R prints it."""
    found = faults((DOCS / name).read_text(encoding="utf-8"), tmp_path, with_r=True)
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("name", STORIES)
def test_blocks_hold_commands_only_of_evireg(name: str) -> None:
    """A console block begins with a command, so that no line of a page goes unread."""
    for found in STEP.finditer((DOCS / name).read_text(encoding="utf-8")):
        if found["console"]:
            assert COMMAND.match(found["console"]), found["console"]
