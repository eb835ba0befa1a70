"""What the words of groups, quotes and headings say is compared."""

from __future__ import annotations

from typing import Any

import pytest

from registry.meaning import cutoffs, words
from registry.meaning.measures import measure_of


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit", "scale"),
    [
        ("per 1 U/L increase", "per_unit", 1.0, "U/L", None),
        ("per 100 U/L", "per_unit", 100.0, "U/L", None),
        ("each additional 10 g/L", "per_unit", 10.0, "g/L", None),
        ("per ng/mL", "per_unit", 1.0, "ng/mL", None),
        ("per 1,000 ng/mL increase", "per_unit", None, "ng/mL", None),
        ("log2-transformed", "per_unit", None, None, "log2"),
        ("per log2 increase", "per_unit", 1.0, None, "log2"),
        ("per unit of log10", "per_unit", 1.0, None, "log10"),
        ("per 10-fold increase", "per_unit", 1.0, None, "log10"),
        ("per ten-fold", "per_unit", 1.0, None, "log10"),
        ("per log increase", "per_unit", None, None, None),
        ("per one-unit increase in log-transformed CRP", "per_unit", None, None, None),
        ("per 5-fold increase", "per_unit", None, None, None),
        ("per 10 U/L (log-rank)", "per_unit", 10.0, "U/L", None),
        ("each SD", "per_sd", None, None, None),
        ("per SD of ln", "per_sd", None, None, "ln"),
        ("per doubling", "per_doubling", None, None, None),
        ("NLR (continuous)", "per_unit", None, None, None),
    ],
)
def test_a_step_is_read_with_its_size(
    text: str, kind: str, value: float | None, unit: str | None, scale: str | None
) -> None:
    """A step has the size, unit and scale its words give; a number that can be two, or a log not named, has none."""
    step = words.step_of(text)
    assert step is not None
    assert (step.kind, step.value, step.unit, step.scale) == (kind, value, unit, scale)


@pytest.mark.parametrize(
    "text",
    [
        *("mean 35 (SD 5)", "per 1000 person-years", "a two-fold higher risk", "every 3 months", "per protocol", "low"),
        *("ng per mL", "cells per uL"),
    ],
)
def test_other_words_are_no_step(text: str) -> None:
    """What sounds like a step and is none gives none."""
    assert words.step_of(text) is None


@pytest.mark.parametrize(
    ("text", "less"),
    [
        ("per 1 g/dL decrease", True),
        ("per 1 g/dL of albumin decrease", True),
        ("per SD lower", True),
        ("a decrease of 1 SD", True),
        ("per decrease of 1 g/dL", True),
        ("per 0.1 decrease", True),
        ("per halving", True),
        ("per 10-fold reduction", True),
        ("per 1 g/dL", False),
        ("each 1 g/dL increase reduced the risk", False),
        ("each 1 g/dL reduced the risk", False),
    ],
)
def test_a_step_down_is_told_from_a_step_up(text: str, less: bool) -> None:
    """A step goes down where its own words say so, not where the risk does."""
    step = words.step_of(text)
    assert step is not None
    assert step.less is less


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("per log2 increase", {"cutoff_value": 1.0, "cutoff_unit": "1", "scale": "log2"}),
        ("per 100 U/L", {"cutoff_value": 100.0, "cutoff_unit": "U/L"}),
        ("log2-transformed", {"scale": "log2"}),
        ("per SD", {}),
    ],
)
def test_a_step_is_kept_by_its_columns(text: str, columns: dict[str, Any]) -> None:
    """One step of a logarithm is 1 without a unit; what words do not say is left out."""
    step = words.step_of(text)
    assert step is not None
    assert step.columns == columns


@pytest.mark.parametrize(
    ("text", "high"),
    [
        ("albumin >= 3.5 g/dL", True),
        ("at or below 305", False),
        ("not elevated", False),
        ("non-amplified", False),
        ("unamplified", False),
        ("wild type", False),
        ("positive", True),
        ("high or low", None),
        ("stage III", None),
        ("upper tertile", True),
        ("upper limit of normal", None),
        ("below the upper limit of normal", False),
        ("no evidence of elevated LDH", False),
        ("without signs of raised CRP", False),
        ("high CRP (P < 0.001)", True),
        ("CRP < 10 (p < 0.001)", False),
    ],
)
def test_a_group_is_read_by_its_side(text: str, high: bool | None) -> None:
    """The side of a group counts, not its boundary, nor a p-value; words of both sides say neither."""
    assert words.is_high(text) is high


@pytest.mark.parametrize(
    ("text", "high"),
    [
        ("high NLR versus low", True),
        ("Low compared with high albumin", False),
        ("high vs low NLR; low vs high albumin", None),
        ("Low albumin (HR 1.7), as did high vs low NLR", None),
        ("High NLR (HR 1.7), as did high vs low CRP", True),
    ],
)
def test_a_text_of_two_factors_compares_nothing(text: str, high: bool | None) -> None:
    """What a text compares counts only where none of its words before that are of the other side."""
    assert words.compared(text) is high


@pytest.mark.parametrize(
    ("given", "text", "operator", "method"),
    [
        ("2 x ULN", "2 × ULN", None, "reference_limit"),
        ("> 2xULN", "2 × ULN", ">", "reference_limit"),
        ("1.5 times the upper limit of normal", "1.5 × ULN", None, "reference_limit"),
        ("75th percentile", "75th percentile", None, "quantile"),
        ("≥ median", "median", ">=", "median"),
    ],
)
def test_a_cutoff_of_the_sample_or_laboratory_is_words(
    given: str, text: str, operator: str | None, method: str
) -> None:
    """A percentile, the median and a multiple of the limit of normal are words with a method, in one spelling."""
    found = cutoffs.in_words(given)
    assert found is not None
    assert (found.text, found.operator, found.method) == (text, operator, method)
    assert cutoffs.in_words("550") is None


@pytest.mark.parametrize(
    ("heading", "measure"),
    [
        ("Odds ratio", "or"),
        ("OR (95% CI)", "or"),
        ("log_hr", "hr"),
        ("HR (high vs low)", "hr"),
        ("Subdistribution HR", "subdistribution_hr"),
        ("csHR", "cause_specific_hr"),
        ("Risk ratio", "rr"),
        ("est", None),
        ("Estimate or not", None),
        ("HR or OR", None),
    ],
)
def test_a_heading_names_its_ratio(heading: str, measure: str | None) -> None:
    """A heading says which ratio it is, or nothing where it names none or two."""
    assert measure_of(heading) == measure
