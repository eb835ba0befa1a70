"""Study characteristics: declared once, then given per study, cohort or estimate."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Json, one_of
from registry.terms import AttributeLevel, AttributeType


class AppraisalTool(Base):
    """A tool for appraising risk of bias that this registry uses; its domains are the attributes that name it."""

    __tablename__ = "appraisal_tool"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    source: Mapped[str | None]


class Attribute(Base):
    """The declaration of a study characteristic: name, type, unit, levels, and what it belongs to.

    `tool` names the appraisal tool a domain of risk of bias belongs to, `guidance` says how the tool wants it judged;
    null for any other characteristic.
    """

    __tablename__ = "attribute"
    __table_args__ = (one_of("type", AttributeType), one_of("level", AttributeLevel))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    type: Mapped[str]
    unit: Mapped[str | None]
    levels: Mapped[list[str] | None] = mapped_column(Json)
    level: Mapped[str]
    tool: Mapped[str | None]
    guidance: Mapped[str | None]


class AttributeValue(Base):
    """The value of one characteristic of one study, cohort or estimate, as text; read by the declared type.

    `support` is what a judgement of risk of bias rests on, in the curator's words.
    """

    __tablename__ = "attribute_value"
    __table_args__ = (
        CheckConstraint(
            "(study_id IS NOT NULL AND cohort_id IS NULL AND estimate_id IS NULL)"
            " OR (study_id IS NULL AND cohort_id IS NOT NULL AND estimate_id IS NULL)"
            " OR (study_id IS NULL AND cohort_id IS NULL AND estimate_id IS NOT NULL)",
            name="one_owner",
        ),
        Index(None, "study_id", "attribute_id", unique=True),
        Index(None, "cohort_id", "attribute_id", unique=True),
        Index(None, "estimate_id", "attribute_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attribute_id: Mapped[int] = mapped_column(ForeignKey("attribute.id"), index=True)
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    estimate_id: Mapped[int | None] = mapped_column(ForeignKey("estimate.id"))
    value: Mapped[str]
    support: Mapped[str | None]
