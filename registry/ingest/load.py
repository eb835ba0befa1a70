"""Import a file: read, check, write, all or nothing, with every problem of the file in one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import Conflict, InputRefused
from registry.ingest.aside import WHY, Again, Aside, HandOver
from registry.ingest.check import Check
from registry.ingest.files import Opened, Row, Source, Table, opened
from registry.ingest.header import Header, input_name, read_header
from registry.ingest.loaded import NOTHING, Loaded
from registry.ingest.maps import read_map, save_map, settled
from registry.ingest.near import near_names, near_studies, study_keys
from registry.ingest.records import Layout
from registry.ingest.said import Ask, Said, Unsaid, remark, said
from registry.ingest.survey import Seen, declarations, survey
from registry.issues import MOST_REMARKS, Issue, Remarks
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing import declare_attributes, write_estimates
from registry.writing.levels import declare_per_estimate, values_by_cohort
from registry.writing.things import same

if TYPE_CHECKING:
    from registry.ledger import Transaction
    from registry.store import Store

#: Told file, line and last line while rows are read.
Progress = Callable[[str, int, int], None]


class _Undo(Exception):  # noqa: N818 - no error: how a dry run leaves its transaction
    """Leave a transaction without keeping it."""


def load(
    store: Store,
    source: Source | Opened,
    *,
    curator: str,
    message: str | None = None,
    dry_run: bool = False,
    attributes: bool = False,
    ignore: Collection[str] = (),
    mapping: Mapping[str, str] | None = None,
    use_map: str | None = None,
    save_as: str | None = None,
    fixed: Mapping[str, str] | None = None,
    read_as: str | None = None,
    ask: Ask | None = None,
    hand_over: HandOver | None = None,
    progress: Progress | None = None,
    **how: Any,
) -> Loaded:
    """Import a file, several, or a folder in one changeset, or refuse all with every issue found and store nothing.

    `attributes` declares unknown columns as study characteristics, `ignore` leaves columns out, `dry_run` does
    everything and keeps nothing. `mapping` gives columns the headings they have in the file, `use_map` names a saved
    one that it completes, `save_as` saves both together. `fixed` gives values for cells that are empty, or whose column
    is not there; `read_as` the direction (high-vs-low, low-vs-high) of rows that do not say theirs, stored as assumed;
    `ask` is asked once per file for what its rows leave unsaid. `how` is that of `open_table`: format, sheet, encoding.
    With `hand_over` the good rows are stored and the others given to it. `progress` is told file, line and last line
    as the rows are read.

    InputRefused for faults of the file, Conflict when only what is stored speaks against it; both list their issues
    with file, line and column. NotFound for an unknown map, UsageError for one that makes no sense. Importing a file
    again changes nothing.
    """
    aside = None if hand_over is None else Aside(hand_over)
    once = said(fixed, read_as, ask)
    with opened(source, **how) as (name, tables):
        worded, loaded = message or f"import {Path(name).name}", None
        while loaded is None:
            with suppress(_Undo, Again), store.transaction(curator, worded) as transaction:
                meant = _meant(transaction, mapping or {}, use_map)
                loaded = import_tables(
                    transaction, name, tables,
                    attributes=attributes, ignore=ignore, mapping=meant, once=once, aside=aside, progress=progress,
                )  # fmt: skip
                if once.asks(loaded.unsaid):
                    loaded = None
                    raise _Undo
                if save_as is not None:
                    save_map(transaction, save_as, meant)
                    loaded = replace(loaded, changeset=transaction.number if transaction.changed else None)
                if aside is not None:
                    aside.finish(transaction)
                if dry_run:
                    loaded = replace(loaded, changeset=None, dry_run=True)
                    raise _Undo
    return loaded


def _meant(transaction: Transaction, mapping: Mapping[str, str], use_map: str | None) -> dict[str, str]:
    before = read_map(transaction.connection, use_map) if use_map is not None else {}
    declared = Vocabulary.load(transaction.connection).attributes if mapping else {}
    return settled({**before, **settled(mapping, declared)}, {**declared, **before})


def import_tables(
    transaction: Transaction,
    name: str,
    tables: Sequence[Table],
    *,
    attributes: bool = False,
    ignore: Collection[str] = (),
    mapping: Mapping[str, str] | None = None,
    once: Said | None = None,
    aside: Aside | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Write tables in a transaction that is open; what is raised undoes it. With `aside`, bad rows are gathered."""
    once = once or Said()
    vocabulary = Vocabulary.load(transaction.connection)
    known = vocabulary.attributes
    headers = []
    for table in tables:
        passed = (*ignore, *(heading for heading in table.header if heading.strip() == WHY))
        header = read_header(
            table, known, attributes=attributes, ignore=passed, mapping=mapping, given=once.fixed_of(table.file)
        )
        headers.append((table, header))
    new, narrowed = _declare(transaction, headers, vocabulary) if attributes else ((), [])
    parts = [_Part(transaction, table, header, once=once, aside=aside, progress=progress) for table, header in headers]
    if aside is None:
        _refuse(name, parts)
    left_out = sum(aside.gather(part.table, part.issues()) for part in parts) if aside else 0
    remarks = [Remarks(narrowed, Counter(issue.code for issue in narrowed)), *(part.remarks() for part in parts)]
    return Loaded(
        file=name,
        rows=sum(part.check.rows for part in parts),
        created=sum(part.written.created for part in parts),
        unchanged=sum(part.written.unchanged + part.check.repeated for part in parts),
        studies=sum(part.written.studies for part in parts),
        cohorts=sum(part.written.cohorts for part in parts),
        changeset=transaction.number if transaction.changed else None,
        dry_run=False,
        flags=tuple(issue for each in remarks for issue in each.kept)[:MOST_REMARKS],
        flag_counts=dict(sum((each.counts for each in remarks), Counter())),
        not_poolable=dict(sorted(sum((Counter(part.written.not_poolable) for part in parts), Counter()).items())),
        declared=new,
        new_names={
            which: tuple(dict.fromkeys(met for part in parts for kind, met in part.check.new_names if kind == which))
            for which in ("factor", "disease")
        },
        files=tuple(table.file for table in tables),
        left_out=left_out,
        unsaid=tuple(each for part in parts for each in part.unsaid()),
    )


