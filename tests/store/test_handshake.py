"""Opening: only a registry of this version, and nothing is created on the way."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.database import engine_for, locate
from registry.errors import SchemaError, StoreError, UsageError
from registry.models import REVISION
from registry.store import init, open_store


def test_initialised_registry_opens(database_url: str) -> None:
    """What init made, open takes."""
    with open_store(database_url) as store, store.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM changeset")) == 1


def test_init_of_a_current_registry_changes_nothing(database_url: str) -> None:
    """Init twice is init once: no second changeset of vocabulary."""
    again = init(database_url)
    assert (again.created, again.upgraded_from, again.changeset, again.names) == (False, None, None, 0)


def test_init_says_what_it_made(empty_url: str) -> None:
    """A new registry comes with the schema of this version and the shipped names in changeset 1."""
    made = init(empty_url)
    assert (made.created, made.upgraded_from, made.revision, made.backup, made.changeset) == (
        True,
        None,
        REVISION,
        None,
        1,
    )
    assert made.names > 100


def test_empty_database_names_the_init_command(empty_url: str) -> None:
    """Nothing there, or a database without tables, is told from a registry, and nothing is made."""
    with pytest.raises(SchemaError, match=r"evireg init --db "):
        open_store(empty_url)
    assert "://" in empty_url or not Path(empty_url).exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"study_key,hr\nkim2016,2.1\n" * 100, "is not a SQLite database")],
    ids=["empty", "csv"],
)
def test_file_that_is_no_registry_is_refused_and_kept(tmp_path: Path, content: bytes, said: str) -> None:
    """A file that holds something else stays as it is."""
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=said):
        open_store(path)
    assert path.read_bytes() == content


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder is not a registry."""
    with pytest.raises(SchemaError, match="is not a file"):
        open_store(tmp_path)


@pytest.mark.parametrize("verb", [open_store, init])
def test_database_of_something_else_is_refused(empty_url: str, verb: object) -> None:
    """Neither open nor init touches a database that holds other tables."""
    if "://" not in empty_url:
        Path(empty_url).touch()
    engine = engine_for(empty_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE bookmarks (url TEXT)"))
    engine.dispose()
    with pytest.raises(SchemaError, match="a database of something else"):
        verb(empty_url)  # type: ignore[operator]
    engine = engine_for(empty_url)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["bookmarks"]
    engine.dispose()


@pytest.mark.parametrize("verb", [open_store, init])
def test_database_of_another_program_with_alembic_is_refused(empty_url: str, verb: object) -> None:
    """A revision is one of ours only beside a table of ours; nothing is touched."""
    if "://" not in empty_url:
        Path(empty_url).touch()
    engine = engine_for(empty_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('0001')"))
        connection.execute(sa.text("CREATE TABLE account (id INTEGER)"))
    engine.dispose()
    with pytest.raises(SchemaError, match="a database of something else"):
        verb(empty_url)  # type: ignore[operator]
    engine = engine_for(empty_url)
    with engine.connect() as connection:
        assert sorted(sa.inspect(connection).get_table_names()) == ["account", "alembic_version"]
    engine.dispose()


@pytest.mark.parametrize("verb", [open_store, init])
def test_newer_registry_asks_for_a_newer_evireg(database_url: str, verb: object) -> None:
    """A revision this code does not know was made by a newer one."""
    engine = engine_for(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaError, match=r"newer version of evireg \(schema 9999"):
        verb(database_url)  # type: ignore[operator]


@pytest.mark.parametrize("target", ["mysql://localhost/x", "sqlite://", ":memory:", "", "sqlite:///:memory:"])
def test_target_that_cannot_hold_a_registry_is_refused(target: str) -> None:
    """Another kind of database, or memory, is a usage error that names the forms there are."""
    with pytest.raises(UsageError, match="give a path such as"):
        open_store(target)


def test_sqlite_url_is_the_path(tmp_path: Path) -> None:
    """`sqlite:///path` and the path are the same registry."""
    init(f"sqlite:///{tmp_path / 'evidence.db'}")
    with open_store(tmp_path / "evidence.db") as store:
        assert store.url == str(tmp_path / "evidence.db")


def test_path_may_hold_signs_that_mean_something_in_urls(tmp_path: Path) -> None:
    """Spaces, %, ? and # in a file name are just that."""
    path = tmp_path / "my 100% file?#1.db"
    init(path)
    with open_store(path):
        assert [found.name for found in tmp_path.iterdir() if found.suffix == ".db"] == [path.name]


def test_command_for_a_path_with_spaces_can_be_pasted(tmp_path: Path) -> None:
    """The upgrade command is exact."""
    with pytest.raises(SchemaError, match=r"evireg init --db '.*/my file.db'"):
        open_store(tmp_path / "my file.db")


def test_init_at_the_same_time_makes_one_registry(empty_url: str) -> None:
    """Whoever comes second finds it made."""
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: init(empty_url).created, range(4)))
    assert sorted(made) == [False, False, False, True]
    with open_store(empty_url) as store, store.read() as connection:
        assert verify_ledger(connection) == 1


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """Init makes a file, never a folder."""
    with pytest.raises(StoreError, match=r"nowhere does not exist\ncreate it first"):
        init(tmp_path / "nowhere" / "evidence.db")


def test_password_is_never_shown() -> None:
    """A server out of reach is named without the password."""
    with pytest.raises(StoreError, match=r"postgresql://curator@127.0.0.1:1/evidence is out of reach") as caught:
        open_store("postgres://curator:s3cret@127.0.0.1:1/evidence?password=s3cret")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["a+b", "a b", "a%2Bb", "ä"])
def test_names_on_a_server_are_shown_as_they_can_be_typed(name: str) -> None:
    """User and database, with a plus sign or a space, mean the same when the address shown is given again."""
    place = locate(f"postgresql://{name}@host:1/{name}?options=-c%20search_path%3Da%2Bb")
    shown = locate(str(place)).url
    assert (shown.username, shown.database, shown.query) == (place.url.username, place.url.database, place.url.query)
    assert " " not in str(place)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_missing_postgresql_database_says_so(database_url: str) -> None:
    """A database that the server does not have is the user's to create."""
    url = sa.make_url(database_url).set(database="nowhere").render_as_string()
    with pytest.raises(StoreError, match="createdb"):
        open_store(url)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_postgresql_that_folds_ascii_only_is_refused(empty_url: str) -> None:
    """Text in conditions matches in every script, or the registry is not made."""
    engine = engine_for(empty_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE narrow TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc"))
    try:
        url = sa.make_url(empty_url).set(database="narrow").render_as_string()
        with pytest.raises(StoreError, match="beyond ASCII"):
            init(url)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text("DROP DATABASE narrow WITH (FORCE)"))
        engine.dispose()


def test_opened_sqlite_is_in_wal_mode(tmp_path: Path) -> None:
    """Readers and the writer do not wait for each other."""
    init(tmp_path / "evidence.db")
    connection = sqlite3.connect(tmp_path / "evidence.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
