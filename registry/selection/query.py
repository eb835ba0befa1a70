"""The conductor: a condition on the registry → the rows ready to pool, with their flow; or all that it matches.

The same code reads the registry as it is and as of any changeset. A connection must see one moment
(`Store.read` gives such a one). Rows come ordered by study, cohort and key, code point by code point, so that the same
selection is the same bytes on every database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.errors import PoolRefused
from registry.frame import Characteristic, Frame
from registry.models import evidence
from registry.selection.compile import compile_predicate, expression, neither
from registry.selection.measured import BARE, of_pairs, resolved
from registry.selection.narrow import narrow
from registry.selection.nodes import Field, Predicate, asks_adjustment, compared_fields
from registry.selection.view import At, at_changeset, moment, snapshot_name, versions
from registry.selection.where import Condition, parse
from registry.terms import Adjusted, Allow, AttributeType
from registry.vocabulary import Vocabulary
from registry.writing.overlaps import dismissed_pairs

if TYPE_CHECKING:
    from registry.flow import Flow

_NAMES = tuple(column.name for column in COLUMNS)
_ORDER = itemgetter(*(_NAMES.index(name) for name in ("study", "cohort", "key")))


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows ready to pool (`frame`), how they were come by (`flow`), and what was asked.

    `condition` is the canonical text with resolved keys (empty when none was given), `where` the text as given;
    `changeset` the one the registry was read at, `snapshot` the name it was asked for by, if any; `on_results` the
    columns of the condition that hold the result itself.
    """

    frame: Frame
    flow: Flow
    condition: str
    changeset: int
    where: str = ""
    on_results: tuple[str, ...] = ()
    snapshot: str | None = None

    @property
    def provenance(self) -> dict[str, Any]:
        """Give what an analysis of the rows says of where they come from."""
        return {
            "condition": self.condition,
            "changeset": self.changeset,
            "snapshot": self.snapshot,
            "on_results": list(self.on_results),
        }


def select(
    connection: sa.Connection,
    where: str | None,
    *,
    at: At = None,
    one_per: str | None = None,
    allow: Collection[str] = (),
    doubtful: str = "keep",
    vocabulary: Vocabulary | None = None,
) -> Selection:
    """Select the rows ready to pool: matched, less what must not or cannot be pooled, one per cohort if so ruled.

    `where` None matches every row; `at` reads as of a changeset or snapshot; `one_per` is a rule such as
    `cohort:adjusted,largest_n`; of `allow`, "selection-on-results" and "p-derived" matter here; `doubtful` estimates
    are kept, or left out (exclude). Simulated rows stay in only if the condition names `origin`. An empty selection is
    a result, not an error.

    Raises ConditionError, UsageError for a rule that cannot be read, PoolRefused for a condition on the result itself
    or a rule that would choose between different quantities, NotFound for an `at` that does not exist.
    """
    names = vocabulary or Vocabulary.load(connection)
    condition = parse(where, names)
    if condition.on_results and Allow.SELECTION_ON_RESULTS not in allow:
        raise PoolRefused(
            f"the condition looks at the result itself: {', '.join(condition.on_results)}",
            "leave that out of the condition, or say it aloud: --allow selection-on-results",
            Allow.SELECTION_ON_RESULTS,
        )
    changeset = at_changeset(connection, at)
    then = None if at is None else changeset
    frame, flow = narrow(
        matched(connection, condition, then, names),
        simulated=condition.names_origin,
        one_per=one_per,
        allow=allow,
        doubtful=doubtful,
        missing=_missing(connection, condition, then),
    )
    return Selection(
        frame, flow, condition.canonical, changeset, condition.text, condition.on_results, snapshot_name(at)
    )


def estimates(
    connection: sa.Connection, where: str | None, *, at: At = None, vocabulary: Vocabulary | None = None
) -> Frame:
    """Give every row the condition matches, poolable or not, simulated or not.

    `status`, `not_poolable`, `retracted` and `origin` say what each is. Conditions on the result itself are fine here:
    nothing is pooled. Raises ConditionError, and NotFound for an `at` that does not exist.
    """
    names = vocabulary or Vocabulary.load(connection)
    condition = parse(where, names)
    return matched(connection, condition, moment(connection, at), names)


