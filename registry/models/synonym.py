"""The names under which curators and authors know one thing."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base


class Synonym(Base):
    """A name of a factor, disease, endpoint or covariate, and the `key` it stands for; the key's own name included.

    `folded` (case-folded, spaces collapsed) is what is matched. Covariates have no table of their own: their code is
    `key`.
    """

    __tablename__ = "synonym"
    __table_args__ = (
        CheckConstraint("vocabulary IN ('factor', 'disease', 'endpoint', 'covariate')", name="vocabulary"),
    )

    vocabulary: Mapped[str] = mapped_column(primary_key=True)
    folded: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str]
