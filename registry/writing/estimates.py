"""Write estimates: match by key, create what is new, refuse what contradicts, and project into evidence."""

from __future__ import annotations

import gc
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.errors import Conflict, InputRefused
from registry.models import Cohort, Estimate, Study
from registry.terms import AttributeLevel
from registry.writing.bulk import batched, select_in
from registry.writing.flush import Waiting
from registry.writing.former import remark
from registry.writing.keys import DEFAULTS, estimate_key, report_names
from registry.writing.known import compared, known
from registry.writing.names import Names
from registry.writing.overlaps import overlap_groups
from registry.writing.population import SAID, Population
from registry.writing.projection import REPORTED, finished, refresh
from registry.writing.reports import OWN, Reports
from registry.writing.tally import Tally, Written
from registry.writing.things import Merger, Thing, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from registry.ledger import Transaction
    from registry.record import Record

#: Rows matched and written together: enough that queries cost little, few enough that memory stays small.
CHUNK = 1000
#: New estimates handed over together to be written while the next are made.
TOGETHER = 256

#: Every column a record can fill, not read.
_NOT_READ: dict[str, Any] = dict.fromkeys([column.name for column in COLUMNS if column.inputs] + list(REPORTED))


def write_estimates(
    transaction: Transaction, records: Iterable[Record], *, chunk: int = CHUNK, reading: bool = False
) -> Written:
    """Write records into the registry, in the order given; they are taken `chunk` by chunk, never all at once.

    Rows are written on a thread of their own while the next records are taken; when giving these uses the connection
    of the transaction, say so by `reading`.

    Factors, diseases, studies, cohorts, cutoffs and reports are created on first use, their empty fields filled in.
    Conflict, with an Issue for each contradiction, when a key is stored with other numbers or a study, cohort or
    report with other particulars; InputRefused for an unknown endpoint or an undeclared study characteristic. After
    either the transaction must not be committed.
    """
    with _no_search_for_cycles(), closing(_Writer(transaction)) as writer:
        for number, taken in enumerate(batched(records, chunk), 1):
            writer.write(taken)
            if number % 10 == 0:
                gc.collect(1)  # what a chunk leaves behind has cycles; only what is new since the last time is searched
            if reading:
                writer.settle()
        return writer.finish()


def _printed(values: Mapping[str, Any], name: str) -> Any:
    """Give a value as it is printed, where that was kept."""
    return values.get("p_text" if name == "p_value" else f"{name}_text") or values.get(name)


def _pieces(covariates: str) -> list[str]:
    return sorted(piece.strip() for piece in covariates.split(";"))


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of small objects that have none: a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(slots=True, eq=False)
class _Row:
    """A record being matched: its values with defaults and canonical names; `former` where its key is an old one."""

    record: Record
    values: dict[str, Any]
    key: str
    cohort: Thing
    study: Thing
    source: Thing | None = None
    former: bool = False


