"""Bring a backup back: into a new place, or over a registry, which is kept in a file before.

The backup is copied, upgraded if an older evireg made it, and read through before anything is touched; then all of it
takes the place of what is there in one transaction, or nothing does. What is written there in the meantime is
acknowledged, so the place is looked at again under the writer's lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry.access import private_folder
from registry.copying import copy_pages, scratch, writable
from registry.database import Target, engine_for, locate, patience_asked, translated
from registry.errors import NotFound, SchemaError, UsageError
from registry.keeping.placing import held, into_file, into_postgresql, refuse_evidence
from registry.keeping.proof import Proved, prove_file
from registry.models import REVISION
from registry.store import handshake, known_revisions, migrate, revision_of, schema_connection
from registry.writing.rederive import Rederived, rederive


@dataclass(frozen=True, slots=True)
class Restored:
    """What `restore` did: what `target` holds now, the schema the backup was `upgraded_from`, where the old one is.

    `replaced` is the file that keeps what was there before, were it only what init makes; None when nothing was.
    `rederived` estimates of a backup of an older schema came out otherwise and have a new version, by changeset
    `rederived_by`.
    """

    target: str
    changesets: int
    versions: int
    estimates: int
    snapshots: int
    upgraded_from: str | None
    replaced: Path | None
    rederived: int = 0
    rederived_by: int | None = None


@dataclass(frozen=True, slots=True)
class _Staged:
    """A copy of a backup, of this schema and read through; `upgraded_from` is the schema it had if that was older."""

    path: Path
    proved: Proved
    upgraded_from: str | None
    anew: Rederived


def restore(path: str | Path, target: str | Path, *, force: bool = False) -> Restored:
    """Make `target` what the backup says; with `force` even where there is a registry, kept in a file beside it.

    UsageError when there is one and not `force`; SchemaError when the file is no registry, or one of a newer evireg;
    VerificationFailed when it is not what was written; StoreError when it was written while it was being kept. In every
    such case, and when killed, `target` stays as it is.
    """
    file, place = Path(path).expanduser(), locate(target)
    if place.path is not None and place.path.exists() and file.exists() and file.samefile(place.path):
        raise UsageError(
            f"{file} is the registry itself", "name a backup of it, and with --db the place to restore it to"
        )
    if not file.is_file():
        raise NotFound(f"there is no file {file}", "name a file that evireg backup made")
    refuse_evidence(place, held(place), force=force)  # before the work, and once more when nobody else can write
    with _staging(file, place) as near, _staged(file, near) as staged, translated(place):
        if place.path is None:
            replaced = into_postgresql(staged.path, place, file.with_name(f"{place.url.database}.db"), force=force)
        else:
            replaced = into_file(staged.path, place, place.path, force=force)
    proved, anew = staged.proved, staged.anew
    facts = proved.changesets, proved.versions, proved.estimates, proved.snapshots
    return Restored(str(place), *facts, staged.upgraded_from, replaced, anew.estimates, anew.changeset)


@contextmanager
def _staging(file: Path, place: Target) -> Iterator[Path]:
    """Name the file beside which the copy is made: the target itself, else one in a folder only its owner can enter."""
    if place.path is not None:
        with writable(place.path):
            yield place.path
        return
    with private_folder() as folder:
        staged = folder / file.name
        with writable(staged):
            yield staged


@contextmanager
def _staged(file: Path, near: Path) -> Iterator[_Staged]:
    """Give a copy of the backup; it is gone after the block."""
    with scratch(near, "restoring") as staged:
        with translated(locate(file)):
            copy_pages(file, staged, patience_asked())
        revision = _revision(file, staged)
        older = revision if revision != REVISION else None
        anew = Rederived() if older is None else _upgrade(staged)
        yield _Staged(staged, prove_file(staged), older, anew)


def _upgrade(staged: Path) -> Rederived:
    place = locate(staged)
    engine = engine_for(place)
    try:
        with translated(place), schema_connection(engine) as connection, connection.begin():
            migrate(place, connection)
            return rederive(connection, REVISION)
    finally:
        engine.dispose()


def _revision(file: Path, staged: Path) -> str:
    engine = engine_for(locate(staged))
    try:
        with translated(locate(file)), engine.connect() as connection:
            revision = revision_of(connection)
    finally:
        engine.dispose()
    if revision in (None, "foreign"):
        raise SchemaError(f"{file} is not a backup of a registry", "name a file that evireg backup made")
    if revision not in known_revisions():
        handshake(locate(file), revision)
    return str(revision)
