"""Estimates for tests of curation, entered by Ada."""

from __future__ import annotations

from typing import Any

from registry.handle import Registry
from registry.record import Record
from registry.store import Store
from registry.writing import write_estimates

TYPICAL: dict[str, Any] = {
    "study": "kim2016",
    "factor": "NLR",
    "endpoint": "OS",
    "est": 2.0,
    "ci_low": 1.0,
    "ci_high": 4.0,
    "ci_level": 95.0,
    "est_text": "2.0",
    "ci_low_text": "1.0",
    "ci_high_text": "4.0",
    "n": 120,
}


def enter(store: Store, *rows: dict[str, Any], curator: str = "Ada") -> list[str]:
    """Write estimates, each a typical one but for what its row says; give the keys of the live ones, sorted."""
    with store.transaction(curator, "entered") as transaction:
        write_estimates(transaction, [Record({**TYPICAL, **row}, {}, "rows.csv", 2) for row in rows or ({},)])
    return sorted(Registry(store).estimates()["key"])


def stored(store: Store, key: str) -> dict[str, Any]:
    """Give what `show` tells of an estimate."""
    return Registry(store).show(key)
