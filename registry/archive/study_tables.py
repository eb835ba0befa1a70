"""Reports, studies, cohorts, contrasts, estimates: the evidence, normalised."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.archive.table import Refers, Table, own, plain, table
from registry.models import (
    Change,
    Cohort,
    Contrast,
    Cutoff,
    Disease,
    Endpoint,
    Estimate,
    Factor,
    Report,
    Study,
    study_report,
)

_REPORTED = [
    column
    for column in own(Estimate).columns
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

STUDIES: tuple[Table, ...] = (
    table(
        "reports",
        "Documents: articles, abstracts, data sets",
        plain(Report),
        of=own(Report),
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
    table(
        "studies",
        "Investigations, the unit of inclusion",
        sa.select(Study.key, Report.key.label("report")).outerjoin(Report, Study.report_id == Report.id),
        of=own(Study),
        key=("key",),
        refers=(Refers("report_id", "report", ("report",)),),
        meanings={"key": "key of the study", "report": "its own (first) report"},
    ),
    table(
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
    table(
        "cohorts",
        "The patients analysed, the unit of independence",
        sa.select(
            Study.key.label("study"),
            Cohort.key,
            Disease.key.label("disease"),
            *(column for column in own(Cohort).columns if column.name not in ("id", "study_id", "key", "disease_id")),
        )
        .select_from(Cohort)
        .join(Study, Cohort.study_id == Study.id)
        .outerjoin(Disease, Cohort.disease_id == Disease.id),
        of=own(Cohort),
        key=("study", "key"),
        refers=(Refers("study_id", "study", ("study",)), Refers("disease_id", "disease", ("disease",))),
        meanings={"study": "key of the study", "key": "key within the study; `all` unless named"},
    ),
    table(
        "cutoffs",
        "Thresholds of factors",
        sa.select(
            Factor.key.label("factor"),
            *(column for column in own(Cutoff).columns if column.name not in ("id", "factor_id")),
        )
        .join(Factor, Cutoff.factor_id == Factor.id)
        .where(sa.or_(_USED.where(_used.cutoff_id == Cutoff.id).exists(), _DECLARED.exists())),
        of=own(Cutoff),
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
    table(
        "contrasts",
        "What is compared with what",
        sa.select(
            Factor.key.label("factor"),
            Contrast.key,
            Contrast.kind,
            Cutoff.key.label("cutoff"),
            Contrast.timepoint,
            Contrast.reference_group,
            Contrast.index_group,
            Contrast.scale,
        )
        .select_from(Contrast)
        .join(Factor, Contrast.factor_id == Factor.id)
        .outerjoin(Cutoff, Contrast.cutoff_id == Cutoff.id)
        .where(sa.exists().where(Estimate.contrast_id == Contrast.id)),
        of=own(Contrast),
        key=("factor", "key"),
        refers=(Refers("factor_id", "factor", ("factor",)), Refers("cutoff_id", "cutoff", ("factor", "cutoff"))),
        meanings={
            "factor": "prognostic factor",
            "key": "kind, time point, cutoff and reference group in one text",
            "kind": "what is compared with what",
            "cutoff": "key of the cutoff",
            "timepoint": "when the factor was measured",
            "reference_group": "reference group in the source's words",
            "index_group": "index group in the source's words",
            "scale": "scale of the factor that a step is taken on",
        },
    ),
    table(
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
        of=own(Estimate),
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
)
