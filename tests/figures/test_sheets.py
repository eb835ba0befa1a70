"""Figures that can be read: no text overlaps another or leaves the sheet, at any size, and widths are as asked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from registry.errors import UsageError
from registry.figures import forest
from registry.figures.catalogue import KINDS
from registry.figures.drawing.fitting import NoRoomError, Part, fitted
from registry.figures.theme import FILE_STYLE
from registry.figures.widths import MM_PER_INCH, width
from tests.figures.pictures import PICTURES, RISK, drawn
from tests.figures.shapes import extreme, judged_pool
from tests.report.results import SHAPES, of_size

WIDTHS = ("single", "onehalf", "double", None)

MANY = {
    "fifty-narrow": drawn("forest", judged_pool(50), wide="single"),
    "fifty-risk": drawn("forest", judged_pool(50), wide="double", columns=RISK),
    "two-hundred": drawn("forest", of_size(200), wide="onehalf"),
    "cumulative-fifty": drawn("cumulative", judged_pool(50), wide="single"),
    "traffic-light-fifty": drawn("traffic-light", judged_pool(50), wide="double"),
}
FORESTS = {f"{shape}-{wide}": drawn("forest", SHAPES[shape], wide=wide) for shape in SHAPES for wide in WIDTHS}
EXTREME = {f"extreme-{wide}": drawn("forest", extreme(), wide=wide) for wide in WIDTHS}
ALL = {**PICTURES, **MANY, **FORESTS, **EXTREME}


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_text_overlaps_another_or_leaves_the_sheet(name: str) -> None:
    """From one estimate to two hundred, narrow and wide, with long names, subgroups and known evidence below."""
    made = ALL[name]()
    boxes = []
    with mpl.rc_context(FILE_STYLE):
        renderer = FigureCanvasAgg(made).get_renderer()
        for text in (each for axes in made.axes for each in axes.texts if each.get_gid() != "stamp"):
            box = text.get_window_extent(renderer)
            assert made.bbox.padded(0.5).containsx(box.x0), text.get_text()
            assert made.bbox.padded(0.5).containsx(box.x1), text.get_text()
            assert made.bbox.padded(0.5).containsy(box.y0), text.get_text()
            assert made.bbox.padded(0.5).containsy(box.y1), text.get_text()
            boxes.append((box.shrunk(0.99, 0.9), text.get_text()))
    boxes.sort(key=lambda each: each[0].y0)
    for place, (one, text) in enumerate(boxes):
        for other, beside in boxes[place + 1 :]:
            if other.y0 >= one.y1:
                break
            assert not one.overlaps(other), (text, beside)


@pytest.mark.parametrize("wide", ["single", "onehalf", "double", "120mm"])
@pytest.mark.parametrize("kind", ["forest", "cumulative", "leave-one-out", "traffic-light"])
def test_a_figure_is_as_wide_as_asked(kind: str, wide: str) -> None:
    """A journal's column is filled, not overrun, whatever is drawn in it, and no letter is below six points."""
    made = KINDS[kind].figure(judged_pool(5), width=width(wide))
    assert made.get_figwidth() == pytest.approx(width(wide))
    sizes = [text.get_fontsize() for axes in made.axes for text in axes.texts if text.get_gid() != "stamp"]
    assert min(sizes) >= 6.0


def test_widths_are_names_or_millimetres() -> None:
    """85, 114 and 174 mm have names; others are said in millimetres, and no page is narrower than 50 mm."""
    asked = ("single", "onehalf", "double", "120mm", "99.5 mm")
    assert [width(each) * MM_PER_INCH for each in asked] == pytest.approx([85, 114, 174, 120, 99.5])
    with pytest.raises(UsageError, match=r"width 'wide' is none\nsingle, onehalf, double"):
        width("wide")
    with pytest.raises(UsageError, match="no page"):
        width("20mm")


def test_columns_that_do_not_fit_are_refused() -> None:
    """Chosen columns are never dropped; how much room lacks is said."""
    with pytest.raises(UsageError, match=r"needs \d+ mm more than there are\nleave out columns, or ask for a wider"):
        forest.figure(judged_pool(3), width=width("single"), columns=["n", "year", "yi", "vi", "hr", "weight"])


@pytest.mark.parametrize(("wide", "weights"), [("single", False), ("onehalf", True)])
def test_columns_nobody_chose_are_those_that_fit(wide: str, *, weights: bool) -> None:
    """A narrow plot leaves out weights before patients."""
    texts = {text.get_text() for text in forest.figure(judged_pool(5), width=width(wide)).axes[0].texts}
    assert {"n", "HR (95 % CI)"} <= texts
    assert ("Weight" in texts) is weights


@pytest.mark.parametrize("room", [2.0, 3.0, 5.0, None])
def test_parts_give_in_by_the_same_share(room: float | None) -> None:
    """None is less than its least or more than its natural width, and together they fit."""
    parts = [Part(1.0, 3.0), Part(0.5, 0.5), Part(0.5, 1.0)]
    found = fitted(parts, room)
    assert all(part.least <= width <= part.natural for part, width in zip(parts, found, strict=True))
    assert sum(found) == pytest.approx(min(room or 4.5, 4.5))
    with pytest.raises(NoRoomError, match="needs 13 mm more"):
        fitted(parts, 1.5)


def ticks(made: Figure) -> list[float]:
    """Read the ticks of the axis off a forest plot, from left to right."""
    written = [text for text in made.axes[0].texts if text.get_text().replace(".", "").isdigit()]
    level = max(text.get_position()[1] for text in written if text.get_text() == "1")
    found = [text for text in written if text.get_position()[1] == level]
    return [float(text.get_text()) for text in sorted(found, key=lambda each: each.get_position()[0])]


@pytest.mark.parametrize("draw", [PICTURES["forest"], PICTURES["forest-extreme"], FORESTS["eight-single"]])
def test_ticks_stand_in_order_and_one_is_among_them(draw: Callable[[], Figure]) -> None:
    """However narrow the axis, 1 has its tick, and there are at least two."""
    found = ticks(draw())
    assert 1.0 in found
    assert len(found) >= 2
    assert all(one < other for one, other in pairwise(found))
