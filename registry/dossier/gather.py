"""Compute everything a report of one saved query says, once, from one moment of the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.dossier import beside
from registry.dossier.beside import Evidence, attempt
from registry.dossier.material import Absent, Analysis, Found, Material, Moment, Shared
from registry.dossier.wanted import wanted
from registry.explaining.explain import explain
from registry.explaining.provenance import provenance
from registry.grading.findings import summary_of_findings
from registry.models import Attribute, Changeset, Cohort, Estimate, Report, Snapshot, Study, evidence
from registry.pooling.orientation import facing
from registry.queries.running import pooled, runs
from registry.queries.specified import specified
from registry.selection import estimates, parse, select
from registry.selection.listing import listing
from registry.selection.narrow import narrow
from registry.selection.view import at_changeset
from registry.snapshots.listing import snapshot
from registry.terms import ReadAs
from registry.version import VERSION
from registry.vocabulary import Vocabulary
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from registry.explaining.explanation import Explanation
    from registry.explaining.provenance import Chain
    from registry.grading.findings import SummaryOfFindings
    from registry.pooling.result import PoolResult
    from registry.queries.running import Ran
    from registry.queries.saved import Saved
    from registry.selection.view import At

ENGINE = f"evireg {VERSION}"
#: Called with the name of each step before it.
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a report: `ran` is its stored run, if it could be pooled, `at` the moment the evidence is read.

    `more` are analyses asked for beside those the query plans (kinds of `registry.queries.analyses`).
    """

    saved: Saved
    ran: Ran | None
    at: At
    more: Mapping[str, Any]


def gather(connection: sa.Connection, asked: Asked, tell: Tell) -> Material:
    """Compute the material of a saved query as of a moment."""
    return _Gathering(connection, asked, tell).material()


class _Gathering:
    """The material of one query on its way."""

    def __init__(self, connection: sa.Connection, asked: Asked, tell: Tell) -> None:
        self.connection, self.tell = connection, tell
        self.saved, self.ran, self.at = asked.saved, asked.ran, asked.at
        self.changeset = at_changeset(connection, asked.at)
        self.names = Vocabulary.load(connection)
        self.wanted = wanted(asked.saved.definition, asked.more)
        self.rows = self._rows()

    def _rows(self) -> Evidence:
        """Read the rows; where the condition itself is refused the flow is told without it."""
        self.tell("evidence")
        asked = self.saved.definition
        matched = estimates(self.connection, asked.where, at=self.at, vocabulary=self.names)
        simulated = parse(asked.where, self.names).names_origin
        chosen = attempt(
            lambda: select(
                self.connection,
                asked.where,
                at=self.at,
                **asked.selecting,
                vocabulary=self.names,
            )
        )
        if isinstance(chosen, Absent):
            left, flow = narrow(matched, simulated=simulated, **{**asked.selecting, "one_per": None})
            return Evidence(left, flow, {"changeset": self.changeset}, asked, matched, simulated)
        return Evidence(chosen.frame, chosen.flow, chosen.provenance, asked, matched, simulated)

    def material(self) -> Material:
        """Put everything together."""
        whole = self._pool()
        condition = parse(self.saved.definition.where, self.names)
        keys = frozenset(self.rows.selected["key"].tolist())
        before = self._before()
        return Material(
            saved=self.saved,
            label=self.saved.name,
            moment=moment(self.connection, self.changeset),
            matched=self.rows.matched,
            used=self.rows.selected,
            flow=facing(self.rows.flow, ReadAs(self.saved.definition.options["read_as"])),
            pool=whole,
            run=self.ran,
            before=before,
            specified=self._specified(whole),
            explanation=self._explanation(before),
            chains=self._chains(whole),
            planned=self.wanted.planned,
            **self._appraised(condition.canonical or None, keys),
            **self._beside(whole),
        )

    def _pool(self) -> Found[PoolResult]:
        self.tell("pool")
        if self.ran is not None and self.ran.pooled is not None:
            return self.ran.pooled
        return attempt(lambda: pooled(self.connection, self.saved.definition, self.at)[0])

    def _beside(self, whole: Found[PoolResult]) -> dict[str, Any]:
        """Make the analyses beside the pool; without one there is the same reason for all."""
        rows, asked = self.rows, self.wanted
        if isinstance(whole, Absent):
            single = ("sensitivity", "small_study", "cutoffs", "findings")
            return dict.fromkeys(single, whole) | dict.fromkeys(("subgroups", "moderators", "absolutes"), ())
        found: dict[str, Any] = {}
        steps: dict[str, Callable[[], Any]] = {
            "sensitivity": lambda: beside.sensitivity(rows, whole, asked),
            "subgroups": lambda: tuple(beside.subgroups(rows, asked)),
            "moderators": lambda: tuple(beside.moderators(rows, asked)),
            "small_study": lambda: beside.small_study(rows, asked),
            "cutoffs": lambda: beside.cutoffs(rows),
            "absolutes": lambda: tuple(beside.absolutes(whole, asked)),
        }
        for name, make in steps.items():
            self.tell(name.replace("_", "-"))
            found[name] = make()
        found["findings"] = self._findings(whole, found["absolutes"])
        return found

    def _findings(self, whole: PoolResult, effects: Sequence[Analysis]) -> Found[SummaryOfFindings]:
        """Summarise with the absolute effects that were computed, and the reasons of those that were not."""
        made = [each.found for each in effects if not isinstance(each.found, Absent)]
        refused = tuple(dict.fromkeys(each.found.why for each in effects if isinstance(each.found, Absent)))
        return attempt(lambda: summary_of_findings(self.connection, self.saved, whole, made, refused=refused))

    def _specified(self, whole: Found[PoolResult]) -> Any:
        if isinstance(whole, Absent):
            return None
        return specified(self.connection, self.saved, [each.key for each in whole.estimates if each.key])

    def _before(self) -> Ran | None:
        """Give the last run of the query before the one this report rests on."""
        ran = self.ran
        now = (ran.query.version, ran.at_changeset, ran.engine) if ran else (self.saved.version, self.changeset, ENGINE)
        last = ran.at_changeset if ran else self.changeset
        earlier = [
            each
            for each in runs(self.connection, self.saved.name)
            if each.at_changeset <= last and (each.query.version, each.at_changeset, each.engine) != now
        ]
        return max(earlier, key=lambda each: (each.at_changeset, each.id), default=None)

    def _explanation(self, before: Ran | None) -> Found[Explanation]:
        """Say why the pool moved since the run before, up to this state."""
        self.tell("what moved")
        if before is None:
            return Absent("first report: no earlier run of this query is stored")
        last = self.changeset if self.ran is None else f"run:{self.ran.id}"
        return attempt(lambda: explain(self.connection, self.saved.name, first=f"run:{before.id}", last=last))

    def _chains(self, whole: Found[PoolResult]) -> tuple[Chain, ...]:
        """Follow every estimate of the pool down to the page, from the stored run where there is one."""
        self.tell("provenance")
        if self.ran is not None:
            return tuple(provenance(self.connection, key, run=self.ran.id) for key in self.ran.keys)
        if isinstance(whole, Absent):
            return ()
        name, keys = self.saved.name, [each.key for each in whole.estimates if each.key]
        return tuple(provenance(self.connection, key, query=name, at=self.at) for key in keys)

    def _appraised(self, where: str | None, keys: frozenset[str]) -> dict[str, Any]:
        """Read the two matrices of the estimates used: covariates, and domains of each tool."""
        self.tell("appraisal")

        def of(kind: str, tool: str | None = None) -> tuple[Mapping[str, Any], ...]:
            rows = listing(self.connection, kind, where, at=self.at, tool=tool)
            return tuple(row for row in rows if row["key"] in keys)

        tools = {tool: of("appraisal", tool) for tool in used_tools(self.connection)}
        judged = {
            tool: rows
            for tool, rows in tools.items()
            if any(level is not None for row in rows for level in row["judgements"].values())
        }
        return {"adjustment": of("adjustment"), "appraisal": judged}


