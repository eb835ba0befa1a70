"""Numbers of a condition that have a unit: `cutoff_value >= 1000` is 1000 in the factor's own unit, in every row.

The literal is converted, not the column: 1.5 mg/L of ferritin is above 1000 ng/mL because it is above 1 mg/L. The few
units that occur are read once for each condition. A condition that names a unit, `cutoff_unit == "mg/L" and
cutoff_value >= 1`, means its numbers in that. Cutoffs of a factor without a unit of its own are compared in the one its
first cutoff was stored in. Where units do not convert the comparison is neither true nor false.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from registry.errors import UsageError
from registry.models import Factor, evidence
from registry.selection.compile import compile_predicate
from registry.selection.nodes import And, Compare, Field, InUnits, Not, OneOf, Or, Pair, Predicate, compared_fields
from registry.units import convert, spelled

#: The column whose numbers have a unit, the column of that, and how a number without unit is converted.
MEASURED, UNIT, BARE = "cutoff_value", "cutoff_unit", "1"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A predicate with its numbers in the unit of every row; `lost` are the pairs of factor and unit without one."""

    predicate: Predicate
    lost: frozenset[Pair] = frozenset()


class _Met(NamedTuple):
    """A factor, a unit its cutoffs are stored in, and the unit they are compared in."""

    factor: str
    unit: str
    own: str


def resolved(connection: sa.Connection, predicate: Predicate) -> Resolved:
    """Give a predicate that a database can answer: nothing is read unless it compares cutoffs."""
    if not any(field.name == MEASURED for field in compared_fields(predicate)):
        return Resolved(predicate)
    reading = _Reading(_met(connection, predicate))
    return Resolved(reading.walk(predicate, None), frozenset(reading.lost))


def of_pairs(pairs: Iterable[Pair]) -> sa.ColumnElement[bool]:
    """Give the condition on evidence rows of these factors with cutoffs in these units."""
    unit = sa.func.coalesce(evidence.c.cutoff_unit, BARE)
    return sa.tuple_(evidence.c.factor, unit).in_(sorted(pairs))


def _met(connection: sa.Connection, predicate: Predicate) -> list[_Met]:
    """Read which units occur, of the factors the predicate names if it does."""
    parts = predicate.operands if isinstance(predicate, And) else (predicate,)
    factors = [each for each in parts if {field.name for field in compared_fields(each)} == {"factor"}]
    unit = sa.func.coalesce(evidence.c.cutoff_unit, BARE)
    query = (
        sa.select(evidence.c.factor, unit, Factor.canonical_unit, sa.func.min(evidence.c.valid_from))
        .outerjoin(Factor, Factor.key == evidence.c.factor)
        .where(evidence.c.cutoff_value.is_not(None), *map(compile_predicate, factors))
        .group_by(evidence.c.factor, unit, Factor.canonical_unit)
    )
    found: list[Any] = list(connection.execute(query))
    rows = sorted(found, key=lambda row: (row[3], row[1]))
    first: dict[str, str] = {}
    for factor, own, canonical, _ in rows:
        first.setdefault(factor, canonical or own)
    return [_Met(factor, own, first[factor]) for factor, own, _, _ in rows]


class _Reading:
    """Puts units into a tree; `lost` collects what does not compare."""

    def __init__(self, met: list[_Met]) -> None:
        self.met = met
        self.lost: set[Pair] = set()

    def walk(self, predicate: Predicate, named: str | None) -> Predicate:
        """Give the predicate with every comparison of cutoffs in units; `named` is the unit the condition names."""
        match predicate:
            case And(operands):
                named = next(filter(None, map(_named, operands)), named)
                return And(tuple(self.walk(each, named) for each in operands))
            case Or(operands):
                return Or(tuple(self.walk(each, named) for each in operands))
            case Not(operand):
                return Not(self.walk(operand, named))
            case Compare(Field(name)) | OneOf(Field(name)) if name == MEASURED:
                return self._in_units(predicate, named)
        return predicate

    def _in_units(self, term: Compare | OneOf, named: str | None) -> InUnits:
        groups: dict[Compare | OneOf, list[Pair]] = {}
        for factor, unit, own in self.met:
            try:
                converted = _converted(term, named or own, unit)
            except UsageError:
                self.lost.add((factor, unit))
            else:
                groups.setdefault(converted, []).append((factor, unit))
        return InUnits(term, tuple((tuple(pairs), each) for each, pairs in groups.items()))


def _named(predicate: Predicate) -> str | None:
    """Give the unit that a part of a condition names."""
    match predicate:
        case Compare(Field(name), "==", str(text)) if name == UNIT:
            return spelled(text) or text
    return None


def _converted(term: Compare | OneOf, unit: str, to: str) -> Compare | OneOf:
    """Give the comparison with its numbers in another unit. Raises UsageError where they do not convert."""
    if isinstance(term, OneOf):
        return replace(term, values=tuple(convert(float(each), unit, to) for each in term.values))
    return term if isinstance(term.right, Field) else replace(term, right=convert(float(term.right), unit, to))
