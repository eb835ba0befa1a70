"""Cohorts a curator has told apart: what selections carry of it, and as of when."""

from __future__ import annotations

import pytest

from registry.curation.overlaps import decide_overlap
from registry.errors import PoolRefused
from registry.handle import Registry
from registry.record import Record
from registry.store import Store
from registry.writing import write_estimates


@pytest.fixture
def filled(store: Store) -> Registry:
    """One study in whole and in part, and one beside it."""
    rows = [("S1", "all", 400, 1.9), ("S1", "old", 100, 1.7), ("S2", "all", 200, 1.1)]
    with store.transaction("ada", "rows") as transaction:
        records = [
            Record({"study": study, "cohort": cohort, "n": n, "factor": "NLR", "endpoint": "OS", "est": est,
                    "ci_low": est / 1.5, "ci_high": est * 1.5, "ci_level": 95.0, "adjusted": "yes"})
            for study, cohort, n, est in rows
        ]  # fmt: skip
        write_estimates(transaction, records)
    return Registry(store, curator="ada")


def decide(registry: Registry, kind: str) -> int:
    """Decide on the pair, and give the changeset."""
    with registry.store.transaction("ada", kind) as transaction:
        decided = decide_overlap(transaction, "S1/all", "S1/old", kind, "letter of the authors")
    return decided.changeset or 0


def test_dismissed_overlap_settles_whole_and_part(filled: Registry) -> None:
    """From the decision on, and not before it; taken back, it is refused again. A frame pools like a condition."""
    with pytest.raises(PoolRefused, match="whose patients would count twice"):
        filled.pool('factor == "NLR"')
    dismissed = decide(filled, "dismissed")
    assert filled.pool('factor == "NLR"').pool.n == 700
    with pytest.raises(PoolRefused, match="whose patients would count twice"):
        filled.pool('factor == "NLR"', at=dismissed - 1)
    decide(filled, "subset")
    with pytest.raises(PoolRefused, match="overlap group"):
        filled.pool('factor == "NLR"')
    assert filled.pool('factor == "NLR"', at=dismissed).pool.n == 700
