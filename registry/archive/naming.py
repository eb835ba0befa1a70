"""The integer ids of things by the keys that files name them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.models import (
    Attachment,
    Attribute,
    Cohort,
    Contrast,
    Curator,
    Cutoff,
    Disease,
    Endpoint,
    Estimate,
    Factor,
    Report,
    Study,
)
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from registry.archive.opening import Archive

Named = tuple[Any, ...]

#: Table → the query for its key and id, the column that is asked by, and which part of the key that is.
_FOUND: dict[str, tuple[sa.Select[*tuple[Any, ...]], Any, int]] = {
    "attribute": (sa.select(Attribute.name, Attribute.id), Attribute.name, 0),
    "attachment": (sa.select(Attachment.sha256, Attachment.id), Attachment.sha256, 0),
    "curator": (sa.select(Curator.name, Curator.id), Curator.name, 0),
    "disease": (sa.select(Disease.key, Disease.id), Disease.key, 0),
    "endpoint": (sa.select(Endpoint.key, Endpoint.id), Endpoint.key, 0),
    "estimate": (sa.select(Estimate.key, Estimate.id), Estimate.key, 0),
    "factor": (sa.select(Factor.key, Factor.id), Factor.key, 0),
    "report": (sa.select(Report.key, Report.id), Report.key, 0),
    "study": (sa.select(Study.key, Study.id), Study.key, 0),
    "cohort": (sa.select(Study.key, Cohort.key, Cohort.id).join(Study), Study.key, 0),
    "contrast": (sa.select(Factor.key, Contrast.key, Contrast.id).join(Factor), Contrast.key, 1),
    "cutoff": (sa.select(Factor.key, Cutoff.key, Cutoff.id).join(Factor), Cutoff.key, 1),
}


class Names:
    """Ids looked up in a database that is being filled, a few thousand at a time."""

    def __init__(self, connection: sa.Connection, archive: Archive) -> None:
        self._connection, self._archive = connection, archive
        self._remembered: dict[str, dict[Named, int]] = {}

    def remember(self, table: str, named: Iterable[Named]) -> None:
        """Give ids to the next rows of a table whose rows name each other."""
        known = self._remembered.setdefault(table, {})
        for each in named:
            known[each] = len(known) + 1

    def find(self, table: str, named: Collection[Named]) -> dict[Named, int]:
        """Give the ids of these; InputRefused names one that is not there."""
        if table in self._remembered:
            found = {each: number for each in named if (number := self._remembered[table].get(each)) is not None}
        else:
            query, column, part = _FOUND[table]
            rows = select_in(self._connection, query, column, {each[part] for each in named})
            found = {tuple(row[:-1]): row[-1] for row in rows}
        for each in named:
            if each not in found:
                raise self._archive.refused(f"it names the {table} {'/'.join(map(str, each))}, which is not in it")
        return found
