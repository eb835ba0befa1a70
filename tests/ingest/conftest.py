"""Files whose text stands in the test, and what a registry holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.models import Base
from registry.store import Store

Write = Callable[..., Path]
Held = Callable[[Store], dict[str, int]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and give its path."""

    def write(content: str | bytes, name: str = "rows.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def held() -> Held:
    """Count the rows of every table."""

    def held(store: Store) -> dict[str, int]:
        with store.read() as connection:
            return {
                name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for name, table in Base.metadata.tables.items()
            }

    return held
