"""A session of PostgreSQL keeps what its user set, and a registry is one schema of a database."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa

from registry.errors import SchemaError, StoreError
from registry.keeping.backup import backup
from registry.keeping.doctor import examine
from registry.keeping.restore import restore
from registry.models import Study
from registry.store import Store, init, open_store
from registry.writing import write_estimates
from tests.conftest import MakeRecord

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@pytest.fixture
def team(empty_url: str) -> Callable[..., str]:
    """Make a schema, and give the URL of those who work in it."""

    def url(name: str, *, path: str | None = None, make: bool = True) -> str:
        if make:
            with psycopg.connect(empty_url) as connection:
                connection.execute(f"CREATE SCHEMA {name}")  # type: ignore[call-overload]
        options = {"options": f"-c search_path={path or name}"}
        return sa.make_url(empty_url).update_query_dict(options).render_as_string(hide_password=False)

    return url


def studies(url: str) -> list[str]:
    with open_store(url) as store, store.read() as connection:
        return list(connection.execute(sa.select(Study.key)).scalars())


def add(url: str, record: MakeRecord, study: str) -> None:
    with open_store(url) as store, store.transaction("Ada", "add") as transaction:
        write_estimates(transaction, [record(study=study)])


def test_two_teams_by_schema_share_nothing(team: Callable[..., str], empty_url: str, record: MakeRecord) -> None:
    """Each has its own registry, sound by itself, also where `public` is looked into next; `public` has a third."""
    first, second = team("team_a"), team("team_b", path='team_b,"public"')
    for url, study in ((empty_url, "public2020"), (first, "first2020"), (second, "second2020")):
        with pytest.raises(SchemaError, match="is empty"):
            open_store(url)
        assert init(url).created
        add(url, record, study)
    assert [studies(url) for url in (empty_url, first, second)] == [["public2020"], ["first2020"], ["second2020"]]
    assert [examine(url).facts["schema"] for url in (empty_url, first, second)] == ["public", "team_a", "team_b"]
    assert all(examine(url).sound for url in (empty_url, first, second))


def test_restore_and_doctor_of_one_team_leave_the_other_alone(
    team: Callable[..., str], record: MakeRecord, tmp_path: object
) -> None:
    """A restore into one schema replaces that one; a trigger lost in one is not found in the other."""
    first, second = team("team_a"), team("team_b")
    for url, study in ((first, "first2020"), (second, "second2020")):
        init(url)
        add(url, record, study)
    with open_store(first) as store:
        backup(store, f"{tmp_path}/kept.db")
    restore(f"{tmp_path}/kept.db", second, force=True)
    add(second, record, "more2021")
    assert (studies(first), studies(second)) == (["first2020"], ["first2020", "more2021"])
    with psycopg.connect(second.replace("+", "%20")) as connection:
        connection.execute("DROP TRIGGER evidence_delete ON team_b.evidence")
    assert examine(first).sound
    assert any("evidence_delete" in said for check in examine(second).checks for said in check.findings)


def test_schema_that_is_not_there_is_no_reason_to_use_public(team: Callable[..., str], empty_url: str) -> None:
    """A search path whose first schema does not exist is refused, not read as the next one."""
    init(empty_url)
    for verb in (init, open_store):
        with pytest.raises(StoreError, match="there is no schema nobody"):
            verb(team("nobody", path="nobody,public", make=False))  # type: ignore[operator]


def test_options_of_url_and_environment_are_kept_beside_ours(
    team: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are in force, the URL before the environment, and what evireg needs of a session before either."""
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=5MB -c statement_timeout=70s -c TimeZone=Asia/Tokyo")
    url = sa.make_url(team("team_a"))
    options = f"{url.query['options']} -c statement_timeout=80s -c default_transaction_isolation=serializable"
    target = url.update_query_dict({"options": options}).render_as_string(hide_password=False)
    init(target)
    shown = "work_mem", "statement_timeout", "TimeZone", "lock_timeout", "search_path", "default_transaction_isolation"
    with open_store(target, patience=7) as store, store.engine.connect() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in shown]
    assert found == ["5MB", "80s", "UTC", "7s", "team_a", "read committed"]


def test_environment_alone_says_which_schema(
    team: Callable[..., str], empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGOPTIONS is read where the URL says nothing."""
    team("team_a")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=team_a")
    init(empty_url)
    assert examine(empty_url).facts["schema"] == "team_a"
    monkeypatch.delenv("PGOPTIONS")
    with pytest.raises(SchemaError, match="is empty"):
        open_store(empty_url)


def test_database_that_takes_any_bytes_for_text_is_refused(store: Store, postgresql_server: object) -> None:
    """SQL_ASCII: refused with the command that makes a better one."""
    postgresql_server._do(  # type: ignore[attr-defined]
        "CREATE DATABASE any_bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
    )
    url = store.engine.url.set(database="any_bytes").render_as_string(hide_password=False)
    try:
        for verb in (init, open_store):
            with pytest.raises(StoreError, match="SQL_ASCII") as caught:
                verb(url)  # type: ignore[operator]
            assert "--encoding=UTF8" in caught.value.hint
    finally:
        postgresql_server.drop(url)  # type: ignore[attr-defined]
