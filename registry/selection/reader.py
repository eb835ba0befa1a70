"""Python's tree of a condition → ours: every part checked, every fault with a caret under what is wrong."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from registry.columns import Kind
from registry.errors import ConditionError
from registry.selection.fields import Fields
from registry.selection.nodes import (
    AdjustsFor,
    And,
    Compare,
    Contains,
    Field,
    IsNone,
    Not,
    OneOf,
    Or,
    Predicate,
    Term,
    Value,
    literal,
)

if TYPE_CHECKING:
    from registry.vocabulary import Vocabulary

#: Most comparisons in one condition; every value of an `in (…)` counts.
MOST_TERMS = 500

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Reader:
    """Reads one line; `mentioned` collects the fields met, by name."""

    def __init__(self, line: str, vocabulary: Vocabulary) -> None:
        self.line = line
        self.names = Fields(line, vocabulary)
        self.mentioned: dict[str, Field] = {}
        self.terms = 0

    def predicate(self, node: ast.expr) -> Predicate:
        """Read whatever can be true or false."""
        match node:
            case ast.BoolOp(ast.And(), values):
                return And(tuple(_flat(And, map(self.predicate, values))))
            case ast.BoolOp(ast.Or(), values):
                return Or(tuple(_flat(Or, map(self.predicate, values))))
            case ast.UnaryOp(ast.Not()):
                return self._negation(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
            case ast.Name():
                return self._bare(node)
        raise self._fault("this is no condition by itself", node, 'compare a column with it: factor == "ferritin"')

    def _negation(self, node: ast.expr) -> Predicate:
        negated = False
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            negated, node = not negated, node.operand
        inner = self.predicate(node)
        if not negated:
            return inner
        return inner.operand if isinstance(inner, Not) else Not(inner)

    def _bare(self, node: ast.Name) -> Predicate:
        field = self._field(node)
        if field.kind is not Kind.BOOLEAN:
            hint = f"compare it: {field} {'==' if field.kind is Kind.TEXT else '>='} …, or {field} is not None"
            raise self._fault(f"{field} is a column, not a condition", node, hint)
        return self._term(Compare(field, "==", right=True), node)

    def _comparison(self, node: ast.Compare) -> Predicate:
        sides = [node.left, *node.comparators]
        pairs = [
            self._pair(left, operator, right, alone=len(node.ops) == 1)
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return pairs[0] if len(pairs) == 1 else And(tuple(pairs))

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, *, alone: bool) -> Term:
        if type(operator) in _OPERATORS:
            return self._compare(left, _OPERATORS[type(operator)], right)
        if not alone:
            raise self._fault("in and is cannot stand in a chain", right, "split it with and")
        negated = isinstance(operator, (ast.NotIn, ast.IsNot))
        if isinstance(operator, (ast.In, ast.NotIn)):
            return self._one_of(left, right, negated=negated)
        return self._is_none(left, right, negated=negated)

    def _compare(self, left: ast.expr, operator: str, right: ast.expr) -> Term:
        if not isinstance(left, ast.Name):
            if not isinstance(right, ast.Name):
                self._no_call(left)
                raise self._fault("no column is compared here", left, 'write the column first: factor == "ferritin"')
            left, operator, right = right, _MIRRORED[operator], left
        field = self._field(left)
        if _is_none(right):
            test = "is not None" if operator == "!=" else "is None"
            raise self._fault("None is equal to nothing", right, f"for what was not read: {field} {test}")
        if isinstance(right, ast.Name):
            return self._term(self._two_fields(field, operator, right), left)
        value = self.names.value(field, self._literal(right), self._place(right))
        if operator not in ("==", "!=") and (field.exact or field.kind is Kind.BOOLEAN):
            raise self._fault(f"{field} has no order", left, "use ==, != or in (…)")
        return self._term(Compare(field, operator, value), left)

    def _two_fields(self, field: Field, operator: str, right: ast.Name) -> Compare:
        other = self._field(right)
        if "cutoff_value" in (field.name, other.name):
            hint = "compare it with a number, in the unit of the factor"
            raise self._fault("cutoff_value is in a unit and compares with no column", right, hint)
        numeric = (Kind.NUMBER, Kind.INTEGER)
        if field.kind is not other.kind and not (field.kind in numeric and other.kind in numeric):
            raise self._fault(f"{field} and {other} do not compare: {field.kind} and {other.kind}", right)
        if operator not in ("==", "!=") and field.kind not in numeric:
            raise self._fault(f"{field} and {other} have no common order", right, "use == or !=")
        return Compare(field, operator, other)

    def _one_of(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Term:
        if not isinstance(left, ast.Name):
            hint = f'for a piece of text: contains({right.id}, "…")' if isinstance(right, ast.Name) else ""
            raise self._fault("a column stands before in", left, hint)
        field = self._field(left)
        listed = isinstance(right, (ast.Tuple, ast.List))
        if not listed and not (self._is_literal(right) and self.line[: self._place(right)].rstrip().endswith("(")):
            hint = 'in ("OS", "PFS"); for a piece of text: contains(column, "piece")'
            raise self._fault("after in stands a list in parentheses", right, hint)
        members = right.elts if isinstance(right, (ast.Tuple, ast.List)) else [right]
        if not members:
            raise self._fault("the list is empty", right, "give at least one value")
        values = [self._member(field, member) for member in members]
        return self._term(OneOf(field, tuple(dict.fromkeys(values)), negated), left, len(members))

    def _member(self, field: Field, member: ast.expr) -> Value:
        if _is_none(member):
            raise self._fault("None is in no list", member, f"write: {field} in (…) or {field} is None")
        return self.names.value(field, self._literal(member), self._place(member))

    def _is_none(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Term:
        if not isinstance(left, ast.Name):
            raise self._fault("a column stands before is", left, "write: column is None")
        if not _is_none(right):
            raise self._fault("after is stands None", right, f"to compare, use {'!=' if negated else '=='}")
        return self._term(IsNone(self._field(left), negated), left)

    def _call(self, node: ast.Call) -> Term:
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called == "contains":
            return self._contains(node)
        if called == "adjusts_for":
            return self._adjusts_for(node)
        hint = 'contains(column, "text"), adjusts_for("age", "stage")'
        raise self._fault("a condition calls nothing but contains and adjusts_for", node, hint)

    def _adjusts_for(self, node: ast.Call) -> Term:
        if not node.args or node.keywords:
            raise self._fault("adjusts_for takes names of covariates", node, 'adjusts_for("age", "stage")')
        codes = []
        for argument in node.args:
            if isinstance(argument, ast.Name):
                hint = f'put it in quotes: "{argument.id}"'
                raise self._fault(f"{argument.id} is a column here, not a covariate", argument, hint)
            given = self._literal(argument)
            if not isinstance(given, str):
                raise self._fault("a covariate is a name", argument, f'put it in quotes: "{literal(given)}"')
            codes.append(self.names.covariate(given, self._place(argument)))
        self._named("adjusted", node)
        wanted = tuple(dict.fromkeys(codes))
        known = tuple(self.names.vocabulary.names_of("covariate", code) for code in wanted)
        return self._term(AdjustsFor(self._named("covariates", node), wanted, known), node, len(codes))

    def _contains(self, node: ast.Call) -> Term:
        arguments = node.args
        if len(arguments) != 2 or node.keywords or not isinstance(arguments[0], ast.Name):
            raise self._fault("contains takes a column and a text", node, 'contains(covariates, "age")')
        field = self._field(arguments[0])
        given = self._literal(arguments[1])
        if not isinstance(given, str):
            raise self._fault("contains looks for text", arguments[1], f'put it in quotes: "{literal(given)}"')
        text, whole = self.names.entry(field, given, self._place(arguments[1]))
        return self._term(Contains(field, text, whole), node)

    def _field(self, node: ast.Name) -> Field:
        return self._named(node.id, node)

    def _named(self, name: str, node: ast.expr) -> Field:
        field = self.names.field(name, self._place(node))
        return self.mentioned.setdefault(field.name, field)

    def _literal(self, node: ast.expr) -> Value:
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            sign, node = -1, node.operand
        self._no_call(node)
        if not isinstance(node, ast.Constant) or node.value is None:
            raise self._fault("a value stands here", node, 'a number, text in quotes ("…"), True or False')
        if isinstance(node.value, (bool, str)):
            return node.value
        number = sign * float(node.value)  # type: ignore[arg-type]  # the alphabet has no other constants
        if not math.isfinite(number):
            raise self._fault("the number is too large", node, "at most 1.8e308")
        return number + 0.0  # turns -0.0 into 0.0

    def _no_call(self, node: ast.expr) -> None:
        if isinstance(node, ast.Call):
            hint = 'contains(column, "text") is a condition by itself'
            raise self._fault("a condition compares columns and values, not calls", node, hint)

    def _is_literal(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub))

    def _term(self, term: Term, node: ast.expr, count: int = 1) -> Term:
        self.terms += count
        if self.terms > MOST_TERMS:
            raise self._fault(f"the condition has more than {MOST_TERMS} terms", node, "split it, or use in (…) less")
        return term

    def _place(self, node: ast.expr) -> int:
        """Give the column of a node in characters; Python counts bytes."""
        return len(self.line.encode()[: node.col_offset].decode())

    def _fault(self, message: str, node: ast.expr, hint: str = "") -> ConditionError:
        return ConditionError(message, self.line, self._place(node), hint)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _flat(kind: type[And] | type[Or], operands: Iterable[Predicate]) -> Sequence[Predicate]:
    flat: list[Predicate] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, kind) else [operand])
    return flat
