"""Lists of covariates as reports print them: where they are cut, and what is a name and what a qualifier."""

from __future__ import annotations

import pytest

from registry.meaning.covariates import bare, entries, names


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("age, sex, and ISS", ["age", "sex", "ISS"]),
        ("age, sex and ISS", ["age", "sex", "ISS"]),
        ("age; t(4; 14), del(17p)", ["age", "t(4;14)", "del(17p)"]),
        ("age (< 60, 60 and older); sex", ["age (< 60, 60 and older)", "sex"]),
        ("LDH > 1,000 U/L; age", ["LDH > 1,000 U/L", "age"]),
        ("R-ISS,ISS", ["R-ISS", "ISS"]),
        ("age + sex", ["age", "sex"]),
        ("significant weight loss", ["significant weight loss"]),
    ],
)
def test_commas_and_and_separate_outside_brackets(text: str, listed: list[str]) -> None:
    """A list has the entries a reader sees in it."""
    assert entries(text) == listed


def test_known_name_is_not_cut() -> None:
    """What the vocabulary knows as one covariate is one, whatever words it has."""
    known = {"head and neck site", "donor, related"}
    text = "age, head and neck site; donor, related"
    assert entries(text, known.__contains__) == ["age", "head and neck site", "donor, related"]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("age (continuous)", "age"),
        ("age >= 65", "age"),
        ("age ≥ 65 years", "age"),
        ("ISS III", "ISS"),
        ("ISS stage II-III", "ISS stage"),
        ("LDH (> ULN)", "LDH"),
    ],
)
def test_qualifier_is_no_part_of_the_name(entry: str, name: str) -> None:
    """How a covariate was entered into the model does not make it another one."""
    assert name in names(entry)


@pytest.mark.parametrize(("entry", "other"), [("R-ISS", "ISS"), ("R-ISS III", "ISS"), ("stage", "age")])
def test_one_name_within_another_is_not_it(entry: str, other: str) -> None:
    """The revised stage is not the stage."""
    assert other not in names(entry)


def test_name_nobody_coded_keeps_its_brackets() -> None:
    """Only words that plainly say how it was entered are left off a name that is not in the vocabulary."""
    assert bare("frailty (IMWG)") == "frailty (IMWG)"
    assert bare("frailty (continuous)") == bare("frailty > 2") == "frailty"


def test_slash_separates_known_names_alone() -> None:
    """`age/sex` are two covariates where each is known; ER/PR status, or a ratio, is one entry."""
    known = {"age", "sex"}
    assert entries("age/sex; NLR/PLR", known.__contains__) == ["age", "sex", "NLR/PLR"]


@pytest.mark.parametrize(
    "text",
    [
        *("NR", "n/r", "not reported", "unclear", "various", "multiple"),
        *("clinical factors", "all variables significant in the univariate analysis", "all of the above except age"),
        *("significant in univariate analysis", "statistically significant covariates"),
    ],
)
def test_words_in_place_of_a_list_are_no_covariate(text: str) -> None:
    """What says that no list was printed, or describes it, names nothing that was adjusted for."""
    assert entries(text) == []
