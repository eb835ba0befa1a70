"""Later changes that stand in the way of an undo, each named with its changeset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded import changesets
from registry.errors import Conflict
from registry.issues import Issue
from registry.models import Change, Changeset

if TYPE_CHECKING:
    from collections.abc import Collection


class Obstacles:
    """What speaks against undoing changeset `number`, gathered so that all of it is told at once."""

    def __init__(self, connection: sa.Connection, number: int) -> None:
        self._connection = connection
        self._number = number
        self.issues: list[Issue] = []
        self._later: set[int] = set()

    def value(self, entity: str, keys: Collection[str], field: str, *, now: Any, left: Any) -> None:
        """Note that a field is not any more what the changeset left."""
        later = self._last_change(entity, keys, field)
        said = f"the {entity} has {field} {_shown(now)} now, changeset {self._number} left {_shown(left)}"
        self._note(said + self._by(later), next(iter(keys)), field, later)

    def version(self, key: str, changeset: int | None) -> None:
        """Note that an estimate has a later version."""
        said = f"it was changed{self._by(changeset)}" if changeset else "it is not there any more"
        self._note(said, key, "", changeset)

    def used(self, what: str, key: str, by: str, changeset: int | None = None) -> None:
        """Note that something the changeset made is in use."""
        self._note(f"the {what} is used by {by}{self._by(changeset)}", key, "", changeset)

    def refuse(self) -> None:
        """Raise Conflict if there is anything."""
        if not self.issues:
            return
        later = ", ".join(map(str, sorted(self._later)))
        hint = f"undo changeset {later} first, newest first" if self._later else "change that first"
        raise Conflict(
            f"changeset {self._number} cannot be undone: later changes stand in the way; nothing was stored",
            self.issues[:20],
            hint,
        )

    def _note(self, message: str, key: str, field: str, changeset: int | None) -> None:
        if changeset is not None:
            self._later.add(changeset)
        self.issues.append(Issue("conflict", message, file=key, column=field))

    def _last_change(self, entity: str, keys: Collection[str], field: str) -> int | None:
        query = sa.select(sa.func.max(Change.changeset)).where(
            Change.entity == entity, Change.key.in_(sorted(keys)), Change.field == field
        )
        return self._connection.execute(query.where(Change.changeset > self._number)).scalar()

    def _by(self, changeset: int | None) -> str:
        if changeset is None:
            return ""
        row = self._connection.execute(changesets().where(Changeset.number == changeset)).one()
        return f" by {row.curator} at {row.at} (changeset {changeset}: {row.message})"


def _shown(value: Any) -> str:
    return "(empty)" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)
