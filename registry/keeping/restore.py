"""Bring a backup back: into a new place, or over a registry, which is kept in a file before.

The backup is copied, upgraded if an older evireg made it, and read through before anything is touched; then all of it
takes the place of what is there in one transaction, or nothing does.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from registry.copying import BESIDE, copy_pages, in_the_making, read_uri, scratch, stamped
from registry.database import Target, engine_for, locate, patience_asked, translated
from registry.errors import NotFound, SchemaError, StoreError, UsageError
from registry.keeping.backup import writable
from registry.keeping.proof import Proved, prove, prove_file
from registry.keeping.rows import copy_into_file, copy_rows
from registry.ledger import SHIPPED_BY, lock_writers
from registry.models import REVISION, Base, drop_triggers
from registry.store import (
    handshake,
    known_revisions,
    migrate,
    refuse_narrow_text,
    revision_of,
    schema_connection,
)
from registry.writing.rederive import rederive


@dataclass(frozen=True, slots=True)
class Restored:
    """What `restore` did: what `target` holds now, the schema the backup was `upgraded_from`, where the old one is.

    `replaced` is the file that keeps what was there before; None when nothing was.
    """

    target: str
    changesets: int
    versions: int
    estimates: int
    snapshots: int
    upgraded_from: str | None
    replaced: Path | None


#: What a place holds before.
_NOTHING, _FRESH, _EVIDENCE, _DAMAGED = "nothing", "a registry as init makes it", "a registry", "a damaged registry"


def restore(path: str | Path, target: str | Path, *, force: bool = False) -> Restored:
    """Make `target` what the backup says; with `force` even where there is a registry, kept in a file beside it.

    UsageError when there is one and not `force`; SchemaError when the file is no registry, or one of a newer evireg;
    VerificationFailed when it is not what was written. In every such case, and when killed, `target` stays as it is.
    """
    file, place = Path(path).expanduser(), locate(target)
    if place.path is not None and place.path.exists() and file.exists() and file.samefile(place.path):
        raise UsageError(
            f"{file} is the registry itself", "name a backup of it, and with --db the place to restore it to"
        )
    if not file.is_file():
        raise NotFound(f"there is no file {file}", "name a file that evireg backup made")
    held = _held(place)
    if held in (_EVIDENCE, _DAMAGED) and not force:
        raise UsageError(
            f"{place} holds {held} already",
            "restore into another place with --db; --force replaces this one, of which a copy is kept first",
        )
    near = Path(tempfile.gettempdir(), file.name) if place.path is None else place.path
    with writable(near), _staged(file, near) as (staged, proved, upgraded_from), translated(place):
        if place.path is None:
            replaced = _into_postgresql(staged, place, file.with_name(f"{place.url.database}.db"))
        else:
            replaced = _into_file(staged, place.path, held)
    facts = proved.changesets, proved.versions, proved.estimates, proved.snapshots
    return Restored(str(place), *facts, upgraded_from, replaced)


@contextmanager
def _staged(file: Path, near: Path) -> Iterator[tuple[Path, Proved, str | None]]:
    """Give a copy of the backup, of this schema and read through, with the schema it had if that was older."""
    with scratch(near, "restoring") as staged:
        with translated(locate(file)):
            copy_pages(file, staged, patience_asked())
        revision = _revision(file, staged)
        if revision != REVISION:
            _upgrade(staged)
        yield staged, prove_file(staged), None if revision == REVISION else revision


def _upgrade(staged: Path) -> None:
    place = locate(staged)
    engine = engine_for(place)
    try:
        with translated(place), schema_connection(engine) as connection, connection.begin():
            migrate(place, connection)
            rederive(connection, REVISION)
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


def _held(place: Target) -> str:
    """Tell what is in a place; SchemaError when it is a database of something else."""
    if place.path is not None and (not place.path.exists() or place.path.stat().st_size == 0):
        return _NOTHING
    engine = engine_for(place)
    try:
        with translated(place), engine.connect() as connection:
            return _held_by(place, connection)
    except StoreError:
        if place.path is None:
            raise
        return _DAMAGED
    finally:
        engine.dispose()


def _held_by(place: Target, connection: sa.Connection) -> str:
    revision = revision_of(connection)
    if revision is None:
        return _NOTHING
    if revision == "foreign":
        raise SchemaError(f"{place} is a database of something else", "restore into another place with --db")
    by_others = sa.text("SELECT 1 FROM changeset JOIN curator ON curator_id = curator.id WHERE name <> :shipped")
    return _EVIDENCE if connection.execute(by_others, {"shipped": SHIPPED_BY}).first() else _FRESH


def _into_file(staged: Path, path: Path, held: str) -> Path | None:
    """Put a SQLite registry in its place; give the file that keeps what was there."""
    if held == _FRESH:
        copy_pages(staged, path, patience_asked())
        return None
    aside = stamped(path, "before-restore") if held != _NOTHING else None
    if held == _EVIDENCE and aside is not None:
        _over(staged, path, aside)
        return aside
    if aside is not None:
        _move_aside(path, aside)
    with in_the_making(path) as part:
        staged.replace(part)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    return aside


def _over(staged: Path, path: Path, aside: Path) -> None:
    """Write a backup over a registry others may have open, in one transaction, if `aside` has all that was there."""
    with closing(sqlite3.connect(read_uri(path), uri=True)) as watcher:
        watcher.execute("PRAGMA journal_mode = WAL")  # so that it can be watched while it is written
        seen = _version(watcher)

        def held() -> None:
            if _version(watcher) != seen:
                raise StoreError(f"{path} was written while its copy was made", "nothing was replaced; do it again")

        with in_the_making(aside, path) as part:
            copy_pages(path, part, patience_asked())
        try:
            copy_pages(staged, path, patience_asked(), held=held)
        except BaseException:
            aside.unlink()
            raise


def _version(watcher: sqlite3.Connection) -> int:
    """Give a number that is another after every commit of somebody else."""
    return int(watcher.execute("PRAGMA data_version").fetchone()[0])


def _move_aside(path: Path, aside: Path) -> None:
    """Keep a file that SQLite cannot read, byte by byte, with what stands beside it."""
    for end in BESIDE:
        beside = path.with_name(path.name + end)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + end))
    shutil.copyfile(path, aside)


def _into_postgresql(staged: Path, place: Target, named: Path) -> Path | None:
    """Put a registry into a PostgreSQL database in one transaction; keep what was there beside `named`."""
    engine, source = engine_for(place), engine_for(locate(staged))
    aside, kept = stamped(named, "before-restore"), False
    try:
        with translated(place), schema_connection(engine) as connection, connection.begin():
            lock_writers(connection)
            refuse_narrow_text(place, connection)
            if _held_by(place, connection) == _EVIDENCE:
                handshake(place, revision_of(connection))
                with writable(aside), in_the_making(aside, named) as part:
                    copy_into_file(connection, locate(part))
                kept = True
            _clear(connection)
            migrate(place, connection)
            with source.connect() as backup:
                copy_rows(backup, connection)
            prove(connection)
    except BaseException:
        if kept:
            aside.unlink()
        raise
    finally:
        engine.dispose()
        source.dispose()
    return aside if kept else None


def _clear(connection: sa.Connection) -> None:
    """Take away the tables of a registry of any schema, once everybody who reads it has finished.

    Not by the migrations: an older schema may have no room for the words that the tables hold.
    """
    there = set(sa.inspect(connection).get_table_names())
    if names := sorted(there & {*Base.metadata.tables, "alembic_version"}):
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f"DROP TABLE {', '.join(map(quote, names))}")
        drop_triggers(connection)
