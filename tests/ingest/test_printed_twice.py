"""Numbers that a source prints twice, from the file to the pool."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import InputRefused, PoolRefused
from registry.handle import Registry
from registry.models import evidence
from registry.store import Store

Write = Callable[..., Path]

#: A Stata user's SE of the HR itself, an SE that agrees with its CI, and a log10 ratio with the SE of a log10.
TWICE = """study_key,factor,endpoint,hr,ci_low,ci_high,se_log_hr,log_hr,n,adjusted
Stata1,CRP2,OS,2.15,1.74,2.66,0.233,,210,yes
Stata2,CRP2,OS,1.60,0.98,2.61,0.25,,98,yes
Log10,CRP2,OS,2.15,1.74,2.66,0.047,0.332,98,yes
"""
#: Intervals of the log ratio.
OF_LOG = """study_key,biomarker,endpoint,log_hr,ci_low,ci_high,ci_level,contrast,cutoff_operator,cutoff_value,adjusted
S1,NLR,OS,0.40,0.10,0.70,95,above_vs_below,>,3,yes
S2,NLR,OS,0.69,0.30,1.08,95,above_vs_below,>,3,yes
S3,NLR,OS,0.55,0.05,1.05,95,above_vs_below,>,3,yes
"""
#: Rows with a p-value and too little else, or just enough.
BY_P = """study_key,factor,endpoint,hr,ci_low,ci_high,p_value,p_test,adjusted
P1,CRP,OS,1.5,,,0.02,wald,yes
P2,CRP,OS,1.7,,,<0.001,wald,yes
P3,CRP,OS,1.02,,,0.90,wald,yes
P4,CRP,OS,1.0,,,0.99,wald,yes
P5,CRP,OS,1.6,1.1,2.33,0.014,wald,yes
P6,CRP,OS,1.4,1.1,,0.014,wald,yes
P7,CRP,OS,1.4,,2.0,,wald,yes
P8,CRP,OS,1.50,,,0.60,wald,yes
"""


def rows(store: Store) -> dict[str, dict[str, Any]]:
    with store.read() as connection:
        live = sa.select(evidence).where(evidence.c.valid_to.is_(None))
        return {row["study"]: dict(row) for row in connection.execute(live).mappings()}


def key_of(store: Store, study: str) -> str:
    return str(rows(store)[study]["key"])


def test_an_se_that_is_not_of_its_ci_is_refused_with_the_arithmetic(store: Store, write: Write) -> None:
    """The slip is named where it is one of those that are known; an SE within rounding passes."""
    registry = Registry(store, curator="Ada")
    with pytest.raises(InputRefused) as refused:
        registry.import_file(write(TWICE))
    found = {(issue.line, issue.code): issue for issue in refused.value.issues}
    assert sorted(found) == [(2, "se-contradicts-ci"), (4, "log-contradicts-ratio"), (4, "se-contradicts-ci")]
    assert found[2, "se-contradicts-ci"].message == "0.233 is 2.15 × 0.108: the SE of the HR"
    assert "log10" in found[4, "se-contradicts-ci"].message
    assert "log10" in found[4, "log-contradicts-ratio"].message


def test_as_printed_keeps_both_numbers_until_a_curator_says_which_counts(store: Store, write: Write) -> None:
    """Not disputed, not poolable; the word is amended, stands in the history, and the flag stays."""
    registry = Registry(store, curator="Ada")
    head, stata, good, _ = TWICE.splitlines()
    registry.import_file(write(f"{head},as_printed\n{stata},Table 2\n{good},\n"))
    row = rows(store)["Stata1"]
    assert (row["status"], row["not_poolable"], row["yi"]) == ("extracted", "numbers", None)
    assert row["flags"].split("; ") == ["ci-level-assumed", "se-contradicts-ci"]
    assert rows(store)["Stata2"]["derivation"] == "ci"
    pooled = registry.pool('factor == "CRP2"')
    assert [(each.study, each.reason) for each in pooled.flow.unusable] == [("Stata1", "CI and SE disagree")]
    for word, vi in (("se", 0.233**2), ("ci", 0.01172)):
        registry.amend(key_of(store, "Stata1"), {"trust": word}, reason="asked the authors")
        row = rows(store)["Stata1"]
        assert (row["trust"], row["derivation"], row["not_poolable"]) == (word, word, None)
        assert row["vi"] == pytest.approx(vi, abs=5e-6)
        assert "se-contradicts-ci" in row["flags"]
    registry.verify()


def test_trust_may_come_with_the_file(sqlite_store: Store, write: Write) -> None:
    """A file that says which number counts needs no as_printed."""
    head, stata, *_ = TWICE.splitlines()
    Registry(sqlite_store, curator="Ada").import_file(write(f"{head},trust\n{stata},ci\n"))
    assert rows(sqlite_store)["Stata1"]["derivation"] == "ci"


def test_bounds_of_a_log_ratio_are_kept_as_those_of_the_ratio(store: Store, write: Write) -> None:
    """Pooled they give 1.67 (1.35–2.08), Q 1.36; the text is as printed, and importing again changes nothing."""
    registry = Registry(store, curator="Ada")
    path = write(OF_LOG)
    done = registry.import_file(path)
    assert done.flag_counts == {"ci-of-log": 3}
    row = rows(store)["S1"]
    assert (row["ci_low_text"], row["ci_high_text"]) == ("0.10", "0.70")
    assert (round(row["ci_low"], 4), round(row["ci_high"], 4)) == (1.1052, 2.0138)
    found = registry.pool('factor == "NLR"', method="FE", test="z").pool
    assert [round(math.exp(each or 0), 2) for each in (found.mu, found.ci_low, found.ci_high)] == [1.67, 1.35, 2.08]
    assert round(found.q or 0, 2) == 1.36
    assert registry.import_file(path).unchanged == 3
    registry.verify()


def test_a_log_interval_is_amended_by_what_is_printed(store: Store, write: Write) -> None:
    """A bound below 0 is a bound of the log; a log ratio that leaves its interval is refused."""
    registry = Registry(store, curator="Ada")
    registry.import_file(write(OF_LOG))
    key = key_of(store, "S3")
    registry.amend(key, {"ci_low": "-0.05", "ci_high": "1.15"}, reason="misread")
    row = rows(store)["S3"]
    assert (row["ci_low_text"], round(row["ci_low"], 4), round(row["ci_high"], 4)) == ("-0.05", 0.9512, 3.1582)
    with pytest.raises(InputRefused, match=r"neither 0\.9 nor the ratio, 2\.46, lies midway"):
        registry.amend(key, {"log_hr": "0.90"}, reason="a slip")


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ("0.40,0.10,0.95", "neither 0.4 nor the ratio, 1.49, lies midway"),
        ("0.40,1.60,2.60", "neither 0.4 nor the ratio, 1.49, lies midway"),
        ("1,1,3", "may be of the log ratio or of the ratio"),
    ],
)
def test_an_interval_of_neither_is_refused(sqlite_store: Store, write: Write, numbers: str, said: str) -> None:
    """Where the log ratio lies midway in no reading of its CI, or in both, nobody guesses."""
    with pytest.raises(InputRefused, match=said) as refused:
        Registry(sqlite_store, curator="Ada").import_file(
            write(f"study_key,factor,endpoint,log_hr,ci_low,ci_high\nS,NLR,OS,{numbers}\n")
        )
    assert [issue.code for issue in refused.value.issues] == ["hr-outside-ci"]


def test_swapped_bounds_and_a_ratio_beside_the_interval_of_its_log_are_told(sqlite_store: Store, write: Write) -> None:
    """What the numbers would be in the right place stands in the message."""
    registry = Registry(sqlite_store, curator="Ada")
    head = "study_key,factor,endpoint,hr,ci_low,ci_high\n"
    with pytest.raises(InputRefused, match="swapped, they have the ratio midway"):
        registry.import_file(write(f"{head}S,NLR,OS,2.15,2.66,1.74\n"))
    with pytest.raises(InputRefused, match=r"it would be the CI of the log ratio \(0.399\)"):
        registry.import_file(write(f"{head}S,NLR,OS,1.49,0.10,0.70\n"))


@pytest.mark.parametrize(("p", "typed"), [("0.000", "<0.0005"), ("0", "such as <0.001"), ("p=0.00", "<0.005")])
def test_a_p_of_zero_is_refused_with_what_to_type(sqlite_store: Store, write: Write, p: str, typed: str) -> None:
    """No p-value is 0: it is a smaller one, rounded, and nobody guesses which bound was meant."""
    path = write(f"study_key,factor,endpoint,hr,p_value\nS,NLR,OS,1.5,{p.removeprefix('p')}\n")
    with pytest.raises(InputRefused) as refused:
        Registry(sqlite_store, curator="Ada").import_file(path)
    [issue] = refused.value.issues
    assert issue.code == "p-range"
    assert typed in issue.expected


def test_each_row_that_is_not_pooled_has_its_own_reason(store: Store, write: Write) -> None:
    """A bound, a large p, a ratio of 1 and one bound of a CI are told apart, and a p of 0.60 that settles is used."""
    registry = Registry(store, curator="Ada")
    registry.import_file(write(BY_P))
    reasons = {study: row["not_poolable"] for study, row in rows(store).items()}
    assert reasons == {
        "P1": "p-derived",
        "P2": "no-interval",
        "P3": "p-above-half",
        "P4": "no-interval",
        "P5": None,
        "P6": "one-bound",
        "P7": "one-bound",
        "P8": "p-derived",
    }
    flow = registry.pool('factor == "CRP"').flow
    assert {each.study: each.reason for each in flow.unusable} == {
        "P1": "SE from p only",
        "P2": "p is only a bound",
        "P3": "p too large to give an SE",
        "P4": "a ratio of 1 with its p, which fits every SE",
        "P6": "one bound only",
        "P7": "one bound only",
        "P8": "SE from p only",
    }


def test_standard_errors_from_p_that_leave_large_p_out_select_on_the_result(store: Store, write: Write) -> None:
    """Allowing them needs the second word where a row drops out for its p, and the pool then says so."""
    registry = Registry(store, curator="Ada")
    registry.import_file(write(BY_P))
    with pytest.raises(PoolRefused, match="p is too large to give an SE") as refused:
        registry.pool('factor == "CRP"', allow="p-derived")
    assert refused.value.rule == "selection-on-results"
    pooled = registry.pool('factor == "CRP"', allow=["p-derived", "selection-on-results"])
    assert pooled.pool.k == 3
    said = "left out because p is too large to give an SE: 1 estimate: P3"
    assert any(note.startswith(said) for note in pooled.notes)
    others = 'factor == "CRP" and study != "P3"'
    assert registry.pool(others, allow="p-derived").pool.k == 3
