"""The material of a report: computed once, from one moment, with a reason for everything that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.dossier.material import Absent
from registry.errors import NotFound, PoolRefused, UsageError
from registry.handle import Registry
from registry.store import Store
from tests.dossier.evidence import WHERE, saved

PLAN = {"subgroups": ["cutoff_value:3"], "moderators": ["year"], "small_study": ["egger"]}


def test_report_quotes_the_run_that_says_the_same(store: Store) -> None:
    """A report written twice rests on one stored run, and the first has nothing to compare with."""
    registry = saved(store)
    first, second = registry.report("nlr-os"), registry.report("nlr-os")
    assert [run.id for run in registry.runs()] == [1]
    assert [made.materials[0].run.id for made in (first, second) if made.materials[0].run] == [1, 1]
    assert first.as_dict() == second.as_dict()
    assert isinstance(first.materials[0].explanation, Absent)
    assert first.materials[0].before is None


def test_report_after_an_amendment_says_what_moved(store: Store) -> None:
    """The cohort that was amended moved the pool since the run before; the earlier report is written as it was."""
    registry = saved(store)
    old = registry.report("nlr-os").materials[0]
    key = next(each.key for each in old.pool.estimates if each.study == "bose2012")
    registry.amend(key, {"hr": "2.40", "ci_high": "4.80"}, reason="misprint")
    now = registry.report("nlr-os").materials[0]
    assert now.before is not None
    assert now.before.id == 1
    assert [each.label for each in now.explanation.evidence.contributions] == ["Bose 2012"]
    assert now.explanation.total.log_hr == pytest.approx(now.pool.pool.mu - old.pool.pool.mu)
    again = registry.report("nlr-os", at=old.moment.changeset).materials[0]
    assert again.pool.pool == old.pool.pool
    assert again.before is None


def test_moment_is_named_by_the_snapshot_of_the_same_evidence(store: Store) -> None:
    """A snapshot names a state until a row of evidence changes, whatever else was written."""
    registry = saved(store)
    taken = registry.snapshot("2026-06")
    now = registry.report("nlr-os").materials[0]
    assert now.moment.changeset > taken.changeset
    assert now.moment.snapshot == taken
    assert registry.report("nlr-os", at="2026-06").materials[0].moment.snapshot == taken
    registry.amend("ada2010", {"country": "Peru"}, reason="read again")
    assert registry.report("nlr-os").materials[0].moment.snapshot is None


def test_material_is_what_the_verbs_give(sqlite_store: Store) -> None:
    """Every analysis of a report is the one a user gets from the verb."""
    registry = saved(sqlite_store, analyses=PLAN)
    found = registry.report("nlr-os").materials[0]
    pool = registry.pool(WHERE)
    assert found.pool.pool == pool.pool
    loo = registry.pool(WHERE, leave_one_out=True).leave_one_out
    assert [each.pool for each in found.sensitivity.leave_one_out.leave_one_out] == [each.pool for each in loo]
    assert found.subgroups[0].found.subgroups == registry.pool(WHERE, subgroup="cutoff_value:3").subgroups
    assert found.small_study.egger == registry.bias(WHERE, ["egger"]).egger
    slopes = [found.moderators[0].found, registry.regress(WHERE, "year")]
    assert slopes[0].coefficients[1].b == pytest.approx(slopes[1].coefficients[1].b)
    named = {each.name: each.found for each in found.sensitivity.estimators}
    assert named["DL|z"].hr == registry.pool(WHERE, method="DL", test="z").pool.hr
    assert [chain.estimate["key"] for chain in found.chains] == [each.key for each in pool.estimates]


def test_rows_of_other_choices_are_pooled_alone_or_told(sqlite_store: Store) -> None:
    """The adjusted estimates alone are a pool of their own only where others are in it."""
    registry = saved(sqlite_store)
    rows = {each.name: each.found for each in registry.report("nlr-os").materials[0].sensitivity.rows}
    assert rows["adjusted"] == Absent("every estimate is adjusted")
    key = registry.frame('study == "ada2010"')["key"].tolist()[0]
    registry.amend(key, {"adjusted": "unclear"}, reason="read again")
    rows = {each.name: each.found for each in registry.report("nlr-os").materials[0].sensitivity.rows}
    assert rows["adjusted"].hr == registry.pool(f'{WHERE} and adjusted == "yes"').pool.hr


def test_refused_pool_is_a_report_with_its_reason(store: Store) -> None:
    """What must not be pooled together is told with the flow; nothing is stored."""
    registry = saved(store)
    key = registry.frame('study == "ada2010"')["key"].tolist()[0]
    registry.amend(key, {"adjusted": "no", "covariates": ""}, reason="read again")
    found = registry.report("nlr-os").materials[0]
    assert isinstance(found.pool, Absent)
    assert "adjusted" in found.pool.why
    assert found.flow.used == 8
    assert registry.runs() == []


def test_analyses_asked_for_beside_the_query_are_not_planned(sqlite_store: Store) -> None:
    """What the query plans and what came with the report are told apart; one named twice is the query's."""
    registry = saved(sqlite_store, analyses=PLAN)
    more = {"subgroups": ["cutoff_value:3", "year:2014"], "moderators": ["n"]}
    found = registry.report("nlr-os", analyses=more).materials[0]
    assert [(each.asked, each.planned) for each in found.subgroups] == [("cutoff_value:3", True), ("year:2014", False)]
    assert [(each.asked, each.planned) for each in found.moderators] == [("year", True), ("n", False)]


