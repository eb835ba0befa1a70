"""Ratings of certainty as the ledger tells of them, and whether those stored are the same.

A rating is recorded under `query domain` by three fields: `judgement`, `reason`, and `basis`, the canonical JSON of the
version that was judged, the digest of the evidence, the curator and the changeset.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from registry.database import canonical_json
from registry.models import Change, Curator, Rating

#: What the ledger calls a rating.
ENTITY = "rating"
FIELDS = ("judgement", "reason", "basis")

Told = dict[str, str | None]


def ledger_key(query: str, domain: str) -> str:
    """Give the key of a rating in the ledger."""
    return f"{query} {domain}"


def stored(connection: sa.Connection, key: str) -> tuple[int | None, Told]:
    """Give the integer id of the rating of a ledger key and its fields; None and nulls when there is none."""
    query, _, domain = key.rpartition(" ")
    row = connection.execute(_ratings().where(Rating.query == query, Rating.domain == domain)).one_or_none()
    return (None, dict.fromkeys(FIELDS)) if row is None else (row.id, told(row))


def told(row: Any) -> Told:
    """Give a row of the table, with its curator's name, as the fields the ledger has of it."""
    basis = {name: getattr(row, name) for name in ("version", "evidence", "curator", "changeset")}
    return {"judgement": row.judgement, "reason": row.reason, "basis": canonical_json(basis)}


def _ratings() -> sa.Select[Any]:
    return sa.select(Rating.__table__, Curator.name.label("curator")).join(Curator, Curator.id == Rating.curator_id)


def rating_faults(connection: sa.Connection) -> Iterator[str]:
    """Say which ratings are not what the ledger tells of them."""
    recorded: dict[str, Told] = {}
    changes = sa.select(Change.key, Change.field, Change.after).where(Change.entity == ENTITY).order_by(Change.id)
    for key, field, after in connection.execute(changes):
        recorded.setdefault(key, dict.fromkeys(FIELDS))[field] = after
    there = {ledger_key(row.query, row.domain): told(row) for row in connection.execute(_ratings())}
    nothing: Told = dict.fromkeys(FIELDS)
    for key in sorted({*recorded, *there}):
        if recorded.get(key, nothing) != there.get(key, nothing):
            query, _, domain = key.rpartition(" ")
            yield f"the rating of {domain} for the query {query!r} is not what the ledger says of it"
