"""What follows from stored numbers, worked out again by the rules of this evireg, in a changeset of its own.

Rules change between versions: what an earlier one pooled can contradict itself by today's. Old versions of estimates
and snapshots stay; each estimate that comes out otherwise gets a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.ledger import SHIPPED_BY, begin
from registry.models import Estimate
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from sqlalchemy import Connection

MESSAGE = "estimates read anew by the rules of schema {}"


@dataclass(frozen=True, slots=True)
class Rederived:
    """How many `estimates` have a new version, and the `changeset` that made them; None when none has."""

    estimates: int = 0
    changeset: int | None = None


def rederive(connection: Connection, schema: str) -> Rederived:
    """Bring the evidence in line with the rules of this version, in an open transaction of a writer."""
    with connection.begin_nested() as savepoint:
        transaction = begin(connection, SHIPPED_BY, MESSAGE.format(schema))
        changed = refresh(transaction, connection.execute(sa.select(Estimate.id)).scalars().all())
        if not changed:
            savepoint.rollback()
            return Rederived()
        transaction.finish()
    return Rederived(changed, transaction.number)
