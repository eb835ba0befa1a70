"""A first look at study characteristics: of what type a new one is, and what the values of each belong to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.ingest import numbers
from registry.ingest.files import Row, Table
from registry.ingest.header import Header
from registry.ingest.records import characteristic
from registry.terms import AttributeLevel, AttributeType
from registry.vocabulary import AttributeDeclaration, fold
from registry.writing.keys import DEFAULTS

#: 007 is a name, not the number 7.
_PADDED = re.compile(r"[+-]?0[0-9]")
#: (study, cohort), or (study, None) for what belongs to a study.
Owner = tuple[str, str | None]


@dataclass(slots=True)
class Seen:
    """What the cells of one column have shown: numbers only, one value per owner, and the first place with another."""

    read: Callable[[str], Any]
    per_study: bool = False
    numeric: bool = True
    filled: bool = False
    varies_on: tuple[str, int] | None = None
    of_owner: dict[Owner, Any] = field(default_factory=dict)

    def look(self, place: tuple[str, int], owner: Owner, text: str) -> None:
        """Take in one cell that is not empty."""
        self.filled = True
        if self.numeric:
            self.numeric = not _PADDED.match(text) and numbers.is_read(numbers.number(text))
        if self.varies_on is None:
            value = self.read(text)
            known = self.of_owner.setdefault((owner[0], None) if self.per_study else owner, value)
            if known != value:
                self.varies_on = place
                self.of_owner.clear()


def survey(tables: Iterable[tuple[Table, Header]], declared: Mapping[str, AttributeDeclaration]) -> dict[str, Seen]:
    """Look through the columns that are not declared, and those declared for studies or cohorts without more."""
    seen: dict[str, Seen] = {}
    for table, header in tables:
        for name in header.undeclared:
            seen.setdefault(name, Seen(_plain))
        for name in header.attributes:
            if _may_be_narrowed(declared[name]):
                per_study = declared[name].level is AttributeLevel.STUDY
                seen.setdefault(name, Seen(characteristic(declared[name]), per_study))
        positions = {**header.attributes, **header.undeclared}
        looked_at = [(at, seen[name]) for name, at in positions.items() if name in seen]
        if looked_at:
            _look(table, header, looked_at)
    return seen


def declarations(names: Iterable[str], seen: Mapping[str, Seen]) -> tuple[AttributeDeclaration, ...]:
    """Declare the columns the registry does not know: number or text, of the cohort or of the single estimate.

    A value that is the same in all rows of each cohort belongs to the cohort. A column without any value says nothing
    and is not declared.
    """
    return tuple(
        AttributeDeclaration(
            name,
            label=name.replace("_", " "),
            type=AttributeType.NUMBER if seen[name].numeric else AttributeType.TEXT,
            level=AttributeLevel.COHORT if seen[name].varies_on is None else AttributeLevel.ESTIMATE,
        )
        for name in names
        if seen[name].filled
    )


def _plain(text: str) -> Any:
    value = numbers.plain_value(numbers.number(text))
    return fold(text) if value is None or _PADDED.match(text) else value


def _may_be_narrowed(declaration: AttributeDeclaration) -> bool:
    """Tell declarations that a survey made from those a curator thought about: these have a unit or levels."""
    plain = declaration.type is not AttributeType.CATEGORY and declaration.unit is None
    return plain and declaration.level is not AttributeLevel.ESTIMATE


def _look(table: Table, header: Header, seen: Iterable[tuple[int, Seen]]) -> None:
    study, cohort = header.columns.get("study"), header.columns.get("cohort")
    for row in table.rows():
        if isinstance(row, Row):
            cells = row.cells
            owner = (
                "" if study is None else " ".join(cells[study].split()),
                (cohort is not None and " ".join(cells[cohort].split())) or str(DEFAULTS["cohort"]),
            )
            for at, each in seen:
                text = cells[at].strip()
                if text:
                    each.look((table.file, row.line), owner, text)
