"""Characters that no text may hold and an earlier evireg let in: where they are, and a changeset that takes them out.

What is in use is put right. The ledger, ended versions, earlier versions of queries, runs and the names that signed
changesets are history, whose hashes are over every character: they stay, and travel as they are.
See docs/decisions/0003-texts.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded_ratings import ENTITY as RATING
from registry.curation.recorded_ratings import ledger_key
from registry.models import Attribute, Base, Cohort, Estimate, Study
from registry.queries.definition import Definition
from registry.queries.saved import Saved, edit, queries
from registry.texts import without
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from registry.ledger import Transaction
    from registry.store import Store

MESSAGE = "characters that no text may hold were taken out"

#: Tables whose rows stay as they were written.
_HISTORY = ("changeset", "change", "evidence", "snapshot", "saved_query", "run")
#: A curator keeps the name that signed changesets.
_STAYS = frozenset({("curator", "name")})
_AT_ONCE = 2000

_Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was put right: how many `texts`, and the `changeset` that did; None when there was nothing to do."""

    texts: int
    changeset: int | None


@dataclass(frozen=True, slots=True)
class _Unfit:
    """One row whose texts hold what they may not: `before` and `after` of each."""

    table: sa.Table
    row: _Row
    before: dict[str, Any]
    after: dict[str, Any]


def clean_texts(store: Store, curator: str) -> Cleaned:
    """Take such characters out of every text in use, in one changeset that records each text as it was.

    Queries get a new version, estimates that say something else a new version too. Conflict when two names would be
    one.
    """
    with store.transaction(curator, MESSAGE) as transaction:
        count = sum(_put_right(transaction, each) for each in _unfit(transaction.connection))
        for saved in _unfit_queries(transaction.connection):
            _renew(transaction, saved)
            count += 1
        if not count:
            return Cleaned(0, None)
        refresh(transaction, transaction.connection.execute(sa.select(Estimate.id)).scalars().all())
        return Cleaned(count, transaction.number)


def text_faults(connection: sa.Connection) -> list[str]:
    """Name the texts in use that hold what no text may hold."""
    found = [
        f"the {column.replace('_', ' ')} of {entity} {key} holds characters that no text may hold"
        for each in _unfit(connection)
        for entity, key in [_named(connection, each)]
        for column in each.before
    ]
    return found + [
        f"the query {each.name} holds characters that no text may hold" for each in _unfit_queries(connection)
    ]


def texts_of_history(connection: sa.Connection) -> list[str]:
    """Name the tables of the ledger and the past that hold such characters, with how many rows each."""
    counted = Counter(each.table.name for each in _unfit(connection, history=True))
    return [f"{name.replace('_', ' ')}: {count}" for name, count in counted.items()]


def _unfit(connection: sa.Connection, *, history: bool = False) -> Iterator[_Unfit]:
    """Give the rows with unfit texts, of those in use or of those that stay as they were written."""
    for table in Base.metadata.sorted_tables:
        texts = [each.name for each in table.columns if isinstance(each.type, sa.String | sa.JSON)]
        chosen = [name for name in texts if history == (table.name in _HISTORY or (table.name, name) in _STAYS)]
        yield from _unfit_of(connection, table, chosen)


def _unfit_of(connection: sa.Connection, table: sa.Table, texts: Sequence[str]) -> Iterator[_Unfit]:
    """Read texts of a table; all of it before the first row is given, for rows may be changed meanwhile."""
    if not texts:
        return
    columns = [each for each in table.columns if not isinstance(each.type, sa.LargeBinary)]
    found: list[_Unfit] = []
    with connection.execute(sa.select(*columns).execution_options(yield_per=_AT_ONCE)) as rows:
        for row in rows.mappings():
            before = {name: row[name] for name in texts if without(row[name]) != row[name]}
            if before:
                found.append(_Unfit(table, row, before, without(before)))
    yield from found


def _put_right(transaction: Transaction, unfit: _Unfit) -> int:
    entity, key = _named(transaction.connection, unfit)
    place = [column == unfit.row[column.name] for column in unfit.table.primary_key.columns]
    for name, before in unfit.before.items():
        transaction.change(entity, without(key), name, before, unfit.after[name])
    transaction.connection.execute(sa.update(unfit.table).where(*place).values(**unfit.after))
    return len(unfit.before)


def _named(connection: sa.Connection, unfit: _Unfit) -> tuple[str, str]:
    """Give what the ledger calls a row: what it is, and its key."""
    name, row = unfit.table.name, unfit.row
    if name in _NAMING:
        return _NAMING[name](connection, row)
    keys = " ".join(str(row[each.name]) for each in unfit.table.primary_key.columns)
    return name.replace("_", " "), str(row.get("key") or row.get("name") or keys)


def _cohort(connection: sa.Connection, row: _Row) -> tuple[str, str]:
    return "cohort", _cohort_key(connection, row["id"])


def _overlap(connection: sa.Connection, row: _Row) -> tuple[str, str]:
    return "overlap", f"{_cohort_key(connection, row['cohort_a'])} and {_cohort_key(connection, row['cohort_b'])}"


def _cohort_key(connection: sa.Connection, number: int) -> str:
    named = sa.select(Study.key, Cohort.key).join(Study).where(Cohort.id == number)
    return "/".join(connection.execute(named).one())


def _rating(_: sa.Connection, row: _Row) -> tuple[str, str]:
    return RATING, ledger_key(row["query"], row["domain"])


def _characteristic(connection: sa.Connection, row: _Row) -> tuple[str, str]:
    name = connection.execute(sa.select(Attribute.name).where(Attribute.id == row["attribute_id"])).scalar_one()
    return "study characteristic", f"{name} {row['id']}"


_NAMING: dict[str, Callable[[sa.Connection, _Row], tuple[str, str]]] = {
    "cohort": _cohort,
    "overlap": _overlap,
    "rating": _rating,
    "attribute_value": _characteristic,
}


def _unfit_queries(connection: sa.Connection) -> list[Saved]:
    """Give the queries in use whose last version holds such characters."""
    return [each for each in queries(connection) if without(each.as_dict()) != each.as_dict()]


def _renew(transaction: Transaction, saved: Saved) -> None:
    said = without(saved.as_dict())
    definition = Definition.of(said["definition"])
    edit(transaction, saved.name, definition, description=said["description"], prespecified=said["prespecified"])
