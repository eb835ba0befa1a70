"""An archive with anything wrong is refused whole: nothing is written, to the registry or to the disk."""

from __future__ import annotations

import json
import shutil
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.archive.importing import import_archive
from registry.archive.restore import is_empty
from registry.errors import InputRefused, NotFound, SchemaError
from registry.store import Store
from tests.archive.conftest import Rich
from tests.archive.rich import Edit, both, counted, members, replaced, rewritten, told

VERSIONS, CHANGES, CHANGESETS = "ledger/versions.jsonl", "ledger/changes.jsonl", "ledger/changesets.jsonl"


def refuse(store: Store, path: Path, match: str, error: type[Exception] = InputRefused) -> None:
    """Import an archive that must be refused for this reason, and see that nothing was written anywhere."""
    folder = {place: place.stat().st_size for place in path.parent.rglob("*") if not place.name.startswith("evidence")}
    with store.read() as connection:
        before = list(connection.exec_driver_sql("SELECT hash FROM changeset"))
    with pytest.raises(error, match=match):
        import_archive(store, path, curator="Mallory")
    with store.read() as connection:
        assert list(connection.exec_driver_sql("SELECT hash FROM changeset")) == before
        assert is_empty(connection)
    after = {place: place.stat().st_size for place in path.parent.rglob("*") if not place.name.startswith("evidence")}
    assert after == folder


def added(name: str) -> Callable[[zipfile.ZipFile], None]:
    """Add a small file of this name."""
    return lambda archive: archive.writestr(name, "x")


