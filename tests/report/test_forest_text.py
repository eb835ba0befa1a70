"""The forest plot in characters."""

from __future__ import annotations

import pytest

from registry.report import prose
from registry.report.forest_text import forest
from registry.report.prose import SIMULATED
from registry.report.wrapping import width
from tests.report.results import SHAPES

PLOT = """\
Study                                                       HR (95 % CI)  Weight
Kelkitli 2014                       ┊───────■──────     2.52 (1.22–5.22)   9.2 %
Kim 2016                            ────■───            1.56 (1.08–2.27)  16.6 %
Shi 2016                            ┊  ───■────         2.12 (1.44–3.11)  16.3 %
Li 2016 †                           █─                  1.09 (1.04–1.13)  23.1 %
Onec 2017               ◄──────────▪─────────────       0.89 (0.20–4.06)   3.1 %
"""


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 160])
@pytest.mark.parametrize("shape", SHAPES)
def test_plot_keeps_to_the_width(shape, columns) -> None:
    """No line is wider than the terminal, whatever is plotted."""
    assert max(width(line) for line in forest(SHAPES[shape], columns).splitlines()) <= columns


@pytest.mark.parametrize("shape", SHAPES)
def test_plain_ascii_on_request(shape) -> None:
    """A terminal without Unicode gets the same plot in ASCII."""
    assert forest(SHAPES[shape], 80, ascii_only=True).isascii()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_estimate_has_a_line_with_its_whole_value(shape) -> None:
    """The value stands in one piece beside its square."""
    text = forest(SHAPES[shape], 100)
    for line, each in zip(text.splitlines()[1 + SHAPES[shape].simulated :], SHAPES[shape].estimates, strict=False):
        assert prose.value(each.hr, each.ci_low, each.ci_high) in line
        assert any(square in line for square in "▪■█")


def test_point_lies_between_its_bounds_and_right_of_one_when_above_it() -> None:
    """Left is less: an estimate above 1 stands right of the reference line, the diamond on its own line."""
    lines = forest(SHAPES["eight"], 120).splitlines()
    reference = lines[9].index("┊")
    kim = lines[2]
    assert kim.index("─") < kim.index("■") < kim.rindex("─")
    assert kim.index("■") > reference
    [pooled] = [line for line in lines if line.startswith("Random effects (k = 8)")]
    assert pooled.index("═") < pooled.index("◆") < pooled.rindex("═")


def test_heavier_estimates_have_heavier_squares() -> None:
    """The largest weight gets the full block, the smallest the small square."""
    lines = forest(SHAPES["eight"], 100).splitlines()
    assert "█" in next(line for line in lines if line.startswith("Li 2016"))
    assert "▪" in next(line for line in lines if line.startswith("Onec 2017"))


def test_cut_intervals_end_in_arrows() -> None:
    """An interval that leaves the axis says so."""
    assert "►" in forest(SHAPES["two"], 80)
    assert "◄" in forest(SHAPES["two"], 80)


def test_prediction_interval_is_drawn_from_five_estimates() -> None:
    """As in the tables."""
    assert "Prediction interval" in forest(SHAPES["eight"], 80)
    assert "Prediction interval" not in forest(SHAPES["three"], 80)


def test_one_estimate_has_no_diamond_and_two_have_two() -> None:
    """Nothing is pooled at k = 1; at k = 2 neither interval is the headline."""
    assert "◆" not in forest(SHAPES["one"], 80)
    assert forest(SHAPES["two"], 80).count("◆") == 2


def test_simulated_is_said_above_the_plot() -> None:
    """Also in characters."""
    assert forest(SHAPES["simulated"], 80).splitlines()[0] == SIMULATED


def test_first_lines_are_as_designed() -> None:
    """The plot at 80 columns, line by line."""
    assert forest(SHAPES["eight"], 80).startswith(PLOT)
