"""Dual extraction: a second curator reads an estimate without seeing the first one's numbers; then both are compared.

The second addresses an estimate by its key or by what identifies it, and gives what the report says; the values are
typed by the rules of an import and kept beside those that are stored, which they do not change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.columns import BY_NAME
from registry.curation.fields import Typed, read_changes
from registry.curation.readers import NUMBERS, readers
from registry.curation.targets import Target, find_target
from registry.errors import Conflict, InputRefused, NotFound, UsageError
from registry.ingest.bounds import take_log_interval
from registry.ingest.comparing import put, settle_cutoff
from registry.ingest.header import input_name
from registry.ingest.issues import ERRORS, Problem
from registry.ingest.numbers import READ
from registry.ingest.rules import MAY_BE_PRINTED, check
from registry.issues import Issue
from registry.meaning.direction import WITNESSES, settle
from registry.models import Curator, Estimate, Extraction, evidence
from registry.terms import AttributeLevel, ContrastKind, ExtractionState
from registry.vocabulary import FactorFacts, Vocabulary, fold
from registry.writing.bulk import select_in
from registry.writing.keys import CUTOFF
from registry.writing.things import same

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: What two readings are compared by: all that a check compares, numbers as numbers whatever their digits.
COMPARED = tuple(name for name in NUMBERS if not name.endswith("_text") or name == "cutoff_text")
_PRINTED = {"est": "est_text", "ci_low": "ci_low_text", "ci_high": "ci_high_text", "p_value": "p_text"}
#: What a reading may say beside: where the number stands and what goes with it.
_KEPT = frozenset({*NUMBERS, "locator", "quote", "as_printed", "notes"}) - {"study", "cohort"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field two curators read otherwise; None is a field the first left empty."""

    field: str
    first: Any
    second: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """One estimate read twice: by whom, where it stands, how many fields were read by both, and where they differ."""

    key: str
    first: str
    second: str
    state: str
    fields: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What second extractions came to, now that both readings of each estimate are in."""

    changeset: int | None
    estimates: tuple[Compared, ...]


def extract(transaction: Transaction, readings: Mapping[str, Mapping[str, str]]) -> Extracted:
    """Keep a second curator's readings by key of the estimate, field → text as typed, and compare them.

    The first is whoever entered the numbers. UsageError when that is the same curator, or for a field that is not of
    the estimate; Conflict when the curator has read it before; InputRefused for values that an import would refuse;
    NotFound. After any of these the transaction must not be committed.
    """
    vocabulary = Vocabulary.load(transaction.connection)
    issues: list[Issue] = []
    found = [_one(transaction, key, fields, vocabulary, issues) for key, fields in readings.items()]
    if issues:
        raise InputRefused("nothing was stored", issues)
    return Extracted(transaction.number, tuple(each for each in found if each is not None))


def _one(
    transaction: Transaction, key: str, fields: Mapping[str, str], vocabulary: Vocabulary, issues: list[Issue]
) -> Compared | None:
    connection = transaction.connection
    target = find_target(connection, key)
    row = _live(connection, target)
    first = readers(connection, [target.key])[target.key]
    _refuse_known(transaction, target, first)
    typed = read_changes({name: text for name, text in fields.items() if text.strip()}, vocabulary)
    typed.problems[:] = take_log_interval(typed.values, [*typed.problems])
    _refuse_of_others(typed, vocabulary)
    faults = list(_faults(target, typed, row, vocabulary))
    issues += faults
    if faults:
        return None
    said = {name: value for name, value in {**typed.values, **typed.attributes}.items() if value is not None}
    names = [name for name in said if name in COMPARED or name in typed.attributes]
    if not names:
        raise UsageError(
            f"nothing of {target.key} was read", "give what the report prints, such as hr=1.56 ci_low=1.08"
        )
    held = {name: row["attributes"].get(name) if name in typed.attributes else row[name] for name in names}
    differences = compare(held, {name: said[name] for name in names})
    state = ExtractionState.OPEN if differences else ExtractionState.AGREED
    _keep(transaction, target, said, (first, held), state)
    return Compared(target.key, first, transaction.curator, state.value, len(names), differences)


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Give the fields of the second reading that the first says otherwise, or not at all; text case aside."""
    return tuple(
        Difference(name, first.get(name), value)
        for name, value in second.items()
        if first.get(name) is None or not same(first[name], value)
    )


def _live(connection: sa.Connection, target: Target) -> dict[str, Any]:
    if target.kind != "estimate":
        raise UsageError(f"{target.key} is a {target.kind}", "a second extraction is of one estimate: give its key")
    query = sa.select(evidence).where(evidence.c.key == target.key, evidence.c.valid_to.is_(None))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"{target.key} is not in the registry any more", "see: evireg history")
    return dict(row)


