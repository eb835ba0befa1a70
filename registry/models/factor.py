"""Prognostic factors, their cutoffs and the contrasts made with them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Json, one_of
from registry.terms import ContrastKind, CutoffMethod, CutoffOperator, FactorScale, ReadAs


class Factor(Base):
    """A prognostic factor. `canonical_unit` is UCUM; a `dimensionless` one takes cutoffs without unit.

    A cutoff below `plausible_low` or above `plausible_high` (in `canonical_unit`) is worth a second look. `read_as` is
    the direction people read it in. `levels` are the groups it is divided into where it is no number, the higher or
    positive one first: a list of lists, each the names of one level.
    """

    __tablename__ = "factor"
    __table_args__ = (one_of("read_as", ReadAs),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    canonical_unit: Mapped[str | None]
    dimensionless: Mapped[bool] = mapped_column(default=False)
    loinc: Mapped[str | None]
    plausible_low: Mapped[float | None]
    plausible_high: Mapped[float | None]
    read_as: Mapped[str | None]
    levels: Mapped[list[list[str]] | None] = mapped_column(Json)


class Cutoff(Base):
    """A threshold of a factor: operator, value and unit (or text), and how it was chosen.

    `key` joins these canonically (`>= 550 ng/mL median`); it is unique within the factor.
    """

    __tablename__ = "cutoff"
    __table_args__ = (
        one_of("operator", CutoffOperator),
        one_of("method", CutoffMethod),
        Index(None, "factor_id", "key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    factor_id: Mapped[int] = mapped_column(ForeignKey("factor.id"))
    key: Mapped[str]
    operator: Mapped[str | None]
    value: Mapped[float | None]
    unit: Mapped[str | None]
    text: Mapped[str | None]
    method: Mapped[str | None]


class Contrast(Base):
    """Index versus reference level of a factor at a time, or per unit of it; fixes the direction of the ratio."""

    __tablename__ = "contrast"
    __table_args__ = (
        one_of("kind", ContrastKind),
        one_of("scale", FactorScale),
        Index(None, "factor_id", "key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    factor_id: Mapped[int] = mapped_column(ForeignKey("factor.id"))
    key: Mapped[str]
    kind: Mapped[str]
    cutoff_id: Mapped[int | None] = mapped_column(ForeignKey("cutoff.id"), index=True)
    timepoint: Mapped[str | None]
    index_group: Mapped[str | None]
    reference_group: Mapped[str | None]
    scale: Mapped[str | None]
