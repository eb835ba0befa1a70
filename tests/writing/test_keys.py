"""What identifies an estimate, and what does not."""

from __future__ import annotations

import pytest

from registry.writing import estimate_key
from registry.writing.keys import cutoff_key, report_names

ROW = {
    "study": "kim2016",
    "factor": "ferritin",
    "endpoint": "OS",
    "cutoff_operator": ">=",
    "cutoff_value": 550.0,
    "cutoff_unit": "ng/mL",
    "covariates": "age; sex",
    "locator": "Table 2",
}


def test_key_shows_study_and_endpoint() -> None:
    """A curator recognises it; eight digits tell its siblings apart."""
    study, endpoint, hashed = estimate_key(ROW).split("/")
    assert (study, endpoint, len(hashed)) == ("kim2016", "OS", 8)


def test_key_is_stable() -> None:
    """Keys are stored and cited: this one must never change."""
    row = {"study": "kim2016", "factor": "NLR", "endpoint": "OS"}
    assert estimate_key({**row, "contrast": "above_vs_below", "measure": "hr"}) == "kim2016/OS/2a6eedd9"
    assert estimate_key(row) == "kim2016/OS/4c03b239"


@pytest.mark.parametrize(
    "same",
    [
        {**ROW, "cutoff_value": 550},
        {**ROW, "locator": " Table 2 "},
        {**ROW, "covariates": "sex;age"},
        {**ROW, "cohort": "all", "contrast": "unclear", "measure": "unclear", "adjusted": "unclear"},
        {**ROW, "timepoint": None, "cutoff_text": ""},
        {**ROW, "est": 3.0, "n": 12, "notes": "x"},
    ],
    ids=["number", "spaces", "covariate order", "defaults", "empty", "what is reported"],
)
def test_same_estimate_has_the_same_key(same: dict[str, object]) -> None:
    """550 is 550.0, spaces at the ends and the order of covariates mean nothing, defaults are what they are."""
    assert estimate_key(same) == estimate_key(ROW)


@pytest.mark.parametrize(
    "name",
    [
        "study",
        "cohort",
        "factor",
        "timepoint",
        "cutoff_operator",
        "cutoff_value",
        "cutoff_unit",
        "cutoff_text",
        "cutoff_method",
        "contrast",
        "reference_group",
        "endpoint",
        "measure",
        "adjusted",
        "covariates",
        "locator",
    ],
)
def test_each_part_of_the_identity_counts(name: str) -> None:
    """Two rows that differ in one of these are two estimates."""
    other = 600.0 if name == "cutoff_value" else "other"
    assert estimate_key({**ROW, name: other}) != estimate_key(ROW)


def test_cutoff_key_reads_like_a_cutoff() -> None:
    """Operator, value, unit, text in quotes, method in brackets; numbers without needless digits."""
    assert cutoff_key({**ROW, "cutoff_method": "median"}) == ">= 550 ng/mL [median]"
    assert cutoff_key({"cutoff_value": 577.47, "cutoff_text": "upper limit"}) == '577.47 "upper limit"'
    assert cutoff_key({}) == ""


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"doi": "10.1097/MD.0000000000012678"}, ("doi:10.1097/md.0000000000012678",)),
        (
            {"doi": "https://doi.org/10.1097/md.0000000000012678", "pmid": "1"},
            ("doi:10.1097/md.0000000000012678", "pmid:1"),
        ),
        ({"url": "http://dx.doi.org/10.1002/PBC.29845"}, ("doi:10.1002/pbc.29845",)),
        ({"url": "https://pubmed.ncbi.nlm.nih.gov/27885817/"}, ("pmid:27885817",)),
        ({"url": "https://www.ncbi.nlm.nih.gov/pubmed/17234738"}, ("pmid:17234738",)),
        ({"url": "https://example.org/a?b=c"}, ("url:https://example.org/a?b=c",)),
        ({"citation": "study:kim2016"}, ("study:kim2016",)),
        ({}, ()),
    ],
)
def test_a_report_is_known_by_its_best_name(given: dict[str, str], names: tuple[str, ...]) -> None:
    """DOI, else PMID, else address, else citation; addresses that are a DOI or PMID count as such."""
    assert report_names(**given) == names
