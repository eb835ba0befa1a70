"""Studies of a file whose names are one with another's but for how they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

import sqlalchemy as sa

from registry.issues import Issue
from registry.meaning.names import alike
from registry.models import Study


def study_keys(connection: sa.Connection) -> frozenset[str]:
    """Give the keys of the studies that are there."""
    return frozenset(connection.execute(sa.select(Study.key)).scalars())


def near_studies(lines: Mapping[str, int], known: Collection[str], file: str) -> Iterator[Issue]:
    """Name each study that is new with this file, and the one its name is nearly that of.

    `lines` has the first line of each study of the file, `known` are those the registry had before.
    """
    new = [study for study in lines if study not in known]
    if not new:
        return
    names: dict[str, list[str]] = defaultdict(list)
    for study in (*known, *lines):
        names[alike(study)].append(study)
    for study in new:
        others = [
            each for each in names[alike(study)] if each != study and (each in known or lines[each] < lines[study])
        ]
        if others:
            where = "which the registry knows" if others[0] in known else f"on line {lines[others[0]]}"
            message = f"the new study {study!r} has nearly the name of {others[0]!r}, {where}"
            yield Issue("study-near", message, "flag", file, lines[study], "study", study, "one name for one study")
