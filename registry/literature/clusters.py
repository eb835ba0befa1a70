"""References that are one document: `Work`, told together from all its records; and finding one by its key."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import NotFound
from registry.models import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What is told of a reference, the first of its records that says it.
TOLD = ("kind", "doi", "pmid", "title", "authors", "year", "journal", "volume", "pages", "url", "abstract", "report_id")


@dataclass(frozen=True, slots=True)
class Work:
    """One document as found: `id` and `key` of its first record, all `records`, `facts` from the first that says."""

    id: int
    key: str
    records: tuple[sa.Row[Any], ...]
    facts: dict[str, Any]

    @property
    def ways(self) -> frozenset[str]:
        """By which ways it was found."""
        return frozenset(record.found_by for record in self.records)


def works(connection: sa.Connection, *, abstracts: bool = False) -> dict[int, Work]:
    """Give every document by the id of its first record, in the order they came; abstracts only when asked for."""
    left_out = () if abstracts else ("abstract",)
    columns = [column for column in Reference.__table__.columns if column.name not in left_out]
    together: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(sa.select(*columns).order_by(Reference.id)):
        together[row.duplicate_of or row.id].append(row)
    return {number: _work(records) for number, records in sorted(together.items())}


def work(connection: sa.Connection, key: str) -> Work:
    """Give the document of which a reference of this key is a record, with its abstract. NotFound names the nearest."""
    number = root_of(connection, key)
    mine = sa.or_(Reference.id == number, Reference.duplicate_of == number)
    return _work(connection.execute(sa.select(Reference.__table__).where(mine).order_by(Reference.id)).all())


def root_of(connection: sa.Connection, key: str) -> int:
    """Give the id of the first record of the document that a key names. NotFound names the nearest keys."""
    number, root = find(connection, key)
    return root or number


def find(connection: sa.Connection, key: str) -> tuple[int, int | None]:
    """Give id and `duplicate_of` of the reference of this key."""
    row = connection.execute(
        sa.select(Reference.id, Reference.duplicate_of).where(Reference.key == key.strip())
    ).one_or_none()
    if row is None:
        raise not_found(key, connection.execute(sa.select(Reference.key)).scalars())
    return row[0], row[1]


def not_found(key: str, keys: Iterable[str]) -> NotFound:
    """Say that there is no such reference, and which are near."""
    import difflib

    near = difflib.get_close_matches(key, list(keys), n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(near)}" if near else "evireg refs list shows the keys"
    return NotFound(f"there is no reference {key!r}", hint)


def _work(records: Sequence[sa.Row[Any]]) -> Work:
    maps = [record._mapping for record in records]  # noqa: SLF001 - SQLAlchemy's public name for it
    facts = {name: next((each[name] for each in maps if each.get(name) is not None), None) for name in TOLD}
    return Work(records[0].id, records[0].key, tuple(records), facts)
