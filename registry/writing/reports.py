"""Match reports: a study's own one, and the one a number was read in."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.models import Report
from registry.writing.bulk import select_in
from registry.writing.keys import canonical_address, citation, doi_of, pmid_of, report_names
from registry.writing.things import Merger, Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from registry.record import Record

#: Contract name of a field of a study's own report → the report's name for it.
OWN = {
    "first_author": "authors",
    "year": "year",
    "title": "title",
    "journal": "journal",
    "doi": "doi",
    "pmid": "pmid",
}
FIELDS = ("kind", "doi", "pmid", "year", "authors", "title", "journal", "url", "retracted")


def own_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row says of the study's own report, by the report's names; the DOI in lower case, bare."""
    fields = {mine: values[name] for name, mine in OWN.items() if values.get(name) is not None}
    if "doi" in fields:
        fields["doi"] = doi_of(fields["doi"]) or fields["doi"].strip().lower()
    return fields


class Reports:
    """The reports that the rows of one chunk can mean, by every name they are known under."""

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self._transaction = merger.transaction
        self.by_id: dict[int, Thing] = {}
        self._by_name: dict[str, Thing] = {}
        self._sources: dict[tuple[Any, ...], Thing | None] = {}

    def load(self, rows: Iterable[Mapping[str, Any]], owned: Iterable[int]) -> None:
        """Read the reports these rows name, and those with these integer ids."""
        names = {name for row in {_said(row): row for row in rows}.values() for name in _mentioned(row)}
        dois = {name[4:] for name in names if name.startswith("doi:")}
        pmids = {name[5:] for name in names if name.startswith("pmid:")}
        columns = sa.select(Report.__table__)
        connection = self._transaction.connection
        for column, values in (
            (Report.key, names),
            (Report.doi, dois),
            (Report.pmid, pmids),
            (Report.id, set(owned)),
        ):
            for row in select_in(connection, columns, column, values):
                if row.id not in self.by_id:
                    fields = {name: getattr(row, name) for name in FIELDS}
                    self._know(Thing("report", row.id, row.key, fields, stored=True))

    def _know(self, report: Thing) -> None:
        self.by_id[report.id] = report
        fields = report.fields
        for name in (report.key, *report_names(doi=fields.get("doi"), pmid=fields.get("pmid"))):
            self._by_name.setdefault(name, report)

    def find(self, names: Iterable[str]) -> Thing | None:
        """Give the report of the first of these names that is one."""
        return next((self._by_name[name] for name in names if name in self._by_name), None)

    def _create(self, names: tuple[str, ...]) -> Thing:
        report = Thing("report", self._transaction.next_id("report"), names[0], {"retracted": False}, stored=False)
        self._know(report)
        for name in names:
            self._by_name.setdefault(name, report)
        return report

    def _merge(self, report: Thing, fields: Mapping[str, Any], record: Record) -> Thing:
        known = report.fields.get("doi"), report.fields.get("pmid")
        self._merger.merge(report, fields, record)
        if known != (report.fields.get("doi"), report.fields.get("pmid")):
            self._know(report)
        return report

    def own(self, study: Thing, values: Mapping[str, Any], record: Record) -> Thing | None:
        """Match the study's own report by DOI, PMID or citation; the study keeps it."""
        fields = own_fields(values)
        known = self.by_id.get(study.fields.get("report_id") or 0)
        if not fields:
            return known
        names = report_names(doi=fields.get("doi"), pmid=fields.get("pmid"), citation=citation(study.key, fields))
        found = self.find(names)
        if known is None or (found is not None and _standing(found) > _standing(known)):
            report = found or self._create(names)
            if known is not None:
                self._merge(report, {name: known.fields.get(name) for name in OWN.values()}, record)
            self._adopt(study, report)
        else:
            report = known
        identifiers = [name for name in names if name.startswith(("doi:", "pmid:"))]
        others = [other for name in identifiers if (other := self._by_name.get(name)) not in (None, report)]
        if others:
            self._merger.contradiction(f"study {study.key}", "report", report.key, others[0].key, record)
            return report
        return self._merge(report, fields, record)

    def _adopt(self, study: Thing, report: Thing) -> None:
        before = study.fields.get("report_id")
        study.fields["report_id"] = report.id
        study.filled.add("report_id")
        if study.stored and not self._transaction.made("study", study.id):
            held = self.by_id.get(before or 0)
            self._transaction.change("study", study.key, "report", held.key if held else None, report.key)

    def further(self, study: Thing, values: Mapping[str, Any], record: Record) -> Thing:
        """Match another report of a study by DOI, PMID, address or citation; one without any takes it as its own."""
        address = canonical_address(values["source_url"])
        fields = {"doi": doi_of(address), "pmid": pmid_of(address), **own_fields(values)}
        named = {name: fields.get(name) for name in OWN.values()}
        names = report_names(doi=fields["doi"], pmid=fields["pmid"], url=address, citation=citation(study.key, named))
        report = self._merge(
            self.find(names) or self._create(names), {**fields, "kind": values["source_kind"], "url": address}, record
        )
        if study.fields.get("report_id") is None:
            self._adopt(study, report)
        return report

    def source(self, study: Thing, values: Mapping[str, Any], record: Record) -> Thing | None:
        """Match the report a number was read in; None when the row does not say."""
        kind, url = values["source_kind"], values["source_url"]
        met = (study.id, kind, url)
        if met not in self._sources:
            self._sources[met] = self._source(study, kind, url, record)
        return self._sources[met]

    def _source(self, study: Thing, kind: str | None, url: str | None, record: Record) -> Thing | None:
        if url is None and kind is None:
            return None
        names = report_names(url=url) or (_unnamed(study.key, str(kind)),)
        report = self.find(names) or self._create(names)
        self._merge(report, {"kind": kind, "doi": doi_of(url), "pmid": pmid_of(url)}, record)
        held, address = report.fields.get("url"), canonical_address(url)
        if address is not None and (held is None or (doi_of(address) and not doi_of(held))):
            self._merger.put(report, "url", address)
        return report


#: What a row says of reports; read at once.
_said = itemgetter("study", *OWN, "source_kind", "source_url")


def _mentioned(values: Mapping[str, Any]) -> Iterator[str]:
    """Name every name a row could mean a report by."""
    own = own_fields(values)
    yield from report_names(doi=own.get("doi"), pmid=own.get("pmid"))
    if own and (name := citation(values["study"], own)):
        yield name
    if values.get("source_url") is not None:
        yield from report_names(url=values["source_url"])
    elif values.get("source_kind") is not None:
        yield _unnamed(values["study"], values["source_kind"])


def _unnamed(study: str, kind: str) -> str:
    return f"{kind} on study:{study}"


def _standing(report: Thing) -> int:
    """How surely a report is known: by identifier, by title, or only as some study's.

    A study changes to a report of higher standing and never back, so that the same rows again change nothing; one with
    an identifier stays, for else two reports would share it.
    """
    fields = report.fields
    return 2 if fields.get("doi") or fields.get("pmid") else int(bool(fields.get("title")))
