"""A registry that cannot be written can be read: every verb that only reads works, and nothing is made beside it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from cli.app import main
from registry.access import way_in
from registry.errors import StoreError
from registry.keeping.restore import restore
from registry.store import open_store

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def queried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a registry with evidence, a saved query and a run of an earlier version."""
    path = tmp_path_factory.mktemp("queried") / "evidence.db"
    where = ["--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]
    for words in (["init"], ["seed"], ["query", "save", "nlr", *where]):
        assert main([*words, "--db", str(path), *(["--as", "Ada"] if words[0] != "init" else [])]) == 0
    return path


def evireg(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EVIREG_CURATOR": "Grace", "EVIREG_PATIENCE": "1"}
    command = [sys.executable, "-m", "cli.app", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)


def reads(url: str, out: Path, **options: Any) -> None:
    """Do all that only reads, and see that what writes is refused in plain words."""
    assert evireg("list", "studies", "--db", url, **options).returncode == 0
    pool = ["pool", "--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]
    for words in (pool, ["verify"], ["backup", str(out / "kept.db")]):
        done = evireg(*words, "--db", url, **options)
        assert done.returncode == 0, (words, done.stderr)
    done = evireg("report", "nlr", "-o", str(out / "report.html"), "--json", "--db", url, **options)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["queries"][0]["run"] is None
    assert "No run was stored" in done.stderr
    page = (out / "report.html").read_text()
    assert "none: whoever made this report may not write to the registry" in page
    assert "chen2020" in page.lower() or "li2016" in page.lower()
    refused = evireg("query", "run", "nlr", "--db", url, **options)
    assert refused.returncode == 9, refused.stderr
    restored = restore(out / "kept.db", out / "restored.db")
    assert restored.estimates > 0


def looks(url: str, **options: Any) -> None:
    """Read without a report: its way to the database is the same."""
    for words in (["list", "studies"], ["verify"]):
        done = evireg(*words, "--db", url, **options)
        assert done.returncode == 0, (words, done.stderr)
    assert evireg("query", "run", "nlr", "--db", url, **options).returncode == 9


@contextlib.contextmanager
def rights(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.mark.parametrize(("what", "mode"), [("folder", 0o555), ("file", 0o444)])
def test_sqlite_that_cannot_be_written_can_be_read(
    queried: Path, tmp_path: Path, as_anyone: dict[str, Any], what: str, mode: int
) -> None:
    """In a folder one may not write to, and a file one may not: as it is, and nothing is made beside it."""
    place = tmp_path / "registry" / "evidence.db"
    place.parent.mkdir()
    place.write_bytes(queried.read_bytes())
    (tmp_path / "out").mkdir()
    with rights(place if what == "file" else place.parent, mode):
        if what == "folder":
            reads(str(place), tmp_path / "out", **as_anyone)
        else:
            looks(str(place), **as_anyone)
    assert [each.name for each in place.parent.iterdir()] == ["evidence.db"]
    assert place.read_bytes() == queried.read_bytes()


def test_sqlite_somebody_else_is_writing_is_read_up_to_the_last_commit(
    queried: Path, tmp_path: Path, as_anyone: dict[str, Any]
) -> None:
    """Its changes stand in a file beside it; while its writer has it open they are read, too."""
    place = tmp_path / "registry" / "evidence.db"
    place.parent.mkdir()
    place.write_bytes(queried.read_bytes())
    with open_store(place) as store, store.transaction("Ada", "in the log") as transaction:
        transaction.change("study", "x", "note", None, "x")
    with open_store(place) as store, store.read():
        with store.transaction("Ada", "in the log still") as transaction:
            transaction.change("study", "x", "note", "x", "y")
        assert place.with_name("evidence.db-wal").stat().st_size
        with rights(place.parent, 0o555):
            done = evireg("log", "--json", "--db", str(place), **as_anyone)
    assert done.returncode == 0, done.stderr
    assert "in the log still" in done.stdout


def test_sqlite_with_changes_that_cannot_be_taken_in_is_refused_with_the_reason(
    queried: Path, tmp_path: Path, as_anyone: dict[str, Any]
) -> None:
    """A log without its writer holds acknowledged changes: the file alone is older, and is not read."""
    place = tmp_path / "registry" / "evidence.db"
    place.parent.mkdir()
    place.write_bytes(queried.read_bytes())
    place.with_name("evidence.db-wal").write_bytes(b"x" * 100)
    with rights(place.parent, 0o555):
        done = evireg("list", "studies", "--db", str(place), **as_anyone)
    assert done.returncode == 9
    assert "evidence.db-wal holds changes of it" in done.stderr
    assert "evireg doctor" in done.stderr


def test_file_read_without_locks_is_not_believed_once_it_was_written(queried: Path, tmp_path: Path) -> None:
    """Nobody guards an immutable file: what was read while it changed is void."""
    place = tmp_path / "evidence.db"
    place.write_bytes(queried.read_bytes())
    way = way_in(place)
    assert way.mode == "mode=rw"
    guarded = type(way)(place, "immutable=1", (place.stat().st_ino, place.stat().st_size, place.stat().st_mtime_ns))
    guarded.refuse_changed()
    with open_store(place) as store, store.transaction("Ada", "a change") as transaction:
        transaction.change("study", "x", "note", None, "x")
    with pytest.raises(StoreError, match="was written while it was being read"):
        guarded.refuse_changed()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_postgresql_with_select_alone_can_be_read(queried: Path, empty_url: str, tmp_path: Path) -> None:
    """A user who may SELECT and nothing else."""
    restore(queried, empty_url)
    role = f"reader_{os.getpid()}"
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")  # type: ignore[call-overload]
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")  # type: ignore[call-overload]
    url = sa.make_url(empty_url).set(username=role).render_as_string(hide_password=False)
    try:
        reads(url, tmp_path)
    finally:
        with psycopg.connect(empty_url, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")  # type: ignore[call-overload]
