"""What a change of curators does to the tables: each value put in place, recorded, and carried into the evidence."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import BY_NAME
from registry.errors import Conflict, UsageError
from registry.issues import Issue
from registry.models import Cohort, Disease, Estimate, Report, Study, study_report
from registry.record import Record
from registry.writing.estimates import estimates_of
from registry.writing.flush import Waiting
from registry.writing.keys import CONTRAST, citation, doi_of, estimate_key, report_names
from registry.writing.names import Names
from registry.writing.population import FIELDS
from registry.writing.projection import REPORTED, close, project, refresh
from registry.writing.reports import OWN, Reports
from registry.writing.things import Merger, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.ledger import Transaction

#: What a curator says of an estimate, by contract name, in the order in which changes are recorded.
OF_ESTIMATE = tuple(name for name in BY_NAME if name in REPORTED) + tuple(
    name for name in ("study", "cohort", "factor", *CONTRAST, "endpoint") if name not in REPORTED
)
OF_CONTRAST = ("factor", *CONTRAST)


class Desk:
    """Changes made one after the other in one transaction; `finish` brings the evidence in line, once.

    `renamed` maps the old keys of estimates to their new ones, `touched` holds the integer ids of changed estimates.
    """

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.connection = transaction.connection
        self.renamed: dict[str, str] = {}
        self.touched: set[int] = set()
        self._shared: dict[str, set[int]] = {"report": set(), "study": set(), "cohort": set()}
        self._waiting = Waiting(transaction)

    @cached_property
    def names(self) -> Names:
        """The names the registry knows, new ones made on first use."""
        return Names(self.transaction, self._waiting.rows)

    def row(self, estimate: int) -> dict[str, Any]:
        """Give the evidence row of an estimate as the tables have it now."""
        return project(self.connection, [estimate])[0]

    def estimate(self, number: int, before: Mapping[str, Any], after: dict[str, Any]) -> bool:
        """Put an estimate from what it was to what it shall be, both by contract name; give whether that differs.

        `after` may name an existing study and cohort. Conflict when another estimate has the key that follows.
        """
        after["factor"] = self.names.canonical("factor", after["factor"])
        changed = [name for name in OF_ESTIMATE if before.get(name) != after.get(name)]
        if not changed:
            return False
        old, key = str(before["key"]), estimate_key(after)
        values: dict[str, Any] = {name: after[name] for name in changed if name in REPORTED}
        values |= self._references(changed, after)
        if key != old:
            self._refuse_taken(key, old)
            values["key"] = key
        for name in changed:
            self.transaction.change("estimate", old, name, before.get(name), after.get(name))
        if key != old:
            self._rename(old, key)
        self._update(Estimate, number, values)
        self.touched.add(number)
        return True

    def _references(self, changed: list[str], after: Mapping[str, Any]) -> dict[str, int]:
        found: dict[str, int] = {}
        if any(name in OF_CONTRAST for name in changed):
            self.names.load_contrasts([after])
            found["contrast_id"] = self.names.contrast(after)
            self._flush()
        if "endpoint" in changed:
            found["endpoint_id"] = self.names.id("endpoint", self.names.canonical("endpoint", after["endpoint"]))
        if "study" in changed or "cohort" in changed:
            query = sa.select(Cohort.id).join(Study, Cohort.study_id == Study.id)
            cohort = query.where(Study.key == after["study"], Cohort.key == after["cohort"])
            found["cohort_id"] = self.connection.execute(cohort).scalar_one()
        return found

    def _refuse_taken(self, key: str, old: str) -> None:
        if self.connection.execute(sa.select(Estimate.id).where(Estimate.key == key)).first():
            raise Conflict(
                f"{old} would be the same estimate as {key}",
                hint=f"evireg show {key} tells which; one may be a duplicate, or a locator tells them apart",
            )

    def _rename(self, old: str, new: str) -> None:
        self.transaction.change("estimate", old, "key", old, new)
        close(self.transaction, [old])
        first = next((key for key, now in self.renamed.items() if now == old), old)
        self.renamed[first] = new

    def source(self, number: int, before: Mapping[str, Any], kind: str | None, url: str | None) -> bool:
        """Say in which report an estimate was read, found by its address or made; give whether that is another.

        Conflict when the report found is of another kind.
        """
        if (kind, url) == (before["source_kind"], before["source_url"]):
            return False
        study = self.connection.execute(
            sa.select(Study.id, Study.report_id)
            .join(Cohort, Cohort.study_id == Study.id)
            .join(Estimate, Estimate.cohort_id == Cohort.id)
            .where(Estimate.id == number)
        ).one()
        owner = Thing("study", study.id, str(before["study"]), {"report_id": study.report_id}, stored=True)
        found = self._matched(owner, {"source_kind": kind, "source_url": url})
        return self.read_in(number, str(before["key"]), found.id if found else None)

    def read_in(self, number: int, key: str, report: int | None) -> bool:
        """Say in which report (by integer id) an estimate was read; give whether that is another."""
        held = sa.select(Report.key).join(Estimate, Estimate.report_id == Report.id).where(Estimate.id == number)
        before = self.connection.execute(held).scalar()
        after = self.connection.execute(sa.select(Report.key).where(Report.id == report)).scalar()
        if before == after:
            return False
        self.transaction.change("estimate", key, "source", before, after)
        self._update(Estimate, number, {"report_id": report})
        study = sa.select(Cohort.study_id).join(Estimate, Estimate.cohort_id == Cohort.id).where(Estimate.id == number)
        self._link(self.connection.execute(study).scalar_one(), report)
        self.touched.add(number)
        return True

    def _link(self, study: int, report: int | None) -> None:
        """Say that a report reports a study."""
        link = sa.select(study_report).where(study_report.c.study_id == study, study_report.c.report_id == report)
        if report is not None and not self.connection.execute(link).first():
            self.connection.execute(sa.insert(study_report), {"study_id": study, "report_id": report})

    def _matched(self, study: Thing, said: Mapping[str, Any]) -> Thing | None:
        """Find or make the report that a source's kind and address mean, filled in as by an import."""
        issues: list[Issue] = []
        papers = Reports(Merger(self.transaction, issues))
        values = {"study": study.key, **dict.fromkeys(OWN), **said}
        papers.load([values], [study.fields["report_id"] or 0])
        found = papers.source(study, values, Record({}))
        if issues:
            raise Conflict("the report there contradicts this; nothing was stored", issues, "amend the report itself")
        links = {(study.id, found.id)} if found else set()
        self._flush(papers, study, links)
        return found

    def own_report(self, study: int, key: str, values: Mapping[str, Any]) -> int:
        """Give a study that has no report of its own one with these fields (contract names); give its integer id."""
        issues: list[Issue] = []
        papers = Reports(Merger(self.transaction, issues))
        said = {"study": key, **dict.fromkeys(OWN), "source_kind": None, "source_url": None, **values}
        papers.load([said], [])
        owner = Thing("study", study, key, {"report_id": None}, stored=True)
        found = papers.own(owner, said, Record({}))
        if issues or found is None:
            raise Conflict("another report contradicts this; nothing was stored", issues, "amend that report")
        self._flush(papers, owner, {(study, found.id)})
        self._shared["study"].add(study)
        return found.id

    def study_report(self, study: int, key: str, report: int | None) -> None:
        """Make a report the study's own."""
        held = sa.select(Report.key).join(Study, Study.report_id == Report.id).where(Study.id == study)
        before = self.connection.execute(held).scalar()
        after = self.connection.execute(sa.select(Report.key).where(Report.id == report)).scalar()
        if before == after:
            return
        self.transaction.change("study", key, "report", before, after)
        self._update(Study, study, {"report_id": report})
        self._link(study, report)
        self._shared["study"].add(study)

    def cohort(self, number: int, key: str, values: Mapping[str, Any]) -> bool:
        """Put fields of a cohort (a disease by its key) in place; give whether anything differs."""
        stored, wanted = self.cohort_fields(number), dict(values)
        if wanted.get("disease") is not None:
            wanted["disease"] = self.names.canonical("disease", wanted["disease"])
        changed = {name: value for name, value in wanted.items() if stored[name] != value}
        for name, value in changed.items():
            self.transaction.change("cohort", key, name, stored[name], value)
        if "disease" in changed:
            self._flush()
            disease = changed.pop("disease")
            changed["disease_id"] = None if disease is None else self.names.id("disease", disease)
        return self._put("cohort", number, changed)

    def cohort_fields(self, number: int) -> dict[str, Any]:
        """Give what is stored of a cohort, its disease by key."""
        query = sa.select(*(getattr(Cohort, name) for name in FIELDS), Disease.key.label("disease")).outerjoin(Disease)
        return self.connection.execute(query.where(Cohort.id == number)).one()._asdict()

    def report(self, number: int, key: str, values: Mapping[str, Any], *, renamed: str | None = None) -> bool:
        """Put fields of a report (by its own names) in place; give whether anything differs.

        A report known by a DOI, PMID or address that it loses gets the key of the best one it has, unless it is
        `renamed`. Conflict when another report has the identifier.
        """
        stored = self.connection.execute(sa.select(Report.__table__).where(Report.id == number)).one()._asdict()
        changed = {name: value for name, value in values.items() if stored[name] != value}
        if not changed:
            return False
        after = {**stored, **changed}
        self._refuse_shared_identifier(number, key, changed)
        for name, value in changed.items():
            self.transaction.change("report", key, name, stored[name], value)
        renamed = renamed or self._report_key(number, key, stored, after)
        if renamed != key:
            self.transaction.change("report", key, "key", key, renamed)
            changed["key"] = renamed
        return self._put("report", number, changed)

    def _refuse_shared_identifier(self, number: int, key: str, changed: Mapping[str, Any]) -> None:
        for name in ("doi", "pmid"):
            if changed.get(name) is None:
                continue
            query = sa.select(Report.key).where(
                Report.id != number,
                sa.or_(getattr(Report, name) == changed[name], Report.key == f"{name}:{changed[name]}"),
            )
            other = self.connection.execute(query).scalar()
            if other is not None:
                issue = Issue("conflict", f"report {other} has {name} {changed[name]}", column=name, file=key)
                raise Conflict(f"two reports cannot share a {name.upper()}; nothing was stored", [issue])

    def _report_key(self, number: int, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        """Give the key of a report after a change: the old one unless it was made of an identifier that is gone."""
        kind, _, held = key.partition(":")
        if kind not in ("doi", "pmid", "url") or before[kind] == after[kind]:
            return key
        if kind == "doi" and doi_of(after["doi"]) == held:
            return key
        study = self.connection.execute(sa.select(Study.key).where(Study.report_id == number).limit(1)).scalar()
        known = citation(study, {name: after[name] for name in OWN.values()}) if study else None
        names = report_names(doi=after["doi"], pmid=after["pmid"], url=after["url"], citation=known)
        if not names:
            raise UsageError(f"without its {kind.upper()} nobody would know which report {key} is", "give another one")
        return names[0]

    def note(self, owner: str, number: int) -> None:
        """Note that what an owner (study, cohort, estimate) says has changed."""
        if owner == "estimate":
            self.touched.add(number)
        else:
            self._shared[owner].add(number)

    def affected(self) -> set[int]:
        """Give the integer ids of every estimate whose evidence row may have changed."""
        return self.touched | estimates_of(self.connection, **self._shared)

    def regrouped(self, cohorts: set[int]) -> None:
        """Note cohorts whose overlap group may have changed."""
        self._shared["cohort"] |= cohorts

    def finish(self) -> int:
        """Bring the evidence in line and give how many rows changed."""
        return refresh(self.transaction, self.affected())

    def _put(self, kind: str, number: int, values: Mapping[str, Any]) -> bool:
        if values:
            self._update({"cohort": Cohort, "report": Report}[kind], number, values)
            self._shared[kind].add(number)
        return bool(values)

    def _update(self, model: Any, number: int, values: Mapping[str, Any]) -> None:
        if values:
            self.connection.execute(sa.update(model).where(model.id == number).values(**values))

    def _flush(
        self, papers: Reports | None = None, study: Thing | None = None, links: set[tuple[int, int]] | None = None
    ) -> None:
        self._waiting.write(
            reports=papers.by_id.values() if papers else (),
            studies=[study] if study else [],
            cohorts={},
            links=links or set(),
            disease_id=lambda key: self.names.id("disease", key),
        )
        if papers:
            self._shared["report"] |= {each.id for each in papers.by_id.values() if each.touched}
