"""Saved queries, version by version, and what their runs gave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Json


class SavedQuery(Base):
    """One version of a named selection with its pooling options; an edit is a new version, a removal one too.

    `definition` holds the condition with resolved keys, the one-per rule, what is allowed, and the options of the
    pool. `prespecified` is the protocol it was written in (a PROSPERO id), `changeset` the one that saved it.
    """

    __tablename__ = "saved_query"
    __table_args__ = (UniqueConstraint("name", "version"), CheckConstraint("version > 0", name="version"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    version: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    description: Mapped[str | None]
    prespecified: Mapped[str | None]
    removed: Mapped[bool] = mapped_column(default=False)
    changeset: Mapped[int] = mapped_column(ForeignKey("changeset.number"), index=True)


class Run(Base):
    """One execution of a saved query: the state it read, the rows it used, and the whole result.

    `at_changeset` is the state of the evidence, `rows_digest` the SHA-256 of the rows used, `result` the
    canonical JSON text of what `evireg pool --json` prints, `digest` the SHA-256 over all of it (see registry/queries).
    """

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    query_id: Mapped[int] = mapped_column(ForeignKey("saved_query.id"), index=True)
    at_changeset: Mapped[int] = mapped_column(ForeignKey("changeset.number"), index=True)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"), index=True)
    made_at: Mapped[str] = mapped_column(String(32))
    curator: Mapped[str]
    engine: Mapped[str]
    rows_digest: Mapped[str] = mapped_column(String(64))
    result: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
