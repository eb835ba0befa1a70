"""Execute a saved query on the evidence of a moment, and store what it gave (digests: `curation.recorded_queries`)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded_queries import run_digest
from registry.database import canonical_json
from registry.errors import NotFound
from registry.models import Run, SavedQuery, Snapshot
from registry.pooling import PoolResult, pool
from registry.pooling.pool import DEPENDENT
from registry.pooling.prepared import prepare
from registry.queries.saved import by_id, load
from registry.selection import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry.queries.definition import Definition
    from registry.queries.saved import Saved
    from registry.selection.view import At
    from registry.store import Store


@dataclass(frozen=True, slots=True)
class Ran:
    """A stored run: which version of a query, the state it read, the rows it used, and the whole result.

    `at_changeset` is the state of the evidence, `snapshot` the name it was asked for by; `result` is JSON text.
    `pooled` is the result itself, as long as it is there: that of a run that was just made, or found to be current.
    """

    id: int
    query: Saved
    at_changeset: int
    snapshot: str | None
    made_at: str
    curator: str
    engine: str
    rows_digest: str
    result: str
    digest: str
    pooled: PoolResult | None = None

    @property
    def found(self) -> dict[str, Any]:
        """Give the result as the object `evireg pool --json` prints."""
        return dict(json.loads(self.result))

    @property
    def keys(self) -> tuple[str, ...]:
        """Name the estimates that were pooled."""
        return tuple(each["key"] for each in self.found["estimates"])

    def about(self) -> dict[str, Any]:
        """Give all but the result."""
        names = ("id", "at_changeset", "snapshot", "made_at", "curator", "engine", "rows_digest", "digest")
        fields = {name: getattr(self, name) for name in names}
        return {"query": self.query.name, "version": self.query.version, **fields}

    def computed_digest(self) -> str:
        """Compute the digest again from what is stored."""
        of = self.query
        return run_digest(of.name, of.version, self.at_changeset, self.engine, self.rows_digest, self.result)


def execute(connection: sa.Connection, saved: Saved, at: At = None) -> tuple[PoolResult, int]:
    """Pool what a query selects at a moment; give the result and the changeset it is of. Raises as `Registry.pool`."""
    return pooled(connection, saved.definition, at)


def pooled(connection: sa.Connection, asked: Definition, at: At = None) -> tuple[PoolResult, int]:
    """Pool what a definition selects at a moment, as `evireg pool` does."""
    chosen = select(connection, asked.where, at=at, **asked.selecting)
    result = pool(
        chosen.frame,
        **asked.options,
        one_per=asked.one_per,
        allow=asked.allow,
        flow=chosen.flow,
        provenance=chosen.provenance,
    )
    return result, chosen.changeset


def pooled_rows_digest(connection: sa.Connection, asked: Definition, at: At = None) -> str:
    """Give the digest of the rows a definition would pool at a moment, without pooling them. Raises as `pooled`."""
    chosen = select(connection, asked.where, at=at, **asked.selecting)
    dependent = asked.options["dependence"] is not None
    made = prepare(
        chosen.frame,
        **asked.selecting,
        per=asked.options["per"],
        flow=chosen.flow,
        provenance=chosen.provenance,
        but=DEPENDENT if dependent else (),
        read_as=asked.options["read_as"],
    )
    return str(made.provenance()["digest"])


def run(store: Store, name: str, at: At, curator: str) -> Ran:
    """Execute the version of a query that is in use, and store what it gave.

    Raises as `execute`; nothing is stored then. A state of the evidence never changes, so that only storing takes
    its turn among writers.
    """
    with store.read() as connection:
        saved = load(connection, name)
        result, _ = execute(connection, saved, at)
    return replace(_keep(store, saved, result, curator), pooled=result)


def run_or_reuse(store: Store, name: str, at: At, curator: str) -> Ran:
    """Give the stored run that says what a query gives at a moment; execute it and store a run where there is none.

    Reused is a run of the same version by the same evireg whose whole result is the same, whichever changeset or
    snapshot it was of: what was written since did not touch this query. Rows are selected and pooled every time, which
    is how it is known that the result is the same, and gives `pooled`, whose provenance names the moment asked for (the
    stored JSON holds less than a `PoolResult`). What is not made again is the run: a report can be written any number
    of times and quotes one. A run that is not what its digest says is never quoted. Raises as `execute`.
    """
    with store.read() as connection:
        saved = load(connection, name)
        result, _ = execute(connection, saved, at)
        known = next(_telling(connection, saved, result), None)
    return replace(known or _keep(store, saved, result, curator), pooled=result)


def _telling(connection: sa.Connection, saved: Saved, result: PoolResult) -> Iterator[Ran]:
    """Give the stored runs of a version that say this result, the latest first."""
    made = result.provenance
    same = (Run.query_id == saved.id, Run.engine == made["engine"], Run.rows_digest == made["digest"])
    told = _timeless(json.loads(canonical_json(result.as_dict())))
    for row in connection.execute(_stored().where(*same).order_by(Run.id.desc())).all():
        ran = _read(connection, row._asdict())
        if _timeless(ran.found) == told and ran.computed_digest() == ran.digest:
            yield ran


def _timeless(found: dict[str, Any]) -> dict[str, Any]:
    """Give a result without the names of the moment it is of."""
    made = {name: value for name, value in found["provenance"].items() if name not in ("changeset", "snapshot")}
    return {**found, "provenance": made}


def _keep(store: Store, saved: Saved, result: PoolResult, curator: str) -> Ran:
    """Store what a query gave; the changeset, the snapshot and the engine are those of its provenance."""
    made, text = result.provenance, canonical_json(result.as_dict())
    ran = Ran(
        id=0,
        query=saved,
        at_changeset=made["changeset"],
        snapshot=made["snapshot"],
        made_at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        curator=curator,
        engine=made["engine"],
        rows_digest=made["digest"],
        result=text,
        digest="",
    )
    row = {name: getattr(ran, name) for name in ("at_changeset", "made_at", "curator", "engine", "rows_digest")}
    with store.writing() as connection:
        number = (connection.execute(sa.select(sa.func.max(Run.id))).scalar() or 0) + 1
        snapshot = connection.execute(sa.select(Snapshot.id).where(Snapshot.name == ran.snapshot)).scalar()
        row |= {"id": number, "query_id": saved.id, "snapshot_id": snapshot, "result": text}
        connection.execute(sa.insert(Run), {**row, "digest": ran.computed_digest()})
        return ran_of(connection, number)


def ran_of(connection: sa.Connection, number: int) -> Ran:
    """Give a stored run. NotFound says which there are."""
    row = connection.execute(_stored().where(Run.id == number)).one_or_none()
    if row is None:
        last = connection.execute(sa.select(sa.func.max(Run.id))).scalar()
        hint = f"runs are numbered 1 to {last}: evireg run list" if last else "none is stored yet: evireg query run"
        raise NotFound(f"there is no run {number}", hint)
    return _read(connection, row._asdict())


def runs(connection: sa.Connection, name: str | None = None) -> list[Ran]:
    """Give the stored runs, of one query or of all, oldest first."""
    chosen = _stored().join(SavedQuery, Run.query_id == SavedQuery.id).order_by(Run.id)
    if name is not None:
        chosen = chosen.where(SavedQuery.name == name)
    return [_read(connection, row._asdict()) for row in connection.execute(chosen).all()]


def last_run(connection: sa.Connection, name: str) -> Ran | None:
    """Give the run of a query, in whatever version, that was stored last."""
    chosen = _stored().join(SavedQuery, Run.query_id == SavedQuery.id).where(SavedQuery.name == name)
    row = connection.execute(chosen.order_by(Run.id.desc()).limit(1)).one_or_none()
    return None if row is None else _read(connection, row._asdict())


def _stored() -> sa.Select[Any]:
    return sa.select(Run.__table__, Snapshot.name.label("snapshot")).outerjoin(Snapshot, Run.snapshot_id == Snapshot.id)


def _read(connection: sa.Connection, row: Mapping[Any, Any]) -> Ran:
    values = {name: value for name, value in row.items() if name not in ("query_id", "snapshot_id")}
    return Ran(query=by_id(connection, row["query_id"]), **values)
