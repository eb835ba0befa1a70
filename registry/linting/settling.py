"""Settle a doubt: a curator has looked into what a rule of lint says of an estimate, and says why it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.curation.chosen import chosen_estimates
from registry.errors import UsageError
from registry.linting.lint import lint
from registry.meaning.doubts import BEARING, settled_rules, settlement
from registry.models import Estimate, evidence
from registry.selection.view import versions
from registry.writing.bulk import select_in
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from registry.ledger import Transaction


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it: keys `changed`, `already` so, `not_doubted`, and the `changeset`; None if nothing changed."""

    rule: str
    changed: tuple[str, ...]
    already: tuple[str, ...]
    not_doubted: tuple[str, ...]
    changeset: int | None


def settle_doubt(
    transaction: Transaction, keys: Collection[str], rule: str, *, where: str | None = None, reopen: bool = False
) -> Settled:
    """Record that a rule's doubt of estimates is settled, or open again; the changeset's message is the reason.

    Keys of a study or cohort mean all its estimates; those the rule does not doubt stay as they are. The rule is quiet
    about the others from then on, in lint and beside pools, until a value it looks at is amended; what was read before
    stays as it was. UsageError for a rule that bears on no number, NotFound for a key.
    """
    _check(rule)
    connection = transaction.connection
    chosen = chosen_estimates(connection, keys, where)
    rows = _rows(connection, chosen)
    settled = {key for key, row in rows.items() if rule in settled_rules(row["settled"])}
    doubted = {each.key for each in lint(connection, rules=(rule,)).findings} & chosen.keys()
    changing = sorted(settled if reopen else doubted - settled)
    for key in changing:
        _write(transaction, chosen[key], rows[key], rule, reopen=reopen)
    refresh(transaction, [chosen[key] for key in changing])
    rest = chosen.keys() - {*changing}
    return Settled(
        rule,
        tuple(changing),
        () if reopen else tuple(sorted(rest & settled)),
        tuple(sorted(rest if reopen else rest - settled)),
        transaction.number if changing else None,
    )


def _check(rule: str) -> None:
    if rule not in BEARING:
        near = get_close_matches(rule, BEARING, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no doubt {rule!r} to settle{meant}", f"one of: {', '.join(BEARING)}")


def _rows(connection: sa.Connection, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Give the live rows of these estimates by contract name."""
    columns = [evidence.c[column.name] for column in COLUMNS]
    live = sa.select(*columns).where(versions(None))
    return {row.key: row._asdict() for row in select_in(connection, live, evidence.c.key, keys)}


def _write(transaction: Transaction, number: int, row: Mapping[str, Any], rule: str, *, reopen: bool) -> None:
    """Write down a settlement, or take it back; what the rule was settled of before goes with it."""
    query = sa.select(Estimate.settled).where(Estimate.id == number)
    before = transaction.connection.execute(query).scalar_one()
    others = {each for each in (before or "").split("; ") if each and each.partition(" ")[0] != rule}
    after = "; ".join(sorted(others | (set() if reopen else {settlement(rule, row)}))) or None
    transaction.change("estimate", row["key"], "settled", before, after)
    transaction.connection.execute(sa.update(Estimate).where(Estimate.id == number).values(settled=after))
