"""The evidence at one moment: as it is, or as of a changeset. One table, one query, whichever it is."""

from __future__ import annotations

import sqlalchemy as sa

from registry.errors import NotFound
from registry.models import Changeset, evidence


def at_changeset(connection: sa.Connection, at: int | None) -> int:
    """Give the number of the changeset a reading is of: `at`, or the latest (0 when there is none).

    Raises NotFound for a number that no changeset has.
    """
    latest = connection.execute(sa.select(sa.func.max(Changeset.number))).scalar() or 0
    if at is None:
        return latest
    if not 1 <= at <= latest:
        raise NotFound(
            f"there is no changeset {at}", f"the registry has 1 to {latest}" if latest else "it has none yet"
        )
    return at


def versions(at: int | None) -> sa.ColumnElement[bool]:
    """Give the condition on evidence rows that were the current version after changeset `at`, or are now (None)."""
    if at is None:
        return evidence.c.valid_to.is_(None)
    return sa.and_(evidence.c.valid_from <= at, sa.or_(evidence.c.valid_to.is_(None), evidence.c.valid_to > at))
