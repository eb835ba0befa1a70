"""What goes wrong under a registry, done by the operating system and the server themselves: words, code, no harm."""

from __future__ import annotations

import contextlib
import os
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.ledger import _WRITERS
from registry.models import Estimate, Study
from registry.store import init, open_store
from registry.writing import verify_rows
from tests.postgresql import start_server

ROOT = Path(__file__).parents[2]
CLI = [sys.executable, "-c", "import sys; from cli.app import main; sys.exit(main(sys.argv[1:]))"]
HEADER = "study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,quote\n"
ROW = "kim2016,NLR,OS,2.0,1.0,4.0,95,as printed\n"


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start `evireg` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EVIREG_CURATOR": "Ada", "EVIREG_PATIENCE": "1"}
    return subprocess.Popen(
        [*CLI, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def evireg(*arguments: str, **options: Any) -> tuple[int, str]:
    """Run `evireg` in a process of its own; give its exit code and what it wrote to stderr."""
    process = start(*arguments, **options)
    _, error = process.communicate(timeout=120)
    assert "Traceback" not in error
    return process.returncode, error


def state(url: str) -> tuple[int, int, int]:
    """Verify a registry, and count its changesets, studies and estimates."""
    with open_store(url) as store, store.read() as connection:
        verify_rows(connection)
        counts = [connection.scalar(sa.select(sa.func.count()).select_from(each)) for each in (Study, Estimate)]
        return verify_ledger(connection), *counts  # type: ignore[return-value]


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Write a file of one estimate."""
    path = tmp_path / "small.csv"
    path.write_text(HEADER + ROW)
    return str(path)


@pytest.fixture
def large(tmp_path: Path) -> str:
    """Write a file whose import takes seconds and some ten megabytes."""
    path = tmp_path / "large.csv"
    rows = (f"study{number},NLR,OS,2.0,1.0,4.0,95,{'word ' * 20}{number}\n" for number in range(5000))
    path.write_text(HEADER + "".join(rows))
    return str(path)


@pytest.fixture
def sqlite_file(initialised_file: Path, tmp_path: Path, small: str) -> str:
    """Give a registry in a folder of its own, with one estimate."""
    folder = tmp_path / "registry"
    folder.mkdir()
    shutil.copy(initialised_file, folder / "evidence.db")
    assert evireg("import", small, "--db", str(folder / "evidence.db"))[0] == 0
    return str(folder / "evidence.db")


def test_disk_that_refuses_to_grow_a_file(sqlite_file: str, large: str) -> None:
    """The operating system refuses a write beyond 2 MB: exit code 9, the registry is what it was, and works on."""
    before = state(sqlite_file)
    limit = (2 * 1024 * 1024, resource.RLIM_INFINITY)
    code, error = evireg(
        "import", large, "--db", sqlite_file, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    )
    assert code == 9
    assert "could not be read or written by the operating system" in error
    assert "nothing of this change was stored" in error
    assert state(sqlite_file) == before
    assert evireg("import", large, "--db", sqlite_file)[0] == 0
    assert state(sqlite_file)[2] == before[2] + 5000


def test_disk_that_is_full(sqlite_file: str, large: str, tmp_path: Path) -> None:
    """A file system of 2 MB that fills up in the middle of an import: exit code 9, the registry is what it was."""
    small_disk, copy = tmp_path / "disk", tmp_path / "after.db"
    small_disk.mkdir()
    command = shlex.join([*CLI, "import", large, "--db", str(small_disk / "evidence.db")])
    script = (
        f"mount -t tmpfs -o size=2m tmpfs {small_disk} && cp {sqlite_file} {small_disk}/evidence.db || exit 99\n"
        f"{command}; code=$?; cp {small_disk}/evidence.db {copy}; exit $code"
    )
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: a small file system cannot be mounted here")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EVIREG_CURATOR": "Ada"}
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("this machine lets nobody mount a small file system")
    assert done.returncode == 9
    assert "cannot grow: the disk is full" in done.stderr
    assert "free some space; nothing of this change was stored" in done.stderr
    assert state(str(copy)) == state(sqlite_file)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_cannot_be_written(sqlite_file: str, small: str, as_anyone: dict[str, Any], what: str) -> None:
    """A read-only file, or a file in a read-only folder, is not changed: exit code 9 and a word on permissions."""
    before = state(sqlite_file)
    place = Path(sqlite_file) if what == "file" else Path(sqlite_file).parent
    Path(small).write_text(HEADER + ROW.replace("kim", "lee"))
    place.chmod(0o444 if what == "file" else 0o555)
    try:
        code, error = evireg("import", small, "--db", sqlite_file, **as_anyone)
    finally:
        place.chmod(0o755)
    assert code == 9
    assert "cannot be written" in error
    assert "check the permissions of the file and of its folder" in error
    assert state(sqlite_file) == before


def test_file_that_cannot_be_opened(sqlite_file: str, as_anyone: dict[str, Any]) -> None:
    """A file nobody may read is told from one that is damaged."""
    Path(sqlite_file).chmod(0o000)
    code, error = evireg("list", "studies", "--db", sqlite_file, **as_anyone)
    assert code == 9
    assert "cannot be opened" in error


@contextlib.contextmanager
def writing(url: str) -> Iterator[None]:
    """Be another writer of this registry."""
    if "://" in url:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS])
            yield
    else:
        with contextlib.closing(sqlite3.connect(url, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield


def test_database_another_process_is_writing(database_url: str, small: str) -> None:
    """A writer waits as long as EVIREG_PATIENCE says, then gives up with exit code 9; afterwards it is let in."""
    before = state(database_url)
    with writing(database_url):
        code, error = evireg("import", small, "--db", database_url)
        assert code == 9
        assert "is being written by another process" in error
        assert "wait until it has finished, then try again" in error
    assert state(database_url) == before
    assert evireg("import", small, "--db", database_url)[0] == 0


@pytest.mark.parametrize("given", ["0", "-1", "soon", "1.5", "²"])
def test_patience_is_a_number_of_seconds(
    sqlite_file: str, given: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Anything else is refused: 0 would mean for ever to one database and not at all to the other."""
    from cli.app import main

    monkeypatch.setenv("EVIREG_PATIENCE", given)
    assert main(["list", "studies", "--db", sqlite_file]) == 2
    assert "give a whole number of seconds, 1 or more" in capfd.readouterr().err


def wait_until_at_work(process: subprocess.Popen[str], url: str) -> None:
    """Wait until an import holds the registry, and somewhat longer."""
    for _ in range(600):
        assert process.poll() is None, process.communicate()
        if _is_held(url):
            time.sleep(0.1)
            return
        time.sleep(0.02)
    pytest.fail("the import never began")


def _is_held(url: str) -> bool:
    if "://" in url:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_WRITERS]).fetchone()
            return row is not None and not row[0]
    with contextlib.closing(sqlite3.connect(url, isolation_level=None, timeout=0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False


def test_import_that_is_killed(database_url: str, large: str) -> None:
    """Killed by SIGKILL in the middle, it leaves nothing, keeps nobody out, and can be done again."""
    before = state(database_url)
    process = start("import", large, "--db", database_url)
    wait_until_at_work(process, database_url)
    process.kill()
    assert process.wait(30) == -signal.SIGKILL
    process.communicate()
    assert state(database_url) == before
    assert evireg("import", large, "--db", database_url)[0] == 0
    assert state(database_url) == (before[0] + 1, 5000, 5000)


def test_database_of_a_newer_version(database_url: str, small: str) -> None:
    """Neither read, nor written, nor downgraded: exit code 6 and how to upgrade."""
    url = sa.make_url(database_url).set(drivername="postgresql+psycopg") if "://" in database_url else None
    engine = sa.create_engine(url or f"sqlite:///{database_url}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for command in (("import", small), ("list", "studies"), ("init",)):
        code, error = evireg(*command, "--db", database_url)
        assert code == 6
        assert "made by a newer version of evireg (schema 9999" in error
        assert "pip install --upgrade evireg" in error


def test_server_that_is_not_there(small: str) -> None:
    """Exit code 1, with host and port to check."""
    code, error = evireg("import", small, "--db", "postgresql://nobody@127.0.0.1:1/nothing")
    assert code == 9
    assert "is out of reach" in error
    assert "check host, port, network and that the server is up" in error


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_connection_that_is_cut(database_url: str, large: str) -> None:
    """The server ends the connection of an import in the middle: exit code 9, nothing is stored."""
    before = state(database_url)
    process = start("import", large, "--db", database_url)
    wait_until_at_work(process, database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid) {others}")  # type: ignore[arg-type]
    _, error = process.communicate(timeout=120)
    assert process.returncode == 9
    assert "Traceback" not in error
    assert "cut the connection" in error or "is out of reach" in error
    assert state(database_url) == before


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_server_that_is_killed(backend: str, large: str) -> None:
    """A server of its own stops at once in the middle of an import; started again, it holds what it held."""
    assert backend == "postgresql"
    folder = Path(tempfile.mkdtemp(prefix="evireg-test-pg-"))  # its user may not enter the folders of pytest
    server = start_server(folder)
    try:
        url = server.get_uri()
        init(url)
        before = state(url)
        process = start("import", large, "--db", url)
        wait_until_at_work(process, url)
        _stop_at_once(server)
        _, error = process.communicate(timeout=120)
        assert process.returncode == 9
        assert "Traceback" not in error
        assert "cut the connection" in error or "is out of reach" in error
        code, error = evireg("list", "studies", "--db", url)
        assert code == 9
        assert "is out of reach" in error
        server.ensure_postgres_running()
        assert state(server.get_uri()) == before
    finally:
        server.cleanup()


def _stop_at_once(server: Any) -> None:
    """Stop a server as a loss of power would: without a checkpoint, without a word to anyone."""
    pid = int((server.pgdata / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGQUIT)  # an immediate shutdown: recovery runs at the next start
    for _ in range(500):
        if not (server.pgdata / "postmaster.pid").exists():
            return
        time.sleep(0.02)
    pytest.fail("the server did not stop")
