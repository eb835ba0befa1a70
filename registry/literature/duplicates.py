"""What a person decides about references that may be one: the same, or different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import Conflict, UsageError
from registry.literature.clusters import find, works
from registry.literature.screening import ledger_key
from registry.models import Curator, DoubtfulPair, Reference, Screening
from registry.terms import DuplicateRule

if TYPE_CHECKING:
    from registry.ledger import Transaction
    from registry.literature.clusters import Work


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents that may be one, and why a person should look; `same` is None until one has decided."""

    first: Work
    second: Work
    reason: str
    same: bool | None


def pairs(connection: sa.Connection, *, decided: bool = False) -> list[Pair]:
    """Give the pairs that wait for a decision, in the order of their keys' making; `decided` those that do not."""
    statement = sa.select(DoubtfulPair.__table__).order_by(DoubtfulPair.first, DoubtfulPair.second)
    held = works(connection)
    root = {record.id: number for number, each in held.items() for record in each.records}
    found: dict[tuple[int, int], Pair] = {}
    for row in connection.execute(statement):
        first, second = sorted((root[row.first], root[row.second]))
        if (row.same is not None) == decided and (first != second or decided):
            found.setdefault((row.first, row.second), Pair(held[first], held[second], row.reason, row.same))
    if decided:
        return list(found.values())
    settled = _settled(connection, root)
    open_pairs = {tuple(sorted((each.first.id, each.second.id))): each for each in found.values()}
    return [each for place, each in open_pairs.items() if place not in settled]


def _settled(connection: sa.Connection, root: dict[int, int]) -> set[tuple[int, ...]]:
    """Give the pairs of documents that somebody has called different, whichever of their records was compared."""
    rows = connection.execute(sa.select(DoubtfulPair.first, DoubtfulPair.second).where(DoubtfulPair.same.is_(False)))
    return {tuple(sorted((root[first], root[second]))) for first, second in rows}


def same(transaction: Transaction, one: str, other: str) -> bool:
    """Say that two references are one document; decisions about either are then about it. Gives whether this is new.

    Conflict when the two were screened with different results by the same reviewer.
    """
    connection = transaction.connection
    first, second = _two(connection, one, other)
    roots = sorted({first[1] or first[0], second[1] or second[0]})
    if len(roots) == 1:
        return False
    kept, joined = roots
    _move_decisions(transaction, kept, joined)
    moved = connection.execute(
        sa.select(Reference.id, Reference.key, Reference.duplicate_of, Reference.duplicate_by).where(
            sa.or_(Reference.id == joined, Reference.duplicate_of == joined)
        )
    ).all()
    for row in moved:
        _point(transaction, row, kept, DuplicateRule.CURATOR if row.id == joined else DuplicateRule(row.duplicate_by))
    _decide(transaction, first[0], second[0], same=True)
    return True


def different(transaction: Transaction, one: str, other: str) -> bool:
    """Say that two references are two documents, also when a rule has made them one. Gives whether this is new."""
    connection = transaction.connection
    first, second = _two(connection, one, other)
    if (first[1] or first[0]) == (second[1] or second[0]):
        # The later of the two leaves; if it is the second record of others, they stay with the first.
        leaving = max(first[0], second[0])
        row = connection.execute(
            sa.select(Reference.id, Reference.key, Reference.duplicate_of, Reference.duplicate_by).where(
                Reference.id == leaving
            )
        ).one()
        _point(transaction, row, None, None)
    return _decide(transaction, first[0], second[0], same=False)


def _two(connection: sa.Connection, one: str, other: str) -> tuple[tuple[int, int | None], tuple[int, int | None]]:
    first, second = find(connection, one), find(connection, other)
    if first[0] == second[0]:
        raise UsageError(f"{one} is one reference", "name two")
    return first, second


def _point(
    transaction: Transaction, row: sa.Row[*tuple[Any, ...]], root: int | None, rule: DuplicateRule | None
) -> None:
    """Change of which document a record is, in the table and in the ledger."""
    keys = dict(
        transaction.connection.execute(
            sa.select(Reference.id, Reference.key).where(Reference.id.in_({row.duplicate_of, root} - {None}))
        ).all()
    )
    values = {"duplicate_of": root, "duplicate_by": None if rule is None else rule.value}
    transaction.connection.execute(sa.update(Reference).where(Reference.id == row.id).values(**values))
    before, after = keys.get(row.duplicate_of), keys.get(root or 0)
    transaction.change("reference", row.key, "duplicate_of", before, after)
    if row.duplicate_by != values["duplicate_by"]:
        transaction.change("reference", row.key, "duplicate_by", row.duplicate_by, values["duplicate_by"])


def _decide(transaction: Transaction, one: int, other: int, *, same: bool) -> bool:
    """Write the decision about two records; one that stands already changes nothing."""
    connection = transaction.connection
    first, second = sorted((one, other))
    place = (DoubtfulPair.first == first) & (DoubtfulPair.second == second)
    held = connection.execute(sa.select(DoubtfulPair.same).where(place)).one_or_none()
    before = held[0] if held else None
    if before == same:
        return False
    if held is None:
        values = {"first": first, "second": second, "reason": "named by a curator", "same": same}
        connection.execute(sa.insert(DoubtfulPair), values)
        transaction.change("doubtful pair", _named(connection, first, second), "reason", None, values["reason"])
    else:
        connection.execute(sa.update(DoubtfulPair).where(place).values(same=same))
    transaction.change("doubtful pair", _named(connection, first, second), "same", before, same)
    return True


def _named(connection: sa.Connection, first: int, second: int) -> str:
    """Give the key of a pair in the ledger."""
    keys = dict(
        connection.execute(sa.select(Reference.id, Reference.key).where(Reference.id.in_((first, second)))).all()
    )
    return f"{keys[first]} and {keys[second]}"


def _move_decisions(transaction: Transaction, kept: int, joined: int) -> None:
    """Let decisions about one document count for the other it turned out to be."""
    connection = transaction.connection
    keys = dict(
        connection.execute(sa.select(Reference.id, Reference.key).where(Reference.id.in_((kept, joined)))).all()
    )
    rows = connection.execute(
        sa.select(Screening.__table__, Curator.name.label("reviewer"))
        .join(Curator, Curator.id == Screening.reviewer_id)
        .where(Screening.reference_id.in_((kept, joined)))
        .order_by(Screening.id)
    ).all()
    mine = {(row.stage, row.reviewer_id, row.settles): row for row in rows if row.reference_id == kept}
    for row in rows:
        if row.reference_id != joined:
            continue
        held = mine.get((row.stage, row.reviewer_id, row.settles))
        if held is None:
            connection.execute(sa.update(Screening).where(Screening.id == row.id).values(reference_id=kept))
            named = ledger_key(keys[joined], row.stage, row.reviewer, settles=row.settles)
            transaction.change("screening", named, "reference", keys[joined], keys[kept])
        elif held.decision != row.decision:
            message = f"one reviewer decided {held.decision} about the one and {row.decision} about the other"
            raise Conflict(message, hint="screen one of them again, so that both say the same")