def import_table(transaction: Transaction, table: Table, **options: Any) -> Loaded:
    """Write one table in a transaction that is open; `options` are those of `import_tables`."""
    return import_tables(transaction, table.file, [table], **options)


class _Part:
    """One table on its way into the registry: its `check`, what was `written`, or the `conflict` with what is there."""

    def __init__(
        self,
        transaction: Transaction,
        table: Table,
        header: Header,
        *,
        once: Said,
        aside: Aside | None,
        progress: Progress | None,
    ) -> None:
        self.table, self._header = table, header
        self._vocabulary = Vocabulary.load(transaction.connection)
        declared = self._vocabulary.attributes
        self._layout = Layout(table, header, self._vocabulary, declared, once.fixed_of(table.file))
        watched = replace(table, rows=partial(_watched, table, progress)) if progress else table
        left_out = aside.lines(table) if aside else None
        self.check = Check(
            watched, self._layout, self._vocabulary, declared, header.issues,
            left_out=left_out, read_as=once.read_as_of(table.file),
        )  # fmt: skip
        self.conflict: Conflict | None = None
        self.written = NOTHING
        self._before = study_keys(transaction.connection)
        records = self.check.records()
        try:
            self.written = write_estimates(transaction, records)
        except Conflict as conflict:
            self.conflict = conflict
            if aside is not None:
                raise aside.again(Conflict(conflict.message, self._contradictions())) from None
            for _ in records:  # the rest is still checked, so that all is reported
                pass

    def issues(self) -> list[Issue]:
        """Give what is wrong, by line, with the place each has in the file."""
        return sorted((*self._placed(self.check.issues), *self._contradictions()), key=_line)

    def _contradictions(self) -> list[Issue]:
        """Give what contradicts the registry, by the headings of the file."""
        names = {input_name(name): self.table.header[at].strip() for name, at in self._header.columns.items()}
        stored = self.conflict.issues if self.conflict else ()
        return self._placed([replace(issue, column=names.get(issue.column, issue.column)) for issue in stored])

    def remarks(self) -> Remarks:
        """Give the remarks, by line, and how many there are of each code."""
        near = [
            *near_names(self.check.new_names, self._vocabulary, self.table.file),
            *near_studies(self.check.studies, self._before, self.table.file),
            *map(remark, self.unsaid()),
        ]
        found = [*self.check.remarks.kept, *self._layout.named((*self.written.flagged, *near))]
        counts = self.check.remarks.counts + Counter(self.written.flag_counts)
        counts.update(issue.code for issue in (*near, *self.table.remarks))
        return Remarks([*self.table.remarks, *self._placed(sorted(found, key=_line))], counts)

    def unsaid(self) -> list[Unsaid]:
        """Tell what rows of the table leave unsaid."""
        found = self.check.unsaid.items()
        return [Unsaid(self.table.file, name, len(lines), lines[0]) for name, lines in found if lines]

    def _placed(self, issues: list[Issue]) -> list[Issue]:
        if not self.table.sheet:
            return issues
        positions = {name.strip(): at for at, name in enumerate(self.table.header)}
        return [
            replace(issue, cell=self.table.cell(issue.line, positions[issue.column]))
            if issue.column in positions and not issue.cell
            else issue
            for issue in issues
        ]


