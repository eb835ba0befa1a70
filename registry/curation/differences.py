"""An export that came back: each row beside the version its curator saw and beside what is stored now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.errors import UsageError
from registry.ingest.files import Row, Table
from registry.ingest.issues import ERRORS, Problem
from registry.ingest.records import Layout
from registry.ingest.rules import MAY_BE_PRINTED
from registry.issues import Issue
from registry.meaning.printed import BOUNDS, printed_bounds
from registry.models import Change, Changeset, Curator, evidence
from registry.record import Record
from registry.workbook.cells import KEY, PRINTED, VERSION, cell
from registry.writing.bulk import batched, select_in

Version = Mapping[str, Any]

#: What a curator sees of an estimate in an export, and what is said about it beside; the rest follows from these.
_SEEN = (*(column.name for column in COLUMNS if column.inputs), "status", "status_reason")
_CHUNK = 500
_DECIDE = "a decision: export again and edit that"


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell that says something else than the version its curator saw: `text` as it stands, `value` as read."""

    name: str
    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class Edited:
    """A row with edits: `seen`, the version they were made on, and `live`, what is stored now, under `key`."""

    row: Row
    key: str
    seen: Version
    live: Version
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class Differences:
    """What came of a table: rows that differ, how many do not, and what is wrong with rows, as issues.

    `rebased` has, by line, the rows in conflict as they can be decided upon: the curator's edits on what is stored now.
    """

    edited: list[Edited] = field(default_factory=list)
    unchanged: int = 0
    issues: list[Issue] = field(default_factory=list)
    rebased: dict[int, Row] = field(default_factory=dict)


class Comparison:
    """Compares the rows of one table with what the registry holds and held."""

    def __init__(self, connection: sa.Connection, table: Table, layout: Layout) -> None:
        self._connection, self._table, self._layout = connection, table, layout
        self._key, self._version = made_columns(table)
        self._changesets: dict[int, str] = {}
        self._lines: dict[str, int] = {}
        self.found = Differences()

    def run(self, rows: Iterable[Row]) -> Differences:
        """Compare rows that have a key."""
        for chunk in batched(rows, _CHUNK):
            versions = self._versions({self._cell(row, self._key) for row in chunk})
            for row in chunk:
                self._compare(row, versions)
        return self.found

    def _cell(self, row: Row, position: int) -> str:
        return row.cells[position].strip()

    def _versions(self, keys: set[str]) -> dict[str, list[dict[str, Any]]]:
        """Read every version of these estimates, in order, each with its characteristics beside its columns.

        An estimate that was renamed since is followed to its present key.
        """
        found: dict[str, list[dict[str, Any]]] = {key: [] for key in keys}
        for row in select_in(self._connection, sa.select(evidence), evidence.c.key, keys):
            version = row._asdict()
            found[row.key].append({**version, **version["attributes"]})
        for versions in found.values():
            versions.sort(key=lambda each: each["valid_from"])
        closed = [key for key, versions in found.items() if versions and versions[-1]["valid_to"] is not None]
        later = {key: now for key in closed if (now := self._renamed(key)) is not None}
        if later:
            present = self._versions(set(later.values()))
            for key, now in later.items():
                found[key] += present[now]
        return found

    def _renamed(self, key: str) -> str | None:
        query = sa.select(Change.after).where(Change.entity == "estimate", Change.field == "key", Change.before == key)
        return self._connection.execute(query.order_by(Change.id.desc()).limit(1)).scalar()

    def _compare(self, row: Row, versions: Mapping[str, Sequence[dict[str, Any]]]) -> None:
        key, seen_digest = self._cell(row, self._key), self._cell(row, self._version).lower()
        known = versions[key]
        seen = next((each for each in known if each["digest"] == seen_digest), None)
        if seen is None:
            self._refuse(row, _unknown(key, seen_digest, known=bool(known)))
            return
        edits, problems = self._edits(row, seen)
        first = self._lines.setdefault(key, row.line)
        if first != row.line and (edits or problems):
            message = f"line {first} has the key {key} too"
            self._refuse(row, Problem("key-repeated", message, "an empty key and version for a row that is new", KEY))
            return
        if problems:
            self._refuse(row, *problems)
            return
        live = known[-1]
        standing = tuple(edit for edit in edits if not _says(edit.name, edit.text, edit.value, live))
        if not edits or (live["valid_to"] is None and not standing):
            self.found.unchanged += 1
        elif live["valid_to"] is not None or _moved(seen, live):
            self._conflict(row, seen, live, standing or edits)
        else:
            self.found.edited.append(Edited(row, live["key"], seen, live, standing))

    def _edits(self, row: Row, seen: Version) -> tuple[list[Edit], list[Problem]]:
        """Find the cells that say something else than this version; None where they cannot be read."""
        position = self._layout.position
        differing = [name for name in position if _as_text(cell(seen, name)) != self._cell(row, position[name])]
        if not differing:
            return [], []
        record, problems = self._layout.read(row)
        confirmed = bool(record.values.get("as_printed"))
        wrong = [
            each
            for each in problems
            if each.column in differing
            and each.code in ERRORS
            and not (confirmed and each.code in MAY_BE_PRINTED)
            and not (each.column in BOUNDS and each.value is not None and record.values.get("log_hr") is not None)
        ]
        edits = []
        for name in differing:
            text, value = self._cell(row, position[name]), _value(record, name, problems)
            if not _says(name, text, value, seen):
                edits.append(Edit(name, text, value))
        return edits, wrong

    def _refuse(self, row: Row, *problems: Problem) -> None:
        self.found.issues += self._layout.issues(row, problems, "error")

    def _conflict(self, row: Row, seen: Version, live: Version, edits: Sequence[Edit]) -> None:
        """Note what somebody else changed, beside what the file says, and make the row to decide upon."""
        if live["valid_to"] is not None:
            message = f"the estimate is not there any more: {self._changeset(live['valid_to'])}"
            self._refuse(row, Problem("conflict", message, "the row deleted, or its key and version emptied", KEY))
            return
        who, texts = self._changeset(live["valid_from"]), {edit.name: edit.text for edit in edits}
        moved = [name for name in _names(seen, live) if seen.get(name) != live.get(name)]
        told = []
        for name in dict.fromkeys((*moved, *texts)):
            now, then = shown(cell(live, name)), shown(cell(seen, name))
            message = f"{now} is stored now" + (f", it was {then} when exported" if name in moved else "")
            message += f", the file says {shown(texts[name])}" if name in texts else ""
            told.append(Problem("conflict", f"{message}; changed meanwhile by {who}", _DECIDE, name))
        self._refuse(row, *told)
        self.found.rebased[row.line] = self._rebased(row, live, texts)

    def _rebased(self, row: Row, live: Version, texts: Mapping[str, str]) -> Row:
        cells = list(row.cells)
        for name, position in self._layout.position.items():
            cells[position] = texts.get(name, _as_text(cell(live, name)))
        cells[self._key], cells[self._version] = live["key"], live["digest"]
        return Row(row.line, cells)

    def _changeset(self, number: int) -> str:
        """Tell of a changeset who made it, when and why."""
        if number not in self._changesets:
            row = self._connection.execute(
                sa.select(Curator.name, Changeset.at, Changeset.message)
                .join(Curator, Changeset.curator_id == Curator.id)
                .where(Changeset.number == number)
            ).one()
            when = row.at[:16].replace("T", " ")
            self._changesets[number] = f"{row.name} on {when} ({row.message}, changeset {number})"
        return self._changesets[number]


