"""Import an edited export: what differs becomes amendments with one reason, rows without key become new estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from registry.curation.amend import Amended, Amendment, amend
from registry.curation.differences import Comparison, Differences, is_export, made_columns
from registry.curation.owners import Change, Owners, changes_of
from registry.errors import Conflict, EviregError, InputRefused, UsageError
from registry.ingest.aside import WHY, Again, Aside, HandOver
from registry.ingest.files import Row, Table
from registry.ingest.header import read_header
from registry.ingest.load import import_table
from registry.ingest.loaded import Loaded
from registry.ingest.records import Layout
from registry.issues import Issue
from registry.vocabulary import Vocabulary
from registry.workbook.cells import KEY, VERSION
from registry.writing.keys import DEFAULTS

if TYPE_CHECKING:
    from registry.ledger import Transaction
    from registry.store import Store


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs: of what (`key`), in which column, what is stored and what the file says; None is empty.

    `line` is that of the first row that says so; `key` that of the estimate, cohort, study or report it belongs to.
    """

    line: int
    key: str
    column: str
    stored: str | None
    given: str | None


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of an edited export. `rows` have been read, `unchanged` of them say nothing new.

    `differences` were amended (`amended`), unless `changeset` is None: then nothing was kept, for want of a reason
    (`reason_missing`), in a dry run, or because nothing differs. `added` is what came of the rows without key;
    `left_out` counts the rows handed back.
    """

    file: str
    rows: int
    unchanged: int
    differences: tuple[Difference, ...]
    amended: Amended | None
    added: Loaded | None
    changeset: int | None
    dry_run: bool
    reason_missing: bool
    left_out: int = 0


class _Undo(Exception):  # noqa: N818 - no error: how what shall not be kept leaves its transaction
    """Leave a transaction without keeping it."""


def import_edits(
    store: Store,
    table: Table,
    *,
    curator: str,
    reason: str | None = None,
    dry_run: bool = False,
    ignore: Collection[str] = (),
    hand_over: HandOver | None = None,
) -> Returned:
    """Carry out the edits of an exported table in one changeset; its message is `reason`, without which none is kept.

    A row that is not in the table stays as it is. InputRefused for faults, Conflict when somebody changed an edited
    row since it was exported or two rows disagree on what they share; nothing is stored then, except that with
    `hand_over` the good rows are stored and the others given to it.
    """
    aside = None if hand_over is None else Aside(hand_over)
    said = reason or f"import {Path(table.file).name}"
    done = None
    while done is None:
        with suppress(_Undo, Again), store.transaction(curator, said) as transaction:
            done = _Import(transaction, table, ignore, aside).run()
            lacking = bool(done.differences) and not (reason or "").strip()
            if dry_run or lacking:
                done = replace(done, changeset=None, dry_run=dry_run, reason_missing=lacking)
            if aside is not None and not lacking:
                aside.finish(transaction)
            if dry_run or lacking:
                raise _Undo
    return done


class _Import:
    """One attempt."""

    def __init__(self, transaction: Transaction, table: Table, ignore: Collection[str], aside: Aside | None) -> None:
        self._transaction, self._table, self._aside = transaction, table, aside
        self._key, _ = made_columns(table)
        self._rows, self._others = 0, False
        made = (name for name in table.header if name.strip().casefold() in (KEY, VERSION) or name.strip() == WHY)
        self._ignore = (*ignore, *made)
        vocabulary = Vocabulary.load(transaction.connection)
        header = read_header(table, vocabulary.attributes, ignore=self._ignore)
        if header.issues:
            raise InputRefused(f"{table.file} was not imported", header.issues)
        self._layout = Layout(table, header, vocabulary, vocabulary.attributes)
        self._owners = Owners(transaction.connection, vocabulary)

    def run(self) -> Returned:
        """Compare, amend, add; every fault is in one report."""
        left_out = self._aside.lines(self._table) if self._aside else frozenset()
        compared = Comparison(self._transaction.connection, self._table, self._layout)
        found = compared.run(row for row in self._counted() if row.line not in left_out)
        changes = self._sound(found)
        amended = self._amend(changes, found)
        added, refused = self._add()
        if self._aside is None and (found.issues or refused):
            raise _refused(self._table, sorted((*found.issues, *refused), key=lambda issue: issue.line))
        keyed = replace(self._table, rows=self._keyed)
        gathered = self._aside.gather(keyed, found.issues, found.rebased) if self._aside else 0
        return Returned(
            file=self._table.file,
            rows=self._rows + (added.rows if added else 0),
            unchanged=found.unchanged,
            differences=tuple(self._difference(change) for change in changes),
            amended=amended,
            added=added,
            changeset=self._transaction.number if self._transaction.changed else None,
            dry_run=False,
            reason_missing=False,
            left_out=gathered + (added.left_out if added else 0),
        )

    def _keyed(self) -> Iterator[Row]:
        return (row for row in self._table.rows() if isinstance(row, Row) and row.cells[self._key].strip())

    def _without_key(self) -> Iterator[Row | Issue]:
        return (row for row in self._table.rows() if not (isinstance(row, Row) and row.cells[self._key].strip()))

    def _counted(self) -> Iterator[Row]:
        """Give the rows with a key, and note how many they are and whether there are others: files are slow to read."""
        for row in self._table.rows():
            if isinstance(row, Row) and row.cells[self._key].strip():
                self._rows += 1
                yield row
            else:
                self._others = True

    def _sound(self, found: Differences) -> list[Change]:
        """Give the changes that can be carried out; rows that disagree on what they share join the faults."""
        changes, clashes = changes_of(found.edited, self._owners)
        for clash in clashes:
            found.issues += self._layout.issues(clash.row, [clash.problem], "error")
        return changes

    def _amend(self, changes: Sequence[Change], found: Differences) -> Amended | None:
        """Amend; what is refused is told by line and column of the file."""
        if not changes:
            return None
        wanted: dict[tuple[str, str | None], dict[str, str | None]] = defaultdict(dict)
        for change in changes:
            wanted[change.key, change.based_on][change.field] = change.text or None
        try:
            return amend(self._transaction, [Amendment(key, each, seen) for (key, seen), each in wanted.items()])
        except EviregError as error:
            placed = [*self._placed(error, changes)]
            if not placed:
                raise
            if self._aside is not None:
                raise self._aside.again(Conflict(error.message, placed)) from None
            found.issues += placed
            return None

    def _placed(self, error: EviregError, changes: Sequence[Change]) -> Iterator[Issue]:
        """Say of what an amendment was refused for in which row of the file it stands."""
        issues = getattr(error, "issues", ())
        for issue in issues:
            of_key = [change for change in changes if change.key == issue.file]
            change = next((each for each in of_key if each.field == issue.column), of_key[0] if of_key else None)
            if change is None:
                return
            yield self._at(change, issue.code, issue.message, issue.expected, issue.column)
        if not issues:
            change = next((each for each in changes if each.key in error.message), None)
            if change is not None:
                code = "conflict" if isinstance(error, Conflict) else "edit-refused"
                yield self._at(change, code, error.message, error.hint, change.field)

    def _at(self, change: Change, code: str, message: str, expected: str, field: str) -> Issue:
        position = self._layout.position.get(change.name if field == change.field else self._owners.name(field))
        heading = field if position is None else self._table.header[position].strip()
        text = "" if position is None else change.row.cells[position].strip()[:80]
        cell = "" if position is None else self._table.cell(change.row.line, position)
        return Issue(code, message, "error", self._table.file, change.row.line, heading, text, expected, cell)

    def _add(self) -> tuple[Loaded | None, Sequence[Issue]]:
        """Import the rows without key as any other file."""
        if not self._others:
            return None, ()
        table = replace(self._table, rows=self._without_key, remarks=())
        try:
            return import_table(self._transaction, table, ignore=self._ignore, aside=self._aside), ()
        except InputRefused as error:
            if self._aside is not None:
                raise
            return None, error.issues

    def _difference(self, change: Change) -> Difference:
        heading = self._table.header[self._layout.position[change.name]].strip()
        given = change.text or _shown_empty(change.name)
        return Difference(change.row.line, change.key, heading, change.stored, given)


def _shown_empty(name: str) -> str | None:
    """Say what an empty cell stands for: what is compared is settled anew then."""
    return None if name in ("contrast", "measure") else DEFAULTS.get(name)


def _refused(table: Table, issues: Sequence[Issue]) -> InputRefused:
    count = f"{len(issues)} problems" if len(issues) > 1 else "one problem"
    message = f"{table.file} was not imported: {count}, nothing was stored"
    if all(issue.code == "conflict" for issue in issues):
        return Conflict(message, issues, "the stored values stand until a curator decides; --quarantine keeps the rest")
    return InputRefused(message, issues)


def edited_table(tables: Iterable[Table]) -> Table | None:
    """Give the table that is an edited export; None when there is none. UsageError when it is one of several."""
    found = list(tables)
    exports = [table for table in found if is_export(table)]
    if exports and len(found) > 1:
        raise UsageError(f"{exports[0].file} is an edited export, and there are other files", "import it by itself")
    return exports[0] if exports else None
