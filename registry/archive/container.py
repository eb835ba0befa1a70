"""The file itself: a zip archive whose members are stored, not compressed, so that the same content is the same bytes.

Every member has the same date and rights and stands in a fixed order; two builds of a compressor differ, none is used.
That also makes a zip bomb impossible: whatever is compressed, overlaps or claims to be larger than the file is refused.
Nothing is ever unpacked to disk, and members are read by the names evireg expects only.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from registry.errors import InputRefused, NotFound, StoreError

#: Where the checksums of all other members stand, in the form of `sha256sum`.
CHECKSUMS = "SHA256SUMS"
#: The most members an archive of evireg has, attachments included, and the longest list of checksums.
MOST_MEMBERS = 200_000
#: Read at once.
PIECE = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_RIGHTS = (stat.S_IFREG | 0o644) << 16


class Packer:
    """Write members one after the other; each is known by size and SHA-256 afterwards."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.sizes: dict[str, int] = {}
        self.digests: dict[str, str] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """Give a place to write one member."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.create_system, info.external_attr, info.compress_type = 3, _RIGHTS, zipfile.ZIP_STORED
        with self._zip.open(info, "w", force_zip64=True) as raw:
            counted = _Counted(raw)
            with io.BufferedWriter(counted, PIECE) as buffered:
                yield buffered
        self.sizes[name], self.digests[name] = counted.size, counted.digest.hexdigest()

    def add(self, name: str, content: bytes) -> None:
        """Write a small member."""
        with self.member(name) as handle:
            handle.write(content)

    def close(self) -> None:
        """Write the checksums and the end of the archive."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.digests.items()))
        self.add(CHECKSUMS, lines.encode())
        self._zip.close()


class _Counted(io.RawIOBase):
    """A stream that is counted and hashed as it is written."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self.size, self.digest = raw, 0, hashlib.sha256()

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, data: Any) -> int:
        """Pass bytes on."""
        taken = bytes(data)
        self._raw.write(taken)
        self.digest.update(taken)
        self.size += len(taken)
        return len(taken)


class Unpacker:
    """Read members by name, after the list of them was found harmless; InputRefused says what is wrong with it."""

    def __init__(self, path: str | Path) -> None:
        self.name = str(path)
        place = Path(path)
        if not place.exists():
            raise NotFound(f"there is no file {path}", "give the path of an archive")
        try:
            self._file = place.open("rb")
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}", "give the path of an archive") from None
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._members = self._harmless(place.stat().st_size)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            self._file.close()
            raise self.refused(f"it is no zip archive that can be read ({error})") from None
        except BaseException:
            self._file.close()
            raise

    def refused(self, what: str, hint: str = "") -> InputRefused:
        """Make the error for something wrong with the archive."""
        return InputRefused(f"{self.name} was not imported: {what}; nothing was stored", hint=hint or _HINT)

    @property
    def names(self) -> tuple[str, ...]:
        """Name the members, in order."""
        return tuple(self._members)

    def _harmless(self, size: int) -> dict[str, zipfile.ZipInfo]:
        found: dict[str, zipfile.ZipInfo] = {}
        listed = self._zip.infolist()
        if len(listed) > MOST_MEMBERS:
            raise self.refused(f"it holds {len(listed):,} files, more than any archive of evireg")
        for info in listed:
            self._refuse_name(info)
            if info.orig_filename in found:
                raise self.refused(f"it holds {info.orig_filename!r} twice")
            found[info.orig_filename] = info
        if sum(info.file_size for info in listed) > size:
            raise self.refused("its files claim to be larger than the archive itself")
        return found

    def _refuse_name(self, info: zipfile.ZipInfo) -> None:
        name, kind = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts):
            raise self.refused(f"it holds the file name {name!r}, which leads out of the archive")
        if kind not in (0, stat.S_IFREG):
            raise self.refused(f"{name!r} in it is a link or another thing that is no file")
        if info.flag_bits & 0x1:
            raise self.refused(f"{name!r} in it is encrypted")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise self.refused(f"{name!r} in it is compressed, and evireg stores files as they are")

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Give the bytes of one member."""
        if name not in self._members:
            raise self.refused(f"it lacks the file {name}")
        try:
            with self._zip.open(self._members[name]) as handle:
                yield handle
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
            raise self.refused(f"{name} in it is damaged ({error})") from None

    def read(self, name: str, most: int = 64 << 20) -> bytes:
        """Give a small member whole."""
        with self.open(name) as handle:
            content = handle.read(most + 1)
        if len(content) > most:
            raise self.refused(f"{name} in it is larger than {most:,} bytes")
        return content

    def verify_checksums(self) -> None:
        """Compare each member with its checksum, piece by piece; every one must have one, and none be left over."""
        given = self._checksums()
        for name in (name for name in self._members if name != CHECKSUMS):
            if name not in given:
                raise self.refused(f"it holds {name}, of which its checksums know nothing")
            with self.open(name) as handle:
                digest = hashlib.sha256()
                while piece := handle.read(PIECE):
                    digest.update(piece)
            if digest.hexdigest() != given.pop(name):
                raise self.refused(f"{name} in it is not what its checksum says: it was changed or damaged")
        if given:
            raise self.refused(f"it lacks the file {min(given)}, which its checksums name")

    def _checksums(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self._text(CHECKSUMS).splitlines():
            digest, separator, name = line.partition("  ")
            if not separator or len(digest) != 64 or name in found:
                raise self.refused(f"{CHECKSUMS} in it cannot be read")
            found[name] = digest
        return found

    def _text(self, name: str) -> str:
        try:
            return self.read(name).decode()
        except UnicodeDecodeError:
            raise self.refused(f"{name} in it is no text in UTF-8") from None

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


_HINT = "get the archive again from where it was published, or export it anew"
