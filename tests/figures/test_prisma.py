"""The PRISMA diagram: texts stay in their boxes, every count is on it, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from registry.errors import UsageError
from registry.figures.catalogue import draw
from registry.figures.prisma import figure
from registry.figures.theme import FILE_STYLE
from registry.prisma import Prisma
from tests.report.flows import LONG, SMALL


@pytest.mark.parametrize("flow", [SMALL, LONG], ids=["small", "long"])
def test_no_text_leaves_its_box_and_no_box_its_sheet(flow: Prisma) -> None:
    """Measured on the drawn figure: every text is inside a box or in the margin lines, and boxes do not overlap."""
    made = figure(flow)
    with mpl.rc_context(FILE_STYLE):
        _hold(made)


def _hold(made: Figure) -> None:
    renderer = FigureCanvasAgg(made).get_renderer()
    (axes,) = made.axes
    sheet = made.bbox
    boxes = [each.get_window_extent(renderer) for each in axes.patches if isinstance(each, Rectangle)]
    for place, one in enumerate(boxes):
        assert sheet.x0 <= one.x0 < one.x1 <= sheet.x1
        assert sheet.y0 <= one.y0 < one.y1 <= sheet.y1
        assert not any(one.x0 < o.x1 and o.x0 < one.x1 and one.y0 < o.y1 and o.y0 < one.y1 for o in boxes[place + 1 :])
    for text in axes.texts:
        if not text.get_text():
            continue
        extent = text.get_window_extent(renderer)
        assert sheet.x0 <= extent.x0 < extent.x1 <= sheet.x1, text.get_text()
        holding = [box for box in boxes if box.x0 <= extent.x0 and extent.y0 < box.y1 and box.y0 < extent.y1]
        for box in holding:
            if extent.x0 < box.x1:
                assert extent.x1 <= box.x1, text.get_text()
                assert box.y0 <= extent.y0, text.get_text()
                assert extent.y1 <= box.y1, text.get_text()


def test_every_count_is_on_the_diagram() -> None:
    """What a box should say stands in the figure, counts in one piece."""
    drawn = " ".join(each.get_text() for each in figure(LONG).axes[0].texts).replace("\u00a0", " ")
    for count in ("23456", "30000", "5459", "4999", "460", "450", "66", "388", "20", "19"):
        assert f"(n = {count})" in drawn
    assert "not screened yet (n = 10)" in drawn
    assert "(n = not known)" in drawn


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_same_flow_gives_the_same_bytes(tmp_path: Path, suffix: str, start: bytes) -> None:
    """In every format, and no date is in it."""
    first, second = (draw("prisma", SMALL, tmp_path / f"{name}.{suffix}").read_bytes() for name in "ab")
    assert first == second
    assert first.startswith(start)


def test_other_endings_and_places_are_refused(tmp_path: Path) -> None:
    """The message says which pictures there are, or what is wrong with the place."""
    with pytest.raises(UsageError, match="does not say which picture"):
        draw("prisma", SMALL, tmp_path / "flow.jpg")
    with pytest.raises(UsageError, match="cannot be written"):
        draw("prisma", SMALL, tmp_path / "none" / "flow.svg")
