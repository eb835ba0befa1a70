"""Put a new file in its place: whole or not at all, and never over one that is there unless asked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from registry.access import OWNER_ONLY
from registry.errors import StoreError, UsageError


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse to write over a file, which may hold a day's work; UsageError names the way around."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder", "name a file in it")
    if path.exists() and not force:
        raise UsageError(f"{path} is there already", "name another file; --force writes over this one")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write; what stands there at the end of the block becomes the file, after an error nothing does.

    Only its owner can read it, before and after: whom to show evidence is for its owner to say.
    UsageError for a folder that is not there, StoreError for a place that cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        Path(name).chmod(OWNER_ONLY)
    except OSError as error:
        raise _unwritable(path, error) from None
    place = Path(name)
    try:
        yield place
        place.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(OSError):
            place.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> UsageError | StoreError:
    if not path.absolute().parent.is_dir():
        return UsageError(f"the folder of {path} does not exist", "create it first, or choose another one")
    return StoreError(
        f"{path} could not be written: {error.strerror or error}", "may you write there, and is the disk not full?"
    )
