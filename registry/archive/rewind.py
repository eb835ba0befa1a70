"""The tables as they were after a changeset.

Evidence rows and ledger keep every version; the normalised tables are kept as they are now. What later changesets did
to them is undone, the last one first, in a transaction that is thrown away: an archive of an old snapshot is the same
bytes as one made the day it was taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.curation.undo import undo
from registry.errors import EviregError, UsageError
from registry.ledger import SHIPPED_BY, Transaction, begin
from registry.models import Change, evidence

if TYPE_CHECKING:
    from registry.store import Store

#: Entities whose rows name their changesets themselves, so that those of later ones are told apart.
_KEPT = ("snapshot", "query")


class _Over(Exception):  # noqa: N818 - no error: how a transaction that is not kept is left
    """Leave a transaction without keeping it."""


@contextmanager
def as_of(store: Store, ledger: int) -> Iterator[sa.Connection]:
    """Give a connection that sees the tables as they were after a changeset; UsageError where they cannot be had.

    Where nothing changed since, it only reads. Else writers wait until it is done, and nothing of it is stored.
    """
    with store.read() as connection:
        later = _later(connection, ledger)
        if not later:
            yield connection
            return
    with suppress(_Over), store.transaction(SHIPPED_BY, f"as of changeset {ledger}") as transaction:
        _take_back(transaction, ledger)
        yield transaction.connection
        raise _Over


def _later(connection: sa.Connection, ledger: int) -> list[int]:
    """Give the later changesets that changed tables, newest first."""
    changed = sa.select(Change.changeset).where(Change.changeset > ledger, Change.entity.not_in(_KEPT))
    opened = sa.select(evidence.c.valid_from).where(evidence.c.valid_from > ledger)
    closed = sa.select(evidence.c.valid_to).where(evidence.c.valid_to > ledger)
    found = {number for query in (changed, opened, closed) for number in connection.execute(query.distinct()).scalars()}
    return sorted(found, reverse=True)


def _take_back(transaction: Transaction, ledger: int) -> None:
    for number in _later(transaction.connection, ledger):
        try:
            undo(transaction, number)
        except EviregError as error:
            raise UsageError(
                f"the tables as of changeset {ledger} cannot be had: what changeset {number} did cannot be taken back "
                f"({error.message})",
                "export a snapshot before such changes; an archive of the registry as it is now can always be made: "
                "take a new snapshot",
            ) from error
        transaction.finish()
        transaction = begin(transaction.connection, SHIPPED_BY, f"as of changeset {ledger}")