def symlink(archive: zipfile.ZipFile) -> None:
    """Add a link to the password file."""
    info = zipfile.ZipInfo("attachments/link")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def twice(archive: zipfile.ZipFile) -> None:
    """Add a second README."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("README.md", "another one")


def bomb(archive: zipfile.ZipFile) -> None:
    """Add 20 MB of nothing, packed to 20 kB."""
    archive.writestr("data/bomb.csv", b"\0" * 20_000_000, zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("add", "match"),
    [
        (added("../outside.txt"), "leads out of the archive"),
        (added("tables/../../outside.txt"), "leads out of the archive"),
        (added("/outside.txt"), "leads out of the archive"),
        (added("C:\\outside.txt"), "leads out of the archive"),
        (added("tables\\..\\outside.txt"), "leads out of the archive"),
        (symlink, "is a link"),
        (twice, "holds 'README.md' twice"),
        (bomb, "is compressed"),
        (added("data/more.csv"), "of which its checksums know nothing"),
    ],
    ids=["up", "up inside", "absolute", "drive", "backslash", "symlink", "twice", "bomb", "extra"],
)
def test_hostile_members_are_refused(
    rich: Rich, sqlite_store: Store, tmp_path: Path, add: Callable[[zipfile.ZipFile], None], match: str
) -> None:
    """Names that lead elsewhere, links, names given twice, bombs and stowaways are refused before a row is read."""
    path = tmp_path / "hostile.zip"
    shutil.copy(rich.archive, path)
    with zipfile.ZipFile(path, "a") as archive:
        add(archive)
    refuse(sqlite_store, path, match)


def test_members_that_claim_to_be_larger_than_the_file_are_refused(
    rich: Rich, sqlite_store: Store, tmp_path: Path
) -> None:
    """Entries of the directory that share the same bytes cannot add up to more than there is."""
    content = rich.archive.read_bytes()
    start = content.index(b"PK\x01\x02")
    sizes = struct.pack("<II", 0x7FFFFFFF, 0x7FFFFFFF)
    path = tmp_path / "large.zip"
    path.write_bytes(content[: start + 20] + sizes + content[start + 28 :])
    refuse(sqlite_store, path, "larger than the archive itself")


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off"], ids=["empty", "text", "cut"])
def test_what_is_no_archive_is_refused(sqlite_store: Store, tmp_path: Path, content: bytes) -> None:
    """Another file, and the beginning of one, are told to be no archive."""
    (tmp_path / "no.zip").write_bytes(content)
    refuse(sqlite_store, tmp_path / "no.zip", "no zip archive")


def test_another_zip_and_no_file_are_refused(sqlite_store: Store, tmp_path: Path) -> None:
    """A zip file of something else lacks the head of an archive; what is not there is not found."""
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("photo.jpg", "x")
    refuse(sqlite_store, tmp_path / "other.zip", "lacks the file archive.json")
    refuse(sqlite_store, tmp_path / "none.zip", "there is no file", NotFound)


def test_a_cut_off_archive_is_refused(rich: Rich, sqlite_store: Store, tmp_path: Path) -> None:
    """A download that broke off is told from a whole file."""
    content = rich.archive.read_bytes()
    (tmp_path / "cut.zip").write_bytes(content[: len(content) // 2])
    refuse(sqlite_store, tmp_path / "cut.zip", "no zip archive")


def test_one_altered_byte_is_found(rich: Rich, sqlite_store: Store, tmp_path: Path) -> None:
    """Whatever byte of a member is changed, its checksum tells."""
    content = bytearray(rich.archive.read_bytes())
    content[content.index(b"Seoul")] ^= 1
    (tmp_path / "bit.zip").write_bytes(bytes(content))
    refuse(sqlite_store, tmp_path / "bit.zip", "damaged|not what its checksum says")


def test_an_altered_checksum_is_found(rich: Rich, sqlite_store: Store, tmp_path: Path) -> None:
    """A list of checksums that does not fit is refused."""

    def alter(files: dict[str, bytes]) -> None:
        files["SHA256SUMS"] = (b"0" if files["SHA256SUMS"][:1] != b"0" else b"1") + files["SHA256SUMS"][1:]

    refuse(sqlite_store, rewritten(rich.archive, tmp_path / "a.zip", alter, checksums=False), "not what its checksum")


def dropped(name: str) -> Edit:
    """Give the edit that takes a file out."""
    return lambda files: files.pop(name) and None


def appended(name: str, content: bytes) -> Edit:
    """Give the edit that adds to a file, or makes it."""

    def edit(files: dict[str, bytes]) -> None:
        files[name] = files.get(name, b"") + content

    return edit


def deep(files: dict[str, bytes]) -> None:
    """Put a JSON value of 100,000 levels into a line of the ledger."""
    files[CHANGES] += b"[" * 100_000 + b"]" * 100_000 + b"\n"


#: What is wrong, the edit (with checksums that fit it), the reason given.
FORGED: dict[str, tuple[Edit, str]] = {
    "missing file": (dropped("tables/cohorts.csv"), "lacks the file tables/cohorts.csv"),
    "missing parquet": (dropped("data/evidence.parquet"), "lacks the file data/evidence.parquet"),
    "extra file": (appended("tables/more.csv", b"x\n"), "holds the file tables/more.csv"),
    "extra column": (replaced("tables/studies.csv", "key,report\n", "key,report,more\n"), "unknown: more"),
    "missing column": (replaced("tables/studies.csv", "key,report\n", "key\n"), "missing: report"),
    "extra value": (replaced("tables/curators.csv", "Ada,", "Ada,x,"), "5 values, not 4"),
    "wrong type": (replaced("data/evidence.csv", ",118,", ",many,"), "n is 'many', expected a whole number"),
    "no finite number": (replaced("data/evidence.csv", ",550.0,", ",nan,"), "cutoff_value is 'nan', expected a finite"),
    "infinity": (replaced(VERSIONS, ",550.0,", ",Infinity,"), "not Infinity"),
    "huge integer": (replaced("data/evidence.csv", ",118,", ",99999999999999999999,"), "expected a whole number"),
    "huge JSON integer": (replaced(VERSIONS, ",120,", f",{10**400},"), "expected a whole number"),
    "absurd JSON integer": (replaced(VERSIONS, ",120,", f",{'9' * 9000},"), "no JSON that evireg reads"),
    "integer beyond the databases": (replaced(VERSIONS, ",120,", f",{2**31},"), "expected a whole number"),
    "truth for a number": (replaced(VERSIONS, ",120,", ",true,"), "expected a whole number"),
    "word that is none": (replaced("tables/estimates.csv", ",hr,", ",hazard,"), "expected one of hr"),
    "deep JSON": (deep, "20 levels"),
    "lone surrogate": (replaced(CHANGESETS, "a misprint", "\\ud800"), "text in Unicode|no JSON"),
    "NUL": (replaced(CHANGESETS, "a misprint", "\\u0000"), "changeset 7 is not what its hash says"),
    "no UTF-8": (lambda files: files.update({CHANGES: files[CHANGES] + b'["\xff"]\n'}), "no text in UTF-8"),
    "no JSON": (appended(CHANGES, b"{\n"), "no JSON that evireg reads"),
    "no array": (appended(CHANGES, b"{}\n"), "no JSON array"),
    "broken quotes": (appended("tables/studies.csv", b'a,"b'), "unexpected end of data"),
    "one row more": (appended("tables/diseases.csv", b"measles\n"), "has 29 rows, not 28|rows, not"),
    "no null where there must be a value": (replaced(CHANGESETS, '"a misprint"', "null"), "expected a value"),
    "message": (replaced(CHANGESETS, "a misprint", "no misprint"), "is not what its hash says"),
    "curator": (replaced(CHANGESETS, '"Ada","a misprint"', '"Grace","a misprint"'), "is not what its hash says"),
    "ledger entry": (replaced(CHANGES, '"n","120","118"', '"n","120","119"'), "is not what its hash says"),
    "version": (replaced(VERSIONS, ",120,", ",121,"), "not what its digest says"),
    "flat row": (replaced("data/evidence.csv", ",118,", ",117,"), "not what its digest says"),
    "table": (replaced("tables/estimates.csv", ",118,", ",117,"), "its tables do not tell of kim2016"),
    "name of nobody": (replaced("tables/studies.csv", "doi:10.1000/lee", "doi:10.1000/xyz"), "names the report"),
    "study twice": (replaced("tables/studies.csv", "lee2020,", "kim2016,"), "contradicts itself|names the"),
    "root": (told(root="0" * 64), "root digest of its evidence"),
    "head": (told(head="0" * 64), "does not end where it says"),
    "ledger": (told(ledger=3), "does not end where it says"),
    "snapshot": (told(snapshot="other"), "does not hold the snapshot other"),
    "run": (replaced("queries/runs.jsonl", "REML", "REMX"), "is not what its digest says"),
    "manifest of another shape": (told(more=1), "does not say what an archive says"),
    "manifest of another type": (told(estimates="4"), "estimates is no int"),
    "counts that are none": (told(rows={"x": -1}), "rows are no counts"),
    "manifest that is no JSON": (lambda files: files.update({"archive.json": b"["}), "cannot be read"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_archives_are_refused(rich: Rich, sqlite_store: Store, tmp_path: Path, name: str) -> None:
    """With checksums that fit the forgery, what is wrong is still found, and named."""
    edit, match = FORGED[name]
    refuse(sqlite_store, rewritten(rich.archive, tmp_path / "forged.zip", edit), match)


@pytest.mark.parametrize("name", ["message", "version", "table", "study twice", "name of nobody", "run", "root"])
def test_forged_archives_leave_either_database_as_it_was(rich: Rich, store: Store, tmp_path: Path, name: str) -> None:
    """What is found only after rows went in is undone with them, on SQLite and PostgreSQL."""
    edit, match = FORGED[name]
    folder = tmp_path / "archives"
    folder.mkdir()
    refuse(store, rewritten(rich.archive, folder / "forged.zip", edit), match)


def test_an_archive_of_a_newer_evireg_asks_for_an_upgrade(rich: Rich, sqlite_store: Store, tmp_path: Path) -> None:
    """Neither a later layout nor a later schema is guessed at."""
    for number, change in enumerate((told(format=2), told(format=2, more=1), told(schema="9999"))):
        path = rewritten(rich.archive, tmp_path / f"{number}.zip", change)
        refuse(sqlite_store, path, "newer evireg", SchemaError)


def test_a_longer_table_with_a_count_that_fits_is_refused(rich: Rich, sqlite_store: Store, tmp_path: Path) -> None:
    """An estimate in the tables that no evidence tells of is found."""
    line = next(
        each for each in members(rich.archive)["tables/estimates.csv"].decode().splitlines() if "lee2020" in each
    )
    more = appended("tables/estimates.csv", (line.replace("lee2020/OS/", "lee2020/OS/x") + "\n").encode())
    edit = both(more, told(rows=counted(rich.archive, **{"tables/estimates.csv": 5})))
    refuse(sqlite_store, rewritten(rich.archive, tmp_path / "more.zip", edit), "5 estimates in its tables and 4")


def test_a_formula_is_a_text(rich: Rich, sqlite_store: Store) -> None:
    """What a spreadsheet would compute comes back as the words it is."""
    import_archive(sqlite_store, rich.archive, curator="Bob")
    with sqlite_store.read() as connection:
        notes = {row[0] for row in connection.exec_driver_sql("SELECT notes FROM estimate WHERE notes IS NOT NULL")}
    assert notes == {"=1+1 is no formula\non two lines", "-2 on a scale"}


def test_an_archive_is_told_by_its_head(rich: Rich) -> None:
    """The helpers of these tests read what they think they read."""
    assert json.loads(members(rich.archive)["archive.json"])["snapshot"] == "second"
