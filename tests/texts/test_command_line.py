"""The command line refuses a text with such a character as input, and stores nothing of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry.store import open_store
from registry.writing import write_estimates
from tests.cli.conftest import Run, run
from tests.conftest import MakeRecord

__all__ = ["run"]

#: Commands with a text in `{}` that is to be stored.
COMMANDS = (
    ("overlaps", "confirm", "kim2016", "lee2017", "--kind", "same", "--reason", "{}"),
    ("query", "save", "new", '--where=factor == "NLR"', "--describe", "{}"),
    ("snapshot", "create", "new", "--message", "{}"),
    ("amend", "kim2016/all", "treatment={}", "--reason", "x"),
    ("curator", "add", "Mary", "--competing-interests", "{}"),
)


@pytest.fixture
def filled(initialised_file: Path, tmp_path: Path, record: MakeRecord) -> str:
    """Give a registry with two estimates."""
    path = tmp_path / "evidence.db"
    shutil.copy(initialised_file, path)
    with open_store(path) as store, store.transaction("Grace", "add") as transaction:
        write_estimates(transaction, [record(), record(study="lee2017", line=3)])
    return str(path)


def _changesets(url: str) -> int:
    with open_store(url) as store, store.read() as connection:
        return int(connection.exec_driver_sql("SELECT max(number) FROM changeset").scalar_one())


def test_toml_with_nul(run: Run, filled: str, tmp_path: Path) -> None:
    """The registry stays as it was, and the message names file, query and field."""
    place, before = tmp_path / "q.toml", _changesets(filled)
    place.write_text('[query.new]\nwhere = \'factor == "NLR"\'\ndescription = "a\\u0000b"\n', encoding="utf-8")
    found = run("query", "import", str(place), "--db", filled, "--as", "Ada")
    assert found.code == 3
    assert "query 'new': description holds the control character U+0000 (NUL)" in found.err
    assert _changesets(filled) == before


@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(each[:2]) for each in COMMANDS])
def test_options(run: Run, filled: str, command: tuple[str, ...]) -> None:
    """Exit code 3, the character by its name, no changeset."""
    before = _changesets(filled)
    found = run(*(each.replace("{}", "a\x1bb") for each in command), "--db", filled, "--as", "Ada")
    assert (found.code, "U+001B" in found.err) == (3, True), found
    assert _changesets(filled) == before
