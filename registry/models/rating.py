"""How certain curators are of the evidence of a saved query, domain by domain (GRADE)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, one_of
from registry.terms import GradeDomain, GradeJudgement


class Rating(Base):
    """The judgement that stands of one domain of one saved query; a later one replaces it, and the ledger keeps both.

    `version` is the version of the query that was judged, `changeset` the one that recorded the judgement, and
    `evidence` the digest of what was judged (`registry.grading.ratings`), by which a later look knows whether that is
    still the same.
    """

    __tablename__ = "rating"
    __table_args__ = (
        ForeignKeyConstraint(["query", "version"], ["saved_query.name", "saved_query.version"]),
        one_of("domain", GradeDomain),
        one_of("judgement", GradeJudgement),
        Index(None, "query", "domain", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    query: Mapped[str]
    version: Mapped[int]
    domain: Mapped[str]
    judgement: Mapped[str]
    reason: Mapped[str]
    curator_id: Mapped[int] = mapped_column(ForeignKey("curator.id"), index=True)
    changeset: Mapped[int] = mapped_column(ForeignKey("changeset.number"), index=True)
    evidence: Mapped[str] = mapped_column(String(64))
