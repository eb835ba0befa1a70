"""What the system, the terminal, the input or the database did is no fault of evireg, and nothing is given away."""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from registry.database import locate
from registry.errors import UsageError
from registry.keeping.restore import restore
from registry.store import init, open_store

ROOT = Path(__file__).parents[2]


def evireg(*words: str | bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run `evireg` in a process of its own, bytes in and out; never a fault of ours."""
    more = options.pop("env", {})
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EVIREG_CURATOR": "Ada", **more}
    done = subprocess.run(
        [sys.executable, "-m", "cli.app", *words], env=environment, stderr=subprocess.PIPE, check=False, **options
    )
    assert b"fault of evireg" not in done.stderr
    assert b"Traceback" not in done.stderr
    return done


@pytest.fixture
def place(initialised_file: Path, tmp_path: Path) -> str:
    """Give a registry of its own."""
    copy = tmp_path / "evidence.db"
    copy.write_bytes(initialised_file.read_bytes())
    return str(copy)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["list", "factors"], ["list", "factors", "--json"], ["columns"]])
def test_output_that_has_no_room(place: str, words: list[str]) -> None:
    """Nothing more is printed than what is wrong, and the exit code is that of what lies outside."""
    with Path("/dev/full").open("wb") as full:
        done = evireg(*words, *(["--db", place] if words[0] == "list" else []), stdout=full)
    assert done.returncode == 9
    assert b"could not be written: No space left" in done.stderr


def test_bytes_that_are_no_text(place: str) -> None:
    """An option, a name, a file: refused, with the bytes shown."""
    for words in ([b"list", b"studies", b"--where", b'factor == "\xff"'], [b"import", b"a\xff.csv"]):
        done = evireg(*words, "--db", place, stdout=subprocess.PIPE)
        assert done.returncode == 2
        assert rb"\xff" in done.stderr


def test_json_is_utf8_whatever_the_terminal(place: str) -> None:
    """A program that reads JSON reads UTF-8, also where LC_ALL=C has Python write ASCII."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = [
        evireg("list", "factors", "--json", "--db", place, stdout=subprocess.PIPE, env=env).stdout
        for env in ({}, plain, {**plain, "PYTHONIOENCODING": "latin-1"})
    ]
    assert shown[0] == shown[1] == shown[2]
    assert not shown[0].isascii()
    assert json.loads(shown[0])["kind"] == "factors"
    assert evireg("list", "factors", "--db", place, stdout=subprocess.PIPE, env=plain).returncode == 0


def test_toml_that_is_nested_too_deeply(place: str, tmp_path: Path) -> None:
    """A file nobody would write is refused as a file."""
    (tmp_path / "deep.toml").write_text("a=" + "[" * 5000 + "]" * 5000)
    done = evireg("query", "import", str(tmp_path / "deep.toml"), "--db", place, stdout=subprocess.PIPE)
    assert done.returncode == 3
    assert b"nested too deeply" in done.stderr


def test_json_of_a_row_that_is_damaged(place: str, tmp_path: Path) -> None:
    """Read as an error of the database with its own exit code; the doctor examines the rest all the same."""
    rows = tmp_path / "rows.csv"
    rows.write_text("study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level\nkim2016,NLR,OS,2.0,1.0,4.0,95\n")
    assert evireg("import", str(rows), "--db", place, stdout=subprocess.PIPE).returncode == 0
    with sqlite3.connect(place) as connection:
        connection.execute("DROP TRIGGER evidence_update")
        connection.execute("UPDATE evidence SET attributes = '{\"a'")
    done = evireg("list", "estimates", "--db", place, stdout=subprocess.PIPE)
    assert done.returncode == 9
    assert b"JSON that cannot be read" in done.stderr
    assert evireg("doctor", "--db", place, stdout=subprocess.PIPE).returncode == 7


