"""Overlaps: proposed with reasons, decided by curators, obeyed from then on and not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.curation.overlaps import AT_LEAST, OverlapDecided, OverlapProposal, decide_overlap, propose_overlaps
from registry.errors import Conflict, NotFound, PoolRefused, UsageError
from registry.handle import Registry
from registry.models import Change, Estimate, evidence
from registry.record import Record
from registry.seeding import seed, topic
from registry.store import Store
from registry.terms import OverlapKind
from registry.writing import OverlapDeclared, declare_overlaps, project, verify_rows, write_estimates
from registry.writing.overlaps import overlap_groups

Make = Callable[..., Record]

#: A cohort of which all is known that a proposal looks at.
KYOTO: dict[str, Any] = {
    "first_author": "Tanaka H",
    "year": 2016,
    "country": "Japan",
    "centres": "Kyoto University Hospital",
    "recruited_from": "2008",
    "recruited_to": "2012",
    "n": 213,
}


def write(store: Store, *records: Record) -> None:
    with store.transaction("Ada", "import") as transaction:
        write_estimates(transaction, records)


def proposed(store: Store, where: str | None = None, **options: Any) -> list[OverlapProposal]:
    with store.read() as connection:
        return propose_overlaps(connection, where, **options)


def decide(store: Store, a: str, b: str, kind: str, reason: str = "asked the authors") -> OverlapDecided:
    with store.transaction("Ada", f"overlap of {a} and {b}") as transaction:
        return decide_overlap(transaction, a, b, kind, reason)


def groups(store: Store) -> dict[str, str | None]:
    live = sa.select(evidence.c.study, evidence.c.overlap_group).where(evidence.c.valid_to.is_(None))
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(live)}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"first_author": "H. Tanaka", "n": 213}, "same first author (Tanaka)"),
        ({"first_author": "Sato K", "centres": "Kyoto Univ. Hosp."}, "same or similar centre (Kyoto)"),
        ({"n": 213, "centres": "Kioto"}, "same number of patients (213)"),
        ({"centres": "Kyoto", "recruited_from": "2011-03", "recruited_to": "2015"}, "recruited at the same time"),
        ({"est": 1.37, "ci_low": 1.05, "ci_high": 1.79, "n": 213}, "same result (NLR, OS: 1.37 (1.05–1.79))"),
    ],
)
def test_each_circumstance_is_a_reason_in_words(
    sqlite_store: Store, record: Make, other: dict[str, Any], reason: str
) -> None:
    """What two cohorts have in common makes a proposal, and the proposal says what it is."""
    told = {"country": "Japan", "recruited_from": "2008", "recruited_to": "2014"}
    numbers = {"est": 1.37, "ci_low": 1.05, "ci_high": 1.79}
    write(sqlite_store, record(study="one", **KYOTO, **numbers), record(study="other", **told | other))
    (pair,) = proposed(sqlite_store)
    assert (pair.cohort_a, pair.cohort_b) == ("one/all", "other/all")
    assert any(each.startswith(reason) for each in pair.reasons), pair.reasons
    assert 0.5 <= pair.score < 1


def test_data_base_is_a_reason_wherever_it_is_named(sqlite_store: Store, record: Make) -> None:
    """SEER in a title and SEER in a design are one source of patients."""
    a = record(study="a", title="NLR in myeloma: a SEER analysis", doi="10.1000/a", first_author="Ng A")
    b = record(study="b", design="cohort (SEER)", first_author="Ray B", est=1.9)
    c = record(study="c", design="cohort of seers", first_author="Fox C", est=1.8)
    write(sqlite_store, a, b, c)
    (pair,) = proposed(sqlite_store)
    assert (pair.cohort_a, pair.cohort_b, pair.reasons[0]) == ("a/all", "b/all", "both from SEER")


def test_whole_of_a_study_and_its_part(sqlite_store: Store, record: Make) -> None:
    """Patients of a named cohort are among `all` of the study, unless they are more."""
    sizes = {"all": (100, 2.0), "old": (40, 1.9), "registry": (400, 1.8)}
    write(sqlite_store, *(record(cohort=name, n=n, est=est) for name, (n, est) in sizes.items()))
    assert [(each.cohort_a, each.cohort_b, each.kind) for each in proposed(sqlite_store)] == [
        ("kim2016/all", "kim2016/old", "subset")
    ]


def test_other_times_speak_against(sqlite_store: Store, record: Make) -> None:
    """Cohorts of one author and centre, recruited one after the other, share nobody."""
    write(sqlite_store, record(study="a", **KYOTO))
    write(sqlite_store, record(study="b", **KYOTO | {"recruited_from": "2013", "recruited_to": "2016"}))
    assert proposed(sqlite_store) == []
    (pair,) = proposed(sqlite_store, at_least=0.1)
    assert pair.reasons[-1] == "but recruited at other times (2008 to 2012, 2013 to 2016)"


def test_nothing_in_common_is_no_proposal(sqlite_store: Store, record: Make) -> None:
    """Country, disease and time together are not enough: most cohorts of a review share them."""
    shared = {"country": "Japan", "recruited_from": "2008", "recruited_to": "2014"}
    rows = [
        record(study="a", first_author="Sato K", n=87, est=1.5, **shared),
        record(study="b", first_author="Ito M", n=143, est=1.6, **shared),
    ]
    write(sqlite_store, *rows)
    assert proposed(sqlite_store) == []


def test_condition_asks_for_pairs_around_what_it_means(sqlite_store: Store, record: Make) -> None:
    """Of a pair, one cohort must have a matching estimate: the partner may be anywhere."""
    write(sqlite_store, record(study="a", **KYOTO), record(study="b", endpoint="PFS", **KYOTO))
    assert len(proposed(sqlite_store, 'study == "b"')) == 1
    assert len(proposed(sqlite_store, 'endpoint == "PFS"')) == 1
    assert proposed(sqlite_store, 'study == "c"') == []


def test_decided_pair_is_shown_however_little_speaks_for_it(sqlite_store: Store, record: Make) -> None:
    """A decision about a pair that was never proposed is found again among the decided ones."""
    write(sqlite_store, record(study="a"), record(study="b", factor="LDH", endpoint="PFS"))
    assert proposed(sqlite_store) == []
    decide(sqlite_store, "a", "b", "dismissed")
    (pair,) = proposed(sqlite_store, decided=True)
    assert (pair.cohort_a, pair.cohort_b, pair.decision) == ("a/all", "b/all", "dismissed")


@pytest.mark.parametrize("kind", [kind.value for kind in OverlapKind])
def test_decided_pair_is_not_proposed_again(store: Store, record: Make, kind: str) -> None:
    """A curator's word ends the proposal, whichever it is; `decided` shows it with the reason."""
    write(store, record(study="a", **KYOTO), record(study="b", **KYOTO))
    assert [each.decision for each in proposed(store)] == [None]
    decide(store, "b", "a/all", kind)
    assert proposed(store) == []
    (pair,) = proposed(store, decided=True)
    assert (pair.decision, pair.because) == (kind, "asked the authors")


