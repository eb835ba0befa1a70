"""Saved ways to read somebody's files: column of the layout → the heading it has there, kept by name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.columns import BY_INPUT
from registry.errors import Conflict, NotFound, UsageError
from registry.ingest.header import column_of, folded_heading
from registry.models import ColumnMap

if TYPE_CHECKING:
    from collections.abc import Collection

    from registry.ledger import Transaction

Headings = Mapping[str, str]


def settled(mapping: Headings, declared: Collection[str]) -> dict[str, str]:
    """Give a map by the layout's own names. UsageError for a column that is none, or a heading used twice."""
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name, heading in mapping.items():
        column = column_of(name, declared)
        if column is None:
            near = get_close_matches(name, [*BY_INPUT, *declared], n=1, cutoff=0.6)
            hint = f"is it {near[0]!r}?" if near else "`evireg columns` lists them"
            raise UsageError(f"the import layout has no column {name!r} to map a heading to", hint)
        if column in found:
            raise UsageError(f"the column {column!r} is mapped twice", "give it one heading")
        first = taken.setdefault(folded_heading(heading), column)
        if first != column or not heading.strip():
            what = f"{first} and {column}" if heading.strip() else f"{column} and nothing"
            raise UsageError(f"one heading is mapped to {what}: {heading!r}", "give each column a heading of its own")
        found[column] = " ".join(heading.split())
    return found


def read_maps(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Give every saved map by name."""
    statement = sa.select(ColumnMap.name, ColumnMap.headings).order_by(ColumnMap.name)
    return {name: dict(headings) for name, headings in connection.execute(statement)}


def read_map(connection: sa.Connection, name: str) -> dict[str, str]:
    """Give the saved map of this name. NotFound names the nearest."""
    maps = read_maps(connection)
    if name not in maps:
        near = get_close_matches(name, list(maps), n=3, cutoff=0.5) or list(maps)[:10]
        hint = (
            f"there is: {', '.join(near)}"
            if near
            else "`evireg import … --map COLUMN=HEADING --save-map NAME` saves one"
        )
        raise NotFound(f"there is no column map {name!r}", hint)
    return maps[name]


def save_map(transaction: Transaction, name: str, mapping: Headings) -> None:
    """Save a map under a name; the same again changes nothing, another under the same name is a Conflict."""
    name = " ".join(name.split())
    if not name or not mapping:
        raise UsageError("a column map has a name and at least one heading", '--map hr="Hazard ratio" --save-map NAME')
    known = read_maps(transaction.connection).get(name)
    if known == dict(mapping):
        return
    if known is not None:
        what = f"{_shown(known)}, not {_shown(mapping)}"
        raise Conflict(
            f"the column map {name!r} is there already: {what}", hint=f"evireg map rm {name!r}, or another name"
        )
    transaction.connection.execute(sa.insert(ColumnMap), {"name": name, "headings": dict(mapping)})
    transaction.change("column_map", name, "headings", None, dict(mapping))


def remove_map(transaction: Transaction, name: str) -> None:
    """Remove a saved map; what it said stays in the ledger. NotFound names the nearest."""
    known = read_map(transaction.connection, name)
    transaction.connection.execute(sa.delete(ColumnMap).where(ColumnMap.name == name))
    transaction.change("column_map", name, "headings", known, None)


def _shown(mapping: Headings) -> str:
    return ", ".join(f"{column} = {heading!r}" for column, heading in mapping.items())
