"""What `list` tells: studies, cohorts, estimates, factors and more, each a list of plain dicts in order.

With a condition only what has a matching estimate is listed, and the counts are of matching estimates: `estimates`,
those of them that are `poolable` as they stand, and the `cohorts` and `studies` behind them. Retracted, excluded and
simulated estimates are counted too; a listing shows what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.errors import UsageError
from registry.models import Factor, Synonym, evidence
from registry.ordering import in_order, natural
from registry.selection import matrices, unextracted
from registry.selection.compile import expression
from registry.selection.fields import characteristic
from registry.selection.query import matched, matching
from registry.selection.view import At, moment
from registry.selection.where import Condition, parse
from registry.vocabulary import Vocabulary

Rows = list[dict[str, Any]]

#: What makes a cohort, wherever it is counted.
_COHORT = evidence.c.study + sa.literal("\x1f") + evidence.c.cohort


def listing(
    connection: sa.Connection, kind: str, where: str | None = None, *, at: At = None, tool: str | None = None
) -> Rows:
    """List one kind of thing, in the order of its names (`registry.ordering`), estimates by key.

    `at` is a changeset or snapshot, `tool` is for appraisals. Raises UsageError for another kind and ConditionError for
    a condition that cannot be read.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no list of {kind}", f"lists: {', '.join(KINDS)}")
    names = Vocabulary.load(connection)
    return KINDS[kind](_Asked(connection, parse(where, names), moment(connection, at), names, tool))


@dataclass(frozen=True, slots=True)
class _Asked:
    connection: sa.Connection
    condition: Condition
    at: int | None
    names: Vocabulary
    tool: str | None = None


def _studies(asked: _Asked) -> Rows:
    shown = ("first_author", "year", "title", "journal", "doi", "pmid")
    counts = {**_one_of(shown), "retracted": _any(evidence.c.retracted), **_counts("cohorts")}
    return _with(asked, _grouped(asked, ("study",), counts), unextracted.studies, ("study",))


def _cohorts(asked: _Asked) -> Rows:
    place = ("disease", "country", "design", "treatment", "recruited_from", "recruited_to", "centres")
    shown = (*place, "followup_median_months", "n", "overlap_group")
    rows = _grouped(asked, ("study", "cohort"), {**_one_of(shown), **_counts()})
    return _with(asked, rows, unextracted.cohorts, ("study", "cohort"))


def _cutoffs(asked: _Asked) -> Rows:
    parts = ("cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method")
    there = sa.or_(*(evidence.c[name].is_not(None) for name in ("cutoff_value", "cutoff_text")))
    return _grouped(asked, ("factor", *parts), _counts("studies", "cohorts"), there)


def _estimates(asked: _Asked) -> Rows:
    return matched(asked.connection, asked.condition, asked.at, asked.names).to_rows()


def _factors(asked: _Asked) -> Rows:
    found = _grouped(asked, ("factor",), _counts("studies", "cohorts"))
    counts = {row["factor"]: row for row in found}
    none = {"studies": 0, "cohorts": 0, "estimates": 0, "poolable": 0}
    synonyms = _synonyms(asked.connection)
    rows = asked.connection.execute(sa.select(Factor.__table__))
    listed = [
        {
            "factor": row.key,
            "label": row.label,
            "unit": row.canonical_unit,
            "loinc": row.loinc,
            "read_as": row.read_as,
            "levels": row.levels,
            "synonyms": synonyms.get(row.key, []),
            **none,
            **counts.get(row.key, {}),
        }
        for row in rows
        if asked.condition.predicate is None or row.key in counts
    ]
    return sorted(listed, key=lambda row: natural(row["factor"]))


def _attributes(asked: _Asked) -> Rows:
    there = _given(asked)
    return [
        {
            "attribute": name,
            "label": declared.label or name,
            "type": str(declared.type),
            "unit": declared.unit,
            "levels": list(declared.levels) if declared.levels is not None else None,
            "level": str(declared.level),
            "tool": declared.tool,
            "estimates": there[name],
        }
        for name, declared in sorted(asked.names.attributes.items(), key=lambda each: natural(each[0]))
        if asked.condition.predicate is None or there[name]
    ]


def _adjustment(asked: _Asked) -> Rows:
    return matrices.adjustment(asked.connection, asked.condition, asked.at, asked.names)


def _appraisal(asked: _Asked) -> Rows:
    return matrices.appraisal(asked.connection, asked.condition, asked.at, asked.tool)


KINDS: Mapping[str, Callable[[_Asked], Rows]] = {
    "studies": _studies,
    "cohorts": _cohorts,
    "cutoffs": _cutoffs,
    "estimates": _estimates,
    "factors": _factors,
    "attributes": _attributes,
    "adjustment": _adjustment,
    "appraisal": _appraisal,
}


def _grouped(
    asked: _Asked,
    by: Sequence[str],
    values: Mapping[str, sa.ColumnElement[Any]],
    also: sa.ColumnElement[bool] | None = None,
) -> Rows:
    """Group the matching estimates by columns; ordered by them as people sort, what was not read last."""
    keys = [evidence.c[name] for name in by]
    chosen = [matching(asked.connection, asked.condition, asked.at), *([] if also is None else [also])]
    query = sa.select(*keys, *(value.label(name) for name, value in values.items())).where(*chosen).group_by(*keys)
    rows = [_typed(dict(row)) for row in asked.connection.execute(query).mappings()]
    return sorted(rows, key=lambda row: [_sortable(row[name]) for name in by])


def _with(asked: _Asked, rows: Rows, others: Callable[[sa.Connection], Rows], by: Sequence[str]) -> Rows:
    """Add what has no estimate to a list without a condition, as things are now."""
    if asked.condition.predicate is not None or asked.at is not None:
        return rows
    return sorted([*rows, *others(asked.connection)], key=lambda row: [_sortable(row[name]) for name in by])


def _sortable(value: Any) -> tuple[bool, Any, str]:
    return (value is None, value if isinstance(value, float) else natural(value), str(value))


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"retracted": bool(row["retracted"])} if "retracted" in row else row


def _counts(*also: str) -> dict[str, sa.ColumnElement[Any]]:
    behind = {"studies": evidence.c.study, "cohorts": _COHORT}
    return {
        **{name: sa.func.count(sa.distinct(behind[name])) for name in also},
        "estimates": sa.func.count(),
        "poolable": sa.func.count() - sa.func.count(evidence.c.not_poolable),
    }


def _one_of(columns: Sequence[str]) -> dict[str, sa.ColumnElement[Any]]:
    """Give the largest value of each column: they are the same for all estimates of a study or cohort, but for n."""
    return {name: sa.func.max(evidence.c[name]) for name in columns}


def _any(column: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.max(sa.case((column, 1), else_=0))


def _synonyms(connection: sa.Connection) -> dict[str, list[str]]:
    query = sa.select(Synonym.key, Synonym.name).where(Synonym.vocabulary == "factor")
    found: dict[str, list[str]] = {}
    for key, name in connection.execute(query):
        if name != key:
            found.setdefault(key, []).append(name)
    return {key: in_order(names) for key, names in found.items()}


def _given(asked: _Asked) -> dict[str, int]:
    """Count the matching estimates that have each study characteristic."""
    fields = [characteristic(declared) for declared in asked.names.attributes.values()]
    if not fields:
        return {}
    counts = [sa.func.count(expression(field)) for field in fields]
    row = asked.connection.execute(
        sa.select(*counts).where(matching(asked.connection, asked.condition, asked.at))
    ).one()
    return {field.name: count for field, count in zip(fields, row, strict=True)}