def test_decisions_change_and_leave_a_trace(store: Store, record: Make) -> None:
    """Confirmed, dismissed and confirmed again: each is a changeset with both kinds and reasons, rows follow."""
    write(store, record(study="a"), record(study="b"))
    first = decide(store, "a", "b", "partial", "same centre")
    assert (first.before, first.rows, first.changeset, groups(store)["b"]) == (None, 2, 3, "a/all")
    second = decide(store, "a", "b", "dismissed", "other wards")
    assert (second.before, second.rows, second.changeset, groups(store)["b"]) == ("partial", 2, 4, None)
    assert decide(store, "b", "a", "dismissed", "other wards").changeset is None
    assert decide(store, "a", "b", "same", "it is the same").rows == 2
    with store.read() as connection:
        columns = (Change.changeset, Change.field, Change.before, Change.after)
        logged = connection.execute(sa.select(*columns).where(Change.changeset == 4)).all()
        assert [tuple(row) for row in logged] == [
            (4, "kind", "partial", "dismissed"),
            (4, "reason", "same centre", "other wards"),
        ]
        live = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
        rebuilt = project(connection, list(connection.execute(sa.select(Estimate.id)).scalars()))
        assert {row["key"]: row["digest"] for row in rebuilt} == dict(connection.execute(live).all())
        verify_rows(connection)
        verify_ledger(connection)


