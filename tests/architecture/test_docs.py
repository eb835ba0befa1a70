"""Documentation made from code says what the code says."""

from __future__ import annotations

import pytest

from docs.gallery import EXAMPLES
from docs.generate import HERE, PAGES
from registry.figures.catalogue import KINDS


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_current(name: str) -> None:
    """A page that is out of step fails here; `python -m docs.generate` writes it again."""
    written = (HERE / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"run: python -m docs.generate (docs/{name} is out of step)"


def test_every_figure_is_in_the_gallery() -> None:
    """The gallery shows each kind of the catalogue, in one place."""
    shown = [example.kind for example in EXAMPLES]
    assert {*shown} == {*KINDS}
    assert shown == [kind for kind in dict.fromkeys(shown) for _ in range(shown.count(kind))]