def made_columns(table: Table) -> tuple[int, int]:
    """Find the positions of key and version; UsageError when it is no export."""
    names = [name.strip().casefold() for name in table.header]
    if KEY not in names or VERSION not in names:
        raise UsageError(f"{table.file} is no export: it has no columns key and version", "import it as it is")
    return names.index(KEY), names.index(VERSION)


def is_export(table: Table) -> bool:
    """Whether a table has what an export has and other files have not: the columns key and version."""
    return {KEY, VERSION} <= {name.strip().casefold() for name in table.header}


def shown(value: str | int | None) -> str:
    """Write a cell in a sentence."""
    text = "" if value is None else str(value)
    return "(empty)" if not text else repr(text if len(text) <= 60 else f"{text[:59]}…")


def _unknown(key: str, digest: str, *, known: bool) -> Problem:
    if not known:
        message = f"the registry holds no estimate {key}"
        return Problem("key-unknown", message, "a key as exported; empty key and version for a row that is new", KEY)
    message = f"the registry never held a version {digest[:12]}… of {key}" if digest else "the version is empty"
    return Problem("version-unknown", message, "the version as exported, for it says what you saw", VERSION)


def _as_text(value: str | int | None) -> str:
    return "" if value is None else str(value).strip()


def _value(record: Record, name: str, problems: Sequence[Problem]) -> Any:
    """Give what a cell was read as; what may be printed so has its value in the problem."""
    printed = next((each.value for each in problems if each.column == name and each.value is not None), None)
    if printed is not None:
        return printed
    return record.values[name] if name in record.values else record.attributes.get(name)


def _says(name: str, text: str, value: Any, version: Version) -> bool:
    """Whether a cell says what a version holds: the same number counts, unless more digits were printed."""
    held = printed_bounds(version).get(name) if name in BOUNDS else version.get(name)
    if value != held or (value is None) != (held is None):
        return False
    if name not in PRINTED or held is None:
        return True
    printed = str(cell(version, name))
    same_side = name != "p_value" or _side(text) == _side(printed)
    return same_side and _decimals(text) <= _decimals(printed)


def _side(text: str) -> str:
    """Give the operator before a p-value; an exact one has none."""
    sign = text.strip()[:1].replace("≤", "<").replace("≥", ">")
    bound = sign if sign in ("<", ">") else ""
    return bound + "=" if bound and any(each in text[:3] for each in ("=", "≤", "≥")) else bound


def _decimals(text: str) -> int:
    return len(text.replace(",", ".").rpartition(".")[2]) if "." in text.replace(",", ".") else 0


def _names(seen: Version, live: Version) -> Iterator[str]:
    yield from _SEEN
    yield from dict.fromkeys((*seen["attributes"], *live["attributes"]))


def _moved(seen: Version, live: Version) -> bool:
    """Whether somebody changed what a curator sees; what the registry makes of other things does not count."""
    return any(seen.get(name) != live.get(name) for name in _names(seen, live))
