"""Three rows made up to try options on, so that each is read by the code that will read it later."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from registry.columns import COLUMNS, Kind
from registry.errors import PoolRefused, UsageError
from registry.frame import Frame
from registry.pooling.grouping import grouping
from registry.terms import Allow, AttributeType

if TYPE_CHECKING:
    from registry.vocabulary import Vocabulary


def trial_rows(vocabulary: Vocabulary, named: Collection[str]) -> Frame:
    """Give three rows that nothing is known of, but for their numbers and the columns that options have named."""
    columns: dict[str, list[Any]] = {column.name: [None] * 3 for column in COLUMNS}
    for column in COLUMNS:
        if column.name in named and column.term:
            columns[column.name] = [next(iter(column.term)).value] * 3
        elif column.name in named:
            columns[column.name] = [column.name] * 3 if column.kind is Kind.TEXT else [1, 1, 1]
    columns |= {"key": ["a", "b", "c"], "study": ["a", "b", "c"], "cohort": ["all"] * 3, "retracted": [False] * 3}
    columns |= {"yi": [0.1, 0.2, 0.4], "vi": [0.01, 0.02, 0.03]}
    attributes = {
        name: ([1.0] * 3, True) if declared.type is AttributeType.NUMBER else ([name] * 3, False)
        for name, declared in vocabulary.attributes.items()
    }
    return Frame.from_columns(columns, attributes)


def try_subgroup(rows: Frame, asked: str) -> None:
    """Read `column` or `column:threshold` as a pool will. UsageError for what cannot be subgroups on any evidence."""
    try:
        grouping(rows, asked, frozenset(Allow))
    except PoolRefused:
        column = column_of(asked)
        hint = f"{column}:NUMBER, or several numbers with commas"
        raise UsageError(f"subgroup: {column} is a number and needs a threshold", hint) from None


def column_of(option: str) -> str:
    """Give the column of `column` or `column:value`."""
    return option.partition(":")[0].strip()
