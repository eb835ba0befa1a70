"""References that a search found, and what reviewers decided about each."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, one_of
from registry.terms import DuplicateRule, FoundBy, ReferenceKind, ScreeningDecision, ScreeningStage


class Reference(Base):
    """One record of a search result, as it came; duplicates stay, and name the reference they repeat.

    `found_in` names what was searched, `found_by` says what that is, `accession` is its own number there. `digest` is
    the SHA-256 of the record, by which the same file is known again. `duplicate_of` is the earliest of the references
    that are one, `duplicate_by` the rule that said so; `report_id` the report in the registry it turned out to be,
    where its identifiers do not tell.
    """

    __tablename__ = "reference"
    __table_args__ = (
        CheckConstraint("duplicate_of < id", name="repeats_an_earlier"),
        one_of("found_by", FoundBy),
        one_of("kind", ReferenceKind),
        one_of("duplicate_by", DuplicateRule),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    found_in: Mapped[str]
    found_by: Mapped[str]
    accession: Mapped[str | None]
    kind: Mapped[str | None]
    doi: Mapped[str | None] = mapped_column(index=True)
    pmid: Mapped[str | None] = mapped_column(index=True)
    title: Mapped[str | None]
    authors: Mapped[str | None]
    year: Mapped[int | None] = mapped_column(index=True)
    journal: Mapped[str | None]
    volume: Mapped[str | None]
    pages: Mapped[str | None]
    url: Mapped[str | None]
    abstract: Mapped[str | None]
    digest: Mapped[str] = mapped_column(String(64))
    duplicate_of: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), index=True)
    duplicate_by: Mapped[str | None]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)


class DoubtfulPair(Base):
    """Two references that may be one; `same` is null until a curator decides. `first` < `second`."""

    __tablename__ = "doubtful_pair"
    __table_args__ = (CheckConstraint("first < second", name="order"),)

    first: Mapped[int] = mapped_column(ForeignKey("reference.id"), primary_key=True)
    second: Mapped[int] = mapped_column(ForeignKey("reference.id"), primary_key=True, index=True)
    reason: Mapped[str]
    same: Mapped[bool | None]


class Screening(Base):
    """One reviewer's decision about one reference at one stage; a later one of the same reviewer replaces it.

    `settles` marks the decision that settles a disagreement of reviewers; there is one at most.
    """

    __tablename__ = "screening"
    __table_args__ = (
        one_of("stage", ScreeningStage),
        one_of("decision", ScreeningDecision),
        Index(None, "reference_id", "stage", "reviewer_id", "settles", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id"))
    stage: Mapped[str]
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("curator.id"), index=True)
    decision: Mapped[str]
    reason: Mapped[str | None]
    settles: Mapped[bool] = mapped_column(default=False)
