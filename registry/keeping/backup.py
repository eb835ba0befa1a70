"""A backup: a SQLite registry in one file, whatever database it is of, made while others read and write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registry.copying import copy_pages, in_the_making, writable
from registry.database import locate, patience_asked, translated
from registry.errors import UsageError, VerificationFailed
from registry.keeping.proof import prove_file
from registry.keeping.rows import copy_into_file
from registry.store import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that was made and found sound: where it is, its size in bytes, and what it holds."""

    path: Path
    size: int
    changesets: int
    versions: int
    estimates: int
    snapshots: int


def backup(store: Store, path: str | Path, *, force: bool = False) -> Kept:
    """Write everything to a file as it is at one moment, read it through, and only then give it its name.

    UsageError when the file is there already and not `force`; VerificationFailed when the registry is not sound, so
    that no good backup is replaced by a bad one; StoreError when the file cannot be written.
    """
    file = _file(store, path, force=force)
    with writable(file), in_the_making(file) as part:
        copy(store, part)
        try:
            proved = prove_file(part)
        except VerificationFailed as error:
            raise VerificationFailed(
                f"no backup was made, because the registry is not sound: {error.message}",
                f"see what to do: evireg doctor --db {store.target}",
            ) from error
    held = proved.changesets, proved.versions, proved.estimates, proved.snapshots
    return Kept(file, file.stat().st_size, *held)


def copy(store: Store, part: Path) -> None:
    """Copy what a registry holds at one moment to a new file."""
    if store.target.path is not None:
        with translated(store.target):
            copy_pages(store.target.path, part, patience_asked())
        return
    with store.read() as connection:
        copy_into_file(connection, locate(part))


def _file(store: Store, path: str | Path, *, force: bool) -> Path:
    file = Path(path).expanduser()
    if file.is_dir():
        raise UsageError(f"{file} is a folder", "name a file in it")
    if store.target.path is not None and file.exists() and file.samefile(store.target.path):
        raise UsageError(f"{file} is the registry itself", "name another file, best on another disk")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already", "name another file; --force writes over this one")
    return file
