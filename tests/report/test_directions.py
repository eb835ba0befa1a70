"""Directions in words: one text for each contrast and each way round, on axes, in headlines and in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from registry.frame import Frame
from registry.meaning.direction_words import direction_of, step_text
from registry.pooling import pool
from registry.report import prose
from registry.report.directions import fares, sides, who_fares
from registry.report.forest_text import forest
from registry.vocabulary import FactorFacts
from tests.pooling.rows import plain

UNIT: dict[str, list[Any]] = {"cutoff_value": [100.0], "cutoff_unit": ["U/L"]}
#: Contrast and what else the rows say → the direction, and what goes with a ratio above 1, high against low.
HIGH = [
    ("above_vs_below", {}, "high LDH vs low", "higher hazard with high LDH"),
    ("below_vs_above", {}, "high LDH vs low", "higher hazard with high LDH"),
    ("per_unit", UNIT, "per 100 U/L more LDH", "higher hazard with each 100 U/L more LDH"),
    ("per_unit", {"cutoff_value": [1.0], "cutoff_unit": ["1"]}, "per 1 more LDH", "higher hazard with each 1 more LDH"),
    (
        "per_unit",
        {"cutoff_value": [1.0], "scale": ["log2"]},
        "per 1 unit of log2 LDH",
        "higher hazard with each 1 unit of log2 LDH",
    ),
    (
        "per_unit",
        {},
        "per a step of LDH that is not stated",
        "higher hazard with each step of LDH that is not stated",
    ),
    ("per_doubling", {}, "per doubling of LDH", "higher hazard with each doubling of LDH"),
    ("per_sd", {"scale": ["ln"]}, "per SD of ln LDH", "higher hazard with each SD of ln LDH"),
    ("extremes", {}, "top vs bottom group of LDH", "higher hazard in the top group of LDH"),
    (
        "category",
        {"index_group": ["III"], "reference_group": ["I"]},
        "LDH III vs I",
        "higher hazard with LDH III",
    ),
    ("category", {"cutoff_text": ["III vs I"]}, "LDH III vs I", "higher hazard with LDH III"),
    ("category", {}, "index vs reference category of LDH", "higher hazard in the index category of LDH"),
    ("unclear", {}, "not stated", "higher hazard; direction not stated"),
]
LOW = [
    ("above_vs_below", {}, "low LDH vs high", "higher hazard with low LDH"),
    ("below_vs_above", {}, "low LDH vs high", "higher hazard with low LDH"),
    ("per_unit", UNIT, "per 100 U/L less LDH", "higher hazard with each 100 U/L less LDH"),
    ("per_doubling", {}, "per halving of LDH", "higher hazard with each halving of LDH"),
    ("per_sd", {"scale": ["ln"]}, "per SD of ln LDH less", "higher hazard with each SD of ln LDH less"),
    ("extremes", {}, "bottom vs top group of LDH", "higher hazard in the bottom group of LDH"),
]
CASES = [("high-vs-low", *case) for case in HIGH] + [("low-vs-high", *case) for case in LOW]


def result(read_as: str, contrast: str, columns: dict[str, list[Any]]) -> Any:
    """Pool four rows that say this of themselves."""
    more = {name: values * 4 for name, values in columns.items()}
    return pool(
        plain(4, factor=["LDH"] * 4, contrast=[contrast] * 4, **more), read_as=read_as, allow="mixed-categories"
    )


@pytest.mark.parametrize(("read_as", "contrast", "columns", "direction", "higher"), CASES)
def test_every_contrast_has_its_words(
    read_as: str, contrast: str, columns: dict[str, list[Any]], direction: str, higher: str
) -> None:
    """Headline, JSON and axis say the same; what is not stated is neither high nor low on the axis."""
    found = result(read_as, contrast, columns)
    assert found.as_dict()["direction"] == direction
    said = "direction not stated" if direction == "not stated" else direction
    assert prose.in_short(found).endswith(f"; {said}")
    lower, above = sides(found)
    assert above == higher
    assert lower == ("lower hazard" if contrast == "unclear" else above.replace("higher", "lower"))
    assert higher in " ".join(forest(found).split())


def test_different_steps_have_no_step_in_common() -> None:
    """Rows per 100 U/L and per 10 U/L name no step, whatever lets them be pooled."""
    assert direction_of({"contrast": "per_unit", "factor": "LDH"}).step is None
    assert step_text(float("nan"), "U/L", None) is None
    assert step_text(100.0, None, None) is None
    assert step_text(2.0, None, "ln") == "2 units"


def test_levels_of_a_factor_that_is_no_number_are_named() -> None:
    """Amplified against not amplified, either way round."""
    about = {"contrast": "above_vs_below", "factor": "MYC-N", "index_group": "amplified", "reference_group": "normal"}
    assert direction_of(about).text == "MYC-N amplified vs normal"
    assert direction_of(about).towards == "MYC-N amplified"


@pytest.mark.parametrize(
    ("direction", "contrast", "said"),
    [
        ("worse", "above_vs_below", "fares worse"),
        ("none", "unclear", "no association"),
        ("better", "unclear", "fares better (of which group is unclear)"),
        ("worse", "category", "fares worse (of which group is another question)"),
        (None, "above_vs_below", "not stated"),
    ],
)
def test_what_a_text_states_is_of_the_groups_of_the_result(direction: str | None, contrast: str, said: str) -> None:
    """High and low are said of rows that compare them, and of no others."""
    about = {"contrast": "above_vs_below", "factor": "LDH"}
    assert fares(direction, contrast, about) == said
    assert who_fares(about) == "High LDH"
    assert who_fares({}) == "Index group"


def test_categories_of_a_factor_with_two_levels_are_named_by_them() -> None:
    """A reference of `normal or low` alone, and `normal`, are one: what it is compared with is amplified."""
    levels = (("amplified", "MYCN amplified"), ("not amplified", "normal", "normal or low"))
    frame = plain(
        4,
        factor=["MYC-N"] * 4,
        contrast=["category"] * 4,
        index_group=[None, "MYCN  Amplified", None, "amplified"],
        reference_group=["normal or low", "normal", "Normal", None],
    )
    known = Frame(frame.columns, frame.attributes, frame.declared, {"MYC-N": FactorFacts(levels=levels)})
    assert pool(known, allow="mixed-categories").direction == "MYC-N amplified vs not amplified"
    assert pool(frame, allow="mixed-categories").direction == "index vs reference category of MYC-N"
