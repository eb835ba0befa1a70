"""An older registry is upgraded whole or stays as it is; the newer evireg of these tests is a copy with one more."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.database import engine_for
from registry.errors import StoreError
from registry.handle import Registry
from registry.models import REVISION
from registry.resources import resource
from registry.store import init, open_store
from tests.migrations.old import all_rows, make_old

_MIGRATION = '''"""A column more."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{previous}"


def upgrade() -> None:
    with op.batch_alter_table("study") as table:
        table.add_column(sa.Column("acronym", sa.String()))
    {then}
'''


def make_newer(folder: Path, then: str = "pass") -> Path:
    """Copy this evireg, with one more migration."""
    source = Path(__file__).parents[2]
    shutil.copytree(source / "registry", folder / "registry", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("migrations", "seeds"):
        shutil.copytree(resource(name), folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    base = folder / "registry" / "models" / "base.py"
    base.write_text(base.read_text().replace(f'REVISION = "{REVISION}"', 'REVISION = "9000"'))
    (folder / "migrations" / "versions" / "9000_more.py").write_text(_MIGRATION.format(previous=REVISION, then=then))
    return folder


def run_newer(folder: Path, verb: str, target: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys\n"
        "from registry import store\n"
        "from registry.errors import EviregError\n"
        "try:\n"
        f"    done = store.{verb}(sys.argv[1])\n"
        "    print(getattr(done, 'upgraded_from', None), getattr(done, 'backup', None))\n"
        "except EviregError as error:\n"
        "    sys.exit(f'{type(error).__name__}: {error}')\n"
    )
    command = [sys.executable, "-c", code, target]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def _columns(target: str) -> set[str]:
    engine = engine_for(target)
    with engine.connect() as connection:
        found = {column["name"] for column in sa.inspect(connection).get_columns("study")}
    engine.dispose()
    return found


def test_migrations_and_seeds_are_found_inside_an_installed_package(tmp_path: Path) -> None:
    """Laid out as the wheel lays them out, outside any checkout, a registry can be made."""
    source = Path(__file__).parents[2]
    package = tmp_path / "registry"
    shutil.copytree(source / "registry", package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("migrations", "seeds"):
        shutil.copytree(resource(name), package / name)
    done = run_newer(tmp_path, "init", str(tmp_path / "evidence.db"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "evidence.db").is_file()


def test_older_registry_is_upgraded_with_a_copy_beside_it(database_url: str, tmp_path: Path) -> None:
    """Open names the exact command; init does it, keeps a backup of a SQLite file, and then open goes."""
    newer = make_newer(tmp_path / "newer")
    refused = run_newer(newer, "open_store", database_url)
    assert "SchemaError" in refused.stderr
    assert "made by an older version of evireg" in refused.stderr
    assert "upgrade it: evireg init --db " in refused.stderr
    done = run_newer(newer, "init", database_url)
    assert done.stdout.startswith(REVISION), done.stderr
    assert "acronym" in _columns(database_url)
    assert run_newer(newer, "open_store", database_url).returncode == 0
    if "://" not in database_url:
        backup = Path(done.stdout.split(maxsplit=1)[1].strip())
        assert "acronym" not in _columns(str(backup))


def test_failed_upgrade_leaves_the_registry_as_it_was(database_url: str, tmp_path: Path) -> None:
    """A migration that breaks half-way is undone, and the registry still opens with the version that made it."""
    newer = make_newer(tmp_path / "newer", then='op.execute("SELECT * FROM no_such_table")')
    failed = run_newer(newer, "init", database_url)
    assert failed.returncode != 0
    assert "no_such_table" in failed.stderr
    assert "acronym" not in _columns(database_url)


def test_upgrade_without_room_for_a_copy_says_so_and_upgrades_nothing(tmp_path: Path) -> None:
    """Where the copy of a SQLite file cannot be written the message names it, and the registry stays as it was."""
    registry = tmp_path / f"{'e' * 207}.db"  # what its copy is written under is longer than a file system takes
    make_old("0001", str(registry))
    then = all_rows(str(registry))
    with pytest.raises(StoreError, match=r"schema-0001-.* could not be written: File name too long"):
        init(registry)
    assert all_rows(str(registry)) == then


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_failed_first_init_leaves_no_file(empty_url: str, tmp_path: Path) -> None:
    """A registry that could not be made is not half there."""
    newer = make_newer(tmp_path / "newer", then='op.execute("SELECT * FROM no_such_table")')
    assert run_newer(newer, "init", empty_url).returncode != 0
    assert not Path(empty_url).exists()


def test_seeding_an_old_registry_again_finds_its_estimates(empty_url: str) -> None:
    """What a topic brought then it brings now, however its covariates were split."""
    make_old("0001", empty_url)
    init(empty_url)
    with open_store(empty_url) as store:
        seeded = Registry(store, curator="Grace").seed("nlr_myeloma", "ferritin")
    assert {each.topic: each.created for each in seeded} == {"nlr_myeloma": 0, "ferritin": 0}
