"""The evidence row of an estimate, made from the normalised tables: the one projection everything uses.

`finished` adds what follows from the facts of a row, `project` makes rows from what is stored, and `refresh` brings
the evidence table in line after a change: it closes the version that is no longer true and opens the new one.
"""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.columns import COLUMNS
from registry.derivation import Derived, derive, with_ratio_bounds
from registry.meaning.doubts import still_settled
from registry.meaning.printed import BOUNDS
from registry.models import (
    Attribute,
    AttributeValue,
    Cohort,
    Contrast,
    Cutoff,
    Disease,
    Endpoint,
    Estimate,
    Factor,
    Report,
    Study,
    evidence,
)
from registry.terms import AttributeType, NotPoolable, Status
from registry.writing.bulk import batched, insert_rows, select_in
from registry.writing.digest import bucket, canonical_attributes, canonical_text, digest
from registry.writing.overlaps import overlap_groups

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from registry.ledger import Transaction

#: The columns of the evidence table as `stored_row` fills them.
EVIDENCE = ("id", *(column.name for column in COLUMNS), "attributes", "valid_from", "valid_to", "bucket")
#: What `finished` adds to the facts of a row, beside its digest.
FOLLOWS = ("yi", "vi", "derivation", "not_poolable", "flags")
_contract = itemgetter(*(column.name for column in COLUMNS))

#: The contract's columns that stand in the table of estimates under the same name.
REPORTED = tuple(
    column.name for column in COLUMNS if column.name in Estimate.__table__.columns and column.name not in ("key", "id")
)

_own, _source = aliased(Report), aliased(Report)

_FACTS = (
    sa.select(
        Estimate.id.label("estimate_id"),
        Study.id.label("study_id"),
        Cohort.id.label("cohort_id"),
        Estimate.key,
        Study.key.label("study"),
        Cohort.key.label("cohort"),
        _own.authors.label("first_author"),
        *(getattr(_own, name) for name in ("year", "title", "journal", "doi", "pmid")),
        _source.kind.label("source_kind"),
        _source.url.label("source_url"),
        *(
            getattr(Cohort, name)
            for name in (
                "country",
                "design",
                "treatment",
                "recruited_from",
                "recruited_to",
                "centres",
                "followup_median_months",
            )
        ),
        Disease.key.label("disease"),
        Factor.key.label("factor"),
        Contrast.timepoint,
        *(getattr(Cutoff, name).label(f"cutoff_{name}") for name in ("operator", "value", "unit", "text", "method")),
        Contrast.kind.label("contrast"),
        Contrast.index_group,
        Contrast.reference_group,
        Contrast.scale,
        Endpoint.key.label("endpoint"),
        *(getattr(Estimate, name) for name in REPORTED),
        sa.func.coalesce(_own.retracted, sa.false()).label("own_retracted"),
        sa.func.coalesce(_source.retracted, sa.false()).label("source_retracted"),
    )
    .join(Cohort, Estimate.cohort_id == Cohort.id)
    .join(Study, Cohort.study_id == Study.id)
    .outerjoin(_own, Study.report_id == _own.id)
    .outerjoin(_source, Estimate.report_id == _source.id)
    .outerjoin(Disease, Cohort.disease_id == Disease.id)
    .join(Contrast, Estimate.contrast_id == Contrast.id)
    .join(Factor, Contrast.factor_id == Factor.id)
    .outerjoin(Cutoff, Contrast.cutoff_id == Cutoff.id)
    .join(Endpoint, Estimate.endpoint_id == Endpoint.id)
)


def finished(facts: dict[str, Any]) -> tuple[dict[str, Any], Derived]:
    """Complete the facts of a row (in place) with yi, vi, derivation, flags and digest; give what was derived too.

    A row without status yet is extracted, or disputed when it breaks a hard rule. Bounds stored as those of a log ratio
    become those of the ratio, as an import keeps them.
    """
    if facts.get("log_hr") is not None and facts.get("ci_low") is not None:
        facts.update({name: with_ratio_bounds(facts)[name] for name in BOUNDS})
    derived = derive(facts)
    if facts["status"] is None:
        disputed = derived.not_poolable is NotPoolable.DISPUTED
        facts["status"] = Status.DISPUTED.value if disputed else Status.EXTRACTED.value
    facts["yi"], facts["vi"] = derived.yi, derived.vi
    facts["derivation"] = derived.derivation.value
    facts["not_poolable"] = None if derived.not_poolable is None else derived.not_poolable.value
    facts["flags"] = "; ".join(flag.value for flag in derived.flags) or None
    facts["digest"] = digest(facts)
    return facts, derived


def stored_row(row: dict[str, Any], *, number: int, opened_by: int) -> tuple[Any, ...]:
    """Give a finished row as the evidence table takes it, with integer id `number`, opened by a changeset."""
    return (number, *_contract(row), canonical_text(row["attributes"]), opened_by, None, bucket(row["key"]))


