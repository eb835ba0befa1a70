"""Diseases, cohorts and the patients that cohorts share."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, not_negative, one_of
from registry.terms import OverlapKind


class Disease(Base):
    """A disease, matched case-folded by key or synonym; created on first use."""

    __tablename__ = "disease"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)


class Cohort(Base):
    """The patients analysed: the unit of independence. `key` is unique within the study."""

    __tablename__ = "cohort"
    __table_args__ = (UniqueConstraint("study_id", "key"), *not_negative("followup_median_months"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    key: Mapped[str]
    disease_id: Mapped[int | None] = mapped_column(ForeignKey("disease.id"), index=True)
    country: Mapped[str | None]
    design: Mapped[str | None]
    treatment: Mapped[str | None]
    recruited_from: Mapped[str | None]
    recruited_to: Mapped[str | None]
    centres: Mapped[str | None]
    followup_median_months: Mapped[float | None]


class Overlap(Base):
    """Two cohorts that share patients, declared by a curator; `cohort_a` < `cohort_b`."""

    __tablename__ = "overlap"
    __table_args__ = (
        one_of("kind", OverlapKind),
        CheckConstraint("cohort_a < cohort_b", name="order"),
        UniqueConstraint("cohort_a", "cohort_b"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cohort_a: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    cohort_b: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str]
