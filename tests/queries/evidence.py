"""Estimates of one question to save queries about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registry.record import Record
from registry.store import Store
from registry.writing import write_estimates

TYPICAL: dict[str, Any] = {
    "factor": "NLR",
    "disease": "multiple myeloma",
    "endpoint": "OS",
    "ci_level": 95.0,
    "measure": "hr",
    "contrast": "above_vs_below",
}
#: A condition that matches them all.
WHERE = 'factor == "NLR" and endpoint == "OS"'


def enter(store: Store, studies: Iterable[str], **values: Any) -> dict[str, str]:
    """Enter one estimate for each study, in one changeset; give study → key."""
    named = list(studies)
    records = [
        Record(
            {
                **TYPICAL,
                "study": study,
                "est": 1.5 + 0.1 * place,
                "ci_low": 1.1,
                "ci_high": 2.4 + 0.2 * place,
                "doi": f"10.1/{study}",
                "year": 2010 + 2 * place,
                "title": f"On {study}",
                **values,
            },
            {},
            "rows.csv",
            place + 2,
        )
        for place, study in enumerate(named)
    ]
    with store.transaction("Ada", "import rows.csv") as transaction:
        write_estimates(transaction, records)
    from registry.selection import estimates

    with store.read() as connection:
        frame = estimates(connection, None)
    keys = dict(zip(frame["study"].tolist(), frame["key"].tolist(), strict=True))
    return {study: keys[study] for study in named}
