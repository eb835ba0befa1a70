"""An amendment reads by index what grows with the registry, so that it costs the same among a million estimates."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from registry.curation.amend import Amendment, amend
from registry.record import Record
from registry.store import Store
from registry.writing import declare_overlap, write_estimates

#: These hold as many rows as there are estimates, studies or changes; all others hold vocabulary.
GROWING = ("evidence", "estimate", "cohort", "study", "study_report", "report", "attribute_value", "change", "overlap")


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("estimate", {"hr": "2.1"}),
        ("estimate", {"source_locator": "Table 9"}),
        ("kim1/all", {"country": "Japan"}),
        ("kim1", {"title": "Another"}),
    ],
    ids=["numbers", "identity", "cohort", "report"],
)
def test_amending_scans_nothing_that_grows(
    sqlite_store: Store, record: Callable[..., Record], key: str, changes: dict[str, str]
) -> None:
    """No statement of an amendment walks through a whole table of estimates, studies or changes."""
    with sqlite_store.transaction("Ada", "add") as transaction:
        write_estimates(transaction, [record(study=f"kim{number}", title=f"Title {number}") for number in range(3)])
        declare_overlap(transaction, "kim0", "kim2", "partial", "same centre")
        keys = sorted(transaction.opened)
    asked: list[tuple[str, Any]] = []
    event = (sqlite_store.engine, "before_cursor_execute")

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(*event, note)
    with sqlite_store.transaction("Ada", "amend") as transaction:
        amend(transaction, [Amendment(keys[1] if key == "estimate" else key, changes)])
    sa.event.remove(*event, note)
    assert len(asked) > 5
    scans = list(_scans(str(sqlite_store.target.path), asked))
    assert not scans, "\n".join(scans)


def _scans(path: str, asked: list[tuple[str, Any]]) -> Any:
    connection = sqlite3.connect(path)
    connection.create_function("lower", 1, str.lower)
    for statement, parameters in asked:
        if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE") or " max(" in statement or "LIMIT" in statement:
            continue  # the highest key, and the last changeset, are the end of an index
        one = parameters[0] if isinstance(parameters, list) else parameters
        for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", one):
            words = step[3].split()
            if words[0] == "SCAN" and any(word in GROWING or word.removesuffix("_1") in GROWING for word in words[1:3]):
                yield f"{step[3]}: {statement}"
    connection.close()
