"""A registry on SQLite, through the Python door."""

from __future__ import annotations

import pytest

from registry.handle import Registry
from registry.store import Store


@pytest.fixture
def sqlite_registry(sqlite_store: Store) -> Registry:
    """Give an empty registry in which the database does not matter."""
    return Registry(sqlite_store, curator="Ada")
