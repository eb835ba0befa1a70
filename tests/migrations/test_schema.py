"""The migrations make exactly the tables the models describe."""

from __future__ import annotations

import re
import sqlite3
from argparse import Namespace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from registry.database import engine_for
from registry.keeping.doctor import examine
from registry.models import REVISION, Base
from registry.resources import resource
from registry.store import init, open_store
from registry.writing import write_estimates
from tests.conftest import MakeRecord
from tests.migrations.old import all_rows


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_migrations_have_one_head_and_it_is_the_revision_of_the_models() -> None:
    """There is one line of revisions, and its end is what the code takes a database to be."""
    assert _scripts().get_heads() == [REVISION]


def test_every_revision_is_known_by_the_name_of_its_file() -> None:
    """The handshake tells old from new by file names, so that opening a registry imports no alembic."""
    revisions = {script.revision: Path(script.path).name for script in _scripts().walk_revisions()}
    assert all(name.startswith(f"{revision}_") for revision, name in revisions.items())


def test_ini_file_leads_to_the_same_migrations() -> None:
    """Work on the schema with the alembic command uses the folder that init uses."""
    ini = Path(__file__).parents[2] / "alembic.ini"
    assert ScriptDirectory.from_config(Config(ini)).get_heads() == [REVISION]


def _sqlite_ddl(path: Path) -> dict[str, list[str]]:
    """Give the clauses of every table and index; their order means nothing, every statement names its columns."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: _clauses(sql) for name, sql in rows if name != "alembic_version"}


def _clauses(sql: str) -> list[str]:
    """Split a CREATE statement at the commas between its clauses."""
    head, _, body = re.sub(r"\s+", " ", sql.replace('"', "")).partition("(")
    found, depth, start = [head.strip()], 0, 0
    for place, letter in enumerate(body):
        depth += (letter == "(") - (letter == ")")
        if (letter == "," and depth == 0) or depth < 0:
            found.append(body[start:place].strip())
            start = place + 1
    return [*found[:1], *sorted(found[1:]), body[start:].strip()]


def test_migrated_sqlite_has_the_ddl_of_the_models(tmp_path: Path) -> None:
    """Column by column, CHECK body by CHECK body, index by index."""
    init(tmp_path / "migrated.db")
    (tmp_path / "modelled.db").touch()
    engine = engine_for(tmp_path / "modelled.db")
    Base.metadata.create_all(engine)
    engine.dispose()
    migrated, modelled = _sqlite_ddl(tmp_path / "migrated.db"), _sqlite_ddl(tmp_path / "modelled.db")
    assert migrated.keys() == modelled.keys()
    assert {"evidence_delete", "changeset_update", "change_delete", "snapshot_update"} < migrated.keys()
    for name, ddl in modelled.items():
        assert migrated[name] == ddl


_CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
          ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0""",
    "constraints": """
        SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def _postgresql_ddl(url: str) -> dict[str, set[tuple[object, ...]]]:
    engine = engine_for(url)
    with engine.connect() as connection:
        found = {
            name: {tuple(row) for row in connection.execute(sa.text(query)) if row[0] != "alembic_version"}
            for name, query in _CATALOGUE.items()
        }
    engine.dispose()
    return found


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_migrated_postgresql_has_the_catalogue_of_the_models(empty_url: str, database_url: str) -> None:
    """Types, nullability, CHECK bodies, foreign keys, and indexes with their conditions."""
    engine = engine_for(empty_url)
    Base.metadata.create_all(engine)
    engine.dispose()
    migrated, modelled = _postgresql_ddl(database_url), _postgresql_ddl(empty_url)
    for name, ddl in modelled.items():
        assert migrated[name] == ddl
    assert any("valid_to IS NULL" in str(row) for row in migrated["indexes"])
    assert {row[0] for row in migrated["triggers"]} >= {"evidence", "changeset", "change", "snapshot", "run"}


def _downgrade(url: str, revision: str) -> None:
    """Go back as `alembic -x db=URL downgrade REVISION` does from a checkout."""
    from alembic import command

    config = Config(cmd_opts=Namespace(x=[f"db={url}"]))
    config.set_main_option("script_location", str(resource("migrations")))
    config.set_main_option("path_separator", "os")
    command.downgrade(config, revision)


def test_downgrade_leaves_nothing(empty_url: str) -> None:
    """Every migration can be taken back, on both databases."""
    init(empty_url)
    _downgrade(empty_url, "base")
    engine = engine_for(empty_url)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_downgrade_that_would_lose_a_word_is_refused(database_url: str, record: MakeRecord) -> None:
    """A measure that the older schema does not know stays, with everything else, and the message counts the rows."""
    with open_store(database_url) as store, store.transaction("Ada", "add") as transaction:
        write_estimates(transaction, [record(measure="unclear")])
    before = all_rows(database_url)
    with pytest.raises(CommandError, match=r"has no word for estimate.measure 'unclear' \(rows: 1\),.*nothing"):
        _downgrade(database_url, "0005")
    assert all_rows(database_url) == before
    assert examine(database_url).sound
