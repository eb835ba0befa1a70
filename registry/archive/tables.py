"""The normalised tables as files: rows named by the keys curators use, never by integer ids of a database.

One `Table` says how a table is read, in an order that is the same on every database, and which of its columns name a
row of another table. `registry.archive.restore` reads the same description the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.archive.fields import Field, Holds, Sheet, contract_fields
from registry.models import (
    AppraisalTool,
    Attachment,
    AttachmentLink,
    Attribute,
    AttributeValue,
    Base,
    Change,
    Cohort,
    ColumnMap,
    Contrast,
    Curator,
    Cutoff,
    Disease,
    DoubtfulPair,
    Endpoint,
    Estimate,
    Extraction,
    Factor,
    Overlap,
    Reference,
    Report,
    Screening,
    Setting,
    Study,
    Synonym,
    study_report,
)

#: Rows read at once.
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Refers:
    """A column of the database that names a row of the table `to`, by the columns `by` of the file.

    It names none where one of them is empty, or where the column `unless` is filled.
    """

    column: str
    to: str
    by: tuple[str, ...]
    unless: str = ""

    def of(self, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Give what a row of the file names by; None when it names nothing."""
        named = tuple(row[name] for name in self.by)
        return None if None in named or (self.unless and row[self.unless] is not None) else named


@dataclass(frozen=True, slots=True)
class Table:
    """One normalised table: the file it becomes, the table it is, how it is read, and what it refers to.

    Columns of the file that are no part of `refers` stand in the table under the same name.
    """

    sheet: Sheet
    table: sa.Table
    statement: sa.Select[*tuple[Any, ...]]
    order: tuple[Any, ...]
    refers: tuple[Refers, ...] = ()

    def rows(self, connection: sa.Connection) -> Iterator[Sequence[Any]]:
        """Read the rows in the order of the file."""
        if self.table.name == "overlap":  # which cohort comes first in the database is a matter of integer ids
            pairs = [
                (*sorted([tuple(row[:2]), tuple(row[2:4])]), tuple(row[4:]))
                for row in connection.execute(self.statement)
            ]
            return iter([[*first, *second, *said] for first, second, said in sorted(pairs)])
        return streamed(connection, self.statement.order_by(*(code_points(connection, each) for each in self.order)))


def streamed(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """Give rows without ever holding many of them."""
    with connection.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        yield from rows


def code_points(connection: sa.Connection, column: Any) -> sa.ColumnElement[Any]:
    """Order texts by code point, whatever the collation of the database; SQLite does of itself."""
    text = isinstance(column.type, sa.String) and connection.dialect.name == "postgresql"
    ordered: sa.ColumnElement[Any] = column.collate("C") if text else column
    return ordered


_Meanings = Mapping[str, str]
_CONTRACT = {each.name: each for each in contract_fields()}


def _table(
    name: str,
    meaning: str,
    statement: sa.Select[*tuple[Any, ...]],
    *,
    of: sa.Table,
    key: tuple[str, ...],
    meanings: _Meanings,
    refers: tuple[Refers, ...] = (),
    order: tuple[Any, ...] = (),
) -> Table:
    columns = {each.name: each for each in statement.selected_columns}
    fields = tuple(_field(of, label, column, meanings, refers) for label, column in columns.items())
    foreign = {each.by: (f"tables/{_FILE[each.to]}.csv", _KEYS[each.to]) for each in refers if each.to in _FILE}
    sheet = Sheet(f"tables/{name}.csv", meaning, fields, key, foreign)
    return Table(sheet, of, statement, order or tuple(columns[each] for each in key), refers)


def _field(of: sa.Table, name: str, column: Any, meanings: _Meanings, refers: tuple[Refers, ...]) -> Field:
    referring = [each for each in refers if name in each.by]
    columns = [of.c[each.column] for each in referring] or [of.c[name]]
    required = not all(each.nullable for each in columns)
    known = None if name in meanings else _CONTRACT.get(name)
    if known is not None:
        return Field(name, known.holds, required, known.meaning, known.unit, known.words)
    return Field(name, _holds(column.type), required, meanings[name])


def _holds(kind: Any) -> Holds:
    for sort, holds in (
        (sa.JSON, Holds.JSON),
        (sa.String, Holds.TEXT),
        (sa.Boolean, Holds.BOOLEAN),
        (sa.Integer, Holds.INTEGER),
    ):
        if isinstance(kind, sort):
            return holds
    return Holds.NUMBER


#: Table that can be referred to → its file, and the columns that are its key there.
_FILE = {
    "factor": "factors",
    "disease": "diseases",
    "endpoint": "endpoints",
    "attribute": "attributes",
    "report": "reports",
    "study": "studies",
    "cohort": "cohorts",
    "cutoff": "cutoffs",
    "contrast": "contrasts",
    "estimate": "estimates",
    "curator": "curators",
    "reference": "references",
}
_KEYS = {
    **dict.fromkeys(("factor", "disease", "endpoint", "report", "study", "estimate", "reference"), ("key",)),
    **dict.fromkeys(("attribute", "curator"), ("name",)),
    "cohort": ("study", "key"),
    "cutoff": ("factor", "key"),
    "contrast": ("factor", "key"),
}


def _t(model: Any) -> sa.Table:
    table: sa.Table = model.__table__
    return table


def _plain(model: Any, *left_out: str) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*(column for column in _t(model).columns if column.name not in ("id", *left_out)))


