"""Searches written as text, and a registry's door to references."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.handle import Registry
from registry.literature.door import Literature
from registry.store import Store

#: Writes records, given as RIS lines each, to a file of this name.
Search = Callable[..., Path]


@pytest.fixture
def search(tmp_path: Path) -> Search:
    """Write records of one search: each a dictionary of RIS tag → value."""

    def write(*records: dict[str, str], name: str = "search.ris") -> Path:
        path = tmp_path / name
        lines = [
            line
            for record in records
            for line in ("TY  - JOUR", *(f"{tag}  - {value}" for tag, value in record.items()), "ER  - ", "")
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def literature(store: Store) -> Literature:
    """Open the door to references of a fresh registry, on SQLite and on PostgreSQL, as Ada."""
    return Registry(store, curator="Ada").literature


def record(number: int, **tags: str) -> dict[str, str]:
    """Make a record of its own: title, author, year and DOI no other number has."""
    names = ("Armand", "Pullarkat", "Kataoka", "Mahindra", "Penack", "Siddiq", "Ihlow", "Dudok", "Rejeski")
    topics = ("survival", "relapse", "engraftment", "toxicity", "response", "mortality", "infection", "quality", "iron")
    title = f"Serum ferritin and {topics[number]} after transplantation in {'abcdefghi'[number] * 5} patients"
    usual = {"TI": title, "AU": f"{names[number]}, A.", "PY": str(2010 + number), "DO": f"10.1000/{number}"}
    return {tag: value for tag, value in {**usual, **tags}.items() if value}
