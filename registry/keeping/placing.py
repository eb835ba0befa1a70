"""A registry put in the place of what is there: in one transaction, under the writer's lock, after that was kept."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from registry.access import make_private, rights_of, way_in
from registry.copying import BESIDE, copy_pages, give_name, in_the_making, stamped, writable
from registry.database import Target, commit, engine_for, locate, patience_asked, translated
from registry.errors import EviregError, SchemaError, StoreError, UsageError
from registry.keeping.proof import prove
from registry.keeping.rows import copy_into_file, copy_rows
from registry.keeping.shape import make_indexes, shape_faults
from registry.ledger import SHIPPED_BY, lock_writers
from registry.models import Base, drop_triggers, evidence
from registry.server import refuse_narrow_text
from registry.store import handshake, migrate, revision_of, schema_connection

#: What a place holds before.
NOTHING, FRESH, EVIDENCE, DAMAGED = "nothing", "a registry as init makes it", "a registry", "a damaged registry"

#: What SQLite says of a file that is whole but cannot be had now: nobody may take it for damaged.
_OUT_OF_REACH = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_FULL,
)


def held(place: Target) -> str:
    """Tell what is in a place; SchemaError when it is a database of something else."""
    if place.path is not None and not place.path.exists():
        return NOTHING
    engine = engine_for(place)
    try:
        with translated(place), engine.connect() as connection:
            return _held_by(place, connection)
    except StoreError as error:
        if place.path is None or not _damaged(error):
            raise
        return DAMAGED
    finally:
        engine.dispose()


def _damaged(error: StoreError) -> bool:
    said = getattr(error.__cause__, "orig", error.__cause__)
    return isinstance(said, sqlite3.Error) and said.sqlite_errorcode & 0xFF not in _OUT_OF_REACH


def _held_by(place: Target, connection: sa.Connection) -> str:
    revision = revision_of(connection)
    if revision is None:
        return NOTHING
    if revision == "foreign":
        raise SchemaError(f"{place} is a database of something else", "restore into another place with --db")
    by_others = sa.text("SELECT 1 FROM changeset JOIN curator ON curator_id = curator.id WHERE name <> :shipped")
    if connection.execute(by_others, {"shipped": SHIPPED_BY}).first():
        return EVIDENCE
    return EVIDENCE if connection.execute(sa.select(evidence.c.key).limit(1)).first() else FRESH


def refuse_evidence(place: Target, there: str, *, force: bool) -> None:
    """Refuse, with UsageError, to replace what somebody wrote unless that is what was asked for."""
    if there in (EVIDENCE, DAMAGED) and not force:
        raise UsageError(
            f"{place} holds {there} already",
            "restore into another place with --db; --force replaces this one, of which a copy is kept first",
        )


def into_file(staged: Path, place: Target, path: Path, *, force: bool) -> Path | None:
    """Put a SQLite registry in its place; give the file that keeps what was there."""
    if not path.exists():
        with suppress(FileExistsError):  # somebody made one while this was staged: what does it hold?
            give_name(staged, path, new=True)
            _keep_log(path)
            return None
    there = held(place)
    refuse_evidence(place, there, force=force)
    aside = stamped(path, "before-restore")
    if there != DAMAGED:
        return _over(staged, place, aside, force=force)
    rights = rights_of(path)
    _move_aside(path, aside)
    if rights is not None:
        staged.chmod(rights)
    give_name(staged, path, new=False)
    _keep_log(path)
    return aside


def _keep_log(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _over(staged: Path, place: Target, aside: Path, *, force: bool) -> Path | None:
    """Write a backup over a registry others may have open, in one transaction, if `aside` has all that was there."""
    path = place.path
    assert path is not None  # noqa: S101 - for the type checker
    with closing(sqlite3.connect(way_in(path).uri, uri=True, timeout=patience_asked())) as watcher:
        watcher.execute("PRAGMA journal_mode = WAL")  # so that it can be watched while it is written
        seen = _version(watcher)
        kept = held(place) != NOTHING
        if kept:
            with writable(aside), in_the_making(aside, path, new=True) as part:
                copy_pages(path, part, patience_asked())

        def look_again() -> None:
            refuse_evidence(place, held(place), force=force)
            if _version(watcher) != seen:
                raise StoreError(f"{place} was written while its copy was made", "nothing was replaced; do it again")

        try:
            copy_pages(staged, path, patience_asked(), held=look_again)
        except BaseException as error:
            # A copy of what was replaced stays even if all that failed came after.
            if kept and (isinstance(error, EviregError) or _version(watcher) == seen):
                aside.unlink()
            raise
    return aside if kept else None


def _version(watcher: sqlite3.Connection) -> int:
    """Give a number that is another after every commit of somebody else."""
    return int(watcher.execute("PRAGMA data_version").fetchone()[0])


def _move_aside(path: Path, aside: Path) -> None:
    """Keep a file that SQLite cannot read, byte by byte, with what stands beside it."""
    with writable(aside):
        make_private(aside)  # first of all, for whoever makes it has the name
        shutil.copyfile(path, aside)
    for end in BESIDE:
        beside = path.with_name(path.name + end)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + end))


def into_postgresql(staged: Path, place: Target, named: Path, *, force: bool) -> Path | None:
    """Put a registry into a PostgreSQL database in one transaction; keep what was there in a file beside `named`."""
    engine, source = engine_for(place), engine_for(locate(staged))
    kept: Path | None = None
    try:
        with translated(place), schema_connection(engine) as connection:
            work = connection.begin()
            try:
                lock_writers(connection)
                refuse_narrow_text(place, connection)
                kept = _keep(connection, place, named, force=force)
                _make_room(connection, place)
                with source.connect() as backup:
                    copy_rows(backup, connection)
                prove(connection)
            except BaseException:
                work.rollback()
                if kept is not None:
                    kept.unlink()
                raise
            commit(work, place, "the restored registry")  # if this fails nobody knows what is there: the copy stays
    finally:
        engine.dispose()
        source.dispose()
    return kept


def _keep(connection: sa.Connection, place: Target, named: Path, *, force: bool) -> Path | None:
    """Copy what a database holds to a new file and give its name; None when it holds nothing.

    The caller has the writer's lock, so that nobody writes meanwhile, and whoever restores into this database at the
    same time chooses the name of the copy only afterwards. UsageError when what is there must not be replaced.
    """
    there = _held_by(place, connection)
    refuse_evidence(place, there, force=force)
    if there == NOTHING:
        return None
    handshake(place, revision_of(connection))
    aside = stamped(named, "before-restore")
    with writable(aside), in_the_making(aside, named, new=True) as part:
        copy_into_file(connection, locate(part))
    return aside


def _make_room(connection: sa.Connection, place: Target) -> None:
    """Leave empty tables of this schema, once everybody who reads what was there has finished.

    Tables that are sound are emptied, not made anew: rights that were granted on them, and views and indexes that
    others made, stay.
    """
    if revision_of(connection) is None:
        migrate(place, connection)
        return
    drop_triggers(connection)
    quote = connection.dialect.identifier_preparer.quote
    tables = ", ".join(quote(table.name) for table in Base.metadata.sorted_tables)
    if shape_faults(connection):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {tables}, alembic_version")
        migrate(place, connection)
        return
    connection.exec_driver_sql(f"TRUNCATE {tables}")
    make_indexes(connection)
