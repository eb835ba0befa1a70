"""The summary of findings: effects, certainty, and whether each rating is of the evidence that is shown."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registry.errors import NotFound, UsageError
from registry.grading.domains import LOWERING, Certainty
from registry.grading.findings import SummaryOfFindings
from registry.handle import Registry
from registry.models import SavedQuery, drop_triggers
from registry.report import grading as report
from registry.report.absolute import in_short
from registry.report.table import Table
from registry.store import Store
from registry.terms import GradeDomain
from tests.queries.evidence import WHERE, enter

STUDIES = ["a2010", "b2012", "c2014", "d2016", "e2018"]
SAME = {"contrast": "above_vs_below", "adjusted": "yes"}
BASELINE = {"survival": 0.5, "prevalence": 0.4, "at": "24 months", "source": "a register"}


@pytest.fixture
def reg(sqlite_store: Store) -> Registry:
    """Give a registry with five estimates and a saved query that asks for absolute risks."""
    enter(sqlite_store, STUDIES, **SAME)
    opened = Registry(sqlite_store, curator="Ada")
    opened.save_query("os", WHERE, method="DL", test="z", analyses={"baselines": [BASELINE]})
    return opened


def rate_all(reg: Registry, **words: str) -> None:
    for each in LOWERING:
        reg.grade("os", each, words.get(each, "none"), reason=f"looked at {each.label}")


def table(result: SummaryOfFindings, title: str) -> Table:
    return next(each for each in report.tables(result) if each.title.startswith(title))


def cells(result: SummaryOfFindings, column: str) -> dict[str, str]:
    shown = table(result, "Certainty")
    place = [each.header for each in shown.columns].index(column)
    return {row[0]: row[place] for row in shown.rows}


def test_what_nobody_rated_is_not_rated(reg: Registry) -> None:
    """No domain is judged by the program, and the certainty is not taken to be high."""
    found = reg.findings("os")
    assert found.certainty is None
    assert found.not_rated == LOWERING
    assert {each.rating for each in found.domains} == {None}
    assert set(cells(found, "Judgement").values()) == {"not rated", "not rated: raises nothing"}
    assert "Certainty: not rated yet; not rated: risk of bias, inconsistency" in report.headline(found)
    assert found.as_dict()["certainty"] is None


def test_rated_evidence_has_a_certainty_with_reasons(reg: Registry) -> None:
    """Symbols, word, and a footnote with reason, curator and changeset for every judgement."""
    rate_all(reg, inconsistency="serious")
    found = reg.findings("os")
    assert found.certainty is Certainty.MODERATE
    assert report.headline(found).endswith("Certainty: ⊕⊕⊕◯ moderate")
    assert cells(found, "Judgement")["inconsistency"] == "serious (−1) [b]"
    assert cells(found, "Judgement")["publication bias"] == "undetected [e]"
    assert "[b] Looked at inconsistency. (Ada, " in table(found, "Certainty").note


def test_a_prediction_interval_stands_where_the_pool_shows_one(reg: Registry) -> None:
    """With five estimates the figures of inconsistency give it; with three, where it says little, they do not."""
    assert "95 % prediction interval" in cells(reg.findings("os"), "What the evidence shows")["inconsistency"]
    reg.save_query("few", f"{WHERE} and year < 2015", method="DL", test="z")
    assert "prediction interval" not in cells(reg.findings("few"), "What the evidence shows")["inconsistency"]


def test_absolute_effects_are_those_the_query_names(reg: Registry) -> None:
    """Of the query's baselines, or of others given; what a ratio does not allow is said."""
    found = reg.findings("os")
    [effect] = found.absolutes
    assert effect.difference == reg.absolute("os", survival=0.5, prevalence=0.4, at_time="24 months").difference
    [row] = table(found, "Summary").rows
    assert row[0] == "OS, high NLR vs low, at 24 months"
    assert row[-2] == in_short(effect)
    assert "more (" in row[-2]
    assert "deaths per 1000 patients" in table(found, "Summary").note
    assert "a register" in table(found, "Summary").note
    assert reg.findings("os", baselines=[]).absolutes == ()
    with pytest.raises(UsageError, match="prevalence is missing"):
        reg.findings("os", baselines=[{"survival": 0.5}])
    with pytest.raises(UsageError, match="no time is named"):
        reg.findings("os", baselines=[{"survival": 0.5, "prevalence": 0.4}])


def test_what_absolute_effects_assume_stands_beneath_them(reg: Registry) -> None:
    """Baseline known, hazards proportional, an adjusted ratio on a crude baseline: it stands under the summary."""
    note = table(reg.findings("os"), "Summary").note
    assert "Assumed: proportional hazards: " in note
    assert "Assumed: survival and prevalence are known: " in note
    assert "Assumed: an adjusted ratio is put onto a crude baseline" in note


