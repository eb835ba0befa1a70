"""The first line of a pool: every branch of its sentences."""

from __future__ import annotations

from typing import Any

import pytest

from registry.grading.domains import Certainty
from registry.pooling import pool
from registry.pooling.result import PoolResult
from registry.report import headline as words
from tests.pooling.rows import myeloma, plain

ABOVE = {"yi": [0.5, 0.55, 0.6, 0.65], "vi": [0.02] * 4}
DOUBT = "One doubtful estimate carries the disagreement; without it 1.94 (1.59–2.37)."
AROUND = {"yi": [-0.3, 0.2, -0.1, 0.3], "vi": [0.05] * 4}


def made(columns: dict[str, list[Any]], count: int = 4, **options: Any) -> PoolResult:
    """Pool rows of NLR and OS in myeloma with these columns."""
    same = {"factor": ["NLR"] * count, "endpoint": ["OS"] * count, "disease": ["multiple myeloma"] * count,
            "contrast": ["above_vs_below"] * count, "measure": ["hr"] * count, "n": [500] * count}  # fmt: skip
    names = {"study": [f"s{row}" for row in range(count)], "first_author": [f"A{row}" for row in range(count)]}
    return pool(plain(count, **{**same, **names, **columns}), **options)


def test_the_first_line_says_association_numbers_and_the_doubt() -> None:
    """The README's example: one line, in the past tense, with the answer without the doubtful estimate."""
    found = pool(myeloma(factor="NLR", endpoint="OS", measure="hr"), method="DL", test="z")
    said = words.headline(found)
    assert said.startswith("High NLR was associated with shorter OS in multiple myeloma: HR 1.73 (95 % CI 1.23–2.44), ")
    assert (
        "8 cohorts, 1,886 patients. One doubtful estimate carries the disagreement; without it 1.94 (1.59–2.37)."
        in said
    )


@pytest.mark.parametrize(
    ("certainty", "associated", "unclear"),
    [
        (None, "High NLR was associated with shorter OS", "There was no clear association of high NLR with OS"),
        (Certainty.HIGH, "High NLR is associated with", "There is no clear association of high NLR with OS"),
        (Certainty.MODERATE, "High NLR is probably associated with", "There is probably no clear association of"),
        (Certainty.LOW, "High NLR may be associated with", "There may be no clear association of high NLR"),
        (Certainty.VERY_LOW, "It is uncertain whether high NLR is associated with shorter OS",
         "It is uncertain whether high NLR is associated with OS in multiple myeloma"),
    ],
)  # fmt: skip
def test_the_verb_is_as_strong_as_the_certainty(certainty: Certainty | None, associated: str, unclear: str) -> None:
    """May be, is probably, is: only where it was judged; an interval that holds 1 is no clear association."""
    assert words.finding(made(ABOVE), certainty).startswith(associated)
    assert words.finding(made(AROUND), certainty).startswith(unclear)


def test_little_or_no_difference_needs_a_threshold_and_an_interval_within_it() -> None:
    """Against no declared threshold, or with a wide interval, nothing is called little."""
    close = {"yi": [0.01, -0.01, 0.02, -0.02], "vi": [0.0004] * 4}
    said = "High NLR was associated with little or no difference in OS"
    assert words.finding(made(close, threshold=1.25)).startswith(said)
    assert words.finding(made(close, threshold=0.8)).startswith(said)
    assert not words.finding(made(close)).startswith(said)
    assert not words.finding(made(AROUND, threshold=1.05)).startswith(said)


@pytest.mark.parametrize(
    ("columns", "options", "said"),
    [
        ({"yi": [-0.5, -0.55, -0.6, -0.65]}, {}, "High NLR was associated with longer OS"),
        ({}, {"read_as": "low-vs-high"}, "Low NLR was associated with longer OS"),
        ({"endpoint": ["relapse"] * 4}, {}, "High NLR was associated with a higher hazard of relapse"),
        ({"endpoint": ["NRM"] * 4}, {}, "High NLR was associated with a higher hazard of death without relapse (NRM"),
        ({"endpoint": ["response"] * 4, "measure": ["or"] * 4}, {}, "High NLR was associated with higher odds of resp"),
        ({"measure": ["or"] * 4}, {}, "High NLR was associated with higher odds of death (OS)"),
        ({"measure": ["rr"] * 4}, {}, "High NLR was associated with a higher risk of death (OS)"),
        ({"endpoint": ["my endpoint"] * 4}, {}, "High NLR was associated with a higher hazard of my endpoint"),
        ({"endpoint": [None] * 4}, {}, "High NLR was associated with a higher hazard in multiple myeloma"),
        ({"disease": ["a", "b", "a", "a"]}, {}, "High NLR was associated with shorter OS:"),
        ({"contrast": ["unclear"] * 4}, {}, "NLR and OS in multiple myeloma, direction not stated"),
        ({"contrast": ["per_doubling"] * 4}, {}, "Each doubling of NLR was associated with shorter OS"),
    ],
)  # fmt: skip
def test_the_association_is_named_in_the_words_of_its_endpoint_and_measure(
    columns: dict[str, list[Any]], options: dict[str, Any], said: str
) -> None:
    """Survival is shorter or longer, events have a hazard, odds or risk; what nobody stated has no direction."""
    assert words.headline(made({**ABOVE, **columns}, **options)).startswith(said)


