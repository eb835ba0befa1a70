"""An examination of a registry and of everything it rests on, one question at a time, each with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from registry.chain import ledger_faults
from registry.curation.attachments import verify_attachments
from registry.curation.recorded_ratings import rating_faults
from registry.curation.verify import verify_order, verify_projection
from registry.database import engine_for, locate, translated
from registry.errors import EviregError, SchemaError, StoreError, VerificationFailed
from registry.keeping.facts import facts_of
from registry.keeping.proof import page_faults
from registry.keeping.shape import index_faults, orphans, shape_faults, trigger_faults
from registry.keeping.shape import mend as mend_shape
from registry.keeping.texts import text_faults
from registry.ledger import lock_writers
from registry.queries.running import runs
from registry.snapshots.verify import snapshot_faults
from registry.store import Store, handshake, refuse_missing, revision_of, schema_connection
from registry.writing.verify import row_faults


@dataclass(frozen=True, slots=True)
class Check:
    """One question: what was asked, what was found wrong, and what to do about it.

    `examined` is False for a question that makes no sense before another finding is mended.
    """

    name: str
    question: str
    examined: bool
    findings: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What the doctor found, question by question, and `facts` about the database and the programs at work."""

    target: str
    checks: tuple[Check, ...]
    facts: dict[str, Any]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not any(check.findings for check in self.checks)


_RESTORE = "restore it from a backup: evireg restore FILE --force"
_MEND = "make them anew, which changes no evidence: evireg doctor --mend"

_CLEAN = "take them out, in a changeset of its own: evireg doctor --clean-texts --as NAME"

_Look = Callable[[sa.Connection], Sequence[str]]


def examine(target: str | Path, *, mend: bool = False) -> Examined:
    """Ask everything that can be asked of a registry, and tell what is wrong; `mend` makes indexes and triggers anew.

    Raises SchemaError when there is no registry, StoreError when the database is out of reach.
    """
    place = locate(target)
    refuse_missing(place)
    with Store(place, engine_for(place)) as store:
        return examine_store(store, mend=mend)


def examine_store(store: Store, *, mend: bool = False) -> Examined:
    """Do the same where a registry is open."""
    schema = _schema(store)
    if mend and not schema.findings:
        with translated(store.target), schema_connection(store.engine) as connection, connection.begin():
            lock_writers(connection)
            mend_shape(connection)
    checks = tuple(_checks(store, schema))
    return Examined(str(store.target), checks, facts_of(store))


def _schema(store: Store) -> Check:
    """Compare the revision of the schema; SchemaError for what is no registry at all."""
    try:
        with store.read() as connection:
            revision = revision_of(connection)
    except StoreError as error:
        if store.target.path is None:
            raise
        return Check("schema", _SCHEMA, True, (error.message,), _RESTORE)
    if revision in (None, "foreign"):
        handshake(store.target, revision)
    try:
        handshake(store.target, revision)
    except SchemaError as error:
        return Check("schema", _SCHEMA, True, (error.message,), error.hint)
    return Check("schema", _SCHEMA, True, (), "")


def _failed(verify: Callable[[sa.Connection], object], connection: sa.Connection) -> list[str]:
    """Give what a verification that stops at a fault says."""
    try:
        verify(connection)
    except VerificationFailed as error:
        return [error.message]
    return []


def _run_faults(connection: sa.Connection) -> list[str]:
    """Name the stored runs that are not what their digests say."""
    return [f"run {each.id} was changed" for each in runs(connection) if each.computed_digest() != each.digest]


_SCHEMA = "the schema is that of this evireg"

#: Name, what is so when nothing is found, how to look, what to do otherwise; in this order, from below.
_QUESTIONS: tuple[tuple[str, str, _Look, str], ...] = (
    ("tables", "every table, column and constraint is there", shape_faults, _RESTORE),
    ("indexes", "every index is there", index_faults, _MEND),
    ("triggers", "the database itself refuses to change history", trigger_faults, _MEND),
    ("references", "every row that is referred to is there", orphans, _RESTORE),
    ("ledger", "every changeset has its hash and follows the one before", lambda c: ledger_faults(c)[1], _RESTORE),
    ("digests", "every version of an estimate has its digest", lambda c: row_faults(c)[1], _RESTORE),
    ("versions", "no estimate has two versions at once", partial(_failed, verify_order), _RESTORE),
    ("projection", "the evidence is what the tables give", partial(_failed, verify_projection), _RESTORE),
    ("snapshots", "every snapshot is what it was when it was taken", lambda c: snapshot_faults(c)[1], _RESTORE),
    ("runs", "every stored run is what it was", _run_faults, _RESTORE),
    ("ratings", "every rating is what the ledger says of it", lambda c: list(rating_faults(c)), _RESTORE),
    ("texts", "no text in use holds control characters or invisible marks", text_faults, _CLEAN),
    ("attachments", "every attachment has its hash", partial(_failed, verify_attachments), _RESTORE),
)


def _checks(store: Store, schema: Check) -> Iterator[Check]:
    yield schema
    sound = True
    if store.target.path is not None:
        pages = _ask(store, "pages", "every page of the file is whole", page_faults, _RESTORE)
        sound = not pages.findings
        yield pages
    for name, question, look, advice in _QUESTIONS:
        if schema.findings or not sound:
            yield Check(name, question, False, (), "")
            continue
        check = _ask(store, name, question, look, advice)
        sound = sound and not (name == "tables" and check.findings)
        yield check


def _ask(store: Store, name: str, question: str, look: _Look, advice: str) -> Check:
    try:
        with store.read() as connection:
            findings = tuple(look(connection))
    except EviregError as error:
        findings = (error.message,)
    return Check(name, question, True, findings, advice if findings else "")