@pytest.mark.parametrize(
    "typed",
    [
        "postgres//me:s3cret@host/db",
        "postgresql:/me:s3cret@host/db",
        "me:s3cret@host",
        "postgresql://me:x@s3cret@host/db",
        "postgresql://me:s3cret@host:port/db",
        "postgresql://me@localhost:1/db?passwrd=s3cret",
        "postgresql://me:s3cret@localhost:1/db",
        "mysql://me:s3cret@host/db",
        "postgresql:me:s3cret/db",
        "postgresql://me/s3cret@host/db",
        "postgresql://host/db&password=s3cret",
        "postgresql://host/db password=s3cret",
        "host=localhost port=1 user=me password=s3cret dbname=evidence",
        "password = 's3cret' host = localhost",
        "dbname=evidence;pwd=s3cret",
        b"postgresql://me:s3cret\xff@host/db",
        b"password=s3cret\xff host=localhost",
    ],
)
@pytest.mark.parametrize("verb", [["init"], ["list", "studies"]])
def test_password_of_a_mistyped_url_is_never_shown(typed: str | bytes, verb: list[str]) -> None:
    """Whatever is wrong with it."""
    done = evireg(*verb, "--json", "--db", typed, stdout=subprocess.PIPE)
    assert done.returncode in (2, 9)
    assert b"s3cret" not in done.stderr + done.stdout


@pytest.mark.parametrize("verb", [["restore"], ["backup"], ["import"], ["list"], ["show"], []])
@pytest.mark.parametrize("typed", ["postgresql://me:s3cret@host/db", "postgresql://host/db?password=s3cret"])
def test_password_of_a_url_in_the_wrong_place_is_never_shown(place: str, typed: str, verb: list[str]) -> None:
    """A message that repeats what was typed leaves it out."""
    for more in ([], ["--json"]):
        done = evireg(*verb, typed, *more, stdout=subprocess.PIPE, env={"EVIREG_DB": place})
        assert done.returncode != 0
        assert b"s3cret" not in done.stderr + done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&-", "<&- 2>/dev/full", "2>&- >&-"])
def test_exit_code_stays_where_messages_have_no_room(place: str, stderr: str) -> None:
    """An error keeps its code, and what succeeds with a remark succeeds; nothing of it comes by way of stdout."""
    for words, code in (("show nobody", 4), ("list studies --where x", 2), ("list factors", 0), ("seed ferritin", 0)):
        command = f"{sys.executable} -m cli.app {words} --db {place} {stderr}"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(["sh", "-c", command], env=environment, stdout=subprocess.PIPE, check=False)
        assert (words, done.returncode) == (words, code)
        assert not code or not done.stdout


def test_path_with_an_at_sign_is_a_path(tmp_path: Path) -> None:
    """Only what looks like a name and a password is taken for a URL."""
    assert locate(tmp_path / "me@work.db").path == tmp_path / "me@work.db"
    (tmp_path / "a:b@c.db").touch()
    assert locate(tmp_path / "a:b@c.db").path is not None
    with pytest.raises(UsageError, match="looks like a database URL"):
        locate("me:x@host")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277])
def test_files_are_for_their_owner(tmp_path: Path, mask: int) -> None:
    """A registry, what stands beside it, its backups, what a restore makes and exports: 0600 whatever the umask."""
    before = os.umask(mask)
    try:
        init(tmp_path / "evidence.db")
        with open_store(tmp_path / "evidence.db") as store, store.read():
            from registry.handle import Registry

            reg = Registry(store, curator="Ada")
            assert {rights(each) for each in tmp_path.iterdir()} == {0o600}
            reg.backup(tmp_path / "kept.db")
            reg.export_queries(tmp_path / "queries.toml")
            reg.export(tmp_path / "estimates.xlsx")
            reg.export(tmp_path / "estimates.csv")
        restore(tmp_path / "kept.db", tmp_path / "new.db")
        replaced = restore(tmp_path / "kept.db", tmp_path / "new.db").replaced
        assert replaced is not None
    finally:
        os.umask(before)
    assert {rights(each) for each in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 7


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # xlsxwriter leaves them to the collector
def test_export_that_fails_leaves_no_evidence_behind(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that waited for their workbook in temporary files are gone with it."""
    rows, waiting = tmp_path / "rows.csv", tmp_path / "waiting"
    rows.write_text("study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level\nkim2016,NLR,OS,2.0,1.0,4.0,95\n")
    waiting.mkdir()
    assert evireg("import", str(rows), "--db", place, stdout=subprocess.PIPE).returncode == 0
    monkeypatch.setattr("tempfile.tempdir", str(waiting))
    from xlsxwriter.packager import Packager

    from registry.handle import open as open_registry

    def full(_self: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Packager, "_create_package", full)
    (tmp_path / "out").mkdir()
    with open_registry(place) as reg, pytest.raises(Exception, match="No space left"):
        reg.export(tmp_path / "out" / "estimates.xlsx")
    assert list(waiting.iterdir()) == list((tmp_path / "out").iterdir()) == []
    gc.collect()
