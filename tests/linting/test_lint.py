"""Lint: each rule finds what its example shows, and nothing where nothing is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from registry.errors import ConditionError, UsageError
from registry.handle import Registry
from registry.linting import group_rules, registry_rules, row_rules
from registry.linting.catalogue import CATALOGUE, example_rows
from registry.linting.complete import complete
from registry.linting.finding import Severity
from registry.meaning.plausible import MARGIN, least_se
from registry.store import Store
from registry.terms import Flag
from tests.linting.stored import store_rows


def codes(store: Store, where: str | None = None) -> set[str]:
    return {each.code for each in Registry(store).lint(where).findings}


def test_complete_rows_give_no_finding(store: Store) -> None:
    """Six complete studies with nothing in common are clean, on both databases."""
    store_rows(store, map(complete, range(6)))
    linted = Registry(store).lint()
    assert linted.findings == ()
    assert (linted.counts, linted.worst, linted.estimates) == ({}, None, 6)


@pytest.mark.parametrize("code", CATALOGUE)
def test_example_draws_its_code_and_no_other(sqlite_store: Store, code: str) -> None:
    """What the page says draws a code does, and only that."""
    store_rows(sqlite_store, example_rows(code))
    assert codes(sqlite_store) == {code}
    assert codes(sqlite_store, 'study == "kim2016"') == {code} or len(example_rows(code)) > 1


def test_rules_find_nothing_that_is_not_in_the_catalogue() -> None:
    """Every code that a rule can give, and every flag, has its page."""
    given = {flag.value for flag in Flag}
    for module in (row_rules, group_rules, registry_rules):
        text = Path(str(module.__file__)).read_text(encoding="utf-8")
        given |= set(re.findall(r'(?:Problem|Found)\(\s*"([a-z-]+)"', text))
    assert given - CATALOGUE.keys() == set()
    assert len(given) > 30


def test_example_on_both_databases(store: Store) -> None:
    """Rules over many rows and over reports read the same from both databases."""
    for code in ("same-numbers", "doi-twice", "n-over-cohort"):
        for row in example_rows(code):
            own = {"study_key": f"{code} {row['study_key']}", "title": f"{row['title']} {code} {row['study_key']}"}
            store_rows(
                store, [row | own | ({} if code == "doi-twice" else {"doi": f"10.1000/{code}-{row['study_key']}"})]
            )
    assert {"same-numbers", "doi-twice", "n-over-cohort"} <= codes(store)


def test_condition_keeps_what_has_to_do_with_it(sqlite_store: Store) -> None:
    """A doubt about a matching estimate may rest on one that does not match."""
    store_rows(sqlite_store, example_rows("same-numbers"))
    found = Registry(sqlite_store).lint('study == "romano2015"').findings
    assert [(each.code, each.key.split("/")[0]) for each in found] == [("same-numbers", "romano2015")]
    assert found[0].others[0].startswith("kim2016/")
    assert Registry(sqlite_store).lint('study == "nobody"').estimates == 0
    with pytest.raises(ConditionError, match="there is no column 'nobody'"):
        Registry(sqlite_store).lint("nobody == 1")


def test_confirmed_as_printed_is_a_note(sqlite_store: Store) -> None:
    """What the curator confirms to be printed so is disputed already: no error any more."""
    (row,) = example_rows("hr-outside-ci")
    store_rows(sqlite_store, [row, complete(1)])
    (finding,) = Registry(sqlite_store).lint().findings
    assert (finding.code, finding.severity) == ("hr-outside-ci", Severity.NOTE)


def test_decided_overlap_ends_the_doubt(store: Store) -> None:
    """Same numbers and a possible overlap are doubts until a curator decides."""
    (first, second) = example_rows("same-numbers")
    store_rows(store, [first, second | {"centres": "Seoul", "country": "Korea"}])
    assert codes(store) == {"same-numbers", "overlap-possible"}
    Registry(store, curator="Ada").decide_overlap("kim2016", "romano2015", "same", "one cohort")
    assert codes(store) == set()


def test_most_keeps_some_and_counts_all(sqlite_store: Store) -> None:
    """Of each code so many findings are kept, and all are counted."""
    store_rows(sqlite_store, [complete(place) | {"covariates": ""} for place in range(6)])
    linted = Registry(sqlite_store).lint(rules=["covariates-missing"], most=2)
    assert len(linted.findings) == 2
    assert linted.counts == {"covariates-missing": {"note": 6}}


def test_rule_that_is_not_there_is_refused(sqlite_store: Store) -> None:
    """A misspelled code is an error that names the nearest."""
    with pytest.raises(UsageError, match=r"there is no rule 'same-number'\nnearest: same-numbers"):
        Registry(sqlite_store).lint(rules=["same-number"])


@pytest.mark.parametrize(
    ("unit", "value", "code"),
    [("ug/L", "550", None), ("ng/mL", "550", None), ("mg/L", "0.55", None), ("g/L", "550", "cutoff-implausible")],
)
def test_cutoffs_are_compared_in_the_unit_of_the_factor(
    sqlite_store: Store, unit: str, value: str, code: str | None
) -> None:
    """A nanogram per millilitre is a microgram per litre; what converts is judged after conversion."""
    store_rows(sqlite_store, [complete() | {"biomarker": "ferritin", "cutoff_value": value, "cutoff_unit": unit}])
    assert codes(sqlite_store) == ({code} if code else set())


def test_least_standard_error_at_ratio_1_is_that_of_the_books() -> None:
    """With equal groups 2/√d (Parmar 1998: 4/d); with others 1/√(d·p·(1−p)) (Schoenfeld 1981)."""
    assert least_se(100) == pytest.approx(0.2)
    assert least_se(100, 1.0, 0.5) == pytest.approx(0.2)
    assert least_se(100, 1.0, 0.1) == pytest.approx(1 / np.sqrt(100 * 0.09))
    assert least_se(100, 3.0, 0.1) < least_se(100, 1.0, 0.1)
    assert least_se(100, 0.5, 0.1) == pytest.approx(0.2)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.85])
def test_no_cox_model_is_more_exact_than_the_margin(ratio: float, share: float) -> None:
    """On simulated cohorts the standard error of a Cox model is never below the bound less its margin."""
    generator = np.random.default_rng(7)
    for _ in range(40):
        n = 120
        index = np.arange(n) < round(share * n)
        times = generator.exponential(1.0 / np.where(index, ratio, 1.0))
        limits = generator.uniform(0.2, 3.0, n)
        event, order = times <= limits, np.argsort(np.minimum(times, limits))
        beta, information = 0.0, 0.0
        for _ in range(30):  # Newton's steps on the partial likelihood of one binary covariate
            weights = np.where(index, np.exp(beta), 1.0)[order]
            part = np.cumsum((weights * index[order])[::-1])[::-1] / np.cumsum(weights[::-1])[::-1]
            happened = event[order]
            information = float(np.sum((part * (1 - part))[happened]))
            beta += float(np.clip(np.sum((index[order] - part)[happened]) / information, -1, 1))
        least = least_se(int(event.sum()), float(np.exp(beta)), share)
        assert 1 / np.sqrt(information) >= (1 - MARGIN) * least
