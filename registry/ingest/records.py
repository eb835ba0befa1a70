"""Raw rows → typed records: one reader per column of the file, compiled once, that remembers the texts it has read.

A cell gives a value, None when it is empty (not read), or a `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from registry.columns import BY_NAME, Column, Kind
from registry.errors import UsageError
from registry.ingest import names, numbers, words
from registry.ingest.comparing import CUTOFF_WORDS
from registry.ingest.files import Row, Table
from registry.ingest.header import Header, input_name
from registry.ingest.issues import Problem
from registry.ingest.names import HORIZON_SAID
from registry.ingest.plan import Plan
from registry.ingest.units import unit
from registry.issues import Issue
from registry.meaning.measures import measure_of
from registry.record import Record
from registry.remembered import Remembered
from registry.terms import AttributeType
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing.keys import DEFAULTS

Read = Callable[[str], Any]

#: What an empty cell is read as, where not as None. What is compared, and by which ratio, is settled row by row.
_EMPTY: dict[str, Any] = {name: value for name, value in DEFAULTS.items() if name not in ("contrast", "measure")} | {
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
    "cutoff_value": numbers.cutoff,
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
    "cutoff_value": ((CUTOFF_WORDS, numbers.cutoff_words),),
}


#: Further column → the one whose cell it is read from.
_BESIDE = {further: name for name, targets in _FURTHER.items() for further, _ in targets}


def _reading(read: Read, empty: Any = None) -> Remembered[str, Any]:
    """Give what the texts of one column are read as; an empty one as `empty`."""

    def stripped(given: str) -> Any:
        plain = given.strip()
        return read(plain) if plain else empty

    return Remembered(stripped, _REMEMBERED)


class Layout:
    """The columns of one file, ready to read its rows.

    `columns` and `attributes` name the values a record will have; `new_names` has (kind, name) of factors and
    diseases met that the registry does not know. `heading` is that of the column of ratios. `fixed` gives texts by
    contract name for cells that are empty or not there.
    """

    def __init__(
        self,
        table: Table,
        header: Header,
        vocabulary: Vocabulary,
        declared: Mapping[str, AttributeDeclaration],
        fixed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.file, self._names = table.file, table.header
        self.position = {**header.columns, **header.attributes, **header.undeclared}
        self.new_names: dict[tuple[str, str], None] = {}
        readers = {**_READERS, **names.readers(vocabulary, self._meet)}
        apart = "horizon_days" in header.columns
        self._further = {**_FURTHER, **names.beside(vocabulary, horizon_apart=apart)}
        once = self._read_once(fixed, readers)
        empty = {**_EMPTY, **once}
        self._values = Plan(
            (
                (target, position, _reading(read, empty.get(target)))
                for name, position in header.columns.items()
                for target, read in self._targets(BY_NAME[name], readers)
            ),
            {name: empty.get(name) for name in (*DEFAULTS, *once) if _BESIDE.get(name, name) not in header.columns},
        )
        self.heading = _heading(table.header, header.columns)
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

    def _read_once(self, fixed: Mapping[str, str], readers: Mapping[str, Read]) -> dict[str, Any]:
        """Read the values given for every row. UsageError for one that cannot be read."""
        found: dict[str, Any] = {}
        for name, text in fixed.items():
            for target, read in self._targets(BY_NAME[name], readers):
                value = read(text)
                if isinstance(value, Problem):
                    raise UsageError(f"--set {input_name(name)}={text}: {value.message}", value.expected)
                found[target] = value
        return found

    def _meet(self, kind: str, name: str) -> None:
        self.new_names[kind, name] = None


def _heading(header: Sequence[str], columns: Mapping[str, int]) -> str | None:
    """Give the heading of the ratios: the one that names a ratio, if there are several."""
    headings = [header[columns[name]].strip() for name in ("est", "log_hr") if name in columns]
    return next((each for each in headings if measure_of(each) is not None), headings[0] if headings else None)


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