def test_one_and_two_estimates_and_unread_patients_say_so() -> None:
    """Nothing is pooled of one; two have two intervals, and both must exclude 1; patients not read are said so."""
    assert "one estimate, not pooled, 500 patients" in words.headline(made({"yi": [0.5], "vi": [0.02]}, 1))
    two = words.headline(made({"yi": [0.5, 0.6], "vi": [0.02, 0.03]}, 2))
    assert two.startswith("There was no clear association")
    assert "by Wald" in two
    assert "by Hartung–Knapp" in two
    assert "number of patients not known" in words.headline(made({**ABOVE, "n": [None] * 4}))


def test_several_doubtful_estimates_are_counted_in_words() -> None:
    """Two that move the result are two; where I² does not fall they move the result, not the disagreement."""
    flags = {"flags": [None, None, None, None, "off-centre", "off-centre"]}
    yi = [0.3, 0.31, 0.32, 0.33, 1.2, 1.25]
    found = made({"yi": yi, "vi": [0.2] * 6, **flags}, 6, method="FE", test="z")
    assert words.doubt(found).startswith("Two doubtful estimates ")
    assert "without them" in words.doubt(found)
    assert words.doubt(made(ABOVE)) == ""
    assert words.doubt(pool(myeloma(), doubtful="exclude")) == "One doubtful estimate was left out."


def test_size_agreement_and_judgement_are_sentences() -> None:
    """How large, how far they agree, and that nobody judged it; a hazard is never called a risk."""
    found = made(ABOVE)
    assert words.size(found).startswith(
        "In 4 cohorts with 2,000 patients, the hazard of death was on average 1.78 times as high in patients with high"
        " NLR as in those with low NLR (95 % CI "
    )
    assert "times – lower – as high" in words.size(made({"yi": [-0.5, -0.55, -0.6, -0.65], "vi": [0.02] * 4}))
    assert words.agreement(found) == "4 of 4 above 1; sizes agree"
    spread = made({"yi": [0.1, 0.9, 0.2, 1.4], "vi": [0.01] * 4})
    assert words.agreement(spread) == "4 of 4 above 1; sizes differ a lot"
    assert words.agreement(made({"yi": [-0.5, -0.55, 0.1, -0.65], "vi": [0.02] * 4})).startswith("3 of 4 below 1; ")
    assert words.not_judged(None) == "How certain that is has not been judged."
    assert words.not_judged(Certainty.LOW) == ""


@pytest.mark.parametrize(
    ("yi", "options", "said"),
    [
        ([0.5, 0.52], {}, "2 of 2 above 1"),
        ([0.5, 0.52, 0.54], {}, "3 of 3 above 1; sizes agree"),
        ([0.5, 0.52, 0.54, 0.56], {"method": "FE", "test": "z"}, "4 of 4 above 1; sizes agree"),
        ([0.2, 0.5, 0.4, 0.75], {}, "4 of 4 above 1; sizes differ somewhat"),
    ],
)
def test_sizes_agree_where_nothing_speaks_against_it(yi: list[float], options: dict[str, Any], said: str) -> None:
    """I² of 0 is agreement at any k from 3, for any model; of two estimates nothing is said."""
    found = made({"yi": yi, "vi": [0.02] * len(yi)}, len(yi), **options)
    assert words.agreement(found) == said


def test_a_doubtful_estimate_that_hides_disagreement_shows_both_i2() -> None:
    """Where I² rises without it, the ratio alone would be half of the answer."""
    columns = {"yi": [0.5, 0.501, 0.502, 0.503, 0.1, 0.9], "vi": [0.03] * 6, "n": [900] * 6}
    found = made({**columns, "flags": ["off-centre"] * 4 + [None] * 2}, 6)
    assert words.doubt(found).startswith("Four doubtful estimates hide disagreement; without them 1.65 (k = 2), ")
    assert words.doubt(found).endswith("I² 53 % → 91 %.")  # 1 − 1/Q of the two that are left, Q = 0.8² / 0.06


def test_what_is_not_named_is_said_so() -> None:
    """Without factor, endpoint or measure nothing is invented: no group, no risk, no size."""
    none = {"factor": [None] * 4, "endpoint": [None] * 4, "disease": [None] * 4}
    bare = made({**ABOVE, **none})
    assert words.headline(bare).startswith("Factor not named, endpoint not named: HR ")
    assert words.size(bare) == ""
    unclear = made({**ABOVE, "measure": ["unclear"] * 4})
    assert words.headline(unclear).startswith(
        "High NLR was associated with a higher ratio for OS in multiple myeloma: ratio"
    )
    assert words.size(unclear) == ""


def test_odds_are_several() -> None:
    """The odds were, the hazard was."""
    assert "the odds of death were on average" in words.size(made({**ABOVE, "measure": ["or"] * 4}))
