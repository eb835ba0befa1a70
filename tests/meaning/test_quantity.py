"""Which quantity a ratio is: what is compared, after synonyms, units and scales; what is not said is no other's."""

from __future__ import annotations

from typing import Any

import pytest

from registry.meaning.levels import groups_of, level_of, other_of_two
from registry.meaning.quantity import Quantity, quantity

RAW = {"contrast": "per_unit", "cutoff_unit": "U/L"}


@pytest.mark.parametrize(
    "names",
    [
        ["III", "stage III", "Stage 3", "ISS III", "ISS 3", "stage III disease", "III (reference)"],
        ["T1", "lowest tertile", "bottom third", "first tertile", "tertile 1"],
        ["Q4", "highest quartile", "quartile 4", "top quartile", "Q4 (ref)"],
        ["Q1-3", "Q1–Q3", "Q1-Q3", "q1‑3"],
        ["I-II", "I/II", "stage I or II", "stages 1 and 2", "I–II"],
        ["positive", "pos", "+", "Positive patients"],
        ["wild type", "wild-type", "WT"],
        ["not amplified", "non-amplified", "no amplification"],
        ["high", "High risk", "high expression", "elevated"],
    ],
    ids=lambda names: names[0],
)
def test_names_of_one_level_are_one(names: list[str]) -> None:
    """A level has one spelling whatever a report calls it."""
    assert len({level_of(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("III", "II"), ("T3", "Q3"), ("Q4", "Q1-3"), ("IIIA", "III"), ("high", "positive"), ("3+", "3"), ("T1", "T3")],
)
def test_names_of_other_levels_are_others(one: str, other: str) -> None:
    """What only looks alike stays apart."""
    assert level_of(one) != level_of(other)


def test_levels_of_the_factor_go_first() -> None:
    """A factor's own names of its groups are synonyms, and its key in the text says nothing."""
    levels = (("amplified", "MYCN gain"), ("not amplified", "normal"))
    assert level_of("MYCN gain", levels) == level_of("amplified", levels) == "amplified"
    assert level_of("PD-L1 positive", None, "PD-L1") == "positive"
    assert other_of_two("amplified", levels) == "not amplified"
    assert other_of_two("positive") == "negative"
    assert other_of_two("high") is None


def test_a_versus_sets_two_groups_apart() -> None:
    """`II vs I` names both groups; one that sets three apart names none."""
    assert groups_of("II vs I") == ("II", "I")
    assert groups_of("T3 Versus. T1") == ("T3", "T1")
    assert groups_of("positive") == ("positive", None)
    assert groups_of("a vs b vs c") == (None, None)


@pytest.mark.parametrize(
    ("values", "words", "stated"),
    [
        ({"contrast": "below_vs_above"}, "above or below a cutoff", True),
        ({"contrast": None}, "not stated", False),
        ({**RAW, "cutoff_value": 100.0}, "per 100 U/L", True),
        (RAW, "per a step that is not stated", False),
        ({**RAW, "cutoff_value": 1.0, "scale": "log10"}, "per 1 log10", True),
        ({**RAW, "cutoff_value": 1.0, "cutoff_text": "ln pg/mL"}, "per 1 ln", True),
        ({**RAW, "cutoff_value": 1.0, "scale": "log2"}, "per doubling", True),
        ({"contrast": "per_unit", "cutoff_value": 1.0, "cutoff_unit": "1"}, "per 1", True),
        ({"contrast": "per_sd", "cutoff_text": "SD of ln CRP"}, "per SD of ln", True),
        ({"contrast": "per_sd", "cutoff_value": 2.0, "cutoff_unit": "mg/L"}, "per SD", True),
        ({"contrast": "per_sd", "cutoff_text": "SD of CRP (mg/L)"}, "per SD (scale not stated)", False),
        ({"contrast": "category", "cutoff_text": "III vs I"}, "III vs I", True),
        ({"contrast": "category", "reference_group": "stage I"}, "not stated vs stage I", False),
        ({"contrast": "category", "cutoff_value": 2.0, "cutoff_unit": "1"}, "cutoff 2 vs not stated", False),
        ({"contrast": "category", "cutoff_text": "positive"}, "positive vs negative", True),
        ({"contrast": "category", "reference_group": "neg"}, "positive vs neg", True),
        (
            {"contrast": "category", "reference_group": "normal or low MYC-N", "factor": "MYC-N"},
            "high vs normal or low MYC-N",
            True,
        ),
        ({"contrast": "extremes", "cutoff_text": "T3 vs T1"}, "T3 vs T1", True),
    ],
)
def test_a_quantity_has_words(values: dict[str, Any], words: str, stated: bool) -> None:
    """Each names its step, its scale or both its groups, and says what is not stated."""
    found = quantity({"measure": "hr", **values})
    assert (found.words, found.stated) == (words, stated)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"contrast": "above_vs_below"}, {"contrast": "below_vs_above", "cutoff_value": 3.0}),
        ({"contrast": "per_doubling"}, {"contrast": "per_unit", "scale": "log2", "cutoff_value": 1.0}),
        (
            {"contrast": "category", "cutoff_text": "III vs I"},
            {"contrast": "category", "index_group": "ISS 3", "reference_group": "stage I"},
        ),
        (
            {"contrast": "category", "cutoff_text": "positive"},
            {"contrast": "category", "cutoff_text": "pos versus neg"},
        ),
        (
            {"contrast": "extremes", "cutoff_text": "T3 vs T1"},
            {"contrast": "extremes", "cutoff_text": "T3 vs T1", "reference_group": "lowest tertile"},
        ),
        ({"measure": None}, {"measure": "unclear"}),
    ],
    ids=str,
)
def test_one_quantity_is_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    """What is the same is equal, and one key of a dictionary."""
    assert quantity(one) == quantity(other)
    assert len({quantity(one), quantity(other)}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"measure": "hr"}, {"measure": None}),
        ({"contrast": "category", "cutoff_text": "III vs I"}, {"contrast": "category", "cutoff_text": "II vs I"}),
        ({"contrast": "category", "cutoff_text": "III vs I"}, {"contrast": "category", "cutoff_text": "III vs II"}),
        ({"contrast": "category", "cutoff_text": "T3 vs T1"}, {"contrast": "extremes", "cutoff_text": "T3 vs T1"}),
        ({**RAW, "cutoff_value": 1.0}, {**RAW, "cutoff_value": 100.0}),
        ({**RAW, "cutoff_value": 1.0}, RAW),
        ({**RAW, "cutoff_value": 1.0}, {**RAW, "cutoff_value": 1.0, "scale": "ln"}),
        ({"contrast": "per_sd", "scale": "ln"}, {"contrast": "per_sd", "scale": "raw"}),
        ({"contrast": "per_sd", "scale": "ln"}, {"contrast": "per_sd"}),
    ],
    ids=str,
)
def test_other_quantities_are_others(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Another measure, step, scale or group makes another quantity, and so does one that is not stated."""
    assert quantity(one) != quantity(other)


def test_a_quantity_cannot_be_changed() -> None:
    """It is a value: others hold it as a key."""
    with pytest.raises(AttributeError):
        quantity({"measure": "hr"}).step = 2.0  # type: ignore[misc]
    assert isinstance(quantity({}), Quantity)
