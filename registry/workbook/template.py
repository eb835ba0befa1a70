"""The empty workbook a curator fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from registry.errors import NotFound, UsageError
from registry.vocabulary import Vocabulary
from registry.workbook.files import refuse_existing, replacing
from registry.workbook.layout import fields, narrowed, open_words
from registry.workbook.sheets import Book


def template(
    connection: sa.Connection,
    path: str | Path,
    *,
    only: Mapping[str, Sequence[str]] | None = None,
    force: bool = False,
) -> int:
    """Write an empty workbook with the columns of the import layout and of this registry; give how many they are.

    `only` names the factors, diseases or endpoints its drop-downs offer, by key or synonym; every known one unless
    given. NotFound, with the nearest, for a name the registry does not know; UsageError for a file that is there.
    """
    place = Path(path)
    if place.suffix.lower() != ".xlsx":
        raise UsageError(f"{place.name!r} is no name of a workbook", "end it with .xlsx")
    refuse_existing(place, force=force)
    vocabulary = Vocabulary.load(connection)
    keys = {kind: [_known(vocabulary, kind, name) for name in names] for kind, names in (only or {}).items()}
    columns = fields(vocabulary, narrowed(open_words(connection), keys))
    with replacing(place) as temporary, Book(temporary, columns) as book:
        book.head([field.heading for field in columns], {field.heading: field for field in columns})
        book.explain()
        book.offer_lists()
    return len(columns)


def _known(vocabulary: Vocabulary, kind: str, name: str) -> str:
    key: str | None = getattr(vocabulary, kind)(name)
    if key is None:
        near = ", ".join(vocabulary.nearest(kind, name))
        raise NotFound(f"there is no {kind} {name!r} in this registry", f"nearest: {near}" if near else "")
    return key
