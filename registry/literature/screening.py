"""What reviewers decide about each document at each stage, alone and blind to each other, and what follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import Conflict, UsageError
from registry.literature.clusters import Work, root_of, works
from registry.models import Curator, Screening, Setting
from registry.terms import ScreeningDecision, ScreeningStage
from registry.vocabulary import fold

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: The setting that says how many reviewers decide on each reference.
REVIEWERS = "screening-reviewers"
#: What stands in the ledger in place of a reviewer, where a disagreement was settled.
SETTLEMENT = "(settlement)"


class State(StrEnum):
    """Where a document stands at a stage."""

    OPEN = "open"
    WAITING = "waiting"
    CONFLICT = "conflict"
    INCLUDE = "include"
    EXCLUDE = "exclude"
    NOT_RETRIEVED = "not_retrieved"


#: What has been decided and agreed on.
DECIDED = frozenset({State.INCLUDE, State.EXCLUDE, State.NOT_RETRIEVED})


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reviewer decided; `settles` a disagreement of others."""

    reviewer: str
    decision: ScreeningDecision
    reason: str | None
    settles: bool


@dataclass(frozen=True, slots=True)
class _Vote:
    """A decision on its way in."""

    stage: ScreeningStage
    decision: ScreeningDecision
    reason: str | None
    settles: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A document at one stage: its `state`, the `reason` that counts when it is excluded, and all decisions."""

    state: State = State.OPEN
    reason: str | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def unblinded(self) -> bool:
        """Whether reviewers may see each other's decisions: all that are asked for are in."""
        return self.state not in (State.OPEN, State.WAITING)


@dataclass(frozen=True, slots=True)
class Progress:
    """Documents with their outcomes by stage; a document nobody looked at has none."""

    works: Mapping[int, Work]
    required: int
    outcomes: Mapping[tuple[int, ScreeningStage], Outcome] = field(default_factory=dict)

    def at(self, number: int, stage: ScreeningStage) -> Outcome:
        """Give the outcome of one document at one stage."""
        return self.outcomes.get((number, stage), Outcome())

    def reached(self, stage: ScreeningStage) -> list[Work]:
        """Give the documents to be looked at at a stage: all by title, those included by title in full text."""
        if stage is ScreeningStage.TITLE:
            return list(self.works.values())
        title = ScreeningStage.TITLE
        return [each for each in self.works.values() if self.at(each.id, title).state is State.INCLUDE]


def required_reviewers(connection: sa.Connection) -> int:
    """Give how many reviewers decide on each reference; 1 unless the registry's settings say otherwise."""
    held = connection.execute(sa.select(Setting.value).where(Setting.name == REVIEWERS)).scalar()
    return int(held) if held else 1


def require_reviewers(transaction: Transaction, count: int) -> None:
    """Set how many reviewers decide on each reference."""
    if not 1 <= count <= 9:
        raise UsageError(f"{count} reviewers cannot be asked for", "give a number from 1 to 9")
    connection = transaction.connection
    held = connection.execute(sa.select(Setting.value).where(Setting.name == REVIEWERS)).scalar()
    if held == str(count):
        return
    connection.execute(sa.delete(Setting).where(Setting.name == REVIEWERS))
    connection.execute(sa.insert(Setting), {"name": REVIEWERS, "value": str(count)})
    transaction.change("setting", REVIEWERS, "value", held, str(count))


def progress(connection: sa.Connection, *, abstracts: bool = False) -> Progress:
    """Read where every document stands."""
    required = required_reviewers(connection)
    statement = (
        sa.select(Screening.__table__, Curator.name.label("reviewer"))
        .join(Curator, Curator.id == Screening.reviewer_id)
        .order_by(Screening.id)
    )
    given: dict[tuple[int, ScreeningStage], list[Decision]] = defaultdict(list)
    held = works(connection, abstracts=abstracts)
    root = {record.id: number for number, each in held.items() for record in each.records}
    for row in connection.execute(statement):
        said = Decision(row.reviewer, ScreeningDecision(row.decision), row.reason, row.settles)
        given[root[row.reference_id], ScreeningStage(row.stage)].append(said)
    return Progress(held, required, {place: outcome(said, required, place[1]) for place, said in given.items()})


