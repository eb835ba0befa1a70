"""Undo a changeset by a new one that restores what it changed; nothing is ever taken out of the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.curation.desk import Desk
from registry.curation.effects import Effect, derived_of, effects
from registry.curation.recorded import Recorded, recorded
from registry.curation.removal import remove_estimates, remove_reports
from registry.curation.reversal import Reversal
from registry.curation.standing import Obstacles
from registry.errors import Conflict, NotFound, UsageError
from registry.models import Change, Estimate, evidence
from registry.record import Record
from registry.writing import write_estimates
from registry.writing.bulk import batched, select_in
from registry.writing.projection import REPORTED

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: What an evidence row keeps of the record it was made from.
_GIVEN = tuple({column.name: None for column in COLUMNS if column.inputs} | dict.fromkeys(REPORTED))
#: The field under which the ledger keeps that a changeset was undone.
UNDONE_BY = "undone by"


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo of changeset `of` did: estimates `removed` from the live evidence or `restored` to it, by key.

    `changes` are (entity, key, field, before, after) as recorded, `effects` what followed for estimates that stayed,
    `renamed` maps keys to what they are again. `changeset` is None when nothing was kept (a dry run).
    """

    changeset: int | None
    of: int
    of_message: str
    removed: tuple[str, ...]
    restored: tuple[str, ...]
    renamed: Mapping[str, str]
    changes: tuple[tuple[str, str, str, str | None, str | None], ...]
    effects: tuple[Effect, ...]
    remarks: tuple[str, ...]


def undo(transaction: Transaction, number: int) -> Undone:
    """Restore what changeset `number` changed.

    Estimates it brought leave the live evidence, with studies, cohorts, reports and names that came with them and
    nobody else uses; estimates it took away come back as they were; fields are what they were before it. NotFound when
    there is no such changeset, Conflict naming the later changes that stand in the way; after either the transaction
    must not be committed.
    """
    connection = transaction.connection
    if number >= transaction.number:
        raise NotFound(f"there is no changeset {number}", f"the registry has 1 to {transaction.number - 1}")
    of = recorded(connection, number)
    _refuse_undone(connection, of)
    obstacles = Obstacles(connection, number)
    desk = Desk(transaction)
    start = len(transaction.changes)
    removed, vanished = _brought(of), _vanished(of)
    back = Reversal(desk, of, obstacles)
    back.part()
    back.reports |= remove_estimates(transaction, removed, obstacles)
    obstacles.refuse()
    back.put_back()
    obstacles.refuse()
    transaction.change("changeset", str(number), UNDONE_BY, None, str(transaction.number))
    before = derived_of(connection, desk.affected(), desk.renamed)
    desk.finish()
    _restore(transaction, vanished, of)
    remove_reports(transaction, back.reports | back.unmade, added=back.unmade)
    return Undone(
        changeset=transaction.number,
        of=number,
        of_message=of.message,
        removed=tuple(sorted(removed)),
        restored=tuple(sorted(vanished)),
        renamed=dict(desk.renamed),
        changes=transaction.changes[start:],
        effects=effects(connection, before),
        remarks=tuple(back.remarks),
    )


def undone_by(connection: sa.Connection, number: int) -> int | None:
    """Give the changeset that undid this one and stands, None when there is none."""
    said = sa.select(Change.after).where(Change.entity == "changeset", Change.key == str(number))
    last = connection.execute(said.where(Change.field == UNDONE_BY).order_by(Change.id.desc()).limit(1)).scalar()
    return None if last is None else int(last)


def _refuse_undone(connection: sa.Connection, of: Recorded) -> None:
    by = undone_by(connection, of.number)
    if by is not None:
        raise Conflict(
            f"changeset {of.number} ({of.message}) was undone by changeset {by} already",
            hint=f"to bring it back: evireg undo {by}",
        )
    if not (of.changes or of.opened or of.closed):
        raise UsageError(f"changeset {of.number} changed nothing that can be undone")


def _brought(of: Recorded) -> dict[str, str]:
    """Name the estimates that are new since this changeset: opened, without a version before, and not renamed."""
    renamed = set(of.renamed.values())
    return {key: digest for key, digest in of.opened.items() if key not in of.closed and key not in renamed}


def _vanished(of: Recorded) -> dict[str, str]:
    """Name the estimates that this changeset took away: closed, without a version after, and not renamed."""
    return {key: digest for key, digest in of.closed.items() if key not in of.opened and key not in of.renamed}


def _restore(transaction: Transaction, vanished: Mapping[str, str], of: Recorded) -> None:
    """Bring estimates back from the evidence rows they had, by the way every estimate goes in."""
    if not vanished:
        return
    connection = transaction.connection
    there = [row.key for row in select_in(connection, sa.select(Estimate.key), Estimate.key, sorted(vanished))]
    if there:
        raise Conflict(
            f"{there[0]} is there again, by a later change: changeset {of.number} cannot be undone",
            hint=f"see: evireg history {there[0]}",
        )
    write_estimates(transaction, _records(connection, sorted(vanished), of.number), reading=True)


def _records(connection: sa.Connection, keys: list[str], closed_by: int) -> Iterator[Record]:
    for piece in batched(keys, 1000):
        query = sa.select(evidence).where(evidence.c.valid_to == closed_by, evidence.c.key.in_(piece))
        rows: list[dict[str, Any]] = [row._asdict() for row in connection.execute(query.order_by(evidence.c.id))]
        for row in rows:
            yield Record({name: row[name] for name in _GIVEN}, dict(row["attributes"]), row["key"])
