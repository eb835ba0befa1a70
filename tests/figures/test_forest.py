"""The forest plot: valid files, the same every time; what it says, in which columns, in which order."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from registry.errors import UsageError
from registry.figures.catalogue import draw
from registry.figures.drawing.typeset import wrapped
from registry.figures.forest import figure
from registry.figures.forests.ordering import ordered
from registry.figures.judged import Domain, domains, mark
from registry.frame import Frame
from registry.pooling import pool
from registry.pooling.result import PoolResult
from registry.report.prose import SIMULATED
from tests.figures.shapes import QUIPS, appraised, judged_pool
from tests.pooling.rows import plain
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
    assert "Study 1, n = 101: direction only; high NLR: fares worse" in shown


def test_long_names_are_wrapped_and_complete() -> None:
    """Nothing of a name is lost."""
    shown = " ".join(texts("long names"))
    assert LONG in shown
    assert shown.replace(" ", "").count("X" * 90) == 1
    assert "$n_1$ <b>é</b>" in shown


def test_letters_the_font_lacks_are_no_error(tmp_path: Path) -> None:
    """A study from Sapporo can be drawn."""
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


def cells(result: PoolResult, *columns: str, sort: str | None = None) -> list[str]:
    return [text.get_text() for text in figure(result, columns=columns, sort=sort).axes[0].texts]


def test_columns_are_those_chosen() -> None:
    """Columns of the contract and study characteristics, with their units in the header, and no others."""
    shown = cells(SHAPES["simulated"], "cutoff", "followup", "product_source", "hr")
    assert {"Cutoff", "(ng/mL)", "Product", "source", "650", "24.3", "commercial"} <= {*shown}
    assert not {"n", "Weight"} & {*shown}


def test_patients_and_events_are_summed_where_all_are_known() -> None:
    """A total stands in the line of a pool; not where a number was not read."""
    frame = plain(3, n=[100.0, 50.0, 20.0], n_events=[10.0, 20.0, 30.0])
    assert {"170", "60"} <= {*cells(pool(frame), "n", "events")}
    unread = frame.replace(n_events=np.array([10.0, 20.0, np.nan]))
    shown = cells(pool(unread), "n", "events")
    assert "10" in shown
    assert "30" not in shown


def test_what_was_not_read_is_a_dash() -> None:
    """A column that was asked for stands there, whatever was read; one nobody asked for does not when it is empty."""
    unread = pool(plain(3).replace(n=np.full(3, np.nan)))
    assert cells(unread, "n", "country").count("–") == 6
    assert "n" not in [text.get_text() for text in figure(unread).axes[0].texts]


def test_keys_are_broken_at_their_seams() -> None:
    """A long key without spaces is broken after an underscore, and nothing of it is lost."""
    parts = wrapped("BBMT2013_RIC_lymphoid", 1.0, size=8.0)
    assert parts == ["BBMT2013_RIC_", "lymphoid"]


def test_unknown_column_names_the_nearest() -> None:
    """A misspelt column is no empty column."""
    with pytest.raises(UsageError, match="no column 'weigth'; did you mean 'weight'"):
        figure(SHAPES["eight"], columns=["weigth"])


@pytest.mark.parametrize(
    ("sort", "first"), [("year", "Author 0 2001"), ("year:desc", "Author 4 2005"), ("n:desc", "Author 4 2005")]
)
def test_estimates_stand_in_the_order_asked_for(sort: str, first: str) -> None:
    """By a column, from the smallest or from the largest on."""
    shown = cells(judged_pool(5), "n", sort=sort)
    assert next(text for text in shown if text.startswith("Author")) == first


def test_what_was_not_read_comes_last_in_any_order() -> None:
    """Nothing is known of it, so nothing is before or after it."""
    result = pool(plain(3, year=[None, 2001, 2005], first_author=["A", "B", "C"]))
    assert [result.estimates[row].label for row in ordered(result, "year:desc")][:2] == ["C 2005", "B 2001"]
    assert ordered(result, "year:desc")[-1] == ordered(result, "year")[-1] == 0
    with pytest.raises(UsageError, match="cannot be sorted by 'yaer'; did you mean 'year'"):
        ordered(result, "yaer")
    with pytest.raises(UsageError, match="no such direction"):
        ordered(result, "year:down")


def test_judgements_have_a_symbol_beside_their_colour() -> None:
    """Every level of three has its own, unclear is none of them, and what was not judged is empty."""
    [first, *_] = domains(judged_pool(3).rows)
    marks = [mark(first, level) for level in ("low", "moderate", "high", None)]
    assert [each.symbol for each in marks] == ["+", "_", "x", ""]
    assert len({each.grade for each in marks}) == 4
    open_ended = Domain("d", "d", "T", ("low", "moderate", "serious", "critical", "no information"))
    assert [mark(open_ended, level).symbol for level in open_ended.levels] == ["+", "_", "x", "$!$", "$?$"]


def test_domains_stand_in_the_order_of_their_tool() -> None:
    """QUIPS begins with participation, whatever the alphabet says."""
    assert [each.name for each in domains(judged_pool(3).rows)] == [*QUIPS]
    shown = cells(judged_pool(3), "risk_of_bias")
    assert any(text.startswith("Risk of bias (QUIPS): 1 study participation; 2 study attrition") for text in shown)


def test_risk_of_bias_nobody_judged_is_refused() -> None:
    """No empty dots for what nobody looked at; with several tools one is to be named."""
    with pytest.raises(UsageError, match="no estimate was appraised"):
        figure(SHAPES["eight"], columns=["risk_of_bias"])
    both = appraised(3)
    other = appraised(3, names={"nos_outcome": "outcome"}, tool="NOS")
    frame = Frame(both.columns, {**both.attributes, **other.attributes}, {**both.declared, **other.declared})
    with pytest.raises(UsageError, match=r"appraised with NOS, QUIPS\nname one tool"):
        figure(pool(frame), columns=["risk_of_bias"])
    assert any(text.startswith("Risk of bias (NOS): outcome") for text in cells(pool(frame), "NOS"))
