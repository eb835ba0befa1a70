"""Every version that the rows of a selection had between two changesets, in one reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from registry.models import evidence
from registry.selection.query import meaning, read_rows

if TYPE_CHECKING:
    from registry.frame import Array, Frame
    from registry.selection.where import Condition
    from registry.vocabulary import Vocabulary

#: Stands for the changeset that closes a version which is live.
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of rows (k,): as evidence, and the changesets that `opened` and `closed` each (`NEVER`: it is live)."""

    frame: Frame
    opened: Array
    closed: Array

    def alive(self, changeset: int) -> Array:
        """Say which of them were the evidence after a changeset, (k,)."""
        return np.asarray((self.opened <= changeset) & (self.closed > changeset))


def versions_between(
    connection: sa.Connection, condition: Condition, first: int, last: int, names: Vocabulary
) -> Versions:
    """Read every version that a condition matches and that was the evidence at some time from `first` to `last`."""
    open_since = sa.or_(evidence.c.valid_to.is_(None), evidence.c.valid_to > first)
    alive = sa.and_(evidence.c.valid_from <= last, open_since, *meaning(connection, condition))
    frame, beside = read_rows(connection, alive, names, evidence.c.valid_from, evidence.c.valid_to)
    opened = np.array([each[0] for each in beside], dtype=np.int64)
    closed = np.array([NEVER if each[1] is None else each[1] for each in beside], dtype=np.int64)
    return Versions(frame, opened, closed)