def _watched(table: Table, progress: Progress) -> Iterator[Row | Issue]:
    last = table.lines()
    for number, row in enumerate(table.rows()):
        if number % 500 == 0:
            progress(table.file, row.line, last)
        yield row
    progress(table.file, last, last)


def _refuse(name: str, parts: Sequence[_Part]) -> None:
    """Raise when anything speaks against storing: faults of the files, else what contradicts the registry."""
    issues = [issue for part in parts for issue in part.issues()]
    if any(part.check.issues for part in parts):
        count = f"{len(issues)} problems" if len(issues) > 1 else "one problem"
        raise InputRefused(f"{name} was not imported: {count}, nothing was stored", issues)
    if issues:
        conflict = next(part.conflict for part in parts if part.conflict is not None)
        values = "value contradicts" if len(issues) == 1 else "values contradict"
        what = "what is there" if len(parts) > 1 else "the registry"
        raise Conflict(f"{len(issues)} {values} {what}; nothing was stored", issues, conflict.hint)


def _declare(
    transaction: Transaction, headers: Sequence[tuple[Table, Header]], vocabulary: Vocabulary
) -> tuple[tuple[AttributeDeclaration, ...], list[Issue]]:
    """Declare what is new, and per estimate what was thought to belong to cohorts and does not."""
    seen = survey(headers, vocabulary.attributes)
    new = declarations(dict.fromkeys(name for _, header in headers for name in header.undeclared), seen)
    declare_attributes(transaction, new)
    narrowed = []
    for name in dict.fromkeys(name for _, header in headers for name in header.attributes):
        if name in seen and _differs(transaction, name, seen[name]):
            declare_per_estimate(transaction, name)
            message = f"{name} differs within a {vocabulary.attributes[name].level}: it is now declared per estimate"
            file, line = seen[name].varies_on or (headers[0][0].file, 1)
            narrowed.append(Issue("attribute-narrowed", message, "flag", file, line, name))
    return new, narrowed


def _differs(transaction: Transaction, name: str, seen: Seen) -> bool:
    if seen.varies_on is not None:
        return True
    stored = values_by_cohort(transaction.connection, name, {study for study, _ in seen.of_owner})
    return any(owner in stored and not same(stored[owner], value) for owner, value in seen.of_owner.items())


def _line(issue: Issue) -> int:
    return issue.line
