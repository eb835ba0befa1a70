"""One pass over a table: rows in, good records out, everything found on the way kept as issues with positions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from registry.columns import BY_NAME
from registry.ingest.agreement import MOST_OWNERS, Agreements, forget_oldest
from registry.ingest.bounds import take_log_interval
from registry.ingest.comparing import GIVEN, Told, compare
from registry.ingest.files import Row, Table
from registry.ingest.header import input_name
from registry.ingest.issues import ERRORS, Problem
from registry.ingest.names import WORDS
from registry.ingest.numbers import READ
from registry.ingest.records import Layout
from registry.ingest.rules import DISPUTES, MAY_BE_PRINTED, check
from registry.issues import Issue, Remarks
from registry.record import Record
from registry.terms import ContrastKind, Flag, Measure, ReadAs, Status
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing.bulk import batched
from registry.writing.keys import FURTHER, IDENTITY
from registry.writing.things import same

#: Problems after which reading stops: a file that wrong is wrong in one way.
MOST_ISSUES = 10_000

#: Rows typed together: enough for loops over columns, few enough for the processor's cache.
_TOGETHER = 250

#: Keys that are remembered, and rows of a key met before that wait to be compared: enough for any file by hand. What is
#: beyond goes to the registry, which knows the earlier row by then: it is unchanged, or a conflict.
MOST_KEYS, MOST_REPEATS = 100_000, 10_000

_FLAGS = frozenset(flag.value for flag in Flag)
_KEY = (*IDENTITY, *FURTHER)
#: Not compared between two rows of one key: a number printed with more zeros is the same number.
_RESULTS_FIRST = sorted(BY_NAME, key=lambda name: not BY_NAME[name].on_result)
_AS_TYPED = frozenset({"est_text", "ci_low_text", "ci_high_text", "p_text", "status", "contrast_basis", *WORDS})


class Check:
    """Reads and checks the rows of a table; `rows`, `issues` (errors) and `remarks` fill up while records are taken.

    With `left_out`, the lines that are known to be refused, every other good row passes, whatever the bad ones are.
    """

    def __init__(
        self,
        table: Table,
        layout: Layout,
        vocabulary: Vocabulary,
        declared: Mapping[str, AttributeDeclaration],
        issues: tuple[Issue, ...] = (),
        *,
        left_out: Collection[int] | None = None,
        read_as: ReadAs | None = None,
    ) -> None:
        self.rows = 0
        self.repeated = 0
        self.issues = list(issues)
        self.remarks = Remarks()
        self.new_names: dict[tuple[str, str], int] = {}  # (kind, name) → the line that has it first
        self.unsaid: dict[str, list[int]] = {"contrast": [], "measure": []}  # lines that do not say it
        self._told = Told(layout.heading, read_as)
        self.studies: dict[str, int] = {}  # the line that has each study first
        self._table, self._layout, self._vocabulary = table, layout, vocabulary
        self._left_out, self._pass_good = left_out or (), left_out is not None and not issues
        self._agreements = Agreements(layout.columns, layout.attributes, declared)
        self._first_line: dict[int, int] = {}
        self._repeats: list[tuple[int, Row, Record]] = []

    def records(self) -> Iterator[Record]:
        """Yield each record that can be stored, as long as nothing has spoken against storing the file."""
        for found, typed in self._typed():
            if isinstance(found, Issue):
                self.issues.append(found)
            else:
                self.rows += 1
                record = None if typed is None else self._examine(found, *typed)
                if record is not None and self._passes():
                    yield record
            if len(self.issues) >= MOST_ISSUES:
                message = f"{MOST_ISSUES:,} problems; the rows below were not read"
                self.issues.append(Issue("too-many", message, file=self._table.file, line=found.line))
                return
        if not self.rows and not self.issues:
            expected = "one row per estimate"
            self.issues.append(
                Issue("rows-missing", "no row below the header", file=self._table.file, expected=expected)
            )
        yield from self._settle_repeats()

    def _passes(self) -> bool:
        return self._pass_good or not self.issues

    def _typed(self) -> Iterator[tuple[Row | Issue, tuple[Record, list[Problem]] | None]]:
        """Yield what the table gives, each row with its record and the problems of its cells, unless it is left out."""
        for taken in batched(self._table.rows(), _TOGETHER):
            rows = [found for found in taken if isinstance(found, Row) and found.line not in self._left_out]
            typed = {row.line: each for row, each in zip(rows, self._layout.read_all(rows), strict=True)}
            for found in taken:
                yield found, typed.get(found.line) if isinstance(found, Row) else None

    def _examine(self, row: Row, record: Record, problems: list[Problem]) -> Record | None:
        """Check one row; None when it is refused, or when it waits to be compared with an earlier one."""
        values = record.values
        confirmed = bool(values.get("as_printed"))
        problems = take_log_interval(values, problems)
        unread = {each.column for each in problems if each.code not in READ}
        if confirmed:
            values.update({each.column: each.value for each in problems if each.code in MAY_BE_PRINTED})
        settled = [*self._settle(record), *check(values, self._vocabulary)]
        problems += [each for each in settled if each.column not in unread]
        if not (self._pass_good and any(each.code in ERRORS for each in problems)):  # a bad row teaches nothing
            problems += self._agreements.check(record)
        if problems and self._refuses(row, problems, record, confirmed=confirmed):
            return None
        self._meet(row.line, record)
        identity = hash(tuple(map(values.get, _KEY)))
        if len(self._first_line) >= MOST_KEYS:
            forget_oldest(self._first_line)
        first = self._first_line.setdefault(identity, row.line)
        if first == row.line or len(self._repeats) >= MOST_REPEATS:
            return record
        self._repeats.append((first, row, record))
        return None

    def _settle(self, record: Record) -> list[Problem]:
        values = record.values
        given = [(name, values.get(name)) for name in GIVEN]
        problems = compare(values, self._vocabulary, self._told)
        record.former = {name: value for name, value in given if values.get(name) != value}
        return problems

    def _meet(self, line: int, record: Record) -> None:
        values, former = record.values, record.former
        study = values.get("study")
        if study is not None and len(self.studies) < MOST_OWNERS:
            self.studies.setdefault(study, line)
        if values["contrast"] == ContrastKind.UNCLEAR and "contrast" in former:
            self.unsaid["contrast"].append(line)
        if values["measure"] == Measure.UNCLEAR and "measure" in former and _has_ratio(values):
            self.unsaid["measure"].append(line)
        for kind in ("factor", "disease") if self._layout.new_names else ():
            if (named := (kind, values.get(kind))) in self._layout.new_names:
                self.new_names.setdefault(named, line)

    def _refuses(self, row: Row, problems: list[Problem], record: Record, *, confirmed: bool) -> bool:
        """Sort problems into errors and remarks, and say whether there are errors.

        What the curator confirms to be printed so makes the row disputed; most of it is a flag of the estimate too and
        reported as such.
        """
        printed = [each for each in problems if confirmed and each.code in MAY_BE_PRINTED]
        remarks = [each for each in problems if each.code not in ERRORS]
        errors = [each for each in problems if each not in printed and each not in remarks]
        if any(each.code in DISPUTES for each in printed):
            record.values["status"] = Status.DISPUTED.value
        remarks += [each for each in printed if each.code not in _FLAGS]
        self.remarks.add(self._layout.issues(row, remarks, "flag"))
        self.issues += self._layout.issues(row, errors, "error")
        return bool(errors)

    def _settle_repeats(self) -> Iterator[Record]:
        """Compare rows of one key with the first of them, which is read again: they were not kept."""
        if not self._repeats:
            return
        wanted = {first for first, _, _ in self._repeats}
        rows = [found for found in self._table.rows() if isinstance(found, Row) and found.line in wanted]
        originals = {}
        for row, (record, problems) in zip(rows, self._layout.read_all(rows), strict=True):
            take_log_interval(record.values, problems)
            self._settle(record)
            originals[row.line] = record
        for first, row, record in self._repeats:
            original = originals[first]
            if any(original.values.get(name) != record.values.get(name) for name in _KEY):
                if self._passes():  # two keys of one hash
                    yield record
                continue
            self._compare(original, row, record)

    def _compare(self, original: Record, row: Row, record: Record) -> None:
        told = _differences(original, record)
        if told:
            column, shown = told[0][0], "; ".join(text for _, text in told[:5])
            message = f"the row has the key of line {original.line} and says something else: {shown}"
            expected = "another cohort, timepoint, cutoff, adjusted, covariates or source_locator; or one row"
            self.issues += self._layout.issues(row, [Problem("key-repeated", message, expected, column)], "error")
        else:
            self.repeated += 1
            message = f"the row says the same as line {original.line}; it is counted as unchanged"
            self.remarks.add(self._layout.issues(row, [Problem("row-repeated", message, "", "study")], "flag"))


def _has_ratio(values: Mapping[str, Any]) -> bool:
    return values.get("est") is not None or values.get("log_hr") is not None


def _differences(one: Record, other: Record) -> list[tuple[str, str]]:
    """Name what the second of two records of one key says otherwise than the first; an empty cell says nothing."""
    before, after = {**one.attributes, **one.values}, {**other.attributes, **other.values}
    names = [name for name in (*_RESULTS_FIRST, *one.attributes, *other.attributes) if name not in _AS_TYPED]
    return [
        (name, f"{input_name(name)} {_shown(after.get(name))} here, {_shown(before.get(name))} there")
        for name in dict.fromkeys(names)
        if after.get(name) is not None and not same(before.get(name), after.get(name))
    ]


def _shown(value: Any) -> str:
    return "empty" if value is None else str(value)[:80]
