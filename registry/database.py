"""Engines for SQLite files and PostgreSQL databases, and the one place where their errors become evireg's."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from registry.access import WayIn, way_in
from registry.errors import Conflict, EviregError, ReadOnly, SchemaError, StoreError, UsageError
from registry.gate import guard
from registry.passwords import may_hold_password
from registry.server import prepare_session

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds a writer waits for another one before it gives up, unless $EVIREG_PATIENCE says otherwise.
PATIENCE = 30


def patience_asked() -> int:
    """Give how many seconds a writer waits for another one: $EVIREG_PATIENCE, or `PATIENCE`."""
    given = os.environ.get("EVIREG_PATIENCE", "").strip()
    if given and not (given.isascii() and given.isdigit() and int(given) > 0):
        raise UsageError(f"EVIREG_PATIENCE is {given!r}", "give a whole number of seconds, 1 or more")
    return int(given or PATIENCE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a registry is: an SQLAlchemy `url`, and `path`, its file, for SQLite."""

    url: sa.URL
    path: Path | None

    def __str__(self) -> str:
        """Show it as the user would type it, without password."""
        if self.path is not None:
            return str(self.path)
        url = self.url
        shown = {name: value for name, value in url.query.items() if name in _SHOWN}
        bare = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, shown)
        name, mark, query = bare.render_as_string().partition("?")
        # As libpq reads a space; a + is one only in the parameters.
        return name.replace(" ", "%20") + mark + query.replace("+", "%20")


def locate(target: str | Path) -> Target:
    """Read a target: a path, `sqlite:///path`, or `postgresql://…`; UsageError for anything else.

    What cannot be read is not repeated, because it may hold a password.
    """
    text = str(target)
    if "://" not in text:
        if may_hold_password(text) and not Path(text).exists():
            raise UsageError("this looks like a database URL, but is none", _FORMS)
        return _file(text)
    try:
        url = sa.make_url(text)
    except (SQLAlchemyError, ValueError) as error:
        raise UsageError("this database URL cannot be read", _FORMS) from error
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        return _file(url.database or "")
    if "@" in (url.host or "") or ("@" in (url.database or "") and "%40" not in text):
        raise UsageError("this database URL has an @ where none is expected", "in a name or a password write @ as %40")
    if any(may_hold_password(part) for part in (url.username, url.host, url.database) if part):
        raise UsageError("this database URL cannot be read", _FORMS)
    if backend in ("postgresql", "postgres"):
        return Target(url.set(drivername="postgresql+psycopg"), None)
    raise UsageError(f"a registry cannot be kept in {backend!r}", _FORMS)


#: Parameters of a URL that are no secret, however they were spelled; of any other one cannot know.
_SHOWN = ("host", "port", "options", "service", "sslmode", "target_session_attrs", "application_name")

_FORMS = "give a path such as evidence.db, sqlite:///path, or postgresql://user@host/database"


def _file(text: str) -> Target:
    if text in ("", ":memory:") or "\0" in text:
        raise UsageError(f"{text!r} is not a file that can hold a registry", _FORMS)
    path = Path(text).expanduser()
    return Target(sa.URL.create("sqlite+pysqlite", database=str(path.absolute())), path)


def engine_for(target: str | Path | Target, *, patience: int | None = None) -> sa.Engine:
    """Make the engine of a target; a SQLite file is never made here.

    `patience` is how many seconds a writer waits for another one, None as `patience_asked` says.
    """
    patience = patience_asked() if patience is None else patience
    place = target if isinstance(target, Target) else locate(target)
    return _engine_of_server(place, patience) if place.path is None else _engine_of_file(place, place.path, patience)


def _engine_of_server(place: Target, patience: int) -> sa.Engine:
    engine = sa.create_engine(place.url, connect_args={"connect_timeout": 10, **_options(place.url)}, **_JSON)

    def prepare(driver: Any, _record: object) -> None:
        prepare_session(driver, place, patience)

    event.listen(engine, "connect", prepare, insert=True)  # before SQLAlchemy asks anything itself
    guard(engine)
    return engine


def _options(url: sa.URL) -> dict[str, str]:
    """Give both the options of the environment and those of the URL, which libpq would take instead: they are later."""
    given = url.query.get("options")
    if given is None:
        return {}
    own = [given] if isinstance(given, str) else list(given)
    return {"options": " ".join([os.environ.get("PGOPTIONS", ""), *own]).strip()}


def _engine_of_file(place: Target, path: Path, patience: int) -> sa.Engine:
    def connect_file() -> sqlite3.Connection:
        way = way_in(path)
        connection = sqlite3.connect(
            way.uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False, factory=_Guarded
        )
        connection.way = way
        return connection

    engine = sa.create_engine(place.url, creator=connect_file, **_JSON)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    guard(engine)
    return engine


class _Guarded(sqlite3.Connection):
    """A connection that knows how its file was opened."""

    way: WayIn