def project(connection: sa.Connection, estimates: Collection[int]) -> list[dict[str, Any]]:
    """Make the evidence rows of these estimates (by integer id) from the normalised tables, finished, no history."""
    found = [row._asdict() for row in select_in(connection, _FACTS, Estimate.id, estimates)]
    rows = sorted(found, key=itemgetter("estimate_id"))  # a database gives them in an order of its own
    attributes = _attributes(connection, rows)
    groups = overlap_groups(connection, {row["cohort_id"] for row in rows})
    projected = []
    for row in rows:
        row["overlap_group"] = groups.get(row["cohort_id"])
        owners = [(owner, row.pop(owner)) for owner in OWNERS]
        row["attributes"] = {name: value for owner in owners for name, value in attributes.get(owner, {}).items()}
        row["retracted"] = bool(row.pop("own_retracted")) or bool(row.pop("source_retracted"))
        row["settled"] = still_settled(row["settled"], row)
        projected.append(finished(row)[0])
    return projected


Owner = tuple[str, int]

#: What a study characteristic can belong to.
OWNERS = ("study_id", "cohort_id", "estimate_id")


def _attributes(connection: sa.Connection, rows: Iterable[dict[str, Any]]) -> dict[Owner, dict[str, Any]]:
    """Give the typed study characteristics of each study, cohort and estimate of these rows."""
    wanted = list(rows)
    found: dict[Owner, dict[str, Any]] = {}
    for owner in OWNERS:
        found |= attribute_values(connection, owner, {row[owner] for row in wanted})
    return found


def attribute_values(connection: sa.Connection, owner: str, ids: Collection[int]) -> dict[Owner, dict[str, Any]]:
    """Give the typed study characteristics of owners of one kind: `study_id`, `cohort_id` or `estimate_id`."""
    column = AttributeValue.__table__.c[owner]
    statement = sa.select(column, Attribute.name, Attribute.type, AttributeValue.value).join_from(
        AttributeValue, Attribute
    )
    found: dict[Owner, dict[str, Any]] = defaultdict(dict)
    for number, name, kind, value in select_in(connection, statement, column, ids):
        found[owner, number][name] = float(value) if kind == AttributeType.NUMBER else value
    return {key: canonical_attributes(values) for key, values in found.items()}


def refresh(transaction: Transaction, estimates: Collection[int]) -> int:
    """Bring the evidence rows of these estimates in line with the tables; give how many changed.

    A live version of an earlier changeset is closed and a new one opened; one this changeset opened is replaced.
    """
    return sum(_refresh(transaction, piece) for piece in batched(sorted(estimates), 2000))


def _refresh(transaction: Transaction, estimates: Collection[int]) -> int:
    connection = transaction.connection
    rows = {row["key"]: row for row in project(connection, estimates)}
    columns = (evidence.c.id, evidence.c.key, evidence.c.digest, evidence.c.valid_from)
    live = sa.select(*columns).where(evidence.c.valid_to.is_(None))
    stored = {row.key: row for row in select_in(connection, live, evidence.c.key, rows)}
    changed = {key: row for key, row in rows.items() if key not in stored or stored[key].digest != row["digest"]}
    _close(transaction, [stored[key] for key in changed if key in stored])
    opened = [
        stored_row(row, number=transaction.next_id("evidence"), opened_by=transaction.number)
        for row in changed.values()
    ]
    insert_rows(connection, "evidence", EVIDENCE, opened)
    transaction.opened.update((key, row["digest"]) for key, row in changed.items())
    return len(changed)


def close(transaction: Transaction, keys: Collection[str]) -> None:
    """Close the live versions of these keys with no successor: what they said is said of nothing any more."""
    columns = (evidence.c.id, evidence.c.key, evidence.c.digest, evidence.c.valid_from)
    live = sa.select(*columns).where(evidence.c.valid_to.is_(None))
    for version in (found := list(select_in(transaction.connection, live, evidence.c.key, keys))):
        transaction.opened.pop(version.key, None)
    _close(transaction, found)


def _close(transaction: Transaction, versions: Iterable[sa.Row[Any]]) -> None:
    earlier, replaced = [], []
    for version in versions:
        if version.valid_from == transaction.number:
            replaced.append(version.id)
        else:
            earlier.append(version.id)
            transaction.closed[version.key] = version.digest
    for piece in batched(replaced, 1000):
        transaction.connection.execute(sa.delete(evidence).where(evidence.c.id.in_(piece)))
    for piece in batched(earlier, 1000):
        transaction.connection.execute(
            sa.update(evidence).where(evidence.c.id.in_(piece)).values(valid_to=transaction.number)
        )
