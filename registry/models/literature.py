"""Reports and the studies they report."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, one_of
from registry.terms import SourceKind


class Report(Base):
    """One document: article, abstract, data set, review. Known by DOI, PMID, url or, without these, by its citation.

    `key` is the first of these it was known by (`doi:…`, `pmid:…`, `url:…`, `cite:…`, and `study:…` for the own report
    of a study of which no title is known). DOIs are stored bare and in lower case.
    """

    __tablename__ = "report"
    __table_args__ = (
        one_of("kind", SourceKind),
        Index(None, "doi", unique=True),
        Index(None, "pmid", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str | None]
    doi: Mapped[str | None]
    pmid: Mapped[str | None]
    year: Mapped[int | None]
    authors: Mapped[str | None]
    title: Mapped[str | None]
    journal: Mapped[str | None]
    url: Mapped[str | None]
    retracted: Mapped[bool] = mapped_column(default=False)


class Study(Base):
    """One investigation, the unit of inclusion; `report_id` is its own (first) report."""

    __tablename__ = "study"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)


#: Every report that reports a study.
study_report = Table(
    "study_report",
    Base.metadata,
    Column("study_id", ForeignKey("study.id"), primary_key=True),
    Column("report_id", ForeignKey("report.id"), primary_key=True, index=True),
)
