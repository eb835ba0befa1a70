"""A SQLite registry copied page by page while others read and write it; a copy is there whole, or not at all."""

from __future__ import annotations

import glob
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from registry.access import make_private, way_in
from registry.errors import StoreError, UsageError

#: Files SQLite keeps beside a database while it is in use.
BESIDE = ("-wal", "-shm", "-journal")

#: Ends the names of copies that are being made.
_PART = ".part"

#: Pages copied at a time; fewer than the smallest registry has, so that one looks round at least once on the way.
_PAGES = 64


def stamped(path: Path, said: str) -> Path:
    """Name a file beside a registry, not there yet, that tells what it is and when it was made."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (f"{path.name}.{said}-{stamp}{more}.backup" for more in ("", *(f"-{count}" for count in range(2, 1000))))
    return next(place for place in map(path.with_name, names) if not place.exists())


@contextmanager
def writable(file: Path) -> Iterator[None]:
    """Turn what the operating system says inside the block into an error that names the file to be written."""
    try:
        if not file.absolute().parent.is_dir():
            raise UsageError(f"the folder of {file} does not exist", "create it first, or choose another one")
        yield
    except FileExistsError as error:
        raise StoreError(f"{file} was made by another process just now", "nothing was changed; do it again") from error
    except OSError as error:
        raise StoreError(
            f"{file} could not be written: {error.strerror or error}", "may you write there, and is the disk not full?"
        ) from error


@contextmanager
def in_the_making(path: Path, registry: Path | None = None, *, new: bool = False) -> Iterator[Path]:
    """Give an empty file in the folder of `path` to write a database into, and rename it to `path` after the block.

    It is renamed once it has reached the disk and is a single file; if the block fails it is removed. Unfinished copies
    of the same registry that killed processes left are removed first: `registry` is the one that a stamped copy belongs
    to. StoreError when files that SQLite keeps beside a database are at `path`, for they would be taken to belong to
    the new one; FileExistsError when it is to be `new` and a file of that name was made meanwhile.
    """
    _refuse_remains(path)
    for left in remains_of(registry or path):
        _remove(left)
    with scratch(path) as part:
        yield part
        give_name(part, path, new=new)


def give_name(part: Path, path: Path, *, new: bool) -> None:
    """Rename a finished database to `path` once it has reached the disk, in place of a file of that name.

    With `new` nothing is replaced: FileExistsError when there is such a file, and `part` stays where it is.
    """
    _refuse_remains(path)
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    _to_disk(part)
    if new:
        _name_new(part, path)
    else:
        part.replace(path)
    _to_disk(path.parent)


def _name_new(part: Path, path: Path) -> None:
    """Rename a file by a link, which is refused where the name is taken; a rename would replace that file."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names: take the name, then replace what is empty
        make_private(path)
        part.replace(path)
    else:
        part.unlink()


@contextmanager
def scratch(path: Path, use: str = "new") -> Iterator[Path]:
    """Give an empty file beside `path` for a database that is needed within the block only.

    Only its owner can read it. It is removed after the block; files that killed processes left are removed before.
    """
    for left in remains_of(path):
        _remove(left)
    part = path.with_name(f".{path.name}.{use}.{os.getpid()}{_PART}")
    _remove(part)
    make_private(part)
    try:
        yield part
    finally:
        _remove(part)


def remains_of(path: Path) -> list[Path]:
    """Name the unfinished copies beside a registry whose processes were killed."""
    parts = path.parent.glob(f".{glob.escape(path.name)}.*{_PART}")
    return sorted(part for part in parts if not _at_work(part.name.removesuffix(_PART).rpartition(".")[2]))


def _at_work(process: str) -> bool:
    """Whether a process is there; when this cannot be known it is taken to be."""
    if os.name != "posix" or not process.isdigit():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def copy_pages(source: Path, copy: Path, patience: float, *, held: Callable[[], None] | None = None) -> None:
    """Copy a database as it is at one moment over another, in one transaction of that one.

    Others may read and write `source`; whoever writes `copy` is waited for up to `patience` seconds. `held` is called
    once nobody else can write `copy` any more, and stops the copying by an exception.
    """
    started, waiting = time.monotonic(), True

    def look(status: int, _remaining: int, _total: int) -> None:
        nonlocal waiting
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() - started > patience:
                raise sqlite3.OperationalError("database is locked")
        elif waiting:
            waiting = False
            if held is not None:
                held()

    way = way_in(source)
    with (
        closing(sqlite3.connect(way.uri, uri=True, timeout=patience)) as old,
        closing(sqlite3.connect(copy)) as new,
    ):
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it is one moment that is read
        old.backup(new, pages=_PAGES, progress=look, sleep=0.05)
    way.refuse_changed()


def _remove(path: Path) -> None:
    """Remove a database that was being made, with what SQLite keeps beside it."""
    for end in ("", *BESIDE):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _refuse_remains(path: Path) -> None:
    for end in BESIDE:
        remains = path.with_name(path.name + end)
        if remains.exists():
            raise StoreError(
                f"{remains} is there: {path.name} is in use, or was moved without it",
                f"close what uses it, or move {remains.name} away; it may hold the last changes of another database",
            )


def _to_disk(path: Path) -> None:
    with suppress(OSError):  # not every system lets a folder be opened
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
