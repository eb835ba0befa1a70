"""The condition language: text → `Condition`, a predicate tree with columns checked and literals resolved.

    factor == "ferritin" and endpoint in ("OS", "PFS") and 50 <= n < 500 and not contains(design, "case-control")

Python's own grammar reads it (`ast`), nothing is ever evaluated. Conditions hold columns of the contract
(`registry.columns`) and declared study characteristics, numbers, quoted text, True and False; `and or not`, `== != < <=
> >=` and their chains, `in (…)`, `not in (…)`, `is None`, `is not None`, `contains(column, "text")`,
`adjusts_for("age", "stage")`. Text compares without regard to case; names of factors, diseases, endpoints and
covariates stand for their keys.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.errors import ConditionError
from registry.selection import tokens
from registry.selection.nodes import Field, Predicate, literal
from registry.selection.reader import Reader

if TYPE_CHECKING:
    from registry.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as written (`text`, on one line), its tree, and the fields it mentions, in order.

    The condition that asks for nothing has no predicate and no text.
    """

    text: str = ""
    predicate: Predicate | None = None
    fields: tuple[Field, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns and study characteristics mentioned."""
        return tuple(field.name for field in self.fields)

    @property
    def on_results(self) -> tuple[str, ...]:
        """Name the mentioned columns that hold the result itself."""
        return tuple(field.name for field in self.fields if field.column is not None and field.column.on_result)

    @property
    def names_origin(self) -> bool:
        """Whether the condition mentions `origin`: only then may simulated rows enter a selection."""
        return "origin" in self.columns

    @property
    def canonical(self) -> str:
        """Spell the condition one way: resolved keys, double quotes, no needless parentheses; it reads as itself."""
        return "" if self.predicate is None else str(self.predicate)


def parse(text: str | None, vocabulary: Vocabulary) -> Condition:
    """Read a condition; None asks for nothing and matches every row.

    Raises ConditionError, which carries the text and the column of the caret, for anything that is not a condition, a
    column or study characteristic that does not exist, a literal that no vocabulary knows, and more than 500 terms.
    """
    if text is None:
        return Condition()
    line = tokens.one_line(text)
    tokens.check(line)
    reader = Reader(line, vocabulary)
    predicate = reader.predicate(_grammar(line))
    return Condition(line, predicate, tuple(reader.mentioned.values()))


def equals(column: str, value: str | float) -> str:
    """Write the condition `column == value`, whatever characters the value holds."""
    return f"{column} == {literal(float(value) if isinstance(value, int) else value)}"


def both(conditions: Iterable[str | None]) -> str | None:
    """Join conditions with `and`, leaving out those that are None; None when all are."""
    given = [condition for condition in conditions if condition is not None]
    return " and ".join(given if len(given) == 1 else [f"({each})" for each in given]) or None


def _grammar(line: str) -> ast.expr:
    """Read the line by Python's grammar; the alphabet is checked before, so only the order of words can be wrong."""
    try:
        return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        position = error.offset - 1 if error.offset else len(line)
        ends = position >= len(line)
        what = "the condition breaks off" if ends else "this does not fit here"
        hint = 'expected comparisons such as n >= 50 or factor == "ferritin", joined with and, or, not'
        raise ConditionError(what, line, min(position, len(line)), hint) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise ConditionError(f"the condition cannot be read: {error}", line, 0) from None
