"""Screening by one or two reviewers, and the PRISMA flow that follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import Conflict, UsageError
from registry.handle import Registry
from registry.literature.door import Literature
from registry.literature.screening import State, conflicts, queue, reasons_given
from registry.store import Store
from registry.terms import ScreeningStage
from tests.literature.conftest import Search, record

TITLE, FULL = ScreeningStage.TITLE, ScreeningStage.FULL_TEXT
KEYS = ["armand2010", "pullarkat2011", "kataoka2012", "mahindra2013"]


@pytest.fixture
def held(literature: Literature, search: Search) -> Literature:
    """Give a registry of four references."""
    literature.import_files(search(*(record(n) for n in range(4))), found_in="PubMed")
    return literature


def state(literature: Literature, key: str, stage: ScreeningStage = TITLE) -> str:
    return literature.show(key)[1][stage].state


def test_one_reviewer_decides_and_may_think_again(held: Literature) -> None:
    """The same decision again changes nothing, another replaces it, and the queue holds what is left."""
    assert held.screen(KEYS[:2], "include") == 2
    assert held.screen(KEYS[:2], "include") == 0
    assert held.screen([KEYS[0]], "exclude", reason="wrong disease") == 1
    assert [state(held, key) for key in KEYS[:3]] == ["exclude", "include", "open"]
    assert [work.key for work in queue(held.progress(), TITLE, "Ada")] == KEYS[2:]
    assert [work.key for work in queue(held.progress(), FULL, "Ada")] == [KEYS[1]]


def test_full_text_is_assessed_of_what_was_included_and_excluded_with_a_reason(held: Literature) -> None:
    """Each rule refuses and stores nothing."""
    with pytest.raises(UsageError, match="armand2010 is not decided by title"):
        held.screen(KEYS[:1], "include", stage="full_text")
    held.screen(KEYS[:2], "include")
    with pytest.raises(UsageError, match="an exclusion in full text has a reason"):
        held.screen(KEYS[:1], "exclude", stage="full_text", reason="  ")
    with pytest.raises(UsageError, match="only a full text can be not retrieved"):
        held.screen(KEYS[:1], "not_retrieved")
    with pytest.raises(UsageError, match="'inclde' is no decision; did you mean include"):
        held.screen(KEYS[:1], "inclde")
    with pytest.raises(UsageError, match="is no stage"):
        held.screen(KEYS[:1], "include", stage="abstract")
    with pytest.raises(UsageError, match="reviewers do not disagree"):
        held.screen(KEYS[:1], "exclude", settle=True)
    with pytest.raises(UsageError, match="kataoka2012 is not decided"):
        held.screen([KEYS[0], KEYS[2]], "include", stage="full_text")
    assert state(held, KEYS[0], FULL) == "open"


def test_two_reviewers_are_blind_until_both_have_decided(held: Literature) -> None:
    """One decision is waiting; two that agree are a result; two that do not are settled by a third."""
    held.require_reviewers(2)
    held.screen(KEYS[:3], "include", curator="Ada")
    assert [state(held, key) for key in KEYS[:1]] == ["waiting"]
    assert queue(held.progress(), TITLE, "Ada")[0].key == KEYS[3]
    assert [work.key for work in queue(held.progress(), TITLE, "Grace")] == KEYS
    held.screen([KEYS[0]], "exclude", curator="Ada")
    held.screen([KEYS[0]], "exclude", curator="Grace")
    held.screen(KEYS[1:3], "exclude", curator="Grace")
    assert [state(held, key) for key in KEYS] == ["exclude", "conflict", "conflict", "open"]
    assert [work.key for work, _, _ in conflicts(held.progress())] == KEYS[1:3]
    with pytest.raises(Conflict, match="all decisions about pullarkat2011 are in; yours was include, not exclude"):
        held.screen([KEYS[1]], "exclude", curator="Ada")
    held.screen([KEYS[1]], "include", settle=True, curator="Cleo")
    held.screen([KEYS[2]], "exclude", settle=True, curator="Ada")
    assert [state(held, key) for key in KEYS[1:3]] == ["include", "exclude"]
    held.screen([KEYS[2]], "include", settle=True, curator="Cleo")
    assert state(held, KEYS[2]) == "include"
    assert conflicts(held.progress()) == []


def test_in_full_text_reasons_must_agree_too(held: Literature) -> None:
    """PRISMA counts reasons, so two exclusions for different reasons are settled; case is no difference."""
    held.screen(KEYS[:2], "include")
    held.require_reviewers(2)
    held.screen(KEYS[:2], "include", curator="Grace")
    for reviewer, reasons in (("Ada", ("No HR", "no HR")), ("Grace", ("wrong factor", "No hr"))):
        for key, reason in zip(KEYS[:2], reasons, strict=True):
            held.screen([key], "exclude", stage="full_text", reason=reason, curator=reviewer)
    assert [state(held, key, FULL) for key in KEYS[:2]] == ["conflict", "exclude"]
    assert reasons_given(held.progress(), FULL) == ["No HR", "wrong factor"]


def test_agreement_is_counted_before_settlement(held: Literature) -> None:
    """Percent and kappa of what both decided on: 3 of 4 agree; kappa = (0.75 − 0.5)/(1 − 0.5) = 0.5."""
    held.require_reviewers(2)
    held.screen(KEYS[:2], "include", curator="Ada")
    held.screen(KEYS[2:], "exclude", curator="Ada")
    held.screen(KEYS[:3], "include", curator="Grace")
    held.screen(KEYS[3:], "exclude", curator="Grace")
    held.screen(KEYS[2:3], "include", settle=True, curator="Cleo")
    agreement = held.agreement()[("Ada", "Grace")]
    assert (agreement.n, agreement.observed) == (4, 0.75)
    assert agreement.kappa == pytest.approx(0.5)


def test_flow_is_counted_from_what_is_stored(
    literature: Literature, store: Store, search: Search, tmp_path: Path
) -> None:
    """Every box, both columns, by hand: 9 records of databases, 1 of a register, 3 by citation."""
    rows = "study_key,biomarker,endpoint,hr,ci_low,ci_high,doi,title\na,NLR,OS,2,1,4,10.1000/0,T\n"
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    Registry(store, curator="Ada").import_file(tmp_path / "rows.csv")
    literature.import_files(search(*(record(n) for n in range(6))), found_in="PubMed")
    literature.import_files(search(*(record(n) for n in (0, 1, 6))), found_in="Embase")
    literature.import_files(search(record(2)), found_in="ClinicalTrials.gov", found_by="register")
    literature.import_files(search(record(0), record(7), record(8)), found_in="reference lists", found_by="citation")
    keys = [work.key for work in literature.progress().works.values()]
    assert len(keys) == 9
    literature.screen(keys[:4], "include")
    literature.screen([keys[4]], "exclude")
    literature.screen([keys[7]], "include")
    literature.screen([keys[8]], "exclude")
    literature.screen([keys[0]], "include", stage="full_text")
    literature.screen([keys[1]], "exclude", stage="full_text", reason="no HR")
    literature.screen([keys[2]], "not_retrieved", stage="full_text")
    literature.screen([keys[7]], "exclude", stage="full_text", reason="wrong factor")
    flow = literature.prisma()
    assert (dict(flow.databases), dict(flow.registers)) == ({"PubMed": 6, "Embase": 3}, {"ClinicalTrials.gov": 1})
    assert (flow.identified, flow.duplicates, flow.screened, flow.awaiting_screening, flow.excluded) == (10, 3, 5, 2, 1)
    main = flow.assessment
    assert (main.sought, main.not_retrieved, main.assessed, main.awaiting_assessment) == (4, 1, 2, 1)
    assert dict(main.reports_excluded) == {"no HR": 1}
    assert flow.other is not None
    assert dict(flow.other.identified) == {"Citation searching": 3}
    assert (flow.other.not_pursued, flow.other.assessment.sought, flow.other.assessment.assessed) == (2, 1, 1)
    assert (flow.reports, flow.studies, flow.in_progress) == (1, 1, True)
    assert flow.contradictions() == []


def test_number_of_studies_is_not_known_before_reports_are(held: Literature) -> None:
    """An included reference that is no study of the registry leaves the box open, and says which."""
    held.screen(KEYS[:1], "include")
    held.screen(KEYS[:1], "include", stage="full_text")
    flow = held.prisma()
    assert (flow.reports, flow.studies) == (1, None)
    assert "(armand2010)" in flow.notes[0]


def test_number_of_reviewers_is_a_small_number(held: Literature) -> None:
    """And setting it again changes nothing."""
    with pytest.raises(UsageError, match="0 reviewers cannot be asked for"):
        held.require_reviewers(0)
    held.require_reviewers(2)
    held.require_reviewers(2)
    assert held.progress().required == 2
    assert state(held, KEYS[0]) == State.OPEN
