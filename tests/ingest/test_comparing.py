"""What a row compares and by which ratio, settled as it comes in: by import, by `add`, by amendment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.curation.drafts import draft
from registry.errors import InputRefused, UsageError
from registry.handle import Registry
from registry.ingest.load import load
from registry.ingest.said import Unsaid
from registry.store import Store
from registry.vocabulary import Vocabulary

Write = Callable[..., Path]
HEAD = "study_key,factor,endpoint,cutoff_operator,cutoff_value,cutoff_unit,hr,ci_low,ci_high,ci_level,adjusted\n"
ALBUMIN = (
    HEAD
    + "A1,albumin,OS,<,35,g/L,1.60,1.25,2.05,95,yes\n"
    + "A2,albumin,OS,<,3.5,g/dL,1.70,1.20,2.41,95,yes\n"
    + "A3,albumin,OS,>=,3.5,g/dL,0.55,0.30,1.01,95,yes\n"
)
BARE = "study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level\nkim,NLR,OS,2,1,4,95\n"


def row(store: Store, study: str) -> dict[str, Any]:
    frame = Registry(store).estimates(f'study == "{study}"')
    return {name: value if value == value else None for name, value in frame.iloc[0].items()}  # noqa: PLR0124 - nan


def test_an_operator_fills_an_empty_contrast(store: Store, write: Write) -> None:
    """Albumin `<` and `>=` with empty contrasts are turned to one direction: 0.606 (0.500–0.734), fixed and random."""
    load(store, write(ALBUMIN), curator="Ada")
    assert [row(store, study)["contrast"] for study in ("A1", "A2", "A3")] == [
        "below_vs_above",
        "below_vs_above",
        "above_vs_below",
    ]
    assert row(store, "A1")["contrast_basis"] == "operator"
    for method in ("FE", "DL"):
        pooled = Registry(store).pool('factor == "albumin"', method=method, test="z").pool
        assert [round(each, 3) for each in (pooled.hr, pooled.hr_ci_low, pooled.hr_ci_high)] == [0.606, 0.5, 0.734]


def test_two_witnesses_outvote_one(sqlite_store: Store, write: Write) -> None:
    """Contrast against operator and reference group: the two, with a remark; the pool is 0.56 (0.44–0.70)."""
    text = (
        "study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,contrast,cutoff_operator,cutoff_value,cutoff_unit,"
        "adjusted,reference_group\n"
        "S1,albumin,OS,1.9,1.3,2.78,95,above_vs_below,<,3.5,g/dL,yes,albumin >= 3.5\n"
        "S2,albumin,OS,0.55,0.37,0.82,95,above_vs_below,>=,3.5,g/dL,yes,albumin < 3.5\n"
        "S3,albumin,OS,0.60,0.40,0.90,95,above_vs_below,>=,3.5,g/dL,yes,albumin < 3.5\n"
    )
    loaded = load(sqlite_store, write(text), curator="Ada")
    assert loaded.flag_counts == {"direction-outvoted": 1}
    assert row(sqlite_store, "S1")["contrast"] == "below_vs_above"
    pooled = Registry(sqlite_store).pool('factor == "albumin"', method="FE", test="z").pool
    assert [round(each, 2) for each in (pooled.hr, pooled.hr_ci_low, pooled.hr_ci_high)] == [0.56, 0.44, 0.70]


def test_one_against_one_is_refused_even_as_printed(sqlite_store: Store, write: Write) -> None:
    """A contradiction names both witnesses and what to change; as_printed does not store it in a wrong direction."""
    text = (
        "study_key,biomarker,endpoint,hr,contrast,cutoff_operator,cutoff_value,cutoff_unit,as_printed\n"
        "kim,albumin,OS,1.9,above_vs_below,<,35,g/L,so in Table 2\n"
    )
    with pytest.raises(InputRefused) as refused:
        load(sqlite_store, write(text), curator="Ada")
    (issue,) = refused.value.issues
    assert issue.code == "direction-contradicts"
    assert "cutoff_operator '<' against contrast 'above_vs_below'" in issue.message
    assert "contrast = unclear" in issue.expected


def test_words_decide_before_numbers(sqlite_store: Store, write: Write) -> None:
    """`per 1 U/L increase` is a step of 1 U/L, whatever else the file compares."""
    text = (
        "study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,cutoff_value,cutoff_unit,cutoff_operator,reference_group\n"
        "S1,LDH,OS,1.002,1.001,1.003,95,,,,per 1 U/L increase\n"
        "S2,LDH,OS,1.90,1.30,2.78,95,250,U/L,>,low\n"
    )
    load(sqlite_store, write(text), curator="Ada")
    first, second = row(sqlite_store, "S1"), row(sqlite_store, "S2")
    assert (first["contrast"], first["cutoff_value"], first["cutoff_unit"]) == ("per_unit", 1.0, "U/L")
    assert second["contrast"] == "above_vs_below"


STEPS = "study_key,biomarker,endpoint,hr,contrast,cutoff_operator,cutoff_value,cutoff_unit,reference_group,quote\n"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (",,,,per 1 g/dL decrease,", "a step down"),
        ("above_vs_below,,,,per 1 g/dL decrease,", "a step down"),
        ("per_unit,,,,per 1 g/dL decrease,", "a step down"),
        (",,,,,HR 1.5 per SD decrease (P < 0.001)", "a step down"),
        (",>,35,g/L,,HR 1.5 per 1 g/L increase", "its quote names a step (per unit), and cutoff_operator two groups"),
        (",,250,U/L,per 1 U/L increase,", "a step of 1, and cutoff_value is 250"),
        ("per_unit,,250,U/L,per 1 U/L increase,", "a step of 1, and cutoff_value is 250"),
        ("per_unit,,250,U/L,per log2 increase,", "a step of 1, and cutoff_value is 250"),
        ("per_unit,,100,U/L,per SD decrease,", "a step down"),
    ],
)
def test_a_step_that_contradicts_the_row_is_refused(sqlite_store: Store, write: Write, cells: str, said: str) -> None:
    """A step down, another step than cutoff_value, and a quote of a step beside an operator are faults."""
    with pytest.raises(InputRefused) as refused:
        load(sqlite_store, write(f"{STEPS}kim,LDH,OS,1.5,{cells}\n"), curator="Ada")
    (issue,) = refused.value.issues
    assert issue.code == "step-contradicts"
    assert said in issue.message


@pytest.mark.parametrize(
    ("cells", "step"),
    [
        (",,1,U/L,per 1 U/L increase,", ("per_unit", 1.0, "U/L", None)),
        (",,10,g/L,per 1 g/dL increase,", ("per_unit", 10.0, "g/L", None)),
        (",,,,per log2 increase,", ("per_unit", 1.0, "1", "log2")),
        (",,,,per log increase,", ("per_unit", None, None, None)),
        ("per_unit,,100,U/L,per SD increase,", ("per_unit", 100.0, "U/L", None)),
        ("above_vs_below,>,250,U/L,,HR 1.5 per 1 U/L decrease", ("above_vs_below", 250.0, "U/L", None)),
    ],
)
def test_a_step_that_fits_the_row_is_kept(
    sqlite_store: Store, write: Write, cells: str, step: tuple[str, float | None, str | None, str | None]
) -> None:
    """The same step, one in another unit, one of a logarithm, and a quote beside a contrast that is stated stand."""
    load(sqlite_store, write(f"{STEPS}kim,LDH,OS,1.5,{cells}\n"), curator="Ada")
    found = row(sqlite_store, "kim")
    assert tuple(found[name] for name in ("contrast", "cutoff_value", "cutoff_unit", "scale")) == step


def test_a_heading_of_a_step_beside_an_operator_is_refused(sqlite_store: Store, write: Write) -> None:
    """The heading is of all rows of a file, so that it makes no step of a row whose operator names two groups."""
    heading = "HR per 100 U/L increase"
    text = f"study_key,biomarker,endpoint,cutoff_operator,{heading}\nkim,LDH,OS,{{}},1.5\n"
    with pytest.raises(InputRefused, match="its heading names a step"):
        load(sqlite_store, write(text.format(">")), curator="Ada", mapping={"hr": heading})
    load(sqlite_store, write(text.format("")), curator="Ada", mapping={"hr": heading})
    assert (row(sqlite_store, "kim")["contrast"], row(sqlite_store, "kim")["cutoff_value"]) == ("per_unit", 100.0)


@pytest.mark.parametrize(
    ("index", "reference", "contrast"),
    [
        ("> 2500", "< 1000", "extremes"),
        (">= 65", "<= 64", "above_vs_below"),
        (">= 3.0", "<= 2.9", "above_vs_below"),
        ("highest tertile", "lowest tertile", "category"),
        ("", "T3 vs T1", "extremes"),
    ],
)
def test_groups_on_either_side_of_a_gap_are_extremes(
    sqlite_store: Store, index: str, reference: str, contrast: str
) -> None:
    """Neighbouring bounds are one cutoff; a gap between them, or the top against the bottom group, is none."""
    with sqlite_store.read() as connection:
        vocabulary = Vocabulary.load(connection)
    said = {"study": "kim", "factor": "NLR", "endpoint": "OS", "hr": "2", "reference_group": reference}
    assert draft("estimate", {**said, "index_group": index}, vocabulary).values["contrast"] == contrast


def test_without_a_witness_the_contrast_is_unclear_until_it_is_said(sqlite_store: Store, write: Write) -> None:
    """Nobody says it: unclear, with one remark per file; --read-as stores it as assumed, and the same row stays one."""
    loaded = load(sqlite_store, write(BARE), curator="Ada")
    assert dict(loaded.flag_counts) == {"direction-unclear": 1}
    assert [(each.column, each.rows, each.first) for each in loaded.unsaid] == [("contrast", 1, 2)]
    assert (row(sqlite_store, "kim")["contrast"], row(sqlite_store, "kim")["contrast_basis"]) == ("unclear", None)
    again = load(sqlite_store, write(BARE), curator="Ada", read_as="low-vs-high")
    assert (again.created, again.unchanged) == (0, 1)
    assert "contrast=below_vs_above" in again.flags[0].message
    other = BARE.replace("kim", "lee")
    load(sqlite_store, write(other), curator="Ada", read_as="low-vs-high")
    assert (row(sqlite_store, "lee")["contrast"], row(sqlite_store, "lee")["contrast_basis"]) == (
        "below_vs_above",
        "assumed",
    )
    assert load(sqlite_store, write(other), curator="Ada").unchanged == 1


def test_a_file_is_asked_about_once(sqlite_store: Store, write: Write) -> None:
    """What rows leave unsaid is asked once per file; no answer leaves it unclear."""
    asked: list[str] = []

    def ask(unsaid: Unsaid) -> str | None:
        asked.append(unsaid.column)
        return "high-vs-low" if unsaid.column == "contrast" else None

    text = BARE.replace("hr", "est") + "lee,NLR,OS,3,1,9,95\n"
    load(sqlite_store, write(text), curator="Ada", ask=ask)
    assert asked == ["contrast", "measure"]
    assert (row(sqlite_store, "lee")["contrast_basis"], row(sqlite_store, "lee")["measure"]) == ("assumed", "unclear")


@pytest.mark.parametrize(
    ("heading", "more", "told"),
    [
        ("Odds ratio", {}, ("or", None)),
        ("HR (high vs low)", {}, ("hr", "file")),
        ("Estimate", {}, ("unclear", None)),
        ("Estimate", {"fixed": {"measure": "or"}}, ("or", None)),
    ],
)
def test_a_heading_counts(
    sqlite_store: Store, write: Write, heading: str, more: dict[str, Any], told: tuple[str, str | None]
) -> None:
    """An empty measure is what the heading of the ratios says, or what was set for the file; else unclear."""
    text = BARE.replace("hr", heading)
    load(sqlite_store, write(text), curator="Ada", mapping={"hr": heading}, **more)
    assert (row(sqlite_store, "kim")["measure"], row(sqlite_store, "kim")["contrast_basis"]) == told


def test_a_column_can_be_set_for_the_whole_file(sqlite_store: Store, write: Write) -> None:
    """A required column that the file lacks is given once; a cell that is filled stands."""
    text = "study_key,endpoint,hr,cutoff_operator,adjusted\nkim,OS,2,>,\nlee,OS,2,>,no\n"
    load(sqlite_store, write(text), curator="Ada", fixed={"biomarker": "NLR", "adjusted": "yes"})
    assert [(row(sqlite_store, each)["factor"], row(sqlite_store, each)["adjusted"]) for each in ("kim", "lee")] == [
        ("NLR", "yes"),
        ("NLR", "no"),
    ]


def test_an_operator_split_off_a_cutoff_is_no_witness(sqlite_store: Store) -> None:
    """`--cutoff '<35'` marks the groups; the contrast that is given stands, and without one it is unclear."""
    with sqlite_store.read() as connection:
        vocabulary = Vocabulary.load(connection)
    said = {"study": "kim", "factor": "albumin", "endpoint": "OS", "hr": "0.6", "cutoff": "<35 g/L"}
    assert draft("estimate", said, vocabulary).values["contrast"] == "unclear"
    stated = draft("estimate", {**said, "contrast": "above_vs_below"}, vocabulary)
    assert (stated.problems, stated.values["contrast"], stated.values["cutoff_operator"]) == (
        (),
        "above_vs_below",
        ">=",
    )
    given = {**said, "cutoff": "35 g/L", "cutoff_operator": "<"}
    assert draft("estimate", given, vocabulary).values["contrast"] == "below_vs_above"


@pytest.mark.parametrize(
    ("cells", "settled"),
    [
        (",,≥35,g/L,,", ("unclear", ">=")),
        ("above_vs_below,,<35,g/L,,", ("above_vs_below", ">=")),
        (",,≥35,g/L,high,", ("below_vs_above", "<")),
        (",<,35,g/L,,", ("below_vs_above", "<")),
    ],
)
def test_an_operator_in_the_cell_of_a_cutoff_marks_the_groups(
    sqlite_store: Store, write: Write, cells: str, settled: tuple[str, str]
) -> None:
    """`≥35` is 35 with an operator that is no witness: it is given the side of the index group."""
    load(sqlite_store, write(f"{STEPS}kim,albumin,OS,1.5,{cells}\n"), curator="Ada")
    found = row(sqlite_store, "kim")
    assert (found["contrast"], found["cutoff_operator"], found["cutoff_value"]) == (*settled, 35.0)


@pytest.mark.parametrize("contrast", ["above_vs_below", "above vs below", "Below-vs-above"])
def test_no_direction_is_set_for_a_whole_file(sqlite_store: Store, write: Write, contrast: str) -> None:
    """However it is spelled, a direction of rows that do not say it is said with --read-as, and stored as assumed."""
    with pytest.raises(UsageError, match="what nobody read there"):
        load(sqlite_store, write(BARE), curator="Ada", fixed={"contrast": contrast})


def test_a_multiple_of_the_limit_of_normal_is_words(sqlite_store: Store, write: Write) -> None:
    """1.5 in {ULN} and `1.5 x ULN` in the cell of the cutoff are the same words, and no value of LDH."""
    text = (
        "study_key,biomarker,endpoint,hr,cutoff_operator,cutoff_value,cutoff_unit\n"
        "S1,LDH,OS,2,>,1.5,{ULN}\nS2,LDH,OS,2,>,1.5 x ULN,\n"
    )
    load(sqlite_store, write(text), curator="Ada")
    for study in ("S1", "S2"):
        found = row(sqlite_store, study)
        assert (found["cutoff_text"], found["cutoff_method"]) == ("1.5 × ULN", "reference_limit")
        assert found["cutoff_value"] is None
