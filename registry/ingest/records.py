"""Raw rows → typed records: one reader per column of the file, compiled once, that remembers the texts it has read.

A cell gives a value, None when it is empty (not read), or a `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

from registry.columns import BY_NAME, Column, Kind
from registry.ingest import names, numbers, words
from registry.ingest.files import Row, Table
from registry.ingest.header import Header, input_name
from registry.ingest.issues import Problem
from registry.ingest.names import HORIZON_SAID
from registry.ingest.units import unit
from registry.issues import Issue
from registry.record import Record
from registry.remembered import Remembered
from registry.terms import Adjusted, AttributeType, ContrastKind, Measure, Origin
from registry.vocabulary import AttributeDeclaration, Vocabulary

Read = Callable[[str], Any]

#: What an empty cell stands for. Everything else that is empty was not read.
DEFAULTS: dict[str, Any] = {
    "cohort": "all",
    "contrast": ContrastKind.ABOVE_VS_BELOW.value,
    "measure": Measure.HR.value,
    "adjusted": Adjusted.UNCLEAR.value,
    "origin": Origin.REPORTED.value,
}
#: What an empty cell is read as, where not as None.
_EMPTY: dict[str, Any] = DEFAULTS | {
    name: Problem("cell-empty", "the cell is empty", f"{BY_NAME[name].meaning}; every row has one")
    for name in ("study", "factor", "endpoint")
}
#: Texts a column remembers: enough for what repeats, little for what does not.
_REMEMBERED = 20_000
_NAME, _LOCATOR, _TITLE = names.NAME, words.name(500, key=False), words.name(1000, key=False)

_READERS: dict[str, Read] = {
    "study": _NAME,
    "cohort": _NAME,
    "first_author": _NAME,
    "year": numbers.year,
    "title": _TITLE,
    "journal": _LOCATOR,
    "doi": words.doi,
    "pmid": words.pmid,
    "source_url": words.url,
    "locator": _LOCATOR,
    "recruited_from": words.iso_date,
    "recruited_to": words.iso_date,
    "followup_median_months": numbers.months,
    "n": numbers.patients,
    "n_index": numbers.patients,
    "n_reference": numbers.patients,
    "timepoint": _NAME,
    "cutoff_unit": unit,
    "cutoff_text": _NAME,
    "reference_group": _NAME,
    "est": numbers.ratio,
    "ci_low": numbers.bound,
    "ci_high": numbers.bound,
    "ci_level": numbers.ci_level,
    "se_log_hr": numbers.standard_error,
    "p_value": numbers.p_value,
    "as_printed": words.as_printed,
}
#: Further columns read from the same cell: the number as printed.
_FURTHER: dict[str, tuple[tuple[str, Read], ...]] = {
    "est": (("est_text", words.text),),
    "ci_low": (("ci_low_text", words.text),),
    "ci_high": (("ci_high_text", words.text),),
    "p_value": (("p_text", words.text), ("p_operator", numbers.p_operator)),
}


def _reading(read: Read, empty: Any = None) -> Remembered[str, Any]:
    """Give what the texts of one column are read as; an empty one as `empty`."""

    def stripped(given: str) -> Any:
        plain = given.strip()
        return read(plain) if plain else empty

    return Remembered(stripped, _REMEMBERED)


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


class Layout:
    """The columns of one file, ready to read its rows.

    `columns` and `attributes` name the values a record will have; `new_names` has (kind, name) of factors and
    diseases met that the registry does not know.
    """

    def __init__(
        self, table: Table, header: Header, vocabulary: Vocabulary, declared: Mapping[str, AttributeDeclaration]
    ) -> None:
        self.file, self._names = table.file, table.header
        self.position = {**header.columns, **header.attributes, **header.undeclared}
        self.new_names: dict[tuple[str, str], None] = {}
        readers = {**_READERS, **names.readers(vocabulary, self._meet)}
        apart = "horizon_days" in header.columns
        self._further = {**_FURTHER, **names.beside(vocabulary, horizon_apart=apart)}
        self._values = Plan(
            (
                (target, position, _reading(read, _EMPTY.get(target)))
                for name, position in header.columns.items()
                for target, read in self._targets(BY_NAME[name], readers)
            ),
            {name: value for name, value in DEFAULTS.items() if name not in header.columns},
        )
        self._attributes = Plan(
            (name, self.position[name], _reading(characteristic(declaration)))
            for name, declaration in declared.items()
            if name in self.position
        )
        self.columns, self.attributes = self._values.names, self._attributes.names

    def read(self, row: Row) -> tuple[Record, list[Problem]]:
        """Type one row; what was not read, or could not be, is None."""
        return next(self.read_all([row]))

    def read_all(self, rows: Sequence[Row]) -> Iterator[tuple[Record, list[Problem]]]:
        """Type rows together, which is much faster than one by one."""
        cells = [row.cells for row in rows]
        values, problems = self._values.values(cells)
        characteristics, more = self._attributes.values(cells)
        for index, (row, typed, given) in enumerate(zip(rows, values, characteristics, strict=True)):
            attributes = {name: value for name, value in given.items() if value is not None}
            found = [*problems.get(index, ()), *more.get(index, ())] if problems or more else []
            if row.faults:
                found = self._without_faults(row, found, typed, attributes)
            if HORIZON_SAID in typed:
                found = [*found, *_one_horizon(typed)]
            yield Record(typed, attributes, self.file, row.line), found

    def _without_faults(
        self, row: Row, problems: list[Problem], values: dict[str, Any], attributes: dict[str, Any]
    ) -> list[Problem]:
        """Take back what was read from cells that are no plain text or number; their fault is the one problem."""
        for name, position in self.position.items():
            fault = row.faults.get(position)
            if fault is None or (fault.code == "excel-date" and _takes_dates(name)):
                continue
            problems = [each for each in problems if self.position.get(each.column) != position]
            problems.append(replace(fault, column=name))
            attributes.pop(name, None)
            values.update(
                {
                    target: None
                    for target in (name, *(target for target, _ in self._further.get(name, ())))
                    if target in values
                }
            )
        return problems

    def issues(self, row: Row, problems: Iterable[Problem], severity: str) -> Iterator[Issue]:
        """Give problems their place: file, line, the file's column and the text of its cell."""
        for problem in problems:
            index = self.position.get(problem.column)
            text = "" if index is None else row.cells[index].strip()[:80]
            column = input_name(problem.column) if index is None else self._names[index].strip()
            yield Issue(problem.code, problem.message, severity, self.file, row.line, column, text, problem.expected)

    def named(self, issues: Iterable[Issue]) -> Iterator[Issue]:
        """Give issues about contract columns the column names of the file."""
        for issue in issues:
            index = self.position.get(issue.column)
            column = input_name(issue.column) if index is None else self._names[index].strip()
            yield replace(issue, column=column)

    def _targets(self, column: Column, readers: Mapping[str, Read]) -> Iterator[tuple[str, Read]]:
        yield column.name, readers.get(column.name) or _by_kind(column)
        yield from self._further.get(column.name, ())

    def _meet(self, kind: str, name: str) -> None:
        self.new_names[kind, name] = None


def _one_horizon(values: dict[str, Any]) -> Iterator[Problem]:
    """Fill a horizon that was not given by what the name of the endpoint says; want the two to agree (in place)."""
    said, given = values.pop(HORIZON_SAID), values.get("horizon_days")
    if given is None:
        values["horizon_days"] = said
    elif said is not None and abs(said - given) > 0.02 * said:
        message = f"horizon_days is {given:g}, and the endpoint says {said:g} days"
        yield Problem("horizon-contradicts", message, "one of the two", "horizon_days")


def _takes_dates(name: str) -> bool:
    return name not in BY_NAME or _READERS.get(name) is words.iso_date


def _by_kind(column: Column) -> Read:
    if column.term is not None:
        return words.word(column.term)
    return {Kind.NUMBER: numbers.number, Kind.INTEGER: numbers.count}.get(column.kind, words.text)


def characteristic(declaration: AttributeDeclaration) -> Read:
    """Make a reader of the values of a study characteristic."""
    if declaration.type is AttributeType.NUMBER:
        return numbers.number
    if declaration.type is AttributeType.CATEGORY and declaration.levels is not None:
        return words.one_of(declaration.levels)
    return words.text
