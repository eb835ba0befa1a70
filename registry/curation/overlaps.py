"""Cohorts that may share patients: proposed with reasons, confirmed or dismissed by a curator.

Pairs are compared only within blocks (cohorts of one author, centre, data base, number of patients, …), so that the
work grows with the cohorts and not with their square.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.overlap_facts import CohortFacts, read_cohorts, same_results
from registry.curation.overlap_reasons import EVERYWHERE, USUAL, Common, weigh
from registry.errors import UsageError
from registry.models import Overlap, evidence
from registry.selection.query import matching
from registry.selection.where import parse
from registry.terms import OverlapKind
from registry.vocabulary import Vocabulary
from registry.writing import OverlapDeclared, declare_overlaps
from registry.writing.curating import find_cohort
from registry.writing.overlaps import overlap_groups

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from registry.ledger import Transaction

#: The score from which a pair is proposed: no single circumstance but a common source reaches it.
AT_LEAST = 0.5
#: A block of more cohorts than this says nothing about any two of them.
LARGEST_BLOCK = 200


@dataclass(frozen=True, slots=True)
class OverlapProposal:
    """Two cohorts (`study/cohort`) that may share patients: `score` from 0 to 1, `reasons` in words, `kind` likely.

    `decision` is the kind of overlap a curator has declared for the pair, None while nobody has; `because` the words.
    """

    cohort_a: str
    cohort_b: str
    score: float
    kind: str
    reasons: tuple[str, ...]
    n_a: int | None
    n_b: int | None
    decision: str | None = None
    because: str | None = None


def propose_overlaps(
    connection: sa.Connection, where: str | None = None, *, decided: bool = False, at_least: float = AT_LEAST
) -> list[OverlapProposal]:
    """Give the pairs of cohorts that may share patients, the likeliest first.

    With a condition, at least one of the two has a matching estimate. Pairs that a curator decided, and those that
    share patients through others as declared, are left out unless `decided` asks for them; then each decided pair is
    there, whatever its score. Raises ConditionError.
    """
    facts = {each.id: each for each in read_cohorts(connection)}
    wanted = None if where is None else _wanted(connection, where)
    decisions = {(row.cohort_a, row.cohort_b): row for row in connection.execute(sa.select(Overlap.__table__))}
    groups = overlap_groups(connection)
    common = _common(connection, facts.values())
    found = []
    for first, second in sorted({*_candidates(facts.values(), common), *(decisions if decided else ())}):
        a, b = facts[first], facts[second]
        decision = decisions.get((first, second))
        joined = groups.get(first) is not None and groups.get(first) == groups.get(second)
        if (decision is not None or joined) and not decided:
            continue
        if wanted is None or a.key in wanted or b.key in wanted:
            score, reasons = weigh(a, b, common)
            if score >= at_least or decision is not None:  # a decision stands, however little speaks for it
                found.append(_proposal(a, b, score, reasons, decision))
    return sorted(found, key=lambda each: (-each.score, each.cohort_a, each.cohort_b))


def _proposal(
    a: CohortFacts, b: CohortFacts, score: float, reasons: tuple[str, ...], decision: sa.Row[Any] | None
) -> OverlapProposal:
    said = (None, None) if decision is None else (decision.kind, decision.reason)
    return OverlapProposal(a.key, b.key, round(score, 3), _kind(a, b, reasons), reasons, a.n, b.n, *said)


def _kind(a: CohortFacts, b: CohortFacts, reasons: tuple[str, ...]) -> str:
    """Give the likeliest kind; `suspected` unless the source or the results tell more."""
    if a.whole_of(b) or b.whole_of(a):
        return OverlapKind.SUBSET.value
    if a.n is not None and a.n == b.n and any(each.startswith("same result") for each in reasons):
        return OverlapKind.SAME.value
    return OverlapKind.SUSPECTED.value


def _wanted(connection: sa.Connection, where: str) -> set[str]:
    condition = parse(where, Vocabulary.load(connection))
    chosen = sa.select(evidence.c.study, evidence.c.cohort).where(matching(connection, condition, None)).distinct()
    return {f"{study}/{cohort}" for study, cohort in connection.execute(chosen)}


def _common(connection: sa.Connection, facts: Collection[CohortFacts]) -> Common:
    ids = {each.key: each.id for each in facts}
    results: dict[tuple[int, int], list[str]] = defaultdict(list)
    for words, cohorts in same_results(connection, LARGEST_BLOCK // 10):
        for pair in combinations(sorted(ids[key] for key in cohorts), 2):
            results[pair].append(words)
    held = Counter(name for each in facts for name in each.surnames)
    least, part = EVERYWHERE
    telling = {name for name, count in held.items() if count <= max(least, part * len(facts))}
    met = {(name, each.n) for each in facts for name in each.surnames & telling}
    authors = {(each.n, each.surnames & telling or each.id) for each in facts if each.n is not None}
    return Common(Counter(name for name, _ in met), Counter(n for n, _ in authors if n is not None), results)


def _candidates(facts: Collection[CohortFacts], common: Common) -> list[tuple[int, int]]:
    """Give the pairs (by integer id, the lower first) that share a block."""
    blocks: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for each in facts:
        for block in _blocks(each, common):
            blocks[block].append(each.id)
    pairs = set(common.results)
    for members in blocks.values():
        if 1 < len(members) <= LARGEST_BLOCK:
            pairs.update(combinations(sorted(members), 2))
    return sorted(pairs)


def _blocks(each: CohortFacts, common: Common) -> Iterator[tuple[Any, ...]]:
    """Name the blocks of a cohort; what is common is joined with more, so that it stays below the largest block."""
    yield "study", each.study
    if each.report is not None:
        yield "report", each.report
    if each.title:
        yield "title", " ".join(sorted(each.title.split(), key=len)[-4:])
    more = [("n", each.n), ("disease", each.disease), ("year", each.year), *(("country", c) for c in each.countries)]
    given = [one for one in more if one[1]]
    names = [
        *(("surname", name) for name in each.surnames if name in common.surnames),
        *(("author", name) for name in each.authors),
    ]
    for name in (*names, *(("centre", word) for word in each.centres), *(("database", d) for d in each.databases)):
        yield name
        yield from ((*name, *one) for one in given)
    if each.n and common.sizes.get(each.n, 0) <= USUAL:
        yield from (("n", each.n, *one) for one in given[1:])


@dataclass(frozen=True, slots=True)
class OverlapDecided:
    """What a decision did: the kind `before`, None if there was none; `rows` of evidence that changed.

    `changeset` is None when it was decided so already, for the same reason.
    """

    cohort_a: str
    cohort_b: str
    before: str | None
    rows: int
    changeset: int | None


def decide_overlap(transaction: Transaction, cohort_a: str, cohort_b: str, kind: str, reason: str) -> OverlapDecided:
    """Record a curator's decision on a pair of cohorts, or change an earlier one.

    `kind` is a word of `OverlapKind`; `dismissed` says that they share no patients. Pools obey from this changeset on;
    what was selected at an earlier one stays as it was. Raises UsageError without a reason and for an unknown kind,
    NotFound for a cohort that is not there.
    """
    if not reason.strip():
        raise UsageError("a decision needs a reason", "say what it rests on: --reason TEXT")
    (first, a), (second, b) = sorted(find_cohort(transaction.connection, given) for given in (cohort_a, cohort_b))
    stored = sa.select(Overlap.kind).where(Overlap.cohort_a == first, Overlap.cohort_b == second)
    before = transaction.connection.execute(stored).scalar()
    declared = OverlapDeclared(a, b, kind, " ".join(reason.split()))
    rows = declare_overlaps(transaction, [declared], replace=True)
    return OverlapDecided(a, b, before, rows, transaction.number if transaction.changed else None)