def outcome(said: Collection[Decision], required: int, stage: ScreeningStage) -> Outcome:
    """Say what follows from decisions: reviewers agree when their words do, in full text with the same reason too."""
    decisions = tuple(said)
    settled = next((each for each in decisions if each.settles), None)
    if settled is not None:
        return Outcome(State(settled.decision.value), settled.reason, decisions)
    if not decisions:
        return Outcome()
    if len(decisions) < required:
        return Outcome(State.WAITING, None, decisions)
    with_reason = stage is ScreeningStage.FULL_TEXT
    if len({_word(each, with_reason=with_reason) for each in decisions}) > 1:
        return Outcome(State.CONFLICT, None, decisions)
    return Outcome(State(decisions[0].decision.value), decisions[0].reason, decisions)


def _word(said: Decision, *, with_reason: bool) -> tuple[str, str]:
    excluded = said.decision is ScreeningDecision.EXCLUDE
    return said.decision.value, fold(said.reason or "") if with_reason and excluded else ""


def decide(
    transaction: Transaction,
    keys: Iterable[str],
    decision: str,
    *,
    stage: str = "title",
    reason: str | None = None,
    settle: bool = False,
) -> int:
    """Record what the curator of the transaction decides about references at a stage; gives how many decisions changed.

    UsageError: an exclusion in full text without a reason, a full text of what the title stage did not include, a
    report not retrieved at the title stage, a settlement where nothing is in conflict. Conflict when a reviewer would
    change a decision after all are in. NotFound names the nearest keys.
    """
    vote = _checked(stage, decision, reason, settles=settle)
    connection = transaction.connection
    now = progress(connection)
    return sum(_decide(transaction, now, number, vote) for number in {root_of(connection, key) for key in keys})


def _checked(stage: str, decision: str, reason: str | None, *, settles: bool) -> _Vote:
    if stage not in set(ScreeningStage):
        raise UsageError(f"{stage!r} is no stage of screening", f"there are: {', '.join(ScreeningStage)}")
    if decision not in set(ScreeningDecision):
        near = get_close_matches(decision, list(ScreeningDecision), n=1)
        meant = f"; did you mean {near[0]!s}?" if near else ""
        raise UsageError(f"{decision!r} is no decision{meant}", f"there are: {', '.join(ScreeningDecision)}")
    vote = _Vote(ScreeningStage(stage), ScreeningDecision(decision), " ".join((reason or "").split()) or None, settles)
    full_text = vote.stage is ScreeningStage.FULL_TEXT
    if full_text and vote.decision is ScreeningDecision.EXCLUDE and vote.reason is None:
        raise UsageError(
            "an exclusion in full text has a reason; PRISMA counts them", 'give one, such as --reason "no hazard ratio"'
        )
    if not full_text and vote.decision is ScreeningDecision.NOT_RETRIEVED:
        raise UsageError("only a full text can be not retrieved", "add --stage full_text")
    return vote


def _decide(transaction: Transaction, now: Progress, number: int, vote: _Vote) -> int:
    key = now.works[number].key
    before = now.at(number, vote.stage)
    _refuse_too_early(now, number, vote.stage)
    mine = _mine(before, transaction.curator, settles=vote.settles)
    if mine is not None and (mine.decision, mine.reason) == (vote.decision, vote.reason):
        return 0
    if vote.settles and before.state is not State.CONFLICT and mine is None:
        raise UsageError(f"reviewers do not disagree about {key}", "evireg screen --conflicts shows where they do")
    if not vote.settles and before.unblinded and now.required > 1:
        told = (
            f"yours was {mine.decision.value}, not {vote.decision.value}" if mine else f"the result is {before.state}"
        )
        message = f"all decisions about {key} are in; {told}"
        raise Conflict(message, hint="a later change is a settlement, where reviewers disagree: --settle")
    _write(transaction, (number, key), vote, mine)
    return 1


def _mine(found: Outcome, reviewer: str, *, settles: bool) -> Decision | None:
    """Give the decision that a new one replaces: the settlement, or the reviewer's own."""
    said = (each for each in found.decisions if each.settles == settles)
    return next((each for each in said if settles or each.reviewer == reviewer), None)