def _refuse_known(transaction: Transaction, target: Target, first: str) -> None:
    """Refuse a curator who has seen the first values: having entered them, or having read the estimate before."""
    if fold(first) == fold(transaction.curator):
        raise UsageError(
            f"{transaction.curator} read {target.key} first; a second extraction is by somebody else",
            "let another curator extract it, with --as NAME",
        )
    query = sa.select(Extraction.state).join(Curator, Extraction.curator_id == Curator.id)
    mine = query.where(Extraction.estimate_id == target.id, Curator.name == transaction.curator)
    state = transaction.connection.execute(mine).scalar()
    if state is not None:
        raise Conflict(
            f"{transaction.curator} has extracted {target.key} already ({state}), and has seen both readings",
            hint=f"settle what differs: evireg adjudicate {target.key}",
        )


def _refuse_of_others(typed: Typed, vocabulary: Vocabulary) -> None:
    others = [name for name in typed.values if name not in _KEPT and typed.given.get(name)]
    others += [name for name in typed.attributes if vocabulary.attributes[name].level is not AttributeLevel.ESTIMATE]
    if others:
        shown = typed.given.get(others[0]) or input_name(others[0])
        raise UsageError(f"{shown} is not of the estimate alone", "extract what belongs to the estimate; leave it out")


def _faults(target: Target, typed: Typed, row: Mapping[str, Any], vocabulary: Vocabulary) -> Iterable[Issue]:
    """Find what an import would refuse, among the values that were read; what they say of the groups is settled."""
    values = {"adjusted": "unclear", "factor": row["factor"], **typed.values}
    unread = {each.column for each in typed.problems if each.code not in READ}
    settled = _settled(typed, values, row, vocabulary)
    problems = [
        *typed.problems,
        *(each for each in (*settled, *check(values, vocabulary)) if each.column not in unread),
    ]
    for each in problems:
        printed = values.get("as_printed") and each.code in MAY_BE_PRINTED
        if each.code in ERRORS and not printed:
            column = typed.given.get(each.column) or input_name(each.column)
            yield Issue(each.code, each.message, "error", target.key, 0, column, "", each.expected)


def _settled(typed: Typed, values: dict[str, Any], row: Mapping[str, Any], vocabulary: Vocabulary) -> list[Problem]:
    """Settle what was read of the groups compared; a second curator who gives the operator has read the contrast."""
    problems = list(settle_cutoff(values))
    if not typed.values.keys() & {*WITNESSES}:
        return problems
    facts = vocabulary.factors.get(row["factor"], FactorFacts())
    settled = settle(values, levels=facts.levels)
    problems += put(values, settled, facts, operator_given=True)
    if values.get("contrast") == ContrastKind.UNCLEAR and "contrast" not in typed.values:
        del values["contrast"]
    typed.values.update({name: values[name] for name in ("contrast", *CUTOFF) if values.get(name) is not None})
    return problems


def _keep(
    transaction: Transaction,
    target: Target,
    said: Mapping[str, Any],
    first: tuple[str, Mapping[str, Any]],
    state: ExtractionState,
) -> None:
    connection = transaction.connection
    name, held = first
    ids = {row.name: row.id for row in connection.execute(sa.select(Curator.name, Curator.id))}
    row = {
        "id": transaction.next_id("extraction"),
        "estimate_id": target.id,
        "curator_id": ids[transaction.curator],
        "changeset": transaction.number,
        "readings": dict(said),
        "first_id": ids[name],
        "first_readings": dict(held),
        "state": state.value,
    }
    connection.execute(sa.insert(Extraction), row)
    entity = f"{target.key} by {transaction.curator}"
    for field in ("readings", "first_readings", "state"):
        transaction.change("extraction", entity, field, None, row[field])


@dataclass(frozen=True, slots=True)
class Reading:
    """A stored second extraction: its row's `id`, the estimate, both curators, both readings by name."""

    id: int
    estimate: int
    key: str
    first: str
    second: str
    state: str
    readings: Mapping[str, Any]
    first_readings: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """Name the fields that are compared."""
        return tuple(self.first_readings)


def stored_readings(connection: sa.Connection, keys: Collection[str] | None = None) -> list[Reading]:
    """Give the second extractions of these estimates, or all, ordered by key and entry."""
    one, two = aliased(Curator), aliased(Curator)
    query = (
        sa.select(Extraction.__table__, Estimate.key, one.name.label("first"), two.name.label("second"))
        .join(Estimate, Extraction.estimate_id == Estimate.id)
        .join(one, Extraction.first_id == one.id)
        .join(two, Extraction.curator_id == two.id)
    )
    rows: Sequence[Any]
    rows = connection.execute(query).all() if keys is None else list(select_in(connection, query, Estimate.key, keys))
    return [
        Reading(row.id, row.estimate_id, row.key, row.first, row.second, row.state, row.readings, row.first_readings)
        for row in sorted(rows, key=lambda row: (row.key, row.id))
    ]


def as_typed(readings: Mapping[str, Any], name: str) -> str:
    """Give a value as its curator typed it: a number as printed."""
    value = readings.get(_PRINTED.get(name, ""), readings[name])
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def shown_field(name: str) -> str:
    """Give the name of a field as the import layout has it."""
    return input_name(name) if name in BY_NAME else name
