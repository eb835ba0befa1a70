"""An archive into a registry: restored into one that is empty, merged by key into any other, or refused whole."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from registry.archive.merge import Merged, merge
from registry.archive.opening import Archive
from registry.archive.restore import is_empty, restore
from registry.errors import Conflict
from registry.models import REVISION
from registry.writing.rederive import Rederived, rederive

if TYPE_CHECKING:
    from registry.store import Store


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of an archive did.

    `restored` says whether the whole registry was made of it; else it was merged. `created` estimates are new,
    `unchanged` were there, `conflicts` were left as they are in the registry (only when asked for). `changeset` is the
    one a merge made, or the last one restored; None when nothing was kept. `attachments` counts files restored with
    their content, `left_out` what the archive tells of and was not taken over, by sort. `rederived` counts estimates of
    an archive of an older schema that come out otherwise by the rules of this one: a changeset after those restored
    gives each a new version.
    """

    file: str
    snapshot: str | None
    root: str
    restored: bool
    created: int
    unchanged: int
    conflicts: int
    changeset: int | None
    changesets: int
    runs: int
    attachments: int
    left_out: dict[str, int]
    dry_run: bool
    rederived: int = 0


class _Undo(Exception):  # noqa: N818 - no error: how a dry run leaves its transaction
    """Leave a transaction without keeping it."""


def import_archive(
    store: Store,
    path: str | Path,
    *,
    curator: str,
    message: str | None = None,
    only_new: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Restore an archive into an empty registry, or merge its evidence into one that holds some.

    Restored, the registry has the same changesets, hashes, versions, snapshots and runs. Merged, estimates that are not
    there are added in one changeset by `curator`; what is there otherwise is a Conflict with both values, unless
    `only_new` leaves it as it is. With `dry_run` everything is done and nothing kept.

    InputRefused names what is wrong with an archive; nothing is written then. SchemaError for one of a newer evireg.
    """
    with Archive(path) as archive:
        with store.read() as connection:
            empty = is_empty(connection)
        if empty:
            return _restored(store, archive, dry_run=dry_run)
        said = message or f"import {Path(path).name}: {archive.manifest.of}"
        return _merged(store, archive, curator, said, only_new=only_new, dry_run=dry_run)


def _restored(store: Store, archive: Archive, *, dry_run: bool) -> Imported:
    told = archive.manifest
    anew = Rederived()
    with suppress(_Undo), store.writing() as connection:
        if not is_empty(connection):
            raise Conflict(f"{store.url} was written to meanwhile", hint="import the archive again, to merge it")
        restore(connection, archive)
        if told.schema < REVISION:
            anew = rederive(connection, REVISION)
        if dry_run:
            raise _Undo
    named = told.rows["tables/attachments.csv"]
    return Imported(
        file=archive.name,
        snapshot=told.snapshot,
        root=told.root,
        restored=True,
        created=told.rows["tables/estimates.csv"],
        unchanged=0,
        conflicts=0,
        changeset=None if dry_run else told.ledger,
        changesets=told.ledger,
        runs=told.rows["queries/runs.jsonl"],
        attachments=len(archive.attachments),
        left_out={"attachments": named - len(archive.attachments)} if named > len(archive.attachments) else {},
        dry_run=dry_run,
        rederived=anew.estimates,
    )


def _merged(store: Store, archive: Archive, curator: str, message: str, *, only_new: bool, dry_run: bool) -> Imported:
    told, done = archive.manifest, Merged()
    with suppress(_Undo), store.transaction(curator, message) as transaction:
        done = merge(transaction, archive, only_new=only_new)
        if dry_run:
            done = replace(done, changeset=None)
            raise _Undo
    return Imported(
        file=archive.name,
        snapshot=told.snapshot,
        root=told.root,
        restored=False,
        created=done.created,
        unchanged=done.unchanged,
        conflicts=done.conflicts,
        changeset=done.changeset,
        changesets=0,
        runs=0,
        attachments=0,
        left_out=done.left_out,
        dry_run=dry_run,
    )
