"""Typing many rows at once: column by column, each cell by the reader of its column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

from registry.ingest import numbers
from registry.ingest.issues import Problem
from registry.remembered import Remembered


class Plan:
    """Which cells become which values: names, cell positions and readings in one order, and values of every row.

    Rows are read together, column by column: there are some fifty cells a row, and a loop over rows costs each of
    them what a loop over columns costs a thousand.
    """

    def __init__(
        self, targets: Iterable[tuple[str, int, Remembered[str, Any]]], fixed: Mapping[str, Any] | None = None
    ) -> None:
        self._targets, self._fixed = list(targets), dict(fixed or {})
        self.names = (*(name for name, _, _ in self._targets), *self._fixed)

    def values(self, rows: Sequence[list[str]]) -> tuple[list[dict[str, Any]], Mapping[int, list[Problem]]]:
        """Give the values of each row by name, None where not read, and problems by row; their cells count as not read.

        The rows are equally long.
        """
        if not rows or not self.names:
            return [{} for _ in rows], {}
        cells = list(zip(*rows, strict=True))
        columns: list[Iterable[Any]] = [
            list(map(reading.__getitem__, cells[position])) for _, position, reading in self._targets
        ]
        problems = self._problems(columns)
        columns += [repeat(value, len(rows)) for value in self._fixed.values()]
        values = [dict(zip(self.names, row, strict=True)) for row in zip(*columns, strict=True)]
        for index, found in problems.items():
            values[index].update({problem.column: numbers.plain_value(problem) for problem in found})
        return values, problems

    def _problems(self, columns: Iterable[Iterable[Any]]) -> Mapping[int, list[Problem]]:
        found: dict[int, list[Problem]] = {}
        for name, column in zip(self.names, columns, strict=False):  # what is fixed has none
            if Problem in map(type, column):
                for index, value in enumerate(column):
                    if isinstance(value, Problem):
                        found.setdefault(index, []).append(replace(value, column=name))
        return found
