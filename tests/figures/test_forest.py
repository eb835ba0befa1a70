"""The forest plot as a file: made, valid, the same every time, nothing overlapping."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from registry.errors import UsageError
from registry.figures.catalogue import draw
from registry.figures.forest import figure
from registry.report.prose import SIMULATED
from tests.report.results import LONG, SHAPES

MAGIC = {"svg": b"<?xml", "pdf": b"%PDF-", "png": b"\x89PNG\r\n"}


@pytest.mark.parametrize("kind", MAGIC)
@pytest.mark.parametrize("shape", ["one", "eight", "simulated"])
def test_files_are_made_and_valid(shape, kind, tmp_path: Path) -> None:
    """Each format is what its suffix says."""
    made = draw("forest", SHAPES[shape], tmp_path / f"forest.{kind}")
    assert made.read_bytes().startswith(MAGIC[kind])
    if kind == "svg":
        assert ET.parse(made).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file


@pytest.mark.parametrize("kind", MAGIC)
def test_same_result_gives_the_same_bytes(kind, tmp_path: Path) -> None:
    """No date, no random id: a figure can be compared and cached."""
    first, second = (draw("forest", SHAPES["simulated"], tmp_path / f"{name}.{kind}") for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_text_overlaps_another_or_leaves_the_sheet(shape) -> None:
    """From one estimate to a hundred, with long names, subgroups and known evidence below."""
    made = figure(SHAPES[shape])
    renderer = FigureCanvasAgg(made).get_renderer()
    sheet = made.bbox
    boxes = []
    for text in made.axes[0].texts:
        if text.get_gid() == "stamp":
            continue
        box = text.get_window_extent(renderer)
        assert sheet.x0 <= box.x0
        assert box.x1 <= sheet.x1
        assert sheet.y0 <= box.y0
        assert box.y1 <= sheet.y1
        boxes.append((box.shrunk(0.98, 0.98), text.get_text()))
    for (one, text), (other, beside) in itertools.combinations(boxes, 2):
        assert not one.overlaps(other), (text, beside)


@pytest.mark.parametrize("shape", ["eight", "subgroups", "two"])
def test_squares_lie_inside_the_plot_and_areas_follow_the_weights(shape) -> None:
    """The area of a square is its share of the largest weight."""
    result = SHAPES[shape]
    squares = [
        patch for patch in figure(result).axes[0].patches if patch.get_zorder() == 3 and hasattr(patch, "get_width")
    ]
    areas = sorted(patch.get_width() * patch.get_height() for patch in squares)
    weights = sorted(each.weight for each in result.estimates)
    for area, weight in zip(areas, weights, strict=True):
        assert area / areas[-1] == pytest.approx(max(weight / weights[-1], (0.03 / 0.13) ** 2))


def texts(shape: str) -> list[str]:
    return [text.get_text() for text in figure(SHAPES[shape]).axes[0].texts]


def test_simulated_is_stamped_on_the_figure() -> None:
    """A banner above, and a stamp across the plot."""
    assert SIMULATED in texts("simulated")
    assert "SIMULATED" in texts("simulated")
    assert not any("SIMULATED" in text for text in texts("eight"))


def test_figure_says_question_direction_and_heterogeneity() -> None:
    """It can be read on its own."""
    shown = texts("eight")
    assert "NLR, OS, multiple myeloma" in shown
    assert "← lower hazard with high NLR" in shown
    assert "higher hazard with high NLR →" in shown
    assert any(text.startswith("tau² ") for text in shown)
    assert "Random effects (k = 8)" in shown
    assert "1.70 (1.25–2.32)" in shown


def test_subgroups_have_diamonds_and_tests_of_their_own() -> None:
    """Each group its heading, its rows, its diamond; groups outside the test say so."""
    shown = texts("subgroups")
    assert [text for text in shown if text.startswith("Subgroup (k = ")] == [f"Subgroup (k = {k})" for k in (5, 6, 3)]
    assert "not reported (not in the test)" in shown
    assert any(text.startswith("Wald test between groups") for text in shown)


def test_known_evidence_is_listed_below() -> None:
    """With the direction its text states."""
    shown = texts("unusable")
    assert "Known, not poolable (2 cohorts without a pooled estimate, 204 patients)" in shown
    assert "Study 1, n = 101: direction only; index group: fares worse" in shown


def test_long_names_are_wrapped_and_complete() -> None:
    """Nothing of a name is lost."""
    shown = " ".join(texts("long names"))
    assert LONG in shown
    assert shown.replace(" ", "").count("X" * 90) == 1
    assert "$n_1$ <b>é</b>" in shown


def test_letters_the_font_lacks_are_no_error(tmp_path: Path) -> None:
    """A study from Sapporo can be drawn."""
    from registry.pooling import pool
    from tests.pooling.rows import plain

    draw("forest", pool(plain(2, first_author=["札幌", "Seoul 서울"], year=[2001, 2002])), tmp_path / "forest.png")


@pytest.mark.parametrize("name", ["forest.jpg", "forest", "forest.svgz"])
def test_unknown_suffix_is_refused(name, tmp_path: Path) -> None:
    """The suffix says which picture to make."""
    with pytest.raises(UsageError, match=r"does not say which picture to make\nend it in \.svg, \.pdf, \.png"):
        draw("forest", SHAPES["one"], tmp_path / name)


def test_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """No traceback for a folder that is not there."""
    with pytest.raises(UsageError, match=r"cannot be written to .*: No such file or directory"):
        draw("forest", SHAPES["one"], tmp_path / "nowhere" / "forest.svg")


def test_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    """FOREST.SVG is an SVG."""
    assert draw("forest", SHAPES["one"], str(tmp_path / "FOREST.SVG")).exists()