def _refuse_too_early(now: Progress, number: int, stage: ScreeningStage) -> None:
    title = now.at(number, ScreeningStage.TITLE)
    if stage is ScreeningStage.FULL_TEXT and title.state is not State.INCLUDE:
        state = {State.EXCLUDE: "excluded", State.CONFLICT: "disputed"}.get(title.state, "not decided")
        raise UsageError(
            f"{now.works[number].key} is {state} by title and abstract", "a full text is assessed of what was included"
        )


def _write(transaction: Transaction, work: tuple[int, str], vote: _Vote, before: Decision | None) -> None:
    """Store a decision about a document, given as id and key, in place of the one before."""
    connection = transaction.connection
    number, key = work
    who = transaction.curator if before is None else before.reviewer
    ids = {name: connection.execute(_id_of(name)).scalar_one() for name in (transaction.curator, who)}
    reviewer = ids[transaction.curator]
    values = {"reviewer_id": reviewer, "decision": vote.decision.value, "reason": vote.reason}
    place = {"reference_id": number, "stage": vote.stage.value, "settles": vote.settles}
    if before is None:
        row = {"id": transaction.next_id("screening"), **place, **values}
        connection.execute(sa.insert(Screening), row)
    else:
        held = sa.update(Screening).filter_by(**place).where(Screening.reviewer_id == ids[who])
        connection.execute(held.values(**values))
    named = ledger_key(key, vote.stage, transaction.curator, settles=vote.settles)
    transaction.change("screening", named, "decision", before and before.decision.value, vote.decision.value)
    if (before and before.reason) != vote.reason:
        transaction.change("screening", named, "reason", before and before.reason, vote.reason)
    if vote.settles and (before is None or before.reviewer != transaction.curator):
        transaction.change("screening", named, "reviewer", before and before.reviewer, transaction.curator)


def ledger_key(reference: str, stage: str, reviewer: str, *, settles: bool) -> str:
    """Give the key of a decision in the ledger: reference, stage, reviewer."""
    return f"{reference} {stage} {SETTLEMENT if settles else reviewer}"


def _id_of(name: str) -> sa.Select[Any]:
    return sa.select(Curator.id).where(Curator.name == name)


def queue(now: Progress, stage: ScreeningStage, reviewer: str) -> list[Work]:
    """Give the documents this reviewer has not decided on at a stage, in the order they came; settled ones are done."""
    return [
        each
        for each in now.reached(stage)
        if not (seen := now.at(each.id, stage)).unblinded and reviewer not in {said.reviewer for said in seen.decisions}
    ]


def conflicts(now: Progress, stage: ScreeningStage | None = None) -> list[tuple[Work, ScreeningStage, Outcome]]:
    """Give the documents about which reviewers disagree, by stage."""
    return [
        (now.works[number], at, found)
        for (number, at), found in sorted(now.outcomes.items())
        if found.state is State.CONFLICT and stage in (None, at)
    ]


def pairs_of_decisions(now: Progress, stage: ScreeningStage) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """Give, for each two reviewers, what they decided about the same documents, before any settlement."""
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for (_, at), seen in sorted(now.outcomes.items()):
        said = sorted((each.reviewer, each.decision.value) for each in seen.decisions if not each.settles)
        if at is not stage or not seen.unblinded:
            continue
        for place, (first, mine) in enumerate(said):
            for second, theirs in said[place + 1 :]:
                both = found.setdefault((first, second), ([], []))
                both[0].append(mine)
                both[1].append(theirs)
    return found


def reasons_given(now: Progress, stage: ScreeningStage) -> list[str]:
    """Give the reasons for exclusion used at a stage, the most frequent first."""
    counted: dict[str, list[Any]] = {}
    for (_, at), seen in now.outcomes.items():
        for said in seen.decisions:
            if at is stage and said.reason:
                counted.setdefault(fold(said.reason), [said.reason, 0])[1] += 1
    return [reason for reason, _ in sorted(counted.values(), key=lambda each: (-each[1], each[0]))]
