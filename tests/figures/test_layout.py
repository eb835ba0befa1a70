"""Scales, names beside points, and circles that keep apart."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from registry.figures.drawing.bubbles import apart, radii
from registry.figures.drawing.labelling import Box, Point, placed
from registry.figures.drawing.scale import Scale, logarithms, narrow, numbers, ratios
from registry.figures.drawing.typeset import width
from registry.figures.letters import missing

FRAME = Box(0.0, 0.0, 3.0, 2.0)


def crowd(count: int) -> list[Point]:
    """Give points with names all over a frame."""
    random = np.random.default_rng(1)
    places = random.uniform([0.1, 0.1], [2.9, 1.9], (count, 2)).tolist()
    return [Point(x, y, 0.03, f"Author {row} 2001") for row, (x, y) in enumerate(places)]


def test_names_cover_neither_points_nor_each_other() -> None:
    """Of sixty names as many as there is room for, all of them inside the frame."""
    points = crowd(60)
    names = placed(points, FRAME, size=7.0)
    assert 10 < len(names) < 60
    boxes = [Box(name.x, name.y - 0.05, name.x + width(name.text, size=7.0), name.y + 0.05) for name in names]
    assert all(FRAME.holds(box) for box in boxes)
    assert not any(one.meets(other) for one, other in itertools.combinations(boxes, 2))
    assert not any(box.meets(point.box) for box in boxes for point in points)


def test_first_points_get_their_names_first() -> None:
    """What is most wanted is never left out for what comes later."""
    points = crowd(60)
    assert placed(points, FRAME, size=7.0)[0].text == points[0].name


def test_far_name_is_joined_to_its_point() -> None:
    """A name that found room only further away has a line that begins at its point."""
    ring = [Point(1.5 + 0.09 * math.cos(t), 1.0 + 0.09 * math.sin(t), 0.03) for t in np.linspace(0, 2 * math.pi, 12)]
    [name] = placed([Point(1.5, 1.0, 0.03, "Kim 2016"), *ring], FRAME, size=7.0)
    assert name.line is not None
    assert math.dist(name.line[0], (1.5, 1.0)) == pytest.approx(0.03)


def test_long_names_are_cut() -> None:
    """A name of ninety letters does not push all others away."""
    [name] = placed([Point(0.1, 1.0, 0.03, "X" * 90)], Box(0.0, 0.0, 5.0, 2.0), size=7.0)
    assert name.text.endswith("…")


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (1.0, 0.0), (0.013, 0.0137), (-3.0, 250.0), (1999.0, 2021.0)])
def test_ticks_of_numbers_are_round_inside_and_exact(low: float, high: float) -> None:
    """Two to seven of them, each written as it is."""
    scale = numbers(low, high, "")
    assert 2 <= len(scale.ticks) <= 7
    for value, text in scale.ticks:
        assert min(low, high) <= value <= max(low, high)
        assert float(text.replace("−", "-")) == pytest.approx(value, abs=1e-12)


def test_ticks_of_a_log_axis_stand_at_the_logarithm() -> None:
    """Cutoffs over three decades, and over less than one."""
    for low, high in ((1.0, 1000.0), (380.0, 1050.0), (2.0, 2.4)):
        scale = logarithms(math.log(low), math.log(high), "")
        assert len(scale.ticks) >= 2
        assert all(value == pytest.approx(math.log(float(text))) for value, text in scale.ticks)


def test_labels_that_would_touch_are_left_out_but_not_no_effect() -> None:
    """However narrow the axis, the labels that stay are apart, and 1 stays while there is room for one."""
    whole = ratios(math.log(0.2), math.log(6.0), "")
    assert any(text == "1" for _, text in whole.ticks)
    for room in (3.0, 1.5, 0.8, 0.3):
        scale = whole.fitted(room, 7.0, before=0.1, after=0.1)
        ends = [(scale.share(value) * room, width(text, size=7.0) / 2.0) for value, text in scale.ticks]
        assert all(x + half < other - more for (x, half), (other, more) in itertools.pairwise(ends))
        assert all(x - half >= -0.1 and x + half <= room + 0.1 for x, half in ends)
        assert "1" in [text for _, text in scale.ticks]


def test_labels_do_not_leave_the_sheet() -> None:
    """Where nothing may reach beyond the ends, the ticks at the ends are without labels."""
    scale = Scale(0.0, 1.0, ((0.0, "0.000"), (0.5, "0.500"), (1.0, "1.000")), "")
    assert [text for _, text in scale.fitted(2.0, 7.0).ticks] == ["0.500"]
    assert len(scale.fitted(2.0, 7.0, before=0.3, after=0.3).ticks) == 3


def test_an_axis_of_alike_ratios_is_not_filled_by_their_differences() -> None:
    """Ratios from 1.01 to 1.02 do not look as if they were worlds apart."""
    scale = ratios(math.log(1.01), math.log(1.02), "")
    assert scale.high - scale.low == pytest.approx(0.25)


def test_areas_follow_weights() -> None:
    """Twice the weight is twice the area; with more estimates circles are smaller."""
    one, two = radii([1.0, 2.0])
    assert (two / one) ** 2 == pytest.approx(2.0)
    assert max(radii([1.0] * 100)) < max(radii([1.0] * 10))


def test_circles_on_a_line_move_apart_within_their_room() -> None:
    """Eight at one place no longer cover each other; two that are apart stay where they are."""
    moved = apart([1.0] * 8, [0.05] * 8, 0.5)
    assert all(abs(one - other) >= 0.1 - 1e-9 for one, other in itertools.combinations(moved, 2))
    assert max(map(abs, moved)) <= 0.5
    assert apart([1.0, 2.0], [0.05, 0.05], 0.5) == [0.0, 0.0]


def test_a_narrow_axis_has_two_ticks_whenever_two_have_room() -> None:
    """Half an inch holds −2, 0, 2 of an axis whose finer ticks would touch."""
    scale = narrow(-2.9, 2.3, 0.55, 7.0, over=0.07)
    assert [text for _, text in scale.ticks] == ["−2", "0", "2"]
    assert len(narrow(0.37, 0.43, 0.55, 7.0, over=0.07).ticks) >= 1


def test_letters_the_font_lacks_are_told() -> None:
    """Latin, Greek and Arabic are drawn; Chinese is not, and each of its letters is named once."""
    figure = Figure()
    figure.text(0.1, 0.1, "Müller 2010, Δ, محمد", parse_math=False)
    assert missing(figure) == ""
    figure.text(0.1, 0.2, "王小明 王", parse_math=False)
    assert missing(figure) == "王小明"
