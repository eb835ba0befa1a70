"""Edited cells → changes of what they belong to: an estimate, or the cohort, study or report its row shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.curation.differences import Edit, Edited, shown
from registry.ingest.files import Row
from registry.ingest.header import input_name
from registry.ingest.issues import Problem
from registry.models import Cohort, Estimate, Report, Study
from registry.terms import AttributeLevel
from registry.vocabulary import Vocabulary
from registry.workbook.cells import cell
from registry.writing.keys import IDENTITY, estimate_key
from registry.writing.population import SAID
from registry.writing.reports import OWN


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a thing to be amended: `name` in the contract, `field` as an amendment takes it, and both texts.

    `row` is the first row that says so; `based_on` the digest of the estimate its curator saw.
    """

    key: str
    name: str
    field: str
    stored: str | None
    text: str
    row: Row
    based_on: str | None


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that cannot be carried out as it stands."""

    row: Row
    problem: Problem


class Owners:
    """What the fields of an estimate's row belong to."""

    def __init__(self, connection: sa.Connection, vocabulary: Vocabulary) -> None:
        self.connection = connection
        self._levels = {name: each.level for name, each in vocabulary.attributes.items()}
        self._reports: dict[str, str] = {}

    def name(self, field: str) -> str:
        """Give the contract name, or that of the characteristic, of a field as an amendment takes it."""
        return next((name for name in (*SAID, *OWN, *IDENTITY) if input_name(name) == field), field)

    def thing(self, name: str) -> str:
        """Name the kind of thing a field belongs to."""
        level = self._levels.get(name)
        if name in SAID or level is AttributeLevel.COHORT:
            return "cohort"
        if name in OWN:
            return "report"
        return "study" if level is AttributeLevel.STUDY else "estimate"

    def key(self, thing: str, edited: Edited) -> str:
        """Give the key of the thing of this kind a row belongs to."""
        study = edited.live["study"]
        if thing == "estimate":
            return edited.key
        if thing == "cohort":
            return f"{study}/{edited.live['cohort']}"
        return self._report(study) if thing == "report" else study

    def _report(self, study: str) -> str:
        """Give the key of a study's own report, the study's own while it has none."""
        if study not in self._reports:
            query = sa.select(Report.key).join(Study, Study.report_id == Report.id).where(Study.key == study)
            found = self.connection.execute(query).scalar()
            # reports known by address or citation have no key to be typed; their study has
            named = found is not None and found.startswith(("doi:", "pmid:"))
            self._reports[study] = str(found) if named else study
        return self._reports[study]


def changes_of(rows: Sequence[Edited], owners: Owners) -> tuple[list[Change], list[Clash]]:
    """Give what is to be amended, one change per thing and field, and the rows that speak against each other."""
    clashes = [clash for row in rows for clash in _moves(row, owners)]
    clashes += _taken(rows, owners)
    clashes += _disagreements(rows, owners)
    bad = {clash.row.line for clash in clashes}
    changes: dict[tuple[str, str], Change] = {}
    for row in rows:
        if row.row.line not in bad:
            for edit in row.edits:
                change = _change(row, edit, owners)
                changes.setdefault((change.key, change.name), change)
    return list(changes.values()), clashes


def _change(row: Edited, edit: Edit, owners: Owners) -> Change:
    thing = owners.thing(edit.name)
    stored = cell(row.live, edit.name)
    return Change(
        key=owners.key(thing, row),
        name=edit.name,
        field=input_name(edit.name),
        stored=None if stored is None else str(stored),
        text=edit.text,
        row=row.row,
        based_on=row.live["digest"] if thing == "estimate" else None,
    )


def _moves(row: Edited, owners: Owners) -> list[Clash]:
    """Want a row that goes to another cohort to go to one that is there, and to say nothing new of it at once."""
    moved = {edit.name: edit.value for edit in row.edits if edit.name in ("study", "cohort")}
    if not moved:
        return []
    name = next(iter(moved))
    shared = [edit for edit in row.edits if owners.thing(edit.name) != "estimate"]
    if shared:
        field = input_name(shared[0].name)
        message = (
            f"the row moves to another {name} and changes {field}, which belongs to the {owners.thing(shared[0].name)}"
        )
        return [Clash(row.row, Problem("edit-refused", message, "one after the other", shared[0].name))]
    study, cohort = moved.get("study", row.live["study"]), moved.get("cohort", row.live["cohort"])
    query = sa.select(Cohort.id).join(Study, Cohort.study_id == Study.id)
    if owners.connection.execute(query.where(Study.key == study, Cohort.key == cohort)).first():
        return []
    message = f"there is no cohort {study}/{cohort} to move the estimate to"
    return [Clash(row.row, Problem("edit-refused", message, "a study and cohort the registry has", name))]


def _taken(rows: Sequence[Edited], owners: Owners) -> list[Clash]:
    """Want no estimate to become the same as another."""
    clashes = []
    wanted: dict[str, int] = {}
    for row in rows:
        changed = [edit for edit in row.edits if edit.name in IDENTITY]
        if not changed:
            continue
        key = estimate_key({**row.live, **{edit.name: edit.value for edit in changed}})
        first = wanted.setdefault(key, row.row.line)
        held = owners.connection.execute(sa.select(Estimate.id).where(Estimate.key == key)).first()
        if key != row.key and (held or first != row.row.line):
            message = f"with this the row would be the same estimate as {key if held else f'that of line {first}'}"
            expected = "what tells them apart, such as cohort, timepoint, cutoff or source_locator"
            clashes.append(Clash(row.row, Problem("conflict", message, expected, changed[0].name)))
    return clashes


def _disagreements(rows: Sequence[Edited], owners: Owners) -> list[Clash]:
    """Find rows that give one cohort, study or report different new values; both rows are named."""
    said: dict[tuple[str, str, str], dict[Any, list[tuple[Edited, Edit]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for edit in row.edits:
            thing = owners.thing(edit.name)
            if thing != "estimate":
                said[thing, owners.key(thing, row), edit.name][edit.value].append((row, edit))
    return [
        Clash(row.row, _disagreement(thing, key, edit, _others(values, value)))
        for (thing, key, _), values in said.items()
        if len(values) > 1
        for value, found in values.items()
        for row, edit in found
    ]


def _others(values: dict[Any, list[tuple[Edited, Edit]]], mine: Any) -> Iterable[tuple[Edited, Edit]]:
    return (found[0] for value, found in values.items() if value != mine)


def _disagreement(thing: str, key: str, edit: Edit, others: Iterable[tuple[Edited, Edit]]) -> Problem:
    told = ", ".join(f"{shown(other.text)} on line {row.row.line}" for row, other in others)
    field = input_name(edit.name)
    message = f"the {thing} {key} is given {field} {shown(edit.text)} here and {told}"
    return Problem("conflict", message, f"one {field} per {thing}", edit.name)
