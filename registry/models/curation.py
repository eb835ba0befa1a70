"""What curation needs beside the evidence: second extractions, attachments, saved column maps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Json, one_of
from registry.terms import ExtractionState


class Extraction(Base):
    """A second curator's independent reading of an estimate, by contract name (`readings`), entered by `changeset`.

    `first_readings` are what the first one (`first_id`) had read of the same fields by then, whatever is settled later.
    `state` is agreed when they say the same, open while they differ, settled when an adjudicator chose.
    """

    __tablename__ = "extraction"
    __table_args__ = (one_of("state", ExtractionState), Index(None, "estimate_id", "curator_id", unique=True))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    estimate_id: Mapped[int] = mapped_column(ForeignKey("estimate.id"))
    curator_id: Mapped[int] = mapped_column(ForeignKey("curator.id"), index=True)
    changeset: Mapped[int] = mapped_column(ForeignKey("changeset.number"), index=True)
    readings: Mapped[dict[str, Any]] = mapped_column(Json)
    first_id: Mapped[int] = mapped_column(ForeignKey("curator.id"), index=True)
    first_readings: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str]


class Attachment(Base):
    """A file kept as it is, known by its SHA-256: the page of a report as PDF or image."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AttachmentLink(Base):
    """What an attachment shows: a report, or the place of one estimate in it; `name` is the file as it came."""

    __tablename__ = "attachment_link"
    __table_args__ = (
        CheckConstraint(
            "(report_id IS NOT NULL AND estimate_id IS NULL) OR (report_id IS NULL AND estimate_id IS NOT NULL)",
            name="one_owner",
        ),
        Index(None, "attachment_id", "report_id", unique=True),
        Index(None, "attachment_id", "estimate_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    estimate_id: Mapped[int | None] = mapped_column(ForeignKey("estimate.id"), index=True)
    name: Mapped[str]


class ColumnMap(Base):
    """A saved way to read somebody's files: input column of the layout → their heading."""

    __tablename__ = "column_map"

    name: Mapped[str] = mapped_column(primary_key=True)
    headings: Mapped[dict[str, str]] = mapped_column(Json)
