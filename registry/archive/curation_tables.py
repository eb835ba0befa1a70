"""What curators say of studies, cohorts and estimates."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.archive.table import Refers, Table, own, table
from registry.models import (
    Attachment,
    AttachmentLink,
    Attribute,
    AttributeValue,
    Cohort,
    Curator,
    Estimate,
    Extraction,
    Overlap,
    Report,
    Study,
)

_second, _first = aliased(Curator), aliased(Curator)
_cohort_a, _cohort_b, _study_a, _study_b = aliased(Cohort), aliased(Cohort), aliased(Study), aliased(Study)
_owner_study, _owner_cohort, _cohorts_study = aliased(Study), aliased(Cohort), aliased(Study)

CURATION: tuple[Table, ...] = (
    table(
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
        of=own(AttributeValue),
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
    table(
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
        of=own(Overlap),
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
    table(
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
        of=own(Extraction),
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
    table(
        "attachments",
        "Files kept beside the evidence; their content is under attachments/ if it was asked for",
        sa.select(Attachment.sha256, Attachment.media_type, Attachment.size).where(
            sa.exists().where(AttachmentLink.attachment_id == Attachment.id)
        ),
        of=own(Attachment),
        key=("sha256",),
        meanings={"sha256": "SHA-256 of the file", "media_type": "what kind of file", "size": "its size in bytes"},
    ),
    table(
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
        of=own(AttachmentLink),
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
)
