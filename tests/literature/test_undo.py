"""Undo of what was done to references, and undo of the undo."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import Conflict
from registry.handle import Registry
from registry.literature.door import Literature
from registry.models import DoubtfulPair, Reference, Screening
from registry.store import Store
from tests.literature.conftest import Search, record


def held(store: Store) -> list[Any]:
    """Give all that is stored of references, without integer ids of decisions."""
    with store.read() as connection:
        references = connection.execute(sa.select(Reference.__table__).order_by(Reference.key)).all()
        key = {row.id: row.key for row in references}
        pairs = connection.execute(sa.select(DoubtfulPair.__table__)).all()
        decided = connection.execute(sa.select(Screening.__table__)).all()
    return [
        [(row.key, key.get(row.duplicate_of), row.duplicate_by, row.title, row.digest) for row in references],
        sorted((key[row.first], key[row.second], row.reason, row.same) for row in pairs),
        sorted(
            (key[row.reference_id], row.stage, row.reviewer_id, row.settles, row.decision, row.reason)
            for row in decided
        ),
    ]


@pytest.fixture
def registry(store: Store) -> Registry:
    """Open a fresh registry as Ada, on SQLite and on PostgreSQL."""
    return Registry(store, curator="Ada")


def latest(registry: Registry) -> int:
    from registry.models import Changeset

    with registry.store.read() as connection:
        return connection.execute(sa.select(sa.func.max(Changeset.number))).scalar() or 0


def test_each_verb_is_undone_and_brought_back(registry: Registry, store: Store, search: Search) -> None:
    """After undo all is as before the verb, after undo of the undo as after it."""
    literature: Literature = registry.literature
    first = search(record(0), record(1), record(2), record(0), record(1, DO="10.1000/doubt"))

    verbs = [
        lambda: literature.import_files(first, found_in="PubMed"),
        lambda: literature.same("pullarkat2011", "pullarkat2011b"),
        lambda: literature.different("armand2010", "armand2010b"),
        lambda: literature.screen(["armand2010", "kataoka2012"], "exclude", reason="wrong disease"),
        lambda: literature.screen(["armand2010"], "exclude", reason="wrong factor"),
        lambda: literature.same("armand2010", "kataoka2012"),
        lambda: literature.screen(["pullarkat2011"], "include", curator="Cleo Lovelace"),
        lambda: literature.screen(["pullarkat2011"], "exclude", curator="Grace"),
        lambda: literature.screen(["pullarkat2011"], "include", settle=True, curator="Dora"),
        lambda: literature.screen(["pullarkat2011"], "exclude", settle=True, curator="Emmy"),
    ]
    for verb in verbs:
        before = held(store)
        verb()
        after = held(store)
        assert after != before
        registry.undo(latest(registry), reason="mistaken")
        assert held(store) == before
        registry.undo(latest(registry), reason="mistaken")
        assert held(store) == after


def test_import_that_was_screened_is_not_undone(registry: Registry, search: Search) -> None:
    """What rests on a record stands in the way and is named."""
    registry.literature.import_files(search(record(0), record(1)), found_in="PubMed")
    number = latest(registry)
    registry.literature.screen(["armand2010"], "include")
    with pytest.raises(Conflict, match="the reference is used by a decision of a reviewer"):
        registry.undo(number, reason="mistaken")


def test_decisions_that_moved_go_back(registry: Registry, store: Store, search: Search) -> None:
    """Taking a joining back gives each document its own decisions again."""
    registry.literature.import_files(search(record(0), record(1)), found_in="PubMed")
    registry.literature.screen(["pullarkat2011"], "include")
    before = held(store)
    registry.literature.same("armand2010", "pullarkat2011")
    registry.undo(latest(registry), reason="mistaken")
    assert held(store) == before