def used_tools(connection: sa.Connection) -> list[str]:
    """Name the appraisal tools that a registry uses."""
    query = sa.select(Attribute.tool).where(Attribute.tool.is_not(None)).distinct().order_by(Attribute.tool)
    return [str(tool) for tool in connection.execute(query).scalars()]


def moment(connection: sa.Connection, changeset: int) -> Moment:
    """Say which state this is, and which snapshot names the same evidence."""
    at = connection.execute(sa.select(Changeset.at).where(Changeset.number == changeset)).scalar() or ""
    return Moment(changeset, str(at), _same_as(connection, changeset))


def _same_as(connection: sa.Connection, changeset: int) -> Any:
    """Give the latest snapshot since which, up to this changeset, no row of evidence was opened or closed."""
    query = sa.select(Snapshot.name, Snapshot.changeset).where(Snapshot.changeset <= changeset)
    last = connection.execute(query.order_by(Snapshot.changeset.desc(), Snapshot.id.desc()).limit(1)).one_or_none()
    if last is None:
        return None
    moved = sa.or_(
        evidence.c.valid_from.between(last.changeset + 1, changeset),
        evidence.c.valid_to.between(last.changeset + 1, changeset),
    )
    touched = connection.execute(sa.select(sa.literal(1)).select_from(evidence).where(moved).limit(1)).scalar()
    return None if touched else snapshot(connection, last.name)


def shared(connection: sa.Connection, materials: Sequence[Material]) -> Shared:
    """Read what all queries of a report have in common: the literature, names, and the reports that are cited."""
    from registry.literature.counting import prisma
    from registry.literature.reports import csl_items

    flow = prisma(connection)
    names = Vocabulary.load(connection)
    keys = {key for each in materials for key in each.matched["key"].tolist()}
    cites = _reports(connection, sorted(keys))
    return Shared(
        prisma=flow if flow.identified or flow.other else None,
        attributes={name: each for name, each in names.attributes.items() if not each.tool},
        domains={name: each for name, each in names.attributes.items() if each.tool},
        references=csl_items(connection, sorted({key for several in cites.values() for key in several})),
        cites=cites,
    )


def _reports(connection: sa.Connection, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give of each estimate the keys of its reports: the study's own, and the one the number was read in.

    A document of which nothing is recorded that a reader could find it by is not cited beside the study's own report.
    """
    own, read = sa.orm.aliased(Report), sa.orm.aliased(Report)
    findable = sa.func.coalesce(read.title, read.doi, read.pmid, read.url).is_not(None)
    cited = sa.case((findable | own.key.is_(None), read.key))
    query = (
        sa.select(Estimate.key, own.key.label("own"), cited.label("read"))
        .join(Cohort, Estimate.cohort_id == Cohort.id)
        .join(Study, Cohort.study_id == Study.id)
        .outerjoin(own, Study.report_id == own.id)
        .outerjoin(read, Estimate.report_id == read.id)
    )
    found = select_in(connection, query, Estimate.key, keys)
    return {row.key: tuple(dict.fromkeys(each for each in (row.own, row.read) if each)) for row in found}