def refuse_torn(connection: sa.Connection) -> None:
    """Raise StoreError when a file that is read without locks was written since it was opened."""
    driver = connection.connection.driver_connection
    if isinstance(driver, _Guarded):
        driver.way.refuse_changed()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")  # 64 MiB: a bulk write does not spill to disk half-way
    # SQLite's own lower() folds ASCII only; conditions on text promise every script.
    connection.create_function("lower", 1, _fold, deterministic=True)


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _begin(connection: sa.Connection) -> None:
    # The driver itself opens no transaction before a SELECT: two writers could read, then both update, and one is lost.
    writes = connection.get_execution_options().get("evireg_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _read_json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoreError(
            f"a row holds JSON that cannot be read ({error}): it was changed outside evireg",
            "see what else was: evireg doctor; then restore it from a backup",
        ) from error


#: Serialises JSON the same way whatever the insertion order: sorted keys, no spaces, no escapes beyond need.
canonical_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode

_JSON: dict[str, Any] = {"json_serializer": canonical_json, "json_deserializer": _read_json}


@contextmanager
def translated(place: Target) -> Iterator[None]:
    """Turn errors of the database inside the block into StoreError, SchemaError or Conflict that say what to do."""
    try:
        yield
    except DBAPIError as error:
        raise _ours(error, place) from error
    except sqlite3.Error as error:
        raise _from_sqlite(error, place) from error


def commit(work: sa.Transaction, place: Target, what: str) -> None:
    """Commit `what`; StoreError when the connection is cut at that moment, for then nobody knows."""
    try:
        work.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise StoreError(
            f"the connection to {place} was cut while {what} was being committed",
            "whether it was stored is not known: look before you do it again",
        ) from error


def _ours(error: DBAPIError, place: Target) -> EviregError:
    if isinstance(error.orig, sqlite3.Error):
        return _from_sqlite(error.orig, place)
    return _from_postgresql(error, place)


_WAIT = "wait until it has finished, then try again; EVIREG_PATIENCE=300 waits 300 seconds for it"

#: What SQLite says → what is wrong, what to do.
_SQLITE: tuple[tuple[str, str, str], ...] = (
    ("locked", "is being written by another process", _WAIT),
    (
        "readonly",
        "cannot be written",
        "check the permissions of the file and of its folder, which SQLite writes to as well; or work on a copy",
    ),
    ("full", "cannot grow: the disk is full", "free some space; nothing of this change was stored"),
    ("unable to open", "cannot be opened", "check that the file and its folder exist and can be read and written"),
    (
        "disk i/o",
        "could not be read or written by the operating system",
        "check the disk and its free space; nothing of this change was stored",
    ),
    ("malformed", "is damaged", "restore it from a backup"),
)


def _from_sqlite(error: sqlite3.Error, place: Target) -> EviregError:
    said = str(error)
    if "not a database" in said:
        return SchemaError(f"{place} is not a SQLite database", "give another path, or one that does not exist yet")
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(f"{place} refused a change that contradicts what it holds: {said}")
    for words, wrong, cure in _SQLITE:
        if words in said.lower():
            return (ReadOnly if words == "readonly" else StoreError)(f"{place} {wrong} ({said})", cure)
    return StoreError(f"{place} could not be read or written: {said}")


#: States in which PostgreSQL may name, in the detail of its message, what others have made that needs our tables.
_NAMED_IN_DETAIL = ("2BP01", "0A000")
_TAKE_AWAY = "remove what is named here, and make it again afterwards; nothing was changed"

#: SQLSTATE, or the class it begins with → what is wrong, what to do.
_POSTGRESQL: dict[str, tuple[str, str]] = {
    "55P03": ("is being written by another process", _WAIT),
    "53100": ("cannot grow: the disk is full", "free some space; nothing of this change was stored"),
    "3D000": ("does not exist", "create the database first, for example with createdb"),
    "25006": ("cannot be written: the server is read-only", "connect to the primary server"),
    "42501": ("refuses this user", "ask its owner for the rights to read and write these tables"),
    "28": ("refuses this user", "check the user name and the password (PGPASSWORD or a pgpass file)"),
    "53": ("has no resources left", "try again later, or ask its administrator"),
    "57": ("cut the connection", "try again when the server is up; nothing of this change was stored"),
    "40": ("undid this change because of another one at the same time", "nothing was stored; try again"),
}


def _from_postgresql(error: DBAPIError, place: Target) -> EviregError:
    state = getattr(error.orig, "sqlstate", None) or ""
    said = str(error.orig).strip().partition("\n")[0]
    if state.startswith("23"):
        return Conflict(f"{place} refused a change that contradicts what it holds: {said}")
    if detail := _detail(error) if state in _NAMED_IN_DETAIL else "":
        return StoreError(f"{place} cannot change tables that something else rests on ({said}: {detail})", _TAKE_AWAY)
    wrong, cure = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or ("", "")
    if not wrong and "does not exist" in said and not state:
        wrong, cure = _POSTGRESQL["3D000"]
    if not wrong and (error.connection_invalidated or not state):
        wrong, cure = "is out of reach", "check host, port, network and that the server is up"
    kind = ReadOnly if state in ("25006", "42501") else StoreError
    return kind(f"{place} {wrong or 'could not be read or written'} ({said})", cure)


def _detail(error: DBAPIError) -> str:
    detail = getattr(getattr(error.orig, "diag", None), "message_detail", None) or ""
    return "; ".join(detail.splitlines())
