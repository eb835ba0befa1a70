"""Write what is known of a study before any number is read: the study, its reports, its cohorts; and cutoffs.

Matched, completed and refused as `write_estimates` does; having no evidence row of their own, new things are recorded
in the ledger field by field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.errors import Conflict, UsageError
from registry.models import study_report
from registry.terms import AttributeLevel
from registry.writing.estimates import estimates_of
from registry.writing.flush import Waiting
from registry.writing.keys import CUTOFF, DEFAULTS, cutoff_key
from registry.writing.names import Names
from registry.writing.population import Population
from registry.writing.projection import refresh
from registry.writing.reports import Reports
from registry.writing.things import Merger, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.ledger import Transaction
    from registry.record import Record

_NOT_READ = dict.fromkeys(column.name for column in COLUMNS if column.inputs)


def write_study(transaction: Transaction, record: Record) -> bool:
    """Add a study with what is said of its own report, or fill in what was empty; whether it is new.

    Conflict, with both values, where it is stored with other particulars.
    """
    work = _Work(transaction, record, AttributeLevel.STUDY)
    work.characterise()
    work.papers.own(work.study, work.values, record)
    work.finish()
    return not work.study.stored


def write_cohort(transaction: Transaction, record: Record) -> bool:
    """Add a cohort, and its study if that is new, or fill in what was empty; whether the cohort is new."""
    work = _Work(transaction, record, AttributeLevel.STUDY, AttributeLevel.COHORT)
    if work.values["disease"] is not None:
        work.values["disease"] = work.names.canonical("disease", work.values["disease"])
    cohort, _ = work.people.cohort(work.study, work.values, record)
    work.finish()
    return not cohort.stored


def write_report(transaction: Transaction, record: Record) -> tuple[str, bool]:
    """Add a report to a study, whose own it becomes if there is none; give its key and whether the link is new.

    UsageError when nothing tells it from other reports: it needs a DOI, PMID, address or title.
    """
    values = record.values
    if not any(values.get(name) for name in ("doi", "pmid", "source_url", "title")):
        raise UsageError("nothing tells this report from others", "give its DOI, PMID, url or title")
    work = _Work(transaction, record)
    report = work.papers.further(work.study, work.values, record)
    linked = sa.select(study_report.c.report_id).where(
        study_report.c.study_id == work.study.id, study_report.c.report_id == report.id
    )
    new = transaction.connection.execute(linked).first() is None
    if new and work.study.fields["report_id"] != report.id:
        transaction.change("study", work.study.key, "further report", None, report.key)
    work.finish({(work.study.id, report.id)})
    return report.key, new


def write_cutoff(transaction: Transaction, values: Mapping[str, Any]) -> tuple[str, bool]:
    """Add a cutoff of a factor; give its key (`>= 550 "text" [median]`) and whether it is new."""
    waiting = Waiting(transaction)
    names = Names(transaction, waiting.rows)
    row = {**_NOT_READ, **DEFAULTS, **values}
    row["factor"] = factor = names.canonical("factor", row["factor"])
    names.load_contrasts([row])
    key = cutoff_key(row)
    number = names.cutoff(names.id("factor", factor), key, row)
    new = transaction.made("cutoff", number)
    if new:
        _record_names(transaction, waiting)
        for name, value in (("key", key), *((name.removeprefix("cutoff_"), row[name]) for name in CUTOFF)):
            if value is not None:
                transaction.change("cutoff", f"{factor} {key}", name, None, value)
        waiting.write(reports=(), studies=(), cohorts={}, links=set(), disease_id=lambda key: names.id("disease", key))
    return key, new


def _record_names(transaction: Transaction, waiting: Waiting) -> None:
    """Record factors and diseases created on first use: no evidence row tells of them."""
    for kind in ("factor", "disease"):
        for row in waiting.rows[kind]:
            transaction.change(kind, row["key"], "key", None, row["key"])


class _Work:
    """One study and what is around it, loaded, merged and written."""

    def __init__(self, transaction: Transaction, record: Record, *levels: AttributeLevel) -> None:
        self._transaction, self._record = transaction, record
        self._waiting = Waiting(transaction)
        self.names = Names(transaction, self._waiting.rows)
        self._merger = Merger(transaction, [])
        self.values: dict[str, Any] = {**_NOT_READ, **DEFAULTS, **record.values}
        self._levels = {name: each.level for name, each in self.names.vocabulary.attributes.items()}
        self._refuse_other_levels(levels)
        self.people = Population(self._merger, self._levels)
        self.people.load([self.values["study"]])
        self.papers = Reports(self._merger)
        self.study = self.people.study(self.values["study"])
        self.papers.load([self.values], [self.study.fields["report_id"] or 0])

    def _refuse_other_levels(self, levels: tuple[AttributeLevel, ...]) -> None:
        for name in self._record.attributes:
            if self._levels[name] not in levels:
                level = self._levels[name]
                raise UsageError(f"{name} is a characteristic of each {level}", f"give it with `evireg add {level}`")

    def characterise(self) -> None:
        """Give the study its characteristics."""
        self._merger.characterise(self.study, self._record.attributes, self._record)

    def finish(self, links: set[tuple[int, int]] | None = None) -> None:
        """Refuse what contradicts, else write, record what is new, and bring the evidence rows in line."""
        if self._merger.issues:
            raise Conflict("the registry holds other values; nothing was stored", self._merger.issues)
        things = [*self.papers.by_id.values(), *self.people.studies.values(), *self.people.cohorts.values()]
        for thing in things:
            self._record_new(thing)
        _record_names(self._transaction, self._waiting)
        own = self.study.fields["report_id"]
        touched = {kind: {each.id for each in things if each.kind == kind and each.touched} for kind in _KINDS}
        self._waiting.write(
            reports=self.papers.by_id.values(),
            studies=self.people.studies.values(),
            cohorts=self.people.cohorts,
            links=(links or set()) | ({(self.study.id, own)} if own else set()),
            disease_id=lambda key: self.names.id("disease", key),
        )
        if any(touched.values()):
            refresh(self._transaction, estimates_of(self._transaction.connection, **touched))

    def _record_new(self, thing: Thing) -> None:
        if thing.stored:
            return
        self._transaction.change(thing.kind, thing.key, "key", None, thing.key)
        for name, value in (*thing.fields.items(), *thing.attributes.items()):
            if name == "report_id" and value is not None:
                self._transaction.change(thing.kind, thing.key, "report", None, self.papers.by_id[value].key)
            elif name != "report_id" and value not in (None, False):
                self._transaction.change(thing.kind, thing.key, name, None, value)


_KINDS = ("report", "study", "cohort")
