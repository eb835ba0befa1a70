"""Saved queries, their runs, snapshots of the evidence, and triggers that refuse to change history."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("changeset", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("estimates", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.CheckConstraint("recorded > changeset", name=op.f("ck_snapshot_recorded_after")),
        sa.ForeignKeyConstraint(["changeset"], ["changeset.number"], name=op.f("fk_snapshot_changeset")),
        sa.ForeignKeyConstraint(["recorded"], ["changeset.number"], name=op.f("fk_snapshot_recorded")),
        sa.ForeignKeyConstraint(["parent_id"], ["snapshot.id"], name=op.f("fk_snapshot_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("name", name=op.f("uq_snapshot_name")),
    )
    for column in ("changeset", "recorded", "parent_id"):
        op.create_index(op.f(f"ix_snapshot_{column}"), "snapshot", [column])
    op.create_table(
        "snapshot_bucket",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("estimates", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("bucket >= 0 AND bucket < 1024", name=op.f("ck_snapshot_bucket_bucket")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_bucket_snapshot_id")),
        sa.PrimaryKeyConstraint("snapshot_id", "bucket", name=op.f("pk_snapshot_bucket")),
    )
    op.create_index(op.f("ix_snapshot_bucket_bucket_snapshot_id"), "snapshot_bucket", ["bucket", "snapshot_id"])
    op.create_table(
        "saved_query",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("prespecified", sa.String(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("changeset", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_saved_query_version")),
        sa.ForeignKeyConstraint(["changeset"], ["changeset.number"], name=op.f("fk_saved_query_changeset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_saved_query_name_version")),
    )
    op.create_index(op.f("ix_saved_query_changeset"), "saved_query", ["changeset"])
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("query_id", sa.Integer(), nullable=False),
        sa.Column("at_changeset", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("curator", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("rows_digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["query_id"], ["saved_query.id"], name=op.f("fk_run_query_id")),
        sa.ForeignKeyConstraint(["at_changeset"], ["changeset.number"], name=op.f("fk_run_at_changeset")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_run_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    for column in ("query_id", "at_changeset", "snapshot_id"):
        op.create_index(op.f(f"ix_run_{column}"), "run", [column])
    for statement in _triggers():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in _triggers():
        kind, name = re.findall(r"CREATE (TRIGGER|FUNCTION) (\w+)", statement)[0]
        if kind == "FUNCTION":
            op.get_bind().exec_driver_sql(f"DROP FUNCTION {name}() CASCADE")
        elif op.get_bind().dialect.name == "sqlite":
            op.get_bind().exec_driver_sql(f"DROP TRIGGER {name}")
    for table in ("run", "saved_query", "snapshot_bucket", "snapshot"):
        op.drop_table(table)


def _triggers() -> list[str]:
    """Give the statements as they were when this migration was made, for this kind of database."""
    folder = Path(__file__).parents[1] / "triggers"
    return (folder / f"0004.{op.get_bind().dialect.name}.sql").read_text(encoding="utf-8").strip().split("\n\n")
