"""Who changed what, when and why."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base


class Curator(Base):
    """The person answerable for a change; `registered` when the team says who it is, not only a first use."""

    __tablename__ = "curator"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    orcid: Mapped[str | None] = mapped_column(String(19))
    competing_interests: Mapped[str | None]
    registered: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Setting(Base):
    """A rule of this registry, such as whether its curators must be registered."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Changeset(Base):
    """One atomic set of changes. `at` is UTC, ISO 8601; `hash` chains over `previous_hash` (see registry/ledger)."""

    __tablename__ = "changeset"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    curator_id: Mapped[int] = mapped_column(ForeignKey("curator.id"), index=True)
    message: Mapped[str]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class Change(Base):
    """One change outside the evidence rows a changeset opened: `before` and `after` of one field, as text.

    `before` is null for something new. An estimate that is new has no entry here: its entry is the evidence row.
    """

    __tablename__ = "change"
    __table_args__ = (Index(None, "key", "entity"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    changeset: Mapped[int] = mapped_column(ForeignKey("changeset.number"), index=True)
    entity: Mapped[str]
    key: Mapped[str]
    field: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
