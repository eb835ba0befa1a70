"""Open or create a registry; the only place that commits, and the schema handshake."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from registry.access import make_file
from registry.copying import copy_pages, in_the_making, stamped, writable
from registry.database import Target, commit, engine_for, locate, patience_asked, refuse_torn, translated
from registry.errors import SchemaError, StoreError, UsageError
from registry.ledger import SHIPPED_BY, Transaction, begin, lock_writers
from registry.models import REVISION
from registry.resources import resource
from registry.server import refuse_narrow_text

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class InitReport:
    """What `init` did: `created` or upgraded (`upgraded_from`, with a `backup` beside a SQLite file), or nothing.

    `names` counts the vocabulary names added by changeset `changeset` (None: none were missing). An upgrade reads what
    is stored anew: `rederived` estimates came out otherwise and have a new version, by changeset `rederived_by`.
    """

    target: str
    created: bool
    upgraded_from: str | None
    revision: str
    backup: Path | None
    changeset: int | None
    names: int
    rederived: int = 0
    rederived_by: int | None = None


class Store:
    """An open registry. Use it as a context manager, or `close` it."""

    def __init__(self, target: Target, engine: sa.Engine) -> None:
        self.target = target
        self.engine = engine
        postgresql = engine.dialect.name == "postgresql"
        reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if postgresql else {}
        self._reader = engine.execution_options(**reading)
        self._writer = engine.execution_options(evireg_writes=True)

    @property
    def url(self) -> str:
        """Where it is, without password: a path or a PostgreSQL URL."""
        return str(self.target)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection whose queries all see the registry at one moment."""
        with translated(self.target), self._reader.connect() as connection, connection.begin():
            yield connection
            refuse_torn(connection)

    @contextmanager
    def transaction(self, curator: str, message: str) -> Iterator[Transaction]:
        """Give the next changeset to write, alone; committed at the end of the block, undone by any exception.

        A block that changed nothing leaves no changeset. StoreError when the database cannot be written, Conflict
        when what was written contradicts it.
        """
        if not curator.strip():
            raise UsageError("every change has a curator", "name one with --as NAME or $EVIREG_CURATOR")
        with translated(self.target), self._writer.connect() as connection:
            work = connection.begin()
            try:
                transaction = begin(connection, curator.strip(), message)
                yield transaction
                if transaction.changed:
                    transaction.finish()
                    commit(work, self.target, f"changeset {transaction.number}")
            finally:
                if work.is_active:
                    work.rollback()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection to store what is no change of the registry, such as a run; one writer at a time."""
        with translated(self.target), self._writer.connect() as connection, connection.begin():
            lock_writers(connection)
            yield connection

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def open_store(target: str | Path, *, patience: int | None = None) -> Store:
    """Open a registry that is there and of this version; nothing is ever created or upgraded here.

    A write waits up to `patience` seconds for another writer (None: $EVIREG_PATIENCE, or 30). SchemaError names the
    command that helps; StoreError when the database is out of reach.
    """
    place = locate(target)
    refuse_missing(place)
    engine = engine_for(place, patience=patience)
    try:
        with translated(place), engine.connect() as connection:
            handshake(place, revision_of(connection))
    except BaseException:
        engine.dispose()
        raise
    return Store(place, engine)


def refuse_missing(place: Target) -> None:
    """Refuse, with SchemaError, a path where there is no file."""
    if place.path is None or place.path.is_file():
        return
    if place.path.exists():
        raise SchemaError(f"{place} is not a file", "give the path of a registry")
    raise SchemaError(f"there is no registry at {place}", f"create it: {_init_command(place)}")


def _init_command(place: Target) -> str:
    return f"evireg init --db {shlex.quote(str(place))}"


def revision_of(connection: sa.Connection) -> str | None:
    """Give the schema revision of a registry: None for a database without tables, "foreign" for any other.

    Other programs keep their revision in a table of the same name, so that one of evireg's own has to be there too.
    """
    tables = set(sa.inspect(connection).get_table_names())
    if {"alembic_version", "changeset"} <= tables:
        version = sa.table("alembic_version", sa.column("version_num"))
        return connection.execute(sa.select(version.c.version_num)).scalar() or "none"
    return "foreign" if tables else None


def handshake(place: Target, revision: str | None) -> None:
    """Refuse, with SchemaError that says what to do, a place whose schema is not of this version."""
    if revision == REVISION:
        return
    if revision is None:
        raise SchemaError(f"{place} is empty", f"create the registry: {_init_command(place)}")
    if revision == "foreign":
        raise SchemaError(f"{place} is a database of something else", "give the path or URL of a registry")
    if revision in known_revisions():
        raise SchemaError(
            f"{place} was made by an older version of evireg (schema {revision}, this one needs {REVISION})",
            f"upgrade it: {_init_command(place)}",
        )
    raise SchemaError(
        f"{place} was made by a newer version of evireg (schema {revision}, this one knows {REVISION})",
        "upgrade evireg: pip install --upgrade evireg",
    )


def known_revisions() -> frozenset[str]:
    """Name the revisions this evireg can upgrade, its own included."""
    return frozenset(path.name.partition("_")[0] for path in (resource("migrations") / "versions").glob("*_*.py"))


def init(target: str | Path) -> InitReport:
    """Create a registry, or upgrade one of an older version, and add what is missing of the shipped vocabulary.

    All or nothing: one transaction, and before an upgrade a copy of a SQLite file beside it. A registry of this
    version stays as it is.
    """
    place = locate(target)
    new = place.path if place.path is not None and not place.path.exists() else None
    if new is not None:
        make_file(new)
    engine = engine_for(place)
    try:
        with translated(place):
            return _init(place, engine)
    except BaseException:
        engine.dispose()
        if new is not None and new.exists() and new.stat().st_size == 0:
            new.unlink()
        raise
    finally:
        engine.dispose()


def _init(place: Target, engine: sa.Engine) -> InitReport:
    with engine.connect() as connection:
        before = _upgradable(place, connection)
    backup = _backup(place, before) if before not in (None, REVISION) else None
    with schema_connection(engine) as connection, connection.begin():
        lock_writers(connection)
        refuse_narrow_text(place, connection)
        before = _upgradable(place, connection)
        if before != REVISION:
            migrate(place, connection)
        changeset, names = _ship_vocabulary(connection)
        anew = _rederive(connection) if before not in (None, REVISION) else (0, None)
    return InitReport(
        target=str(place),
        created=before is None,
        upgraded_from=before if before != REVISION else None,
        revision=REVISION,
        backup=backup,
        changeset=changeset,
        names=names,
        rederived=anew[0],
        rederived_by=anew[1],
    )


def _upgradable(place: Target, connection: sa.Connection) -> str | None:
    revision = revision_of(connection)
    if revision is not None and revision not in known_revisions():
        handshake(place, revision)
    return revision


def _backup(place: Target, revision: str | None) -> Path | None:
    if place.path is None or revision is None:
        return None
    copy = stamped(place.path, f"schema-{revision}")
    with writable(copy), in_the_making(copy, place.path, new=True) as part:
        copy_pages(place.path, part, patience_asked())
    return copy


@contextmanager
def schema_connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a writing connection; on SQLite a migration may rebuild a table that others refer to."""
    with engine.execution_options(evireg_writes=True).connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - for the type checker
        driver.execute("PRAGMA foreign_keys = OFF")
        yield connection
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute("PRAGMA journal_mode = WAL")


def migrate(place: Target, connection: sa.Connection, revision: str = REVISION) -> None:
    """Bring the tables up to a revision inside the transaction of a `schema_connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreError(f"the upgrade of {place} would break references", "report this as a fault of evireg")


def _rederive(connection: sa.Connection) -> tuple[int, int | None]:
    from registry.writing.rederive import rederive

    done = rederive(connection, REVISION)
    return done.estimates, done.changeset


def _ship_vocabulary(connection: sa.Connection) -> tuple[int | None, int]:
    from registry.writing import add_vocabulary, declare_attributes, read_vocabulary

    entries, declarations = read_vocabulary(resource("seeds") / "vocabulary")
    with connection.begin_nested() as savepoint:
        transaction = begin(connection, SHIPPED_BY, "vocabulary shipped with evireg")
        names = add_vocabulary(transaction, entries, keep=True)
        names += declare_attributes(transaction, declarations, keep=True)
        if not transaction.changed:
            savepoint.rollback()
            return None, 0
        transaction.finish()
    return transaction.number, names
