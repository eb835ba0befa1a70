"""Bundles: folders and zip files with checksums."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from registry.dossier import bundle
from registry.errors import StoreError, UsageError

PARTS = {"report.html": b"<p>", "figures/forest.svg": b"<svg/>", "data.csv": b"a,b\n"}


def listed(sums: bytes) -> dict[str, str]:
    return {name: digest for digest, name in (line.split("  ", 1) for line in sums.decode().splitlines())}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_holds_every_part_and_their_checksums(tmp_path: Path) -> None:
    """Each part is there under its name, and SHA256SUMS has the digest of each, in the form of sha256sum."""
    folder = bundle.write(PARTS, tmp_path / "out")
    found = contents(folder)
    sums = found.pop("SHA256SUMS")
    assert found == PARTS
    assert listed(sums) == {name: hashlib.sha256(content).hexdigest() for name, content in PARTS.items()}


def test_a_zip_file_holds_the_same_and_is_the_same_bytes(tmp_path: Path) -> None:
    """A zip file has what the folder has; the same parts, in whatever order, give the same file."""
    one = bundle.write(PARTS, tmp_path / "one.zip")
    two = bundle.write(dict(reversed(PARTS.items())), tmp_path / "two.ZIP")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == contents(
            bundle.write(PARTS, tmp_path / "out")
        )


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    """A zip file, a folder with anything in it, and a file where a folder was asked for are refused as they are."""
    (tmp_path / "there.zip").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes").write_text("mine")
    for name, said in (("there.zip", "is there already"), ("file", "is a file"), ("full", "not empty")):
        with pytest.raises(UsageError, match=said):
            bundle.write(PARTS, tmp_path / name)
    assert sorted(contents(tmp_path)) == ["file", "full/notes", "there.zip"]


def test_a_bundle_written_anew_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    """By force the old bundle's files go, those of other origin stay."""
    folder = bundle.write({**PARTS, "old.txt": b"old"}, tmp_path / "out")
    (folder / "notes").write_text("mine")
    bundle.write(PARTS, folder, force=True)
    assert set(contents(folder)) == {*PARTS, "SHA256SUMS", "notes"}


def test_a_list_of_another_bundle_removes_nothing_outside(tmp_path: Path) -> None:
    """A checksum file that names places outside its folder costs nothing there."""
    (tmp_path / "precious").write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "SHA256SUMS").write_text("00  ../precious\n00  /etc/hostname\nnonsense\n")
    bundle.write(PARTS, folder, force=True)
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.parametrize("name", ["../x", "/x", "a\\b", "SHA256SUMS", "", "a//b", "./a"])
def test_a_part_stays_within_the_bundle(tmp_path: Path, name: str) -> None:
    """A name that leads out, or stands for another, is refused before anything is written."""
    with pytest.raises(ValueError, match="is no name for a part"):
        bundle.write({name: b""}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file where a folder of the bundle would be is named."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="could not be made"):
        bundle.write(PARTS, tmp_path / "file" / "out")
