"""Raw rows → typed records: one reader per column of the file, compiled once, that remembers the texts it has read.

A cell gives a value, None when it is empty (not read), or a `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from registry.columns import BY_NAME, Column, Kind
from registry.ingest import numbers, words
from registry.ingest.files import Row
from registry.ingest.header import Header, input_name
from registry.ingest.issues import ERRORS, Problem
from registry.ingest.units import unit
from registry.issues import Issue
from registry.record import Record
from registry.terms import Adjusted, AttributeType, ContrastKind, Measure, Origin
from registry.vocabulary import AttributeDeclaration, Vocabulary, fold

Read = Callable[[str], Any]

#: What an empty cell stands for. Everything else that is empty was not read.
DEFAULTS: dict[str, Any] = {
    "cohort": "all",
    "contrast": ContrastKind.ABOVE_VS_BELOW.value,
    "measure": Measure.HR.value,
    "adjusted": Adjusted.UNCLEAR.value,
    "origin": Origin.REPORTED.value,
}
_REQUIRED = ("study", "factor", "endpoint")
#: Texts a column remembers before it starts anew: enough for what repeats, little for what does not.
_REMEMBERED = 20_000
#: Names that make up keys; both databases index them, PostgreSQL up to 2,700 bytes an entry.
_NAME, _LOCATOR, _TITLE = words.name(200), words.name(500), words.name(1000)

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


class Reading(dict[str, Any]):
    """What the texts of one column were read as; a text not met before is read and remembered."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, given: str) -> Any:
        if len(self) >= _REMEMBERED:
            self.clear()
        stripped = given.strip()
        value = self[given] = self._read(stripped) if stripped else None
        return value


class Layout:
    """The columns of one file, ready to read its rows. `names` tells new factors and diseases met on the way."""

    def __init__(
        self, file: str, header: Header, vocabulary: Vocabulary, declared: Mapping[str, AttributeDeclaration]
    ) -> None:
        self.file = file
        self.position = {**header.columns, **header.attributes, **header.undeclared}
        self.new_names: dict[str, dict[str, str]] = {"factor": {}, "disease": {}}
        readers = {**_READERS, **self._by_vocabulary(vocabulary)}
        self._columns = [
            (target, index, Reading(read))
            for name, index in header.columns.items()
            for target, read in _targets(BY_NAME[name], readers)
        ]
        self._attributes = [
            (name, self.position[name], Reading(_attribute(declaration)))
            for name, declaration in declared.items()
            if name in self.position
        ]
        self._required = [name for name in _REQUIRED if name in header.columns]

    def read(self, row: Row) -> tuple[Record, list[Problem]]:
        """Type one row; a cell with a problem is in the record as None, so that it does not count as missing."""
        cells = row.cells
        values, attributes = DEFAULTS.copy(), dict[str, Any]()
        problems: list[Problem] = []
        for plan, typed in ((self._columns, values), (self._attributes, attributes)):
            for target, index, reading in plan:
                text = cells[index]
                if text:
                    value = reading[text]
                    if value.__class__ is Problem:
                        problems.append(replace(value, column=target))
                        typed[target] = None
                    elif value is not None:
                        typed[target] = value
        problems += [_empty(target) for target in self._required if target not in values]
        return Record(values, attributes, self.file, row.line), problems

    def issues(self, row: Row, problems: Iterable[Problem], *, confirmed: bool = False) -> Iterator[Issue]:
        """Give problems their place: file, line, the file's column and the text of its cell."""
        for problem in problems:
            index = self.position.get(problem.column)
            yield Issue(
                problem.code,
                problem.message,
                "flag" if confirmed or problem.code not in ERRORS else "error",
                self.file,
                row.line,
                input_name(problem.column),
                "" if index is None else row.cells[index].strip()[:80],
                problem.expected,
            )

    def _by_vocabulary(self, vocabulary: Vocabulary) -> dict[str, Read]:
        return {
            "factor": _open_name(vocabulary.factor, self.new_names["factor"]),
            "disease": _open_name(vocabulary.disease, self.new_names["disease"]),
            "endpoint": _endpoint(vocabulary),
            "covariates": _covariates(vocabulary),
        }


def _empty(name: str) -> Problem:
    return Problem("cell-empty", "the cell is empty", f"{BY_NAME[name].meaning}; every row has one", name)


def _targets(column: Column, readers: Mapping[str, Read]) -> Iterator[tuple[str, Read]]:
    yield column.name, readers.get(column.name) or _by_kind(column)
    yield from _FURTHER.get(column.name, ())


def _by_kind(column: Column) -> Read:
    if column.term is not None:
        return words.word(column.term)
    return {Kind.NUMBER: numbers.number, Kind.INTEGER: numbers.count}.get(column.kind, words.text)


def _open_name(resolve: Callable[[str], str | None], new: dict[str, str]) -> Read:
    """Read a name of a vocabulary that grows on first use; within the file the first spelling stands."""

    def read(given: str) -> str | Problem:
        plain = _NAME(given)
        if isinstance(plain, Problem):
            return plain
        return resolve(plain) or new.setdefault(fold(plain), plain)

    return read


def _endpoint(vocabulary: Vocabulary) -> Read:
    def read(given: str) -> str | Problem:
        key = vocabulary.endpoint(given)
        if key is not None:
            return key
        near = vocabulary.nearest("endpoint", given[:200])
        message = f"{given[:80]!r} is not a known endpoint" + (f"; is it {near[0]!r}?" if near else "")
        known = ", ".join(vocabulary.names("endpoint"))
        return Problem("endpoint-unknown", message, f"one of {known}, or a new one a curator adds to the vocabulary")

    return read


def _covariates(vocabulary: Vocabulary) -> Read:
    def read(given: str) -> str | Problem | None:
        plain = words.text(given)
        if isinstance(plain, Problem):
            return plain
        named = {fold(key): key for key in map(vocabulary.covariate, filter(str.strip, plain.split(";")))}
        return "; ".join(sorted(named.values(), key=fold)) or None

    return read


def _attribute(declaration: AttributeDeclaration) -> Read:
    if declaration.type is AttributeType.NUMBER:
        return numbers.number
    if declaration.type is AttributeType.CATEGORY and declaration.levels is not None:
        return words.one_of(declaration.levels)
    return words.text