def test_what_cannot_be_asked_is_refused_before_anything_is_written(sqlite_store: Store) -> None:
    """Unknown queries, moments, files and columns are errors that name what there is; no run is stored."""
    registry = saved(sqlite_store)
    with pytest.raises(NotFound, match="nlr-os"):
        registry.report("nlr-osx")
    with pytest.raises(NotFound, match="no changeset 99"):
        registry.report("nlr-os", at=99)
    with pytest.raises(UsageError, match=r"report\.pdf is no kind of report"):
        registry.report("nlr-os", path="report.pdf")
    with pytest.raises(UsageError, match="does not exist"):
        registry.report("nlr-os", path="nowhere/report.html")
    with pytest.raises(UsageError, match="no column 'colour'"):
        registry.report("nlr-os", analyses={"subgroups": ["colour"]})
    with pytest.raises(UsageError, match="named twice"):
        registry.report("nlr-os", "nlr-os")
    assert registry.runs() == []


def test_simulated_and_real_cohorts_do_not_share_a_report(sqlite_store: Store) -> None:
    """Nobody is to take one for the other."""
    registry = saved(sqlite_store)
    registry.seed("worked_example")
    with pytest.raises(PoolRefused, match="simulated and real cohorts in one report"):
        registry.report("nlr-os", "simulated-cart-pfs")


def test_baseline_is_of_one_query(sqlite_store: Store) -> None:
    """Survival of all patients at a time is another number for another endpoint."""
    registry = saved(sqlite_store)
    registry.save_query("nlr-os-dl", WHERE, method="DL")
    baseline = [{"survival": 0.5, "prevalence": 0.4, "at": "24 months"}]
    found = registry.report("nlr-os", analyses={"baselines": baseline}).materials[0].absolutes
    assert found[0].found.difference.value is not None
    with pytest.raises(UsageError, match="a baseline is of one endpoint"):
        registry.report("nlr-os", "nlr-os-dl", analyses={"baselines": baseline})


def test_document_without_a_name_is_not_cited_beside_the_report(store: Store, tmp_path: Path) -> None:
    """Where only the kind of the document read is known, a reader is sent to the study's own report."""
    (tmp_path / "rows.csv").write_text(
        "study_key,first_author,year,title,doi,source_kind,source_url,biomarker,disease,endpoint,hr,ci_low,ci_high\n"
        "a,Ada,2010,On NLR,10.9999/a,article,,NLR,multiple myeloma,OS,2,1.2,3.3\n"
        "b,Bose,2012,NLR again,10.9999/b,review,https://example.org/review,NLR,multiple myeloma,OS,2,1.1,3.6\n",
        encoding="utf-8",
    )
    registry = Registry(store, curator="Ada")
    registry.import_file(tmp_path / "rows.csv")
    registry.save_query("nlr-os", WHERE)
    cited = registry.report("nlr-os").shared.cites
    assert [len(cited[key]) for key in sorted(cited)] == [1, 2]