def test_pool_obeys_from_the_decision_on_and_not_before(store: Store, record: Make) -> None:
    """Two cohorts that share patients are not pooled; as of an earlier changeset they are, to the same digest."""
    write(store, record(study="a"), record(study="b"))
    reg, where = Registry(store, curator="Ada"), 'factor == "NLR"'
    before = reg.pool(where)
    reg.decide_overlap("a", "b", "same", "same patients")
    with pytest.raises(PoolRefused, match="share patients"):
        reg.pool(where)
    reg.decide_overlap("a", "b", "dismissed", "they are not")
    after = reg.pool(where)
    with pytest.raises(PoolRefused, match="share patients"):
        reg.pool(where, at=3)
    again = reg.pool(where, at=2)
    assert again.as_dict()["pool"] == before.as_dict()["pool"] == after.as_dict()["pool"]
    digests = [each.as_dict()["provenance"]["digest"] for each in (before, again)]
    assert digests[0] == digests[1]


def test_decision_wants_a_reason_a_kind_and_two_cohorts(sqlite_store: Store, record: Make) -> None:
    """What cannot be a decision is refused and changes nothing."""
    write(sqlite_store, record(study="a"), record(study="b"))
    with pytest.raises(UsageError, match="a decision needs a reason"):
        decide(sqlite_store, "a", "b", "same", "  ")
    with pytest.raises(UsageError, match="'equal' is no kind of overlap"):
        decide(sqlite_store, "a", "b", "equal")
    with pytest.raises(UsageError, match="a/all is one cohort"):
        decide(sqlite_store, "a", "a/all", "same")
    with pytest.raises(NotFound, match="there is no cohort 'c'"):
        decide(sqlite_store, "a", "c", "same")
    assert groups(sqlite_store) == {"a": None, "b": None}


def test_many_declarations_say_what_one_by_one_would(store: Store, record: Make) -> None:
    """Pairs declared at once make the same groups; one pair twice is once, and with two kinds a conflict."""
    write(store, *(record(study=name) for name in "abcde"))
    pairs = [OverlapDeclared(a, b, "same", "one") for a, b in ("ab", "bc", "ba", "de")]
    with store.transaction("Ada", "overlaps") as transaction:
        assert declare_overlaps(transaction, pairs) == 5
    assert groups(store) == {"a": "a/all", "b": "a/all", "c": "a/all", "d": "d/all", "e": "d/all"}
    clash = [OverlapDeclared("a", "d", "same", "one"), OverlapDeclared("d", "a", "partial", "one")]
    with pytest.raises(Conflict, match="declared already, as same, not as partial"), store.transaction("Ada", "") as t:
        declare_overlaps(t, clash, replace=True)


def test_proposals_find_the_overlaps_declared_in_the_seeds(
    sqlite_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the pairs declared by hand nearly all are proposed, and few pairs beyond the groups they make."""
    for name in ("ferritin", "nlr_cancer"):
        seed(sqlite_store, topic(name), curator="Ada")
    with sqlite_store.read() as connection:
        found = [each for each in propose_overlaps(connection, decided=True) if each.score >= AT_LEAST]
        grouped = overlap_groups(connection).values()
    with sqlite_store.read() as connection:
        undecided = propose_overlaps(connection)
    declared = sum(each.decision is not None for each in found)
    recall, precision = declared / 318, 1 - len(undecided) / len(found)
    with capsys.disabled():
        said = f"{declared} of 318 declared overlaps proposed; {precision:.0%} of {len(found)} in declared groups"
        print(f"\n{said}")  # noqa: T201
    assert len(grouped) > 300
    assert recall > 0.95
    assert precision > 0.9
