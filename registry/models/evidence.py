"""Endpoints, reported estimates, and the flat evidence table that selections read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.columns import COLUMNS, Kind
from registry.columns import Column as ContractColumn
from registry.models.base import Base, Json, not_negative, one_of, positive
from registry.terms import (
    Adjusted,
    CiType,
    ContrastBasis,
    EffectDirection,
    Measure,
    Origin,
    POperator,
    PTest,
    Status,
    Trust,
)


class Endpoint(Base):
    """An event definition such as OS or PFS: a closed list shipped as data and extended by curators."""

    __tablename__ = "endpoint"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    definition: Mapped[str | None]
    time_origin: Mapped[str | None]


class Estimate(Base):
    """One reported number with its uncertainty, as printed (`*_text`) and as typed.

    `report_id` is the document the number was read in, `locator` the place in it. What follows from these numbers
    (yi, vi, flags) is in the evidence row, never here.
    """

    __tablename__ = "estimate"
    __table_args__ = (
        one_of("measure", Measure),
        one_of("ci_type", CiType),
        one_of("p_operator", POperator),
        one_of("p_test", PTest),
        one_of("effect_direction", EffectDirection),
        one_of("adjusted", Adjusted),
        one_of("origin", Origin),
        one_of("status", Status),
        one_of("contrast_basis", ContrastBasis),
        one_of("trust", Trust),
        *positive("est", "ci_low", "ci_high", "se_log_hr"),
        *not_negative("horizon_days", "n", "n_events", "n_index", "n_reference", "events_index", "events_reference"),
        CheckConstraint("status = 'disputed' OR (ci_level >= 50 AND ci_level <= 99.99)", name="ci_level"),
        CheckConstraint("p_value >= 0 AND p_value <= 1", name="p_value"),
        CheckConstraint(
            "status = 'disputed' OR ((ci_low IS NULL OR ci_high IS NULL OR ci_low < ci_high)"
            " AND (est IS NULL OR ((ci_low IS NULL OR ci_low <= est) AND (ci_high IS NULL OR est <= ci_high))))",
            name="ci_holds_est",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    contrast_id: Mapped[int] = mapped_column(ForeignKey("contrast.id"), index=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("endpoint.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    locator: Mapped[str | None]
    quote: Mapped[str | None]
    endpoint_definition: Mapped[str | None]
    time_origin: Mapped[str | None]
    horizon_days: Mapped[float | None]
    n: Mapped[int | None]
    n_events: Mapped[int | None]
    n_index: Mapped[int | None]
    n_reference: Mapped[int | None]
    events_index: Mapped[int | None]
    events_reference: Mapped[int | None]
    measure: Mapped[str]
    est: Mapped[float | None]
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]
    ci_level: Mapped[float | None]
    est_text: Mapped[str | None]
    ci_low_text: Mapped[str | None]
    ci_high_text: Mapped[str | None]
    ci_type: Mapped[str | None]
    log_hr: Mapped[float | None]
    se_log_hr: Mapped[float | None]
    p_value: Mapped[float | None]
    p_text: Mapped[str | None]
    p_operator: Mapped[str | None]
    p_test: Mapped[str | None]
    effect_direction: Mapped[str | None]
    adjusted: Mapped[str]
    covariates: Mapped[str | None]
    covariates_text: Mapped[str | None]
    origin: Mapped[str]
    status: Mapped[str]
    status_reason: Mapped[str | None]
    as_printed: Mapped[str | None]
    trust: Mapped[str | None]
    contrast_basis: Mapped[str | None]
    factor_text: Mapped[str | None]
    disease_text: Mapped[str | None]
    endpoint_text: Mapped[str | None]
    settled: Mapped[str | None]
    notes: Mapped[str | None]


_TYPES: dict[Kind, type[sa.types.TypeEngine[Any]]] = {
    Kind.TEXT: String,
    Kind.NUMBER: sa.Double,
    Kind.INTEGER: sa.Integer,
    Kind.BOOLEAN: sa.Boolean,
}


def _column(column: ContractColumn) -> sa.Column[Any]:
    return sa.Column(column.name, _TYPES[column.kind](), nullable=not column.required)


#: Every version of every estimate with all that a selection or a report can ask: the contract's columns, the
#: study characteristics as one JSON object, and the changesets that opened (`valid_from`) and closed (`valid_to`) it.
#: The live version has no `valid_to`. Written by `registry.writing` alone. `digest` and `bucket`: see writing/digest.
evidence = sa.Table(
    "evidence",
    Base.metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    *(_column(column) for column in COLUMNS),
    sa.Column("attributes", Json, nullable=False),
    sa.Column("valid_from", sa.Integer, ForeignKey("changeset.number"), nullable=False),
    sa.Column("valid_to", sa.Integer, ForeignKey("changeset.number")),
    sa.Column("bucket", sa.Integer, nullable=False),
    *(one_of(column.name, column.term) for column in COLUMNS if column.term),
    CheckConstraint("valid_to > valid_from", name="versions_in_order"),
    CheckConstraint("bucket >= 0 AND bucket < 1024", name="bucket"),
    CheckConstraint("not_poolable IS NOT NULL OR (yi IS NOT NULL AND vi > 0)", name="poolable_has_numbers"),
)
Index(None, evidence.c.key, evidence.c.valid_from, unique=True)
Index(
    "uq_evidence_live_key",
    evidence.c.key,
    unique=True,
    sqlite_where=evidence.c.valid_to.is_(None),
    postgresql_where=evidence.c.valid_to.is_(None),
)
Index(None, evidence.c.factor, evidence.c.disease, evidence.c.endpoint, evidence.c.valid_to, evidence.c.valid_from)
Index(None, evidence.c.study, evidence.c.cohort)
Index(None, evidence.c.bucket, evidence.c.valid_to, evidence.c.key, evidence.c.digest)
Index(None, evidence.c.valid_from)
Index(
    "ix_evidence_closed",
    evidence.c.valid_to,
    sqlite_where=evidence.c.valid_to.is_not(None),
    postgresql_where=evidence.c.valid_to.is_not(None),
)
