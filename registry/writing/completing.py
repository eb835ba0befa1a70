"""Names that are there, told more of: empty fields of a factor, endpoint or disease filled in, never overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import Conflict
from registry.models import Base
from registry.vocabulary import Vocabulary, fold
from registry.writing.things import same
from registry.writing.vocabulary import Entry, add_vocabulary

if TYPE_CHECKING:
    from registry.ledger import Transaction


def write_name(transaction: Transaction, entry: Entry) -> bool:
    """Add a factor, endpoint or disease, or to one that is there new synonyms and what was empty; whether it is new.

    Conflict, with both values, where it is stored otherwise, or a name stands for something else.
    """
    known = Vocabulary.load(transaction.connection).matched[entry.kind].get(fold(entry.key))
    if known is not None and fold(known) == fold(entry.key):
        _complete(transaction, entry, known)
    add_vocabulary(transaction, [entry])
    return known is None


def _complete(transaction: Transaction, entry: Entry, key: str) -> None:
    table = Base.metadata.tables[entry.kind]
    stored = transaction.connection.execute(sa.select(table).where(table.c.key == key)).mappings().one()
    filled: dict[str, Any] = {}
    for name, value in entry.fields.items():
        before = stored[name]
        if before is None or before is False or (name == "label" and before == key):
            filled[name] = value
        elif not same(before, value):
            raise Conflict(
                f"{entry.kind} {key} has {name} {before}, not {value}; nothing was stored",
                hint="leave it out to add synonyms only",
            )
    changed = {name: value for name, value in filled.items() if value != stored[name]}
    if changed:
        transaction.connection.execute(sa.update(table).where(table.c.key == key).values(**changed))
        for name, value in changed.items():
            transaction.change(entry.kind, key, name, stored[name], value)
