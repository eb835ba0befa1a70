"""Whether saved queries are what the ledger says of them, and stored runs what their digests say.

The digest of a run is the SHA-256 of the canonical JSON array

    [query, version, changeset of the evidence, engine, digest of the rows used, result]

where `result` is the canonical JSON text (sorted keys, no spaces) of what `evireg pool --json` prints.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from registry.database import canonical_json
from registry.models import Change, Run, SavedQuery

#: What the ledger calls a saved query.
ENTITY = "query"


def run_digest(*content: Any) -> str:
    """Give the digest of a run: its query, version, changeset, engine, digest of the rows, result."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def told_versions(connection: sa.Connection, name: str) -> Iterator[dict[str, Any]]:
    """Tell every version of a query as the ledger has it: changeset, and each field as text."""
    changes = sa.select(Change.changeset, Change.field, Change.after).where(Change.entity == ENTITY, Change.key == name)
    now: dict[str, Any] = {"description": None, "prespecified": None}
    for number, field, after in connection.execute(changes.order_by(Change.id)):
        if field == "version" and "version" in now:
            yield dict(now)
        now |= {"changeset": number, field: after}
    if "version" in now:
        yield now


def query_fault(connection: sa.Connection, name: str) -> str | None:
    """Say that the versions of a query are not those the ledger tells of; None when they are."""
    rows = sa.select(SavedQuery.__table__).where(SavedQuery.name == name).order_by(SavedQuery.version)
    stored = [_as_told(row._asdict()) for row in connection.execute(rows)]
    same = stored == list(told_versions(connection, name))
    return None if same else f"the saved query {name!r} is not what the ledger says of it"


def _as_told(row: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: row[name] for name in ("description", "prespecified")}
    told = {name: canonical_json(row[name]) for name in ("version", "definition", "removed")}
    return {**texts, **told, "changeset": row["changeset"]}


def query_faults(connection: sa.Connection) -> Iterator[str]:
    """Say what of saved queries and runs is not as it was written."""
    known = sa.union(sa.select(SavedQuery.name), sa.select(Change.key).where(Change.entity == ENTITY))
    for name in sorted(connection.execute(known).scalars()):
        if fault := query_fault(connection, name):
            yield fault
    yield from _run_faults(connection)


def _run_faults(connection: sa.Connection) -> Iterator[str]:
    runs = sa.select(
        Run.id,
        Run.digest,
        SavedQuery.name,
        SavedQuery.version,
        Run.at_changeset,
        Run.engine,
        Run.rows_digest,
        Run.result,
    ).join(SavedQuery, Run.query_id == SavedQuery.id)
    expected = 0
    for number, digest, *content in connection.execute(runs.order_by(Run.id).execution_options(yield_per=200)):
        expected += 1
        if number != expected:
            yield f"run {expected} is missing"
            expected = number
        if run_digest(*content) != digest:
            yield f"run {number} is not what its digest says"
