"""Rows an import leaves out and hands back, so that the others can be stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from registry.errors import Conflict, InputRefused
from registry.ingest.files import Row, Table
from registry.issues import Issue

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: Heading of the column that says why a row was left out; when the rows come back it is passed over.
WHY = "Why"
#: After one of these, rows that were not read would be lost.
_ENDS = frozenset({"encoding", "quoting", "too-many"})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not stored, and why: what was found in it; `row` is None when it could not be split into cells."""

    table: Table
    line: int
    row: Row | None
    issues: tuple[Issue, ...]


#: Takes the rows that are left out, before the others are kept; what it raises stores nothing.
HandOver = Callable[[Sequence[LeftOut]], object]


class Again(Exception):  # noqa: N818 - no error: how an import starts anew without the rows that contradict
    """Leave a transaction to do it again without further rows."""


class Aside:
    """What one import leaves out; tried again without the rows that contradict what is stored, until none does."""

    def __init__(self, hand_over: HandOver) -> None:
        self._hand_over = hand_over
        self._contradictions: dict[tuple[str, int], list[Issue]] = defaultdict(list)
        self._rows: list[LeftOut] = []

    def lines(self, table: Table) -> frozenset[int]:
        """Give the lines of a table that contradict what is stored, as far as that is known."""
        return frozenset(line for file, line in self._contradictions if file == table.file)

    def again(self, conflict: Conflict) -> Again:
        """Note which rows contradict; raises the conflict itself when it is not about rows."""
        if not conflict.issues or any(issue.line < 1 for issue in conflict.issues):
            raise conflict
        for issue in conflict.issues:
            self._contradictions[issue.file, issue.line].append(issue)
        self._rows.clear()
        return Again()

    def gather(self, table: Table, issues: Iterable[Issue], instead: Mapping[int, Row] = MappingProxyType({})) -> int:
        """Find the rows these issues are about, and give how many are left out; `instead` hands back others for some.

        Raises InputRefused when an issue is about the whole file, or when rows would be lost.
        """
        of_line: dict[int, list[Issue]] = defaultdict(list)
        for issue in issues:
            of_line[issue.line].append(issue)
        wanted = self.lines(table) | of_line.keys()
        rows = {each.line: each for each in table.rows() if each.line in wanted} if wanted else {}
        lost = [each for found in of_line.values() for each in found if each.line not in rows or each.code in _ENDS]
        if lost:
            problems = f"{len(lost)} problems are" if len(lost) > 1 else "one problem is"
            raise InputRefused(f"{table.file} was not imported: {problems} not about single rows", lost)
        for line, row in sorted(rows.items()):
            found = (*self._contradictions.get((table.file, line), ()), *of_line.get(line, ()))
            back = instead.get(line, row)
            self._rows.append(LeftOut(table, line, back if isinstance(back, Row) else None, found))
        return len(rows)

    def finish(self, transaction: Transaction) -> None:
        """Hand the rows over, and say in the message of the changeset how many they are."""
        if self._rows:
            rows = "one row" if len(self._rows) == 1 else f"{len(self._rows)} rows"
            transaction.reword(f"{transaction.message} ({rows} left out)")
            self._hand_over(self._rows)
