"""Everything a report rests on in one folder or zip file: the report, its figures, data, script, references, checksums.

The parts are given as name → bytes by whoever makes them (`html.files`, `docx.files`, `markdown.files`,
`pictures.pictures`, the formats of an exchange); here they are put in place. `SHA256SUMS` lists all others in the form
of `sha256sum`, so that `sha256sum --check SHA256SUMS` in the folder tells whether it is as it was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from registry.archive.container import CHECKSUMS, Packer
from registry.errors import StoreError, UsageError
from registry.workbook.files import refuse_existing, replacing


def write(parts: Mapping[str, bytes], path: str | Path, *, force: bool = False) -> Path:
    """Write a bundle: a zip file when `path` ends in .zip, else a folder. Gives the path.

    A zip file that is there, and a folder that holds anything, is refused without `force`; with it, what an earlier
    bundle in the folder listed and this one does not have goes, and files of other origin stay. The same parts give the
    same bytes. Raises UsageError, and StoreError when the place cannot be written.
    """
    target = Path(path)
    for name in parts:
        _check(name)
    if target.suffix.lower() == ".zip":
        refuse_existing(target, force=force)
        _pack(parts, target)
    else:
        _prepare(target, force=force)
        write_all({**parts, CHECKSUMS: checksums(parts)}, target)
    return target


def write_all(parts: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder that is there, each whole or not at all."""
    for name, content in parts.items():
        place = folder / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{place.parent} could not be made: {error.strerror}", "is there a file of its name?"
            ) from None
        with replacing(place) as part:
            part.write_bytes(content)


def checksums(parts: Mapping[str, bytes]) -> bytes:
    """Give the SHA-256 of each part, one a line, by name."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(parts.items()))
    return "".join(lines).encode()


def _pack(parts: Mapping[str, bytes], target: Path) -> None:
    with replacing(target) as place:
        packer = Packer(place)
        for name, content in sorted(parts.items()):
            packer.add(name, content)
        packer.close()


def _check(name: str) -> None:
    """See that a part stays in the bundle, under a name of its own; a name of ours that does not is our fault."""
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name and str(path) == name
    if not inside or name in ("", ".", CHECKSUMS):
        raise ValueError(f"{name!r} is no name for a part of a bundle")


def _prepare(folder: Path, *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", "name a folder that is not there yet, or a file that ends in .zip")
    if folder.is_dir() and any(folder.iterdir()):
        if not force:
            raise UsageError(f"{folder} is there already and not empty", "name another folder")
        _clear(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder} could not be made: {error.strerror}", "is the folder above it there?") from None


def _clear(folder: Path) -> None:
    """Remove the files of the bundle that was here before, as its checksums list them."""
    listed = folder / CHECKSUMS
    if not listed.is_file():
        return
    for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
        name = line.partition("  ")[2]
        with suppress(ValueError, OSError):
            _check(name)
            (folder / name).unlink()
