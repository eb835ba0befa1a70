"""Documentation made from code says what the code says."""

from __future__ import annotations

import pytest

from docs.generate import HERE, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_current(name: str) -> None:
    """A page that is out of step fails here; `python -m docs.generate` writes it again."""
    written = (HERE / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"run: python -m docs.generate (docs/{name} is out of step)"
