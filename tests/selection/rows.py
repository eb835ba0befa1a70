"""Evidence rows for tests of selection, written straight into the flat table: any mixture of nulls is possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from registry.models import evidence
from registry.store import Store
from registry.terms import AttributeType
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing import Entry, add_vocabulary, declare_attributes

ENTRIES = (
    Entry("factor", "ferritin", ("serum ferritin",)),
    Entry("factor", "NLR", ("neutrophil-to-lymphocyte ratio",)),
    Entry("disease", "myeloma X", ("MX", "plasma cell myeloma X")),
    Entry("disease", "lymphoma Y"),
    Entry("endpoint", "OS", ("overall survival",)),
    Entry("endpoint", "PFS"),
    Entry("covariate", "age"),
    Entry("covariate", "sex", ("gender",)),
    Entry("covariate", "stage"),
)

DECLARED = (
    AttributeDeclaration("dose", type=AttributeType.NUMBER),
    AttributeDeclaration("ward"),
    AttributeDeclaration("source", type=AttributeType.CATEGORY, levels=("commercial", "academic")),
    AttributeDeclaration("n_sites", type=AttributeType.NUMBER),
)

REQUIRED: Mapping[str, Any] = {
    "study": "Smith2020",
    "cohort": "all",
    "factor": "ferritin",
    "contrast": "above_vs_below",
    "endpoint": "OS",
    "measure": "hr",
    "adjusted": "unclear",
    "origin": "reported",
    "derivation": "ci",
    "status": "extracted",
    "retracted": False,
    "digest": "0" * 64,
    "bucket": 0,
    "yi": 0.5,
    "vi": 0.04,
    "attributes": {},
}


def prepare(store: Store) -> None:
    """Give the registry the names these tests use."""
    with store.transaction("tester", "names") as transaction:
        add_vocabulary(transaction, ENTRIES, keep=True)
        declare_attributes(transaction, DECLARED, keep=True)


def add(store: Store, *rows: Mapping[str, Any]) -> int:
    """Open evidence rows in one changeset and give its number; a row without key gets one, `k01` upwards."""
    unread = {column.name: None for column in evidence.columns if column.nullable}
    with store.transaction("tester", "rows") as transaction:
        numbers = [transaction.next_id("evidence") for _ in rows]
        own = [{"key": f"k{number:02}", "id": number, "valid_from": transaction.number} for number in numbers]
        opened = [{**unread, **REQUIRED, **names, **given} for names, given in zip(own, rows, strict=True)]
        transaction.connection.execute(sa.insert(evidence), opened)
        transaction.opened.update({row["key"]: row["digest"] for row in opened})
    return transaction.number


def close(store: Store, *keys: str) -> int:
    """Close the live versions of these keys in one changeset and give its number."""
    with store.transaction("tester", "closed") as transaction:
        live = sa.update(evidence).where(evidence.c.key.in_(keys), evidence.c.valid_to.is_(None))
        transaction.connection.execute(live.values(valid_to=transaction.number))
        transaction.closed.update(dict.fromkeys(keys, "0" * 64))
    return transaction.number


def vocabulary() -> Vocabulary:
    """Make the same names without a database."""
    from registry.vocabulary import KINDS, fold

    matched: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for entry in ENTRIES:
        matched[entry.kind] |= {fold(name): entry.key for name in (entry.key, *entry.synonyms)}
    return Vocabulary(matched, {}, {declared.name: declared for declared in DECLARED})
