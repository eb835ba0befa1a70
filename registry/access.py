"""Who may read and write the files of a registry: made for their owner alone, and opened as far as this user may."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from registry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Read and write for the owner: a registry, its copies and exports hold what patients and curators trusted us with.
OWNER_ONLY = 0o600


def make_private(path: Path) -> None:
    """Make an empty file that only its owner can read, whatever the umask. FileExistsError when it is there."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
    try:
        with suppress(OSError, AttributeError):  # a file system without rights, or Windows
            os.fchmod(handle, OWNER_ONLY)
    finally:
        os.close(handle)


def make_file(path: Path) -> None:
    """Make the empty file of a registry, unless somebody else was quicker. StoreError when that cannot be done."""
    if not path.absolute().parent.is_dir():
        raise StoreError(f"the folder {path.absolute().parent} does not exist", "create it first")
    try:
        with suppress(FileExistsError):
            make_private(path)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened: it cannot be made ({error.strerror})", "choose a folder you may write to"
        ) from error


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder for temporary files that only its owner can enter; it is gone after the block."""
    with TemporaryDirectory(prefix="evireg-") as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class WayIn:
    """How this user can open a SQLite file: `mode` is the query of its URI.

    A file opened as immutable is read without locks. `seen` is the state it had then, and `refuse_changed` is called
    after reading.
    """

    path: Path
    mode: str
    seen: tuple[int, int, int] | None = None

    @property
    def uri(self) -> str:
        """Name the file as SQLite takes it."""
        return f"file:{quote(str(self.path.absolute()))}?{self.mode}"

    def refuse_changed(self) -> None:
        """Raise StoreError when the file was written since, for then what was read may be torn."""
        if self.seen is not None and _state(self.path) != self.seen:
            raise StoreError(f"{self.path} was written while it was being read", "what was read is void; do it again")


def way_in(path: Path) -> WayIn:
    """Find out how this user can open a registry: for writing where that is allowed, else for reading.

    In WAL mode even a reader writes to the files beside the registry. A user who may not do so can read the registry
    while another process has it open, because those files are there then; else the file is read without locks.
    StoreError when a file beside it holds changes that cannot be read without writing.
    """
    # Where only the folder is writable, the registry is not opened for writing: the files that SQLite would make beside
    # it would belong to us, and would lock its owner out.
    if not os.access(path, os.R_OK) or (os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)):
        return WayIn(path, "mode=rw")
    log, shared, journal = (_beside(path, end) for end in ("-wal", "-shm", "-journal"))
    if _filled(log) or _filled(journal):
        if shared.exists() and not _filled(journal):
            return WayIn(path, "mode=ro")
        beside = journal if _filled(journal) else log
        raise StoreError(
            f"you cannot read {path} now: {beside.name} holds changes of it that cannot be read without writing",
            "ask whoever may write it to run `evireg doctor` on it once, or copy both files to a folder of your own",
        )
    if shared.exists():
        return WayIn(path, "mode=ro")
    return WayIn(path, "immutable=1", _state(path))


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _filled(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _state(path: Path) -> tuple[int, int, int]:
    """Give what changes when a file is written or another takes its place."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def rights_of(path: Path) -> int | None:
    """Give the rights of a file that is there, to be kept by what replaces it; None when it is not."""
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None
