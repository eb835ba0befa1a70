"""The predicate tree of a condition: small frozen nodes with literals resolved; `str` gives its canonical text.

Meaning is SQL's three-valued logic: a comparison with a column that was not read is neither true nor false, and so is
its negation; only `is None` and `is not None` are always one or the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.columns import Column, Kind

Value = str | float | bool


@dataclass(frozen=True, slots=True)
class Field:
    """A contract column (`column`), or a declared study characteristic (no `column`), as a condition names it."""

    name: str
    kind: Kind
    column: Column | None = None

    @property
    def required(self) -> bool:
        """Whether every estimate has a value here."""
        return self.column is not None and self.column.required

    @property
    def exact(self) -> bool:
        """Whether the values are keys or words of a vocabulary: literals are resolved to them, and have no order."""
        return self.column is not None and (self.column.term is not None or bool(self.column.vocabulary))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Compare:
    """`field operator right`, right being a value or another field; operator one of == != < <= > >=."""

    field: Field
    operator: str
    right: Value | Field

    def __str__(self) -> str:
        right = str(self.right) if isinstance(self.right, Field) else literal(self.right)
        return f"{self.field} {self.operator} {right}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """`field in (values)`, or not in."""

    field: Field
    values: tuple[Value, ...]
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.field} {'not in' if self.negated else 'in'} ({', '.join(map(literal, self.values))})"


@dataclass(frozen=True, slots=True)
class IsNone:
    """`field is None`: it was not read; or is not None."""

    field: Field
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.field} is not None" if self.negated else f"{self.field} is None"


@dataclass(frozen=True, slots=True)
class Contains:
    """`contains(field, text)`: the text is a piece of the field's, or (`whole`) one of the entries of its list."""

    field: Field
    text: str
    whole: bool = False

    def __str__(self) -> str:
        return f"contains({self.field}, {literal(self.text)})"


@dataclass(frozen=True, slots=True)
class AdjustsFor:
    """`adjusts_for("age", "ISS")`: the estimate is adjusted, and its covariates (`field`) hold each of these codes.

    It is not where it is unadjusted, or adjusted for a list that was read and lacks one; else nobody knows. `names` has
    for each code the folded names that stand for it, for lists stored before they were taken apart.
    """

    field: Field
    codes: tuple[str, ...]
    names: tuple[tuple[str, ...], ...] = ()

    def __str__(self) -> str:
        return f"adjusts_for({', '.join(map(literal, self.codes))})"


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a predicate that is not itself a negation."""

    operand: Predicate

    def __str__(self) -> str:
        return f"not ({self.operand})"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more predicates, none of them an And."""

    operands: tuple[Predicate, ...]

    def __str__(self) -> str:
        return " and ".join(f"({each})" if isinstance(each, Or) else str(each) for each in self.operands)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more predicates, none of them an Or."""

    operands: tuple[Predicate, ...]

    def __str__(self) -> str:
        return " or ".join(f"({each})" if isinstance(each, And) else str(each) for each in self.operands)


#: A factor, and a unit its cutoffs are stored in.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class InUnits:
    """A comparison of numbers that have a unit: `groups` hold it as it is for the rows of each factor and unit.

    For rows of no group it is neither true nor false. Only what a database is asked has it (`measured`).
    """

    term: Compare | OneOf
    groups: tuple[tuple[tuple[Pair, ...], Compare | OneOf], ...]

    def __str__(self) -> str:
        return str(self.term)


Term = Compare | OneOf | IsNone | Contains | AdjustsFor | InUnits
Predicate = Term | Not | And | Or


def literal(value: Value) -> str:
    """Write a value as a condition holds it: text in double quotes, whole numbers without a point."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, bool):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def definite(predicate: Predicate) -> bool:
    """Whether the predicate is true or false for every row, whatever was not read."""
    match predicate:
        case IsNone():
            return True
        case Compare(field, _, right):
            return field.required and (not isinstance(right, Field) or right.required)
        case OneOf(field) | Contains(field) | AdjustsFor(field):
            return field.required
        case InUnits():
            return False
        case Not(operand):
            return definite(operand)
        case And(operands) | Or(operands):
            return all(definite(each) for each in operands)


def compared_fields(predicate: Predicate) -> frozenset[Field]:
    """Collect the fields whose values the predicate compares; `is None` looks only at whether there is one."""
    match predicate:
        case IsNone():
            return frozenset()
        case Compare(field, _, right):
            return frozenset({field, right} if isinstance(right, Field) else {field})
        case OneOf(field) | Contains(field) | AdjustsFor(field):
            return frozenset({field})
        case InUnits(term):
            return compared_fields(term)
        case Not(operand):
            return compared_fields(operand)
        case And(operands) | Or(operands):
            return frozenset().union(*map(compared_fields, operands))


def asks_adjustment(predicate: Predicate) -> bool:
    """Whether the predicate asks what an estimate is adjusted for."""
    match predicate:
        case Not(operand):
            return asks_adjustment(operand)
        case And(operands) | Or(operands):
            return any(map(asks_adjustment, operands))
        case _:
            return isinstance(predicate, AdjustsFor)
