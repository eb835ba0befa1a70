"""Pictures look as they did when somebody looked at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.figures.forest import figure
from tests.figures.images import BASELINE, PICTURES, difference, rendered
from tests.report.results import SHAPES


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_picture_is_as_its_baseline(name: str, tmp_path: Path) -> None:
    """Within what another rendering of letters may change; `python -m tests.figures.renew` keeps new ones."""
    image = rendered(PICTURES[name]())
    image.save(tmp_path / f"{name}.png")
    assert not difference(name, image), f"see {tmp_path / name}.png"


def test_another_picture_is_seen_to_differ() -> None:
    """The comparison can fail: one estimate moved, one more estimate, another theme."""
    result = SHAPES["eight"]
    assert difference("forest", rendered(figure(result, sort="hr")))
    assert difference("forest", rendered(figure(SHAPES["sixty"])))
    assert difference("forest", rendered(figure(result, width=6.0)))
    assert difference("none", rendered(figure(result))) == "there is no baseline"


def test_baselines_are_small_and_all_are_used() -> None:
    """A baseline is a few kilobytes, and nothing is kept that nothing draws."""
    kept = list(BASELINE.glob("*.png"))
    assert {path.stem for path in kept} == set(PICTURES)
    assert all(path.stat().st_size < 30_000 for path in kept)
