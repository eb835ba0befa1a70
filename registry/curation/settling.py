"""Settle a doubt: a curator has looked into what a rule of lint says of an estimate, and says why it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.curation.chosen import chosen_estimates
from registry.errors import UsageError
from registry.meaning.doubts import BEARING
from registry.models import Estimate
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from registry.ledger import Transaction


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it: keys `changed`, how many were so already, and the `changeset`; None if nothing changed."""

    rule: str
    changed: tuple[str, ...]
    unchanged: int
    changeset: int | None


def settle_doubt(
    transaction: Transaction, keys: Collection[str], rule: str, *, where: str | None = None, reopen: bool = False
) -> Settled:
    """Record that a rule's doubt of estimates is settled, or open again; the changeset's message is the reason.

    Keys of a study or cohort mean all its estimates. The rule is quiet about them from then on, in lint and beside
    pools; what was read before stays as it was. UsageError for a rule that bears on no number, NotFound for a key.
    """
    if rule not in BEARING:
        near = get_close_matches(rule, BEARING, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no doubt {rule!r} to settle{meant}", f"one of: {', '.join(BEARING)}")
    chosen = chosen_estimates(transaction.connection, keys, where)
    query = sa.select(Estimate.id, Estimate.key, Estimate.settled).where(Estimate.id.in_(chosen.values()))
    changed = []
    for number, key, before in transaction.connection.execute(query.order_by(Estimate.key)).all():
        after = _with(before, rule, reopen=reopen)
        if after != before:
            transaction.change("estimate", key, "settled", before, after)
            transaction.connection.execute(sa.update(Estimate).where(Estimate.id == number).values(settled=after))
            changed.append((number, key))
    refresh(transaction, [number for number, _ in changed])
    made = transaction.number if changed else None
    return Settled(rule, tuple(key for _, key in changed), len(chosen) - len(changed), made)


def _with(settled: str | None, rule: str, *, reopen: bool) -> str | None:
    there = {each for each in (settled or "").split("; ") if each}
    return "; ".join(sorted(there - {rule} if reopen else there | {rule})) or None
