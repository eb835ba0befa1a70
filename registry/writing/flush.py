"""Rows waiting to be written, and the order in which they go in: what is referred to first."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.models import Attribute, Base, study_report
from registry.writing import population, reports
from registry.writing.bulk import Beside, insert_rows, select_in
from registry.writing.projection import EVIDENCE, REPORTED, stored_row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from registry.ledger import Transaction
    from registry.writing.things import Thing

_reported = itemgetter(*REPORTED)
_ESTIMATE = ("id", "key", "cohort_id", "contrast_id", "endpoint_id", "report_id", *REPORTED)
_VALUE = ("id", "attribute_id", "study_id", "cohort_id", "estimate_id", "value")
_NAMES = ("disease", "factor", "synonym", "cutoff", "contrast")


class Waiting:
    """New rows of one chunk; `rows` holds the small tables' as dictionaries, by table."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._estimates: list[tuple[Any, ...]] = []
        self._values: list[tuple[Any, ...]] = []
        self._evidence: list[tuple[Any, ...]] = []
        self._beside = Beside()
        transaction.look_up_ids("estimate", "attribute_value", "evidence")  # not while the thread is at work
        self._declared = dict(transaction.connection.execute(sa.select(Attribute.name, Attribute.id)).all())

    def estimate(
        self, values: Mapping[str, Any], *, key: str, cohort: int, contrast: int, endpoint: int, report: int | None
    ) -> int:
        """Queue an estimate and give its integer id."""
        number = self._transaction.next_id("estimate")
        self._estimates.append((number, key, cohort, contrast, endpoint, report, *_reported(values)))
        return number

    def evidence(self, row: dict[str, Any]) -> None:
        """Queue a finished evidence row as opened by this changeset."""
        transaction = self._transaction
        number = transaction.next_id("evidence")
        self._evidence.append(stored_row(row, number=number, opened_by=transaction.number))
        transaction.opened[row["key"]] = row["digest"]

    def attributes(self, owner: str, number: int, values: Mapping[str, Any]) -> None:
        """Queue study characteristics of one owner: `study_id`, `cohort_id` or `estimate_id`."""
        for name, value in values.items():
            row = {
                "id": self._transaction.next_id("attribute_value"),
                "attribute_id": self._declared[name],
                owner: number,
                "value": repr(float(value)) if isinstance(value, int | float) else value,
            }
            self._values.append(tuple([row.get(column) for column in _VALUE]))

    def forget(self) -> None:
        """Drop everything: the transaction will be undone."""
        for rows in self.rows.values():
            rows.clear()
        for queue in (self._estimates, self._values, self._evidence):
            queue.clear()

    def write_owners(
        self,
        *,
        reports: Iterable[Thing],
        studies: Collection[Thing],
        cohorts: Mapping[tuple[str, str], Thing],
        links: set[tuple[int, int]],
        disease_id: Callable[[str], int],
    ) -> None:
        """Write the names that wait, and what is new or was filled in of these reports, studies and cohorts."""
        self._write_reports(reports)
        for table in _NAMES:
            self._insert(table, self.rows[table])
        self._write_studies(studies)
        self._link(links, {study.id for study in studies if study.stored})
        self._write_cohorts(cohorts, {study.key: study.id for study in studies}, disease_id)
        for owner, things in (("study_id", studies), ("cohort_id", cohorts.values())):
            for thing in things:
                self.attributes(owner, thing.id, {name: thing.attributes[name] for name in sorted(thing.given)})
        for rows in self.rows.values():
            rows.clear()

    def write_estimates(self) -> None:
        """Have the estimates that wait written on a thread beside this one; `settle` waits for it."""
        for table, columns, rows in self._taken():
            self._beside.do(insert_rows, self._transaction.connection, table, columns, rows)

    def write(self, **owners: Any) -> None:
        """Write all that waits, as `write_owners` takes it, here and now."""
        self.write_owners(**owners)
        for table, columns, rows in self._taken():
            insert_rows(self._transaction.connection, table, columns, rows)

    def _taken(self) -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
        """Take the estimates and what belongs to them from the queues, in the order they go in."""
        taken = [
            ("estimate", _ESTIMATE, self._estimates),
            ("attribute_value", _VALUE, self._values),
            ("evidence", EVIDENCE, self._evidence),
        ]
        self._estimates, self._values, self._evidence = [], [], []
        return taken

    def settle(self) -> None:
        """Wait until everything is written; before it nobody may use the connection."""
        self._beside.wait()

    def close(self) -> None:
        """End the thread."""
        self._beside.close()

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        columns = [column.name for column in Base.metadata.tables[table].columns]
        insert_rows(
            self._transaction.connection, table, columns, [tuple([row.get(name) for name in columns]) for row in rows]
        )

    def _update(self, table: str, number: int, values: dict[str, Any]) -> None:
        target = Base.metadata.tables[table]
        self._transaction.connection.execute(sa.update(target).where(target.c.id == number).values(**values))

    def _write_reports(self, things: Iterable[Thing]) -> None:
        new = []
        for report in things:
            values = {name: report.fields.get(name) for name in reports.FIELDS}
            if not report.stored:
                new.append({"id": report.id, "key": report.key, **values})
            elif report.filled:
                self._update("report", report.id, values)
        self._insert("report", new)

    def _write_studies(self, things: Iterable[Thing]) -> None:
        new = []
        for study in things:
            values = {"report_id": study.fields["report_id"]}
            if not study.stored:
                new.append({"id": study.id, "key": study.key, **values})
            elif study.filled:
                self._update("study", study.id, values)
        self._insert("study", new)

    def _link(self, links: set[tuple[int, int]], known: set[int]) -> None:
        statement = sa.select(study_report.c.study_id, study_report.c.report_id)
        found = select_in(self._transaction.connection, statement, study_report.c.study_id, known)
        new = sorted(links.difference(tuple(row) for row in found))
        insert_rows(self._transaction.connection, "study_report", ("study_id", "report_id"), new)

    def _write_cohorts(
        self, things: Mapping[tuple[str, str], Thing], studies: Mapping[str, int], disease_id: Callable[[str], int]
    ) -> None:
        new = []
        for (study, key), cohort in things.items():
            values = {name: cohort.fields.get(name) for name in population.FIELDS}
            disease = cohort.fields.get("disease")
            values["disease_id"] = None if disease is None else disease_id(disease)
            if not cohort.stored:
                new.append({"id": cohort.id, "study_id": studies[study], "key": key, **values})
            elif cohort.filled:
                self._update("cohort", cohort.id, values)
        self._insert("cohort", new)
