"""A first look at columns the registry does not know: of what type they are, and what their values belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from registry.ingest import numbers
from registry.ingest.files import Row, Table
from registry.ingest.header import Header
from registry.ingest.issues import Problem
from registry.ingest.records import DEFAULTS
from registry.terms import AttributeLevel, AttributeType
from registry.vocabulary import AttributeDeclaration

#: 007 is a name, not the number 7.
_PADDED = re.compile(r"[+-]?0[0-9]")


@dataclass(slots=True)
class _Seen:
    """What the cells of one column have shown so far."""

    index: int
    numeric: bool = True
    per_cohort: bool = True
    filled: bool = False
    of_cohort: dict[tuple[str, str], str] = field(default_factory=dict)

    def look(self, cohort: tuple[str, str], text: str) -> None:
        if not text:
            return
        self.filled = True
        if self.numeric:
            self.numeric = not (_PADDED.match(text) or isinstance(numbers.number(text), Problem))
        if self.per_cohort:
            self.per_cohort = self.of_cohort.setdefault(cohort, text) == text
            if not self.per_cohort:
                self.of_cohort.clear()


def survey(table: Table, header: Header) -> tuple[AttributeDeclaration, ...]:
    """Declare the columns the registry does not know: number or text, of the cohort or of the single estimate.

    A value that is the same in all rows of each cohort belongs to the cohort. A column without any value says nothing
    and is not declared.
    """
    seen = {name: _Seen(index) for name, index in header.undeclared.items()}
    if seen:
        _look(table, header, seen)
    return tuple(
        AttributeDeclaration(
            name,
            label=name.replace("_", " "),
            type=AttributeType.NUMBER if each.numeric else AttributeType.TEXT,
            level=AttributeLevel.COHORT if each.per_cohort else AttributeLevel.ESTIMATE,
        )
        for name, each in seen.items()
        if each.filled
    )


def _look(table: Table, header: Header, seen: dict[str, _Seen]) -> None:
    study, cohort = header.columns.get("study"), header.columns.get("cohort")
    for row in table.rows():
        if isinstance(row, Row):
            cells = row.cells
            key = (
                "" if study is None else cells[study].strip(),
                (cohort is not None and cells[cohort].strip()) or DEFAULTS["cohort"],
            )
            for each in seen.values():
                each.look(key, cells[each.index].strip())