def test_query_saved_before_a_time_was_asked_for_is_still_summarised(reg: Registry, sqlite_store: Store) -> None:
    """Its baseline has no effect, and the summary says why; the rest is there."""
    older = reg.query("os").definition.as_dict()
    del older["analyses"]["baselines"][0]["at"]
    with sqlite_store.writing() as connection:
        drop_triggers(connection)
        connection.execute(sa.update(SavedQuery).values(definition=older))
    found = reg.findings("os")
    assert found.absolutes == ()
    assert "No absolute effect: An absolute risk is one by a certain time" in table(found, "Summary").note


def test_ratio_without_groups_has_no_absolute_effect(reg: Registry, sqlite_store: Store) -> None:
    """Why stands under the table, and the rest is shown all the same."""
    enter(sqlite_store, ["per2020"], **{**SAME, "factor": "LDH", "contrast": "per_doubling"})
    reg.save_query("ldh", 'factor == "LDH"', analyses={"baselines": [BASELINE]})
    found = reg.findings("ldh")
    assert found.absolutes == ()
    assert "not of two groups: contrast per_doubling" in table(found, "Summary").note


def test_rating_on_other_evidence_says_so(reg: Registry, sqlite_store: Store) -> None:
    """A new estimate makes every rating one of the past, until it is given again."""
    rate_all(reg)
    assert all(each.current for each in reg.findings("os").domains if each.rating)
    enter(sqlite_store, ["f2020"], **SAME)
    found = reg.findings("os")
    changeset = reg.ratings("os")[0].changeset
    old = next(each for each in found.domains if each.domain is GradeDomain.RISK_OF_BIAS)
    assert old.changed == f"rated at changeset {changeset}; the evidence has changed since"
    assert "(rated on other evidence)" in report.headline(found)
    assert any("to be looked at again: risk of bias" in remark for remark in found.remarks)
    rate_all(reg)
    assert not any(each.changed for each in reg.findings("os").domains)


def test_evidence_that_cannot_be_pooled_is_judged_too(reg: Registry, sqlite_store: Store) -> None:
    """A cohort that is known and not pooled bears on publication bias: ratings before it are of other evidence."""
    rate_all(reg)
    numbers = {"est": None, "ci_low": None, "ci_high": None, "effect_direction": "none"}
    enter(sqlite_store, ["g2021"], **SAME, **numbers)
    found = reg.findings("os")
    assert found.result.pool.k == len(STUDIES)
    assert any(each.changed for each in found.domains)


def test_other_evidence_leaves_a_rating_current(reg: Registry, sqlite_store: Store) -> None:
    """What the query does not select is nothing to it; nor is what it analyses beside its pool."""
    rate_all(reg)
    enter(sqlite_store, ["other2020"], **{**SAME, "factor": "LDH"})
    reg.edit_query("os", analyses={"baselines": None})
    assert not any(each.changed for each in reg.findings("os").domains)


def test_another_pool_makes_ratings_of_another(reg: Registry) -> None:
    """The same rows under another model are another result."""
    rate_all(reg)
    reg.edit_query("os", method="REML")
    found = reg.findings("os")
    assert all(
        "version 1 of the query asked for another pool" in str(each.changed) for each in found.domains if each.rating
    )


def test_past_moment_is_summarised_as_it_was(reg: Registry, sqlite_store: Store) -> None:
    """Ratings of that evidence are current there, and not now."""
    rate_all(reg)
    last = reg.log(limit=1)[0].changeset
    enter(sqlite_store, ["f2020"], **SAME)
    then, now = reg.findings("os", at=last), reg.findings("os")
    assert (then.result.pool.k, now.result.pool.k) == (5, 6)
    assert not any(each.changed for each in then.domains)
    assert any(each.changed for each in now.domains)


def test_a_rating_of_what_nobody_appraised_is_remarked(reg: Registry) -> None:
    """Not appraised is missing: a judgement of it stands, with what it does not rest on."""
    reg.grade("os", "imprecision", "none", reason="many events")
    assert not any("appraised" in remark for remark in reg.findings("os").remarks)
    reg.grade("os", "risk of bias", "none", reason="none was seen")
    assert "risk of bias was rated and not appraised for 5 of 5 estimates" in reg.findings("os").remarks


def test_rating_up_beside_a_doubt_is_remarked(reg: Registry) -> None:
    """GRADE rates up what has no reason for doubt; the certainty is still what was judged."""
    rate_all(reg, imprecision="serious")
    reg.grade("os", "large effect", "large", reason="five-fold")
    found = reg.findings("os")
    assert found.certainty is Certainty.HIGH
    assert any("rated up although rated down" in remark for remark in found.remarks)


def test_unknown_query_is_not_found(reg: Registry) -> None:
    """The nearest is named."""
    with pytest.raises(NotFound, match="no query 'oss'"):
        reg.findings("oss")
