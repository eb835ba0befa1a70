"""Predicate tree → SQLAlchemy expression on the evidence table, on every database; literals only as parameters.

Text compares by the database's `lower` of both sides (`registry.database` gives SQLite one that knows Unicode). Columns
of vocabularies hold keys and words, and literals are resolved to them: they compare as they stand, so that the index on
factor, disease and endpoint is used. Text has the order of its code points, whatever the database's locale.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from registry.columns import Kind
from registry.models import evidence
from registry.selection.fields import LISTS
from registry.selection.nodes import (
    AdjustsFor,
    And,
    Compare,
    Contains,
    Field,
    InUnits,
    IsNone,
    Not,
    OneOf,
    Or,
    Pair,
    Predicate,
    Term,
    Value,
    definite,
)
from registry.terms import Adjusted, FactorScale

Expression = sa.ColumnElement[Any]
Test = sa.ColumnElement[bool]


def compile_predicate(predicate: Predicate) -> Test:
    """Give the SQL expression that is true where the predicate is, null where it is neither true nor false."""
    match predicate:
        case And(operands):
            return sa.and_(*map(compile_predicate, operands))
        case Or(operands):
            return sa.or_(*map(compile_predicate, operands))
        case Not(operand):
            return sa.not_(compile_predicate(operand))
        case _:
            return _term(predicate)


def neither(predicate: Predicate) -> Test | None:
    """Give the SQL expression of rows for which the predicate is neither true nor false; None when there can be none.

    What every row answers (conditions on columns that are never missing) stays a plain condition, so that its index is
    used.
    """
    parts = predicate.operands if isinstance(predicate, And) else (predicate,)
    sure = [compile_predicate(part) for part in parts if definite(part)]
    open_ones = [compile_predicate(part) for part in parts if not definite(part)]
    # The parentheses are ours to set: `NOT a IS NULL` would ask whether a is known.
    return sa.and_(*sure, sa.Grouping(sa.and_(*open_ones)).is_(None)) if open_ones else None


def expression(field: Field) -> Expression:
    """Give the column of a field, or the member of the row's study characteristics; null where it was not read."""
    if field.column is not None:
        return evidence.c[field.name]
    member: Any = evidence.c.attributes[field.name]
    found: Expression = member.as_float() if field.kind is Kind.NUMBER else member.as_string()
    return found


def _term(term: Term) -> Test:
    match term:
        case IsNone(field, negated):
            return expression(field).is_not(None) if negated else expression(field).is_(None)
        case OneOf(field, values, negated):
            known = [_value(field, value) for value in values]
            return _comparable(field).not_in(known) if negated else _comparable(field).in_(known)
        case Contains(field, text, whole):
            return _contains(field, text, whole=whole)
        case AdjustsFor():
            return _adjusts_for(term)
        case InUnits(term, groups):
            return _in_units(term, groups)
        case Compare(field, sign, right):
            left, other = _sides(field, right)
            if field.kind is Kind.TEXT and sign not in ("==", "!="):
                left, other = _by_code_points(left), _by_code_points(other)
            return _OPERATORS[sign](left, other)


_OPERATORS: Mapping[str, Callable[[Any, Any], Test]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _in_units(plain: Term, groups: Sequence[tuple[Sequence[Pair], Term]]) -> Test:
    """Compare every row in its own unit; a step on a logarithm is in none."""
    pair = sa.tuple_(evidence.c.factor, sa.func.coalesce(evidence.c.cutoff_unit, "1"))
    logarithms = [scale.value for scale in FactorScale if scale != FactorScale.RAW]
    cases = [(pair.in_(pairs), _term(term)) for pairs, term in groups]
    return sa.case((evidence.c.scale.in_(logarithms), _term(plain)), *cases, else_=sa.cast(sa.null(), sa.Boolean()))


def _sides(field: Field, right: Value | Field) -> tuple[Expression, Expression]:
    if not isinstance(right, Field):
        return _comparable(field), _value(field, right)
    if field.exact and right.exact:
        return expression(field), expression(right)
    return _folded(field), _folded(right)


def _contains(field: Field, text: str, *, whole: bool) -> Test:
    if whole and field.name in LISTS:
        entries = sa.literal("; ") + sa.func.lower(expression(field)) + sa.literal("; ")
        return _Holds(entries, sa.literal("; ") + sa.func.lower(sa.literal(text)) + sa.literal("; "))
    return _Holds(sa.func.lower(expression(field)), sa.func.lower(sa.literal(text)))


def _adjusts_for(term: AdjustsFor) -> Test:
    """Give true or false where it is known: an unadjusted estimate is adjusted for nothing; a list not read is null."""
    named = term.names or tuple((code,) for code in term.codes)
    listed = [_lists(term.field, code, names) for code, names in zip(term.codes, named, strict=True)]
    adjusted = evidence.c.adjusted
    return sa.case(
        (adjusted == Adjusted.NO.value, sa.false()),
        (adjusted == Adjusted.YES.value, sa.and_(*listed)),
        else_=sa.null(),
    )


#: How the entries of lists stored before they were taken apart are separated, and what may follow a name in one.
_SEPARATORS = (", and ", ", ", ",", " and ", " & ")
_QUALIFIERS = (";", " (", " [", " >", " <", " ≥", " ≤", " =", ":", " i;", " ii;", " iii;", " iv;")

#: What an entry holds that is more than a code, so that those that are nothing else are not searched for every name.
_TOGETHER = (" (", " [", " >", " <", " ≥", " ≤", " =", ":", " i;", " ii;", " iii;", " iv;")


def _lists(field: Field, code: str, names: Sequence[str]) -> Test:
    """Whether the list holds the code, or, one that is not taken apart, a name of it with whatever follows."""
    apart: Expression = sa.func.lower(expression(field))
    for separator in _SEPARATORS:
        apart = sa.func.replace(apart, separator, "; ")
    entries = sa.literal("; ") + apart + sa.literal(";")
    named = [_Holds(entries, sa.literal(f"; {name}{after}")) for name in names for after in _QUALIFIERS]
    whole = sa.func.lower(expression(field)) + sa.literal(";")
    together = sa.or_(*(_Holds(whole, sa.literal(mark)) for mark in (*_SEPARATORS[2:], *_TOGETHER)))
    return sa.or_(_contains(field, code, whole=True), sa.and_(together, sa.or_(*named)))


def _comparable(field: Field) -> Expression:
    """Give the field as literals meet it: keys, words and numbers as they stand, other text case-folded."""
    return expression(field) if field.exact else _folded(field)


def _folded(field: Field) -> Expression:
    return sa.func.lower(expression(field)) if field.kind is Kind.TEXT else expression(field)


def _value(field: Field, value: Value) -> Expression:
    if isinstance(value, bool):
        return sa.true() if value else sa.false()
    if isinstance(value, str):
        return sa.literal(value) if field.exact else sa.func.lower(sa.literal(value))
    # Double whatever the column: a bound integer type would round 2.5 before it is compared.
    return sa.literal(value, sa.Double())


class _Holds(FunctionElement[bool]):
    """Whether the first text holds the second: `instr`, `strpos`; null when the first is."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(_Holds)
def _holds(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


@compiles(_Holds, "postgresql")
def _holds_postgresql(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


class _by_code_points(FunctionElement[str]):  # noqa: N801 - reads as a function
    """Text that compares by code points: SQLite's own way, collation "C" elsewhere."""

    type = sa.String()
    inherit_cache = True


@compiles(_by_code_points)
def _plain_order(element: _by_code_points, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_by_code_points, "postgresql")
def _c_order(element: _by_code_points, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'
