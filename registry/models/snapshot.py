"""Named states of the evidence, with the digests that prove them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base


class Snapshot(Base):
    """A name for the evidence as of a changeset; `root` is the digest over all buckets (see registry/snapshots).

    `parent_id` is the snapshot before it, from which the buckets that did not change are taken. `recorded` is the
    changeset that holds the root in the ledger, the one after `changeset` unless others came first.
    """

    __tablename__ = "snapshot"
    __table_args__ = (CheckConstraint("recorded > changeset", name="recorded_after"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    changeset: Mapped[int] = mapped_column(ForeignKey("changeset.number"), index=True)
    recorded: Mapped[int] = mapped_column(ForeignKey("changeset.number"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"), index=True)
    estimates: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))


class SnapshotBucket(Base):
    """The digest of one bucket of a snapshot, kept where it differs from the parent's; the first has all."""

    __tablename__ = "snapshot_bucket"
    __table_args__ = (
        CheckConstraint("bucket >= 0 AND bucket < 1024", name="bucket"),
        Index(None, "bucket", "snapshot_id"),
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True)
    estimates: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