_CURATOR_COLUMNS = sa.select(Curator.name, Curator.orcid, Curator.competing_interests, Curator.registered)
_second, _first = aliased(Curator), aliased(Curator)
_repeated = aliased(Reference)
_ref_a, _ref_b = aliased(Reference), aliased(Reference)
_cohort_a, _cohort_b, _study_a, _study_b = aliased(Cohort), aliased(Cohort), aliased(Study), aliased(Study)
_owner_study, _owner_cohort, _cohorts_study = aliased(Study), aliased(Cohort), aliased(Study)
_REPORTED = [
    column
    for column in _t(Estimate).columns
    if column.name not in ("id", "key", "cohort_id", "contrast_id", "endpoint_id", "report_id")
]

#: Cutoffs and contrasts that nobody uses any more stay in the tables; only what is used, or was added as such, is told.
_used = aliased(Contrast)
_USED = sa.select(_used.id).join(Estimate, Estimate.contrast_id == _used.id).correlate(Cutoff)
_DECLARED = (
    sa.select(Change.id)
    .where(Change.entity == "cutoff", Change.key == Factor.key + " " + Cutoff.key)
    .correlate(Cutoff, Factor)
)

#: In the order of restoring: what is referred to stands above.
TABLES: tuple[Table, ...] = (
    _table(
        "curators",
        "People answerable for changes",
        _CURATOR_COLUMNS,
        of=_t(Curator),
        key=("name",),
        meanings={
            "name": "name changes are signed with",
            "orcid": "ORCID iD",
            "competing_interests": "competing interests, in the curator's words",
            "registered": "whether the team says who it is",
        },
    ),
    _table(
        "settings",
        "Rules of the registry",
        _plain(Setting),
        of=_t(Setting),
        key=("name",),
        meanings={"name": "name of the rule", "value": "its value"},
    ),
    _table(
        "column_maps",
        "Saved ways to read files with other headings",
        _plain(ColumnMap),
        of=_t(ColumnMap),
        key=("name",),
        meanings={"name": "name of the map", "headings": "column of the layout → heading in the file"},
    ),
    _table(
        "factors",
        "Prognostic factors",
        _plain(Factor),
        of=_t(Factor),
        key=("key",),
        meanings={
            "key": "name of the factor",
            "label": "as it is shown",
            "canonical_unit": "its unit (UCUM)",
            "dimensionless": "whether its cutoffs need no unit",
            "loinc": "LOINC code",
            "plausible_low": "cutoffs below are worth a second look",
            "plausible_high": "cutoffs above are worth a second look",
        },
    ),
    _table("diseases", "Diseases", _plain(Disease), of=_t(Disease), key=("key",), meanings={"key": "name"}),
    _table(
        "endpoints",
        "Event definitions",
        _plain(Endpoint),
        of=_t(Endpoint),
        key=("key",),
        meanings={
            "key": "name of the endpoint",
            "label": "as it is shown",
            "definition": "which events count",
            "time_origin": "when the clock starts",
        },
    ),
    _table(
        "synonyms",
        "Names under which factors, diseases, endpoints and covariates are known",
        _plain(Synonym),
        of=_t(Synonym),
        key=("vocabulary", "folded"),
        meanings={
            "vocabulary": "factor, disease, endpoint or covariate",
            "folded": "the name as it is matched: case-folded, spaces collapsed",
            "name": "the name",
            "key": "what it stands for",
        },
    ),
    _table(
        "appraisal_tools",
        "Tools for appraising risk of bias",
        _plain(AppraisalTool),
        of=_t(AppraisalTool),
        key=("name",),
        meanings={"name": "name of the tool", "title": "its title", "source": "where it is published"},
    ),
    _table(
        "attributes",
        "Declared study characteristics",
        _plain(Attribute),
        of=_t(Attribute),
        key=("name",),
        order=(Attribute.id,),
        meanings={
            "name": "name in conditions",
            "label": "as it is shown",
            "type": "text, number or category",
            "unit": "unit of a number",
            "levels": "allowed values of a category, as a JSON list; empty: any",
            "level": "what it belongs to: study, cohort or estimate",
            "tool": "the appraisal tool it is a domain of",
            "guidance": "how the tool wants it judged",
        },
    ),
    _table(
        "reports",
        "Documents: articles, abstracts, data sets",
        _plain(Report),
        of=_t(Report),
        key=("key",),
        meanings={
            "key": "what it is known by: doi:, pmid:, url: or cite:",
            "kind": "kind of document",
            "doi": "DOI, bare and in lower case",
            "pmid": "PubMed id",
            "year": "year of publication",
            "authors": "authors",
            "title": "title",
            "journal": "journal, volume, pages",
            "url": "where it is",
            "retracted": "whether it is retracted",
        },
    ),
    _table(
        "studies",
        "Investigations, the unit of inclusion",
        sa.select(Study.key, Report.key.label("report")).outerjoin(Report, Study.report_id == Report.id),
        of=_t(Study),
        key=("key",),
        refers=(Refers("report_id", "report", ("report",)),),
        meanings={"key": "key of the study", "report": "its own (first) report"},
    ),
    _table(
        "study_reports",
        "Every report that reports a study",
        sa.select(Study.key.label("study"), Report.key.label("report"))
        .select_from(study_report)
        .join(Study, study_report.c.study_id == Study.id)
        .join(Report, study_report.c.report_id == Report.id),
        of=study_report,
        key=("study", "report"),
        refers=(Refers("study_id", "study", ("study",)), Refers("report_id", "report", ("report",))),
        meanings={"study": "key of the study", "report": "key of the report"},
    ),
    _table(
        "cohorts",
        "The patients analysed, the unit of independence",
        sa.select(
            Study.key.label("study"),
            Cohort.key,
            Disease.key.label("disease"),
            *(column for column in _t(Cohort).columns if column.name not in ("id", "study_id", "key", "disease_id")),
        )
        .select_from(Cohort)
        .join(Study, Cohort.study_id == Study.id)
        .outerjoin(Disease, Cohort.disease_id == Disease.id),
        of=_t(Cohort),
        key=("study", "key"),
        refers=(Refers("study_id", "study", ("study",)), Refers("disease_id", "disease", ("disease",))),
        meanings={"study": "key of the study", "key": "key within the study; `all` unless named"},
    ),
    _table(
        "cutoffs",
        "Thresholds of factors",
        sa.select(
            Factor.key.label("factor"),
            *(column for column in _t(Cutoff).columns if column.name not in ("id", "factor_id")),
        )
        .join(Factor, Cutoff.factor_id == Factor.id)
        .where(sa.or_(_USED.where(_used.cutoff_id == Cutoff.id).exists(), _DECLARED.exists())),
        of=_t(Cutoff),
        key=("factor", "key"),
        refers=(Refers("factor_id", "factor", ("factor",)),),
        meanings={
            "factor": "prognostic factor",
            "key": "operator, value, unit and method in one text",
            "operator": "side of the threshold that is the index group",
            "value": "the threshold",
            "unit": "its unit (UCUM)",
            "text": "a threshold that is not a number",
            "method": "how it was chosen",
        },
    ),
    _table(
        "contrasts",
        "What is compared with what",
        sa.select(
            Factor.key.label("factor"),
            Contrast.key,
            Contrast.kind,
            Cutoff.key.label("cutoff"),
            Contrast.timepoint,
            Contrast.reference_group,
        )
        .select_from(Contrast)
        .join(Factor, Contrast.factor_id == Factor.id)
        .outerjoin(Cutoff, Contrast.cutoff_id == Cutoff.id)
        .where(sa.exists().where(Estimate.contrast_id == Contrast.id)),
        of=_t(Contrast),
        key=("factor", "key"),
        refers=(Refers("factor_id", "factor", ("factor",)), Refers("cutoff_id", "cutoff", ("factor", "cutoff"))),
        meanings={
            "factor": "prognostic factor",
            "key": "kind, time point, cutoff and reference group in one text",
            "kind": "what is compared with what",
            "cutoff": "key of the cutoff",
            "timepoint": "when the factor was measured",
            "reference_group": "reference group in the source's words",
        },
    ),
    _table(
        "estimates",
        "Reported numbers with their uncertainty, as printed and as typed",
        sa.select(
            Estimate.key,
            Study.key.label("study"),
            Cohort.key.label("cohort"),
            Factor.key.label("factor"),
            Contrast.key.label("contrast"),
            Endpoint.key.label("endpoint"),
            Report.key.label("report"),
            *_REPORTED,
        )
        .select_from(Estimate)
        .join(Cohort, Estimate.cohort_id == Cohort.id)
        .join(Study, Cohort.study_id == Study.id)
        .join(Contrast, Estimate.contrast_id == Contrast.id)
        .join(Factor, Contrast.factor_id == Factor.id)
        .join(Endpoint, Estimate.endpoint_id == Endpoint.id)
        .outerjoin(Report, Estimate.report_id == Report.id),
        of=_t(Estimate),
        key=("key",),
        refers=(
            Refers("cohort_id", "cohort", ("study", "cohort")),
            Refers("contrast_id", "contrast", ("factor", "contrast")),
            Refers("endpoint_id", "endpoint", ("endpoint",)),
            Refers("report_id", "report", ("report",)),
        ),
        meanings={
            "key": "key of the estimate: study/endpoint/hash of what identifies it",
            "study": "key of the study",
            "cohort": "key of the cohort within the study",
            "factor": "prognostic factor",
            "contrast": "key of the contrast",
            "endpoint": "endpoint",
            "report": "key of the report the number was read in",
        },
    ),
    _table(
        "attribute_values",
        "Study characteristics of studies, cohorts and estimates",
        sa.select(
            Attribute.name.label("attribute"),
            sa.func.coalesce(_owner_study.key, _cohorts_study.key).label("study"),
            _owner_cohort.key.label("cohort"),
            Estimate.key.label("estimate"),
            AttributeValue.value,
            AttributeValue.support,
        )
        .select_from(AttributeValue)
        .join(Attribute, AttributeValue.attribute_id == Attribute.id)
        .outerjoin(_owner_study, AttributeValue.study_id == _owner_study.id)
        .outerjoin(_owner_cohort, AttributeValue.cohort_id == _owner_cohort.id)
        .outerjoin(_cohorts_study, _owner_cohort.study_id == _cohorts_study.id)
        .outerjoin(Estimate, AttributeValue.estimate_id == Estimate.id),
        of=_t(AttributeValue),
        key=("attribute", "study", "cohort", "estimate"),
        order=(
            Attribute.name,
            sa.func.coalesce(_owner_study.key, _cohorts_study.key, ""),
            sa.func.coalesce(_owner_cohort.key, ""),
            sa.func.coalesce(Estimate.key, ""),
        ),
        refers=(
            Refers("attribute_id", "attribute", ("attribute",)),
            Refers("study_id", "study", ("study",), unless="cohort"),
            Refers("cohort_id", "cohort", ("study", "cohort")),
            Refers("estimate_id", "estimate", ("estimate",)),
        ),
        meanings={
            "attribute": "name of the study characteristic",
            "study": "key of the study it is of, or whose cohort it is of",
            "cohort": "key of the cohort it is of",
            "estimate": "key of the estimate it is of",
            "value": "value, as text",
            "support": "what a judgement rests on, in the curator's words",
        },
    ),
    _table(
        "overlaps",
        "Cohorts that share patients, or were found not to",
        sa.select(
            _study_a.key.label("study_a"),
            _cohort_a.key.label("cohort_a"),
            _study_b.key.label("study_b"),
            _cohort_b.key.label("cohort_b"),
            Overlap.kind,
            Overlap.reason,
        )
        .select_from(Overlap)
        .join(_cohort_a, Overlap.cohort_a == _cohort_a.id)
        .join(_cohort_b, Overlap.cohort_b == _cohort_b.id)
        .join(_study_a, _cohort_a.study_id == _study_a.id)
        .join(_study_b, _cohort_b.study_id == _study_b.id),
        of=_t(Overlap),
        key=("study_a", "cohort_a", "study_b", "cohort_b"),
        refers=(
            Refers("cohort_a", "cohort", ("study_a", "cohort_a")),
            Refers("cohort_b", "cohort", ("study_b", "cohort_b")),
        ),
        meanings={
            "study_a": "study of the one cohort",
            "cohort_a": "its key within the study",
            "study_b": "study of the other cohort",
            "cohort_b": "its key within the study",
            "kind": "same, subset, partial, suspected or dismissed",
            "reason": "why, in the curator's words",
        },
    ),
    _table(
        "extractions",
        "Second, independent readings of estimates",
        sa.select(
            Estimate.key.label("estimate"),
            _second.name.label("curator"),
            Extraction.changeset,
            Extraction.readings,
            _first.name.label("first"),
            Extraction.first_readings,
            Extraction.state,
        )
        .select_from(Extraction)
        .join(Estimate, Extraction.estimate_id == Estimate.id)
        .join(_second, Extraction.curator_id == _second.id)
        .join(_first, Extraction.first_id == _first.id),
        of=_t(Extraction),
        key=("estimate", "curator"),
        refers=(
            Refers("estimate_id", "estimate", ("estimate",)),
            Refers("curator_id", "curator", ("curator",)),
            Refers("first_id", "curator", ("first",)),
        ),
        meanings={
            "estimate": "key of the estimate",
            "curator": "who read it a second time",
            "changeset": "the changeset that entered it",
            "readings": "what was read, by column",
            "first": "who had read it first",
            "first_readings": "what the first curator had read of the same columns",
            "state": "agreed, open or settled",
        },
    ),
    _table(
        "attachments",
        "Files kept beside the evidence; their content is under attachments/ if it was asked for",
        sa.select(Attachment.sha256, Attachment.media_type, Attachment.size).where(
            sa.exists().where(AttachmentLink.attachment_id == Attachment.id)
        ),
        of=_t(Attachment),
        key=("sha256",),
        meanings={"sha256": "SHA-256 of the file", "media_type": "what kind of file", "size": "its size in bytes"},
    ),
    _table(
        "attachment_links",
        "What attachments show",
        sa.select(
            Attachment.sha256.label("sha256"),
            Report.key.label("report"),
            Estimate.key.label("estimate"),
            AttachmentLink.name,
        )
        .select_from(AttachmentLink)
        .join(Attachment, AttachmentLink.attachment_id == Attachment.id)
        .outerjoin(Report, AttachmentLink.report_id == Report.id)
        .outerjoin(Estimate, AttachmentLink.estimate_id == Estimate.id),
        of=_t(AttachmentLink),
        key=("sha256", "report", "estimate"),
        order=(Attachment.sha256, sa.func.coalesce(Report.key, ""), sa.func.coalesce(Estimate.key, "")),
        refers=(
            Refers("attachment_id", "attachment", ("sha256",)),
            Refers("report_id", "report", ("report",)),
            Refers("estimate_id", "estimate", ("estimate",)),
        ),
        meanings={
            "sha256": "SHA-256 of the file",
            "report": "key of the report it shows",
            "estimate": "key of the estimate it shows",
            "name": "name of the file as it came",
        },
    ),
    _table(
        "references",
        "Records of search results, as they came",
        sa.select(
            *(column for column in _t(Reference).columns if column.name not in ("id", "duplicate_of", "report_id")),
            _repeated.key.label("duplicate_of"),
            Report.key.label("report"),
        )
        .select_from(Reference)
        .outerjoin(_repeated, Reference.duplicate_of == _repeated.id)
        .outerjoin(Report, Reference.report_id == Report.id),
        of=_t(Reference),
        key=("key",),
        order=(Reference.id,),
        refers=(
            Refers("duplicate_of", "reference", ("duplicate_of",)),
            Refers("report_id", "report", ("report",)),
        ),
        meanings={
            "key": "key of the reference",
            "found_in": "what was searched",
            "found_by": "what that is",
            "accession": "its number there",
            "kind": "what the reference is",
            "doi": "DOI",
            "pmid": "PubMed id",
            "title": "title",
            "authors": "authors",
            "year": "year of publication",
            "journal": "journal",
            "volume": "volume",
            "pages": "pages",
            "url": "where it is",
            "abstract": "abstract",
            "digest": "SHA-256 of the record as it came",
            "duplicate_of": "key of the earlier reference it repeats",
            "duplicate_by": "the rule that said so",
            "report": "key of the report it turned out to be, where its identifiers do not tell",
        },
    ),
    _table(
        "doubtful_pairs",
        "References that may be one",
        sa.select(_ref_a.key.label("first"), _ref_b.key.label("second"), DoubtfulPair.reason, DoubtfulPair.same)
        .select_from(DoubtfulPair)
        .join(_ref_a, DoubtfulPair.first == _ref_a.id)
        .join(_ref_b, DoubtfulPair.second == _ref_b.id),
        of=_t(DoubtfulPair),
        key=("first", "second"),
        order=(DoubtfulPair.first, DoubtfulPair.second),
        refers=(Refers("first", "reference", ("first",)), Refers("second", "reference", ("second",))),
        meanings={
            "first": "key of the earlier reference",
            "second": "key of the later one",
            "reason": "why they may be one",
            "same": "what was decided; empty when nobody did",
        },
    ),
    _table(
        "screenings",
        "Decisions of reviewers about references",
        sa.select(
            Reference.key.label("reference"),
            Screening.stage,
            Curator.name.label("reviewer"),
            Screening.decision,
            Screening.reason,
            Screening.settles,
        )
        .select_from(Screening)
        .join(Reference, Screening.reference_id == Reference.id)
        .join(Curator, Screening.reviewer_id == Curator.id),
        of=_t(Screening),
        key=("reference", "stage", "reviewer", "settles"),
        order=(Screening.id,),
        refers=(Refers("reference_id", "reference", ("reference",)), Refers("reviewer_id", "curator", ("reviewer",))),
        meanings={
            "reference": "key of the reference",
            "stage": "title and abstract, or full text",
            "reviewer": "who decided",
            "decision": "include, exclude or not_retrieved",
            "reason": "why",
            "settles": "whether it settles a disagreement",
        },
    ),
)

#: What a registry holds that is no table of this list: history, snapshots, queries, and what a new one has anyway.
NOT_HERE = {"changeset", "change", "evidence", "snapshot", "snapshot_bucket", "saved_query", "run"}
assert {each.table.name for each in TABLES} | NOT_HERE == set(Base.metadata.tables), "a table is not exported"  # noqa: S101