class _Writer:
    """What is kept over the chunks of one call."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._waiting = Waiting(transaction)
        self._names = Names(transaction, self._waiting.rows)
        self._merger = Merger(transaction, [])
        self._groups = overlap_groups(transaction.connection)
        self._levels = {name: each.level for name, each in self._names.vocabulary.attributes.items()}
        self._touched: dict[str, set[int]] = {"report": set(), "study": set(), "cohort": set()}
        self._tally = Tally()

    def write(self, records: list[Record]) -> None:
        """Match one chunk, then write it; after the first contradiction the rest is only compared."""
        values = [self._named(record) for record in records]
        self.settle()
        people = Population(self._merger, self._levels)
        people.load(each["study"] for each in values)
        papers = Reports(self._merger)
        papers.load(values, (study.fields["report_id"] or 0 for study in people.studies.values()))
        self._names.load_contrasts(values)
        rows = [self._settled(record, each, people, papers) for record, each in zip(records, values, strict=True)]
        for row in rows:
            row.source = papers.source(row.study, row.values, row.record)
        stored = known(self._transaction.connection, rows, self._names.vocabulary)
        contrasts = [self._names.contrast(row.values) if row.key not in stored else 0 for row in rows]
        self._flush(people, papers, rows)
        for number, (row, contrast) in enumerate(zip(rows, contrasts, strict=True), 1):
            held = stored.get(row.key)
            if held is None:
                stored[row.key] = self._create(row, papers, contrast)
            else:
                self._compare(row, held, papers)
            if number % TOGETHER == 0 or number == len(rows):
                self._hand_over()

    def _hand_over(self) -> None:
        if self._merger.issues:
            self._waiting.forget()
        else:
            self._waiting.write_estimates()

    def _named(self, record: Record) -> dict[str, Any]:
        values = {**_NOT_READ, **record.values}
        for name, default in DEFAULTS.items():
            values[name] = values[name] or default
        canonical = self._names.canonical
        values["factor"] = canonical("factor", values["factor"])
        values["endpoint"] = canonical("endpoint", values["endpoint"])
        if values["disease"] is not None:
            values["disease"] = canonical("disease", values["disease"])
        undeclared = [name for name in record.attributes if name not in self._levels]
        if undeclared:
            raise InputRefused(
                f"study characteristic {undeclared[0]!r} is not declared", hint="declare it first, with --attributes"
            )
        return values

    def _settled(self, record: Record, values: dict[str, Any], people: Population, papers: Reports) -> _Row:
        study = people.study(values["study"])
        cohort, news = people.cohort(study, values, record)
        if news:
            papers.own(study, values, record)
        return _Row(record, values, estimate_key(values), cohort, study)

    def _compare(self, row: _Row, stored: Mapping[str, Any], papers: Reports) -> None:
        """Note what an estimate that is there is given other than it is; what the row leaves empty says nothing."""
        before = len(self._merger.issues)
        values = row.values
        if row.source is None or papers.find(report_names(url=stored["source_url"])) is not row.source:
            self._agree(row, stored, values, ("source_kind", "source_url"))  # else the report itself was compared
        self._agree(row, stored, values, compared(former=row.former))
        if row.record.attributes:
            self._agree(row, stored["attributes"], own := self._own_attributes(row), own)
        self._tally.unchanged += len(self._merger.issues) == before
        if row.former and (found := remark(row.key, stored, values, row.record)):
            self._tally.flagged.add([found])

    def _agree(self, row: _Row, held: Mapping[str, Any], given: Mapping[str, Any], names: Iterable[str]) -> None:
        for name in names:
            value, stored = given[name], held.get(name)
            if value is None or value == stored or same(stored, value):
                continue
            if name == "covariates" and stored is not None and _pieces(stored) == _pieces(value):
                continue  # stored before `t(4;14)` was known to be one covariate
            self._merger.contradiction(
                f"estimate {row.key}", name, _printed(held, name), _printed(given, name), row.record
            )

    def _own_attributes(self, row: _Row) -> dict[str, Any]:
        levels = self._levels
        return {name: value for name, value in row.record.attributes.items() if levels[name] is AttributeLevel.ESTIMATE}

    def _create(self, row: _Row, papers: Reports, contrast: int) -> dict[str, Any]:
        source, cohort = row.source, row.cohort
        facts = {**row.values, **self._shared(row, papers)}
        facts["key"] = row.key
        facts["source_kind"] = source.fields.get("kind") if source else None
        facts["source_url"] = source.fields.get("url") if source else None
        if source and source.fields["retracted"]:
            facts["retracted"] = True
        attributes = self._own_attributes(row) if row.record.attributes else {}
        if attributes:
            facts["attributes"] = {**facts["attributes"], **attributes}
        _, derived = finished(facts)
        self._tally.add(row.record, derived)
        number = self._waiting.estimate(
            facts,
            key=row.key,
            cohort=cohort.id,
            contrast=contrast,
            endpoint=self._names.id("endpoint", row.values["endpoint"]),
            report=source.id if source else None,
        )
        self._waiting.attributes("estimate_id", number, attributes)
        self._waiting.evidence(facts)
        return facts

    def _shared(self, row: _Row, papers: Reports) -> dict[str, Any]:
        """Give what all new estimates of a cohort in this chunk have in common; by now its fields are settled."""
        facts = row.cohort.facts
        if facts is None:
            own = papers.by_id.get(row.study.fields["report_id"] or 0)
            paper = own.fields if own else {}
            facts = row.cohort.facts = {
                **{name: row.cohort.fields.get(name) for name in SAID},
                **{name: paper.get(mine) for name, mine in OWN.items()},
                "attributes": {**row.study.attributes, **row.cohort.attributes},
                "overlap_group": self._groups.get(row.cohort.id),
                "retracted": bool(paper.get("retracted")),
            }
        return facts

    def _flush(self, people: Population, papers: Reports, rows: list[_Row]) -> None:
        things = [*papers.by_id.values(), *people.studies.values(), *people.cohorts.values()]
        self._tally.studies += sum(not study.stored for study in people.studies.values())
        self._tally.cohorts += sum(not cohort.stored for cohort in people.cohorts.values())
        for thing in things:
            if thing.touched:
                self._touched[thing.kind].add(thing.id)
        if self._merger.issues:
            self._waiting.forget()
            return
        links = {(row.study.id, row.source.id) for row in rows if row.source is not None}
        links |= {(study.id, study.fields["report_id"]) for study in people.studies.values()}
        self._waiting.write_owners(
            reports=papers.by_id.values(),
            studies=people.studies.values(),
            cohorts=people.cohorts,
            links={(study, report) for study, report in links if report is not None},
            disease_id=lambda key: self._names.id("disease", key),
        )

    def finish(self) -> Written:
        """Refuse if anything contradicted; else bring rows that were there in line with what was filled in."""
        self.settle()
        issues = self._merger.issues
        if issues:
            values = "value contradicts" if len(issues) == 1 else "values contradict"
            raise Conflict(
                f"{len(issues)} {values} the registry; nothing was stored",
                issues,
                "correct the file, or change what is stored with amend",
            )
        if any(self._touched.values()):
            refresh(self._transaction, self._affected())
        return self._tally.written()

    def settle(self) -> None:
        """Wait until all that was handed over is written."""
        self._waiting.settle()

    def close(self) -> None:
        """Leave nobody at work on the connection."""
        self._waiting.close()

    def _affected(self) -> set[int]:
        return estimates_of(self._transaction.connection, **self._touched)


def estimates_of(connection: sa.Connection, *, report: set[int], study: set[int], cohort: set[int]) -> set[int]:
    """Give the integer ids of all estimates of these cohorts, of these studies, or to do with these reports."""
    statement = sa.select(Estimate.id).join(Cohort, Estimate.cohort_id == Cohort.id)
    of_study = statement.join(Study, Cohort.study_id == Study.id)
    found: set[int] = set()
    for query, column, ids in (
        (statement, Estimate.cohort_id, cohort),
        (statement, Cohort.study_id, study),
        (statement, Estimate.report_id, report),
        (of_study, Study.report_id, report),
    ):
        found |= {number for (number,) in select_in(connection, query, column, ids)}
    return found
