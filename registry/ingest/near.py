"""Names that are new with a file and close to one that is known: they may be the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

import sqlalchemy as sa

from registry.issues import Issue
from registry.meaning.names import alike
from registry.models import Study
from registry.vocabulary import Vocabulary


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


def near_names(new: Mapping[tuple[str, str], int], vocabulary: Vocabulary, file: str) -> Iterator[Issue]:
    """Point at new factors and diseases whose names are close to a known one; they may be the same."""
    for (kind, name), line in new.items():
        near = [key for key in vocabulary.nearest(kind, name) if _close(key, name)]
        if near:
            message = f"the new {kind} {name!r} is close to {near[0]!r}, which the registry knows"
            yield Issue("name-near", message, "flag", file, line, kind, name, "one name for one thing")


def _close(key: str, name: str) -> bool:
    from difflib import SequenceMatcher

    words = re.split(r"[\s-]+", name.casefold())  # hs-CRP has CRP in its name
    return key.casefold() in words or SequenceMatcher(None, key.casefold(), name.casefold()).ratio() > 0.85