def matching(connection: sa.Connection, condition: Condition, at: int | None) -> sa.ColumnElement[bool]:
    """Give the condition on evidence rows: the versions of that moment for which the predicate is true."""
    return sa.and_(versions(at), *meaning(connection, condition))


def meaning(connection: sa.Connection, condition: Condition) -> list[sa.ColumnElement[bool]]:
    """Give the condition on evidence rows of any moment; none where it asks for nothing."""
    return (
        [] if condition.predicate is None else [compile_predicate(resolved(connection, condition.predicate).predicate)]
    )


def matched(connection: sa.Connection, condition: Condition, at: int | None, names: Vocabulary) -> Frame:
    """Read the rows a condition matches, every contract column and every declared study characteristic, in order."""
    return read_rows(connection, matching(connection, condition, at), names, at=at)[0]


def read_rows(
    connection: sa.Connection,
    which: sa.ColumnElement[bool],
    names: Vocabulary,
    *beside: sa.Column[Any],
    at: int | None = None,
) -> tuple[Frame, list[tuple[Any, ...]]]:
    """Read evidence rows as a frame, in order; with them, row by row, the columns `beside` the contract.

    What curators have told apart is as of changeset `at`.
    """
    columns = [*(evidence.c[name] for name in _NAMES), evidence.c.attributes, *beside]
    found: list[Any] = connection.execute(sa.select(*columns).where(which)).all()  # type: ignore[assignment]
    found.sort(key=_ORDER)
    read = list(zip(*found, strict=True)) if found else [()] * len(columns)
    columns_read, carried, extra = read[: len(_NAMES)], read[len(_NAMES)], read[len(_NAMES) + 1 :]
    characteristics = {
        name: ([each.get(name) for each in carried], declared.type is AttributeType.NUMBER)
        for name, declared in names.attributes.items()
    }
    declared = {
        name: Characteristic(each.label or name, each.unit, each.tool, each.levels or ())
        for name, each in names.attributes.items()
    }
    by_name = dict(zip(_NAMES, columns_read, strict=True))
    factors = {key: names.factors[key] for key in set(by_name["factor"]) & names.factors.keys()}
    apart = dismissed_pairs(connection, by_name["study"], at)
    frame = Frame.from_columns(by_name, characteristics, declared, factors, apart)
    return frame, list(zip(*extra, strict=True))


def _read(field: Field, predicate: Predicate) -> sa.ColumnElement[Any]:
    """Give what is null where a field was not read; a list of covariates is not where the adjustment is unclear."""
    if field.name == "covariates" and asks_adjustment(predicate):
        return sa.case((evidence.c.adjusted == Adjusted.UNCLEAR.value, sa.null()), else_=expression(field))
    return expression(field)


def _missing(connection: sa.Connection, condition: Condition, at: int | None) -> Mapping[str, int]:
    """Count, per mentioned column, the rows that drop out because it was not read.

    A row counts for a column when the condition is neither true nor false for it and the column is null: known values
    alone do not decide. Columns without such a row are left out. Cutoffs that were read and do not compare count by
    their unit: `cutoff_value in pmol/L`.
    """
    if condition.predicate is None:
        return {}
    asked = resolved(connection, condition.predicate)
    if (unknown := neither(asked.predicate)) is None:
        return {}
    rows = sa.and_(versions(at), unknown)
    compared = compared_fields(condition.predicate)
    fields = [field for field in condition.fields if field in compared and not field.required]
    counts = [sa.func.count() - sa.func.count(_read(field, asked.predicate)) for field in fields]
    row = connection.execute(sa.select(*counts).select_from(evidence).where(rows)).one()
    found = {field.name: count for field, count in zip(fields, row, strict=True) if count}
    return found | _without_unit(connection, rows, asked.lost)


def _without_unit(
    connection: sa.Connection, rows: sa.ColumnElement[bool], lost: Collection[tuple[str, str]]
) -> dict[str, int]:
    """Count, per unit that does not convert to the one that is asked for, the rows that drop out for it."""
    if not lost:
        return {}
    unit = sa.func.coalesce(evidence.c.cutoff_unit, BARE)
    counts = sa.select(unit, sa.func.count()).where(rows, evidence.c.cutoff_value.is_not(None), of_pairs(lost))
    found = connection.execute(counts.group_by(unit).order_by(unit))
    return {f"cutoff_value in {'no unit' if name == BARE else name}": count for name, count in found}
