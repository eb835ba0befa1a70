"""Import a file: read, check, write, all or nothing, with every problem of the file in one report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from registry.errors import Conflict, InputRefused
from registry.ingest.check import Check
from registry.ingest.files import Table, open_table
from registry.ingest.header import Header, read_header
from registry.ingest.records import Layout
from registry.ingest.survey import Seen, declarations, survey
from registry.issues import Issue
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing import Written, declare_attributes, write_estimates
from registry.writing.levels import declare_per_estimate, values_by_cohort
from registry.writing.things import same

if TYPE_CHECKING:
    from registry.ledger import Transaction
    from registry.store import Store


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import did. `rows` read are estimates `created` or `unchanged`; `studies` and `cohorts` count new ones.

    `changeset` is None when nothing changed, or nothing was kept (`dry_run`). `flags` has every remark with its
    position; `not_poolable` counts new estimates by the reason they cannot be pooled. `declared` are the study
    characteristics declared by this import, `new_names` the factors and diseases it met for the first time.
    """

    file: str
    rows: int
    created: int
    unchanged: int
    studies: int
    cohorts: int
    changeset: int | None
    dry_run: bool
    flags: tuple[Issue, ...]
    not_poolable: Mapping[str, int]
    declared: tuple[AttributeDeclaration, ...]
    new_names: Mapping[str, tuple[str, ...]]


class _Undo(Exception):  # noqa: N818 - no error: how a dry run leaves its transaction
    """Leave a transaction without keeping it."""


def load(
    store: Store,
    path: str | Path,
    *,
    curator: str,
    message: str | None = None,
    dry_run: bool = False,
    attributes: bool = False,
    ignore: Collection[str] = (),
) -> Loaded:
    """Import a file into a registry in one changeset, or refuse it with every issue found and store nothing.

    `attributes` declares unknown columns as study characteristics, `ignore` leaves columns out, `dry_run` does
    everything and keeps nothing. InputRefused for faults of the file, Conflict when only what is stored speaks
    against it; both list their issues with file, line and column. Importing a file again changes nothing.
    """
    table = open_table(path)
    with suppress(_Undo), store.transaction(curator, message or f"import {Path(path).name}") as transaction:
        loaded = _import(transaction, table, attributes=attributes, ignore=ignore)
        if dry_run:
            loaded = replace(loaded, changeset=None, dry_run=True)
            raise _Undo
    return loaded


def _import(transaction: Transaction, table: Table, *, attributes: bool, ignore: Collection[str]) -> Loaded:
    vocabulary = Vocabulary.load(transaction.connection)
    header = read_header(table, vocabulary.attributes, attributes=attributes, ignore=ignore)
    new, narrowed = _declare(transaction, table, header, vocabulary) if attributes else ((), [])
    declared = Vocabulary.load(transaction.connection).attributes
    layout = Layout(table, header, vocabulary, declared)
    check = Check(table, layout, vocabulary, declared, header.issues)
    written = _write(transaction, check)
    flags = (*check.remarks, *layout.named((*written.flagged, *_near(check, vocabulary, table.file))))
    return Loaded(
        file=table.file,
        rows=check.rows,
        created=written.created,
        unchanged=written.unchanged + check.repeated,
        studies=written.studies,
        cohorts=written.cohorts,
        changeset=transaction.number if transaction.changed else None,
        dry_run=False,
        flags=(*narrowed, *sorted(flags, key=_line)),
        not_poolable=written.not_poolable,
        declared=new,
        new_names={
            which: tuple(name for kind, name in check.new_names if kind == which) for which in ("factor", "disease")
        },
    )


def _write(transaction: Transaction, check: Check) -> Written:
    """Write what the check lets through; faults of the file come first, and with them what contradicts the registry."""
    records = check.records()
    contradictions: list[Issue] = []
    try:
        written = write_estimates(transaction, records)
    except Conflict as conflict:
        contradictions += conflict.issues
        for _ in records:  # the rest is still checked, so that all is reported
            pass
        if not check.issues:
            raise
    if check.issues:
        issues = sorted((*check.issues, *contradictions), key=_line)
        count = f"{len(issues)} problems" if len(issues) > 1 else "one problem"
        raise InputRefused(f"{issues[0].file} was not imported: {count}, nothing was stored", issues)
    return written


def _declare(
    transaction: Transaction, table: Table, header: Header, vocabulary: Vocabulary
) -> tuple[tuple[AttributeDeclaration, ...], list[Issue]]:
    """Declare what is new, and per estimate what was thought to belong to cohorts and does not."""
    seen = survey(table, header, vocabulary.attributes)
    new = declarations(header, seen)
    declare_attributes(transaction, new)
    narrowed = []
    for name in header.attributes:
        if name in seen and _differs(transaction, name, seen[name]):
            declare_per_estimate(transaction, name)
            message = f"{name} differs within a {vocabulary.attributes[name].level}: it is now declared per estimate"
            line = seen[name].varies_on or 1
            narrowed.append(Issue("attribute-narrowed", message, "flag", table.file, line, name))
    return new, narrowed


def _differs(transaction: Transaction, name: str, seen: Seen) -> bool:
    if seen.varies_on is not None:
        return True
    stored = values_by_cohort(transaction.connection, name, {study for study, _ in seen.of_owner})
    return any(owner in stored and not same(stored[owner], value) for owner, value in seen.of_owner.items())


def _near(check: Check, vocabulary: Vocabulary, file: str) -> Iterator[Issue]:
    """Point at new factors and diseases whose names are close to a known one; they may be the same."""
    for (kind, name), line in check.new_names.items():
        near = [key for key in vocabulary.nearest(kind, name) if _close(key, name)]
        if near:
            message = f"the new {kind} {name!r} is close to {near[0]!r}, which the registry knows"
            yield Issue("name-near", message, "flag", file, line, kind, name, "one name for one thing")


def _close(key: str, name: str) -> bool:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, key.casefold(), name.casefold()).ratio() > 0.85


def _line(issue: Issue) -> int:
    return issue.line
