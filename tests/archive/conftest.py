"""One registry with something of everything, and its archive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.archive.export import export_snapshot
from registry.store import Store, init, open_store
from tests.archive.rich import fill


@dataclass(frozen=True)
class Rich:
    """A SQLite file with something of everything, the archive of its snapshot `second`, and its keys."""

    database: Path
    archive: Path
    keys: list[str]


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Rich:
    """Make the registry once; it is not to be written to."""
    folder = tmp_path_factory.mktemp("rich")
    init(folder / "rich.db")
    with open_store(folder / "rich.db") as store:
        keys = fill(store, folder)
        export_snapshot(store, "second", folder / "second.zip", with_attachments=True)
    return Rich(folder / "rich.db", folder / "second.zip", keys)


@pytest.fixture
def rich_store(rich: Rich, tmp_path: Path) -> Iterator[Store]:
    """Open a copy of the registry, to be written to."""
    shutil.copy(rich.database, tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db") as store:
        yield store
