"""Checks across the rows of a file: what two rows say of one study, cohort or report must agree.

An empty cell agrees with anything. What differs is reported on the later row, with the line that said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from registry.ingest.header import input_name
from registry.ingest.issues import Problem
from registry.record import Record
from registry.terms import AttributeLevel
from registry.vocabulary import AttributeDeclaration
from registry.writing.things import same

Owner = Callable[[Mapping[str, Any]], Any]
Given = tuple[Any, ...]

#: Studies, cohorts and reports that are remembered, so that memory does not grow with the file. What the oldest said is
#: in the registry by the time they are forgotten: a row that says otherwise is a conflict then.
MOST_OWNERS = 20_000

REPORT_FIELDS = ("first_author", "year", "title", "journal", "doi", "pmid")
COHORT_FIELDS = (
    "country",
    "design",
    "disease",
    "treatment",
    "recruited_from",
    "recruited_to",
    "centres",
    "followup_median_months",
)


class Agreement:
    """What the rows so far say of each study, cohort or report: `fields`, and the line that said it first."""

    def __init__(self, code: str, thing: str, owner: Owner, fields: tuple[str, ...]) -> None:
        self._code, self._thing, self._owner, self._fields = code, thing, owner, fields
        self._known: dict[Hashable, tuple[Given, int | tuple[int, ...]]] = {}

    def check(self, values: Mapping[str, Any], given: Mapping[str, Any], line: int) -> Iterable[Problem]:
        """Compare what a row gives for its owner with what was known of it, and learn what is new."""
        owner = self._owner(values)
        if owner is None:
            return ()
        said: Given = tuple(map(given.get, self._fields))
        if len(self._known) >= MOST_OWNERS:
            forget_oldest(self._known)
        known = self._known.setdefault(owner, (said, line))
        return () if known[0] == said else list(self._compare(owner, known, said, line))

    def _compare(
        self, owner: Hashable, known: tuple[Given, int | tuple[int, ...]], said: Given, line: int
    ) -> Iterator[Problem]:
        before, lines = known[0], known[1] if isinstance(known[1], tuple) else (known[1],) * len(said)
        for field, old, new, first in zip(self._fields, before, said, lines, strict=True):
            if old is not None and new is not None and not same(old, new):
                name = input_name(field)
                message = f"the {self._thing} {_shown(owner)} has {name} {new!r} here and {old!r} on line {first}"
                yield Problem(self._code, message, f"one {name} per {self._thing}", field)
        merged = tuple(new if old is None else old for old, new in zip(before, said, strict=True))
        if merged != before:
            since = tuple(
                line if old is None and new is not None else first
                for old, new, first in zip(before, said, lines, strict=True)
            )
            self._known[owner] = merged, since


def forget_oldest(known: dict[Any, Any]) -> None:
    """Drop the older half of what is remembered."""
    for key in list(islice(known, len(known) // 2)):
        del known[key]


class Agreements:
    """Every check across rows, fed one record at a time; `columns` and `attributes` are those the records have."""

    def __init__(
        self, columns: Collection[str], attributes: Collection[str], declared: Mapping[str, AttributeDeclaration]
    ) -> None:
        report = tuple(field for field in REPORT_FIELDS if field != "doi")
        self._of_values = [
            Agreement(code, thing, owner, present)
            for code, thing, owner, needs, fields in (
                ("study-contradicts", "study", _study, "study", REPORT_FIELDS),
                ("cohort-contradicts", "cohort", _cohort, "study", COHORT_FIELDS),
                ("report-contradicts", "report", _doi, "doi", report),
                ("report-contradicts", "report", _pmid, "pmid", ("doi",)),
            )
            if needs in columns and (present := tuple(field for field in fields if field in columns))
        ]
        self._of_attributes = [
            Agreement("attribute-contradicts", level.value, owner, present)
            for level, owner in ((AttributeLevel.STUDY, _study), (AttributeLevel.COHORT, _cohort))
            if "study" in columns and (present := tuple(name for name in attributes if declared[name].level is level))
        ]

    def check(self, record: Record) -> list[Problem]:
        """Give what a record contradicts in the rows before it."""
        values, line = record.values, record.line
        found: list[Problem] = []
        for each in self._of_values:
            found += each.check(values, values, line)
        for each in self._of_attributes:
            found += each.check(values, record.attributes, line)
        return found


def _study(values: Mapping[str, Any]) -> Any:
    return values["study"]


def _cohort(values: Mapping[str, Any]) -> Any:
    study, cohort = values["study"], values["cohort"]
    return None if study is None or cohort is None else (study, cohort)


def _doi(values: Mapping[str, Any]) -> Any:
    return values["doi"]


def _pmid(values: Mapping[str, Any]) -> Any:
    return values["pmid"]


def _shown(owner: Hashable) -> str:
    return "/".join(owner) if isinstance(owner, tuple) else str(owner)
