"""Moderators as they are asked for, and the design matrix of the rows that have them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import PoolRefused, UsageError
from registry.pooling.grouping import column_named, known_rows, one_unit, spelled, title

if TYPE_CHECKING:
    from registry.frame import Frame
    from registry.pooling.guards import Allowed
    from registry.pooling.prepared import Prepared
    from registry.stats.moderators import DesignMatrix


@dataclass(frozen=True, slots=True)
class Asked:
    """One moderator as asked for: its column, and the level or number that counts as the reference."""

    column: str
    reference: str | None

    @property
    def centre(self) -> float:
        """The number that counts as 0. Raises UsageError for a reference that is no number."""
        if self.reference is None:
            return 0.0
        try:
            centre = float(self.reference)
        except ValueError:
            centre = math.nan
        if not math.isfinite(centre):
            raise UsageError(
                f"on {self.column}:{self.reference}: {self.column} is a number, {self.reference!r} is none",
                f"the number that counts as 0, or nothing: --on {self.column}",
            )
        return centre


def moderators(rows: Frame, given: Collection[str], allowed: Allowed) -> list[Asked]:
    """Read `column` or `column:reference` of each. Raises UsageError for none, an unknown column, one named twice."""
    if not given:
        raise UsageError("nothing says what to regress on", "name a column: --on year")
    asked = []
    for text in given:
        name, _, reference = text.partition(":")
        column = column_named(rows, name.strip(), allowed, option="on")
        asked.append(Asked(column, reference.strip() or None))
    columns = [each.column for each in asked]
    if twice := next((column for column in columns if columns.count(column) > 1), None):
        raise UsageError(f"moderator {twice!r} is named twice", "name each column once")
    return asked


def complete(prepared: Prepared, asked: Sequence[Asked]) -> Prepared:
    """Leave out the estimates of which a moderator was not read.

    Raises PoolRefused if none is left, and for cutoffs in units that do not convert.
    """
    for each in asked:
        known = known_rows(prepared.frame, each.column)
        if not known.any():
            names = ", ".join(other.column for other in asked)
            raise PoolRefused(f"no estimate has all of: {names}", "regress on fewer columns: --on", "on")
        prepared = prepared.take(known, "moderator-missing", f"{title(each.column)} not read")
        one_unit(prepared.frame, each.column)
    return prepared


def design(rows: Frame, asked: Sequence[Asked]) -> DesignMatrix:
    """Code the moderators of complete rows; see `registry.stats.moderators.design_matrix`, also for its errors."""
    from registry.stats.moderators import design_matrix

    columns, references = {}, {}
    for each in asked:
        values = rows[each.column]
        if values.dtype.kind == "f":
            columns[each.column] = values - each.centre
        else:
            columns[each.column] = np.array(spelled(values), dtype=np.str_)
            if each.reference is not None:
                references[each.column] = each.reference
    return design_matrix(columns, references=references)
