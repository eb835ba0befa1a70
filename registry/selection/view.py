"""The evidence at one moment: as it is, as of a changeset, or as a snapshot names it. One table, one query."""

from __future__ import annotations

from difflib import get_close_matches

import sqlalchemy as sa

from registry.errors import NotFound
from registry.models import Changeset, Snapshot, evidence

#: Later than any changeset.
_NEVER = 2**31 - 1

#: A moment of the registry: None as it is now, the number of a changeset (also as text), or the name of a snapshot.
At = int | str | None


def at_changeset(connection: sa.Connection, at: At) -> int:
    """Give the number of the changeset a reading is of: that of `at`, or the latest (0 when there is none).

    Raises NotFound for a number that no changeset has, and for a name that no snapshot has, with the nearest.
    """
    name = snapshot_name(at)
    if name is not None:
        return _of_snapshot(connection, name)
    latest = connection.execute(sa.select(sa.func.max(Changeset.number))).scalar() or 0
    if at is None:
        return latest
    number = int(at)
    if not 1 <= number <= latest:
        raise NotFound(
            f"there is no changeset {number}", f"the registry has 1 to {latest}" if latest else "it has none yet"
        )
    return number


def moment(connection: sa.Connection, at: At) -> int | None:
    """Give the changeset that `versions` wants: None for the registry as it is, else that of `at`, if it is there."""
    return None if at is None else at_changeset(connection, at)


def snapshot_name(at: At) -> str | None:
    """Give the name of the snapshot that `at` is; None when it is none: a name is never a number."""
    if not isinstance(at, str):
        return None
    text = at.strip()
    return None if text.isascii() and text.isdigit() else text


def _of_snapshot(connection: sa.Connection, name: str) -> int:
    found = connection.execute(sa.select(Snapshot.changeset).where(Snapshot.name == name)).scalar()
    if found is None:
        raise no_snapshot(connection, name)
    return found


def no_snapshot(connection: sa.Connection, name: str) -> NotFound:
    """Give the error for a name no snapshot has, with the nearest there are."""
    known = list(connection.execute(sa.select(Snapshot.name).order_by(Snapshot.id.desc())).scalars())
    near = get_close_matches(name, known, n=3, cutoff=0.5) or known[:3]
    hint = f"nearest: {', '.join(near)}" if near else "there is none yet; a changeset can be given by its number"
    return NotFound(f"there is no snapshot {name!r}", hint)


def versions(at: int | None) -> sa.ColumnElement[bool]:
    """Give the condition on evidence rows that were the current version after changeset `at`, or are now (None)."""
    if at is None:
        return evidence.c.valid_to.is_(None)
    # Not `valid_to IS NULL OR valid_to > at`: a planner would read every version closed since then, of whatever factor.
    return sa.and_(evidence.c.valid_from <= at, sa.func.coalesce(evidence.c.valid_to, _NEVER) > at)
