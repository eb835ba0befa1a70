"""The waterfall: a path from pool to pool that ends where it should, the same bytes every time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from registry.errors import UsageError
from registry.explaining.explanation import Explanation
from registry.figures.catalogue import draw
from registry.figures.waterfall import MOST_BARS, bars
from tests.figures.moved import explanation


@pytest.mark.parametrize("n", [1, 3, 20, 60])
def test_path_leads_from_one_pool_to_the_other(n: int) -> None:
    """Each bar starts where the last ended, and the last ends at the second pool, however many are drawn as one."""
    result = explanation(n)
    path = bars(result)
    assert len(path) == min(n, MOST_BARS)
    assert path[0].start == result.start.values[0]
    assert all(one.end == other.start for one, other in pairwise(path))
    assert path[-1].end == pytest.approx(result.end.values[0])


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_same_explanation_same_bytes(kind: str, tmp_path: Path) -> None:
    """A picture depends on its numbers alone."""
    one, other = (draw("waterfall", explanation(5), tmp_path / f"{name}.{kind}").read_bytes() for name in "ab")
    assert one == other


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    """A suffix of no picture, and two pools of which one is undefined."""
    with pytest.raises(UsageError, match="which picture"):
        draw("waterfall", explanation(2), tmp_path / "w.txt")
    whole = explanation(2)
    nothing = Explanation(
        "q", None, whole.start, whole.end, None, (), whole.evidence, (), (), "hr", {}, simulated=False
    )
    with pytest.raises(UsageError, match="no path to draw"):
        draw("waterfall", nothing, tmp_path / "w.svg")
