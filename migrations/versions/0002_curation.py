"""Curation: registered curators, settings, risk of bias, review reasons, second extractions, attachments, maps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

#: Columns more; plain ALTER TABLE ADD COLUMN on both databases, so that no table is rebuilt.
COLUMNS = (
    ("curator", sa.Column("competing_interests", sa.String(), nullable=True)),
    ("curator", sa.Column("registered", sa.Boolean(), server_default=sa.false(), nullable=False)),
    ("attribute", sa.Column("tool", sa.String(), nullable=True)),
    ("attribute", sa.Column("guidance", sa.String(), nullable=True)),
    ("attribute_value", sa.Column("support", sa.String(), nullable=True)),
    ("estimate", sa.Column("status_reason", sa.String(), nullable=True)),
    ("evidence", sa.Column("status_reason", sa.String(), nullable=True)),
    ("factor", sa.Column("plausible_low", sa.Double(), nullable=True)),
    ("factor", sa.Column("plausible_high", sa.Double(), nullable=True)),
)

KINDS = ("same", "subset", "partial", "suspected", "dismissed")


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, column)
    _take_kinds(KINDS)
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "appraisal_tool",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_appraisal_tool")),
    )
    op.create_table(
        "column_map",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("headings", JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_column_map")),
    )
    op.create_table(
        "extraction",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("curator_id", sa.Integer(), nullable=False),
        sa.Column("changeset", sa.Integer(), nullable=False),
        sa.Column("readings", JSON, nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("first_readings", JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state = 'open' OR state = 'agreed' OR state = 'settled'", name=op.f("ck_extraction_state")),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name=op.f("fk_extraction_estimate_id")),
        sa.ForeignKeyConstraint(["curator_id"], ["curator.id"], name=op.f("fk_extraction_curator_id")),
        sa.ForeignKeyConstraint(["changeset"], ["changeset.number"], name=op.f("fk_extraction_changeset")),
        sa.ForeignKeyConstraint(["first_id"], ["curator.id"], name=op.f("fk_extraction_first_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extraction")),
    )
    op.create_index(
        op.f("ix_extraction_estimate_id_curator_id"), "extraction", ["estimate_id", "curator_id"], unique=True
    )
    op.create_index(op.f("ix_extraction_curator_id"), "extraction", ["curator_id"])
    op.create_index(op.f("ix_extraction_changeset"), "extraction", ["changeset"])
    op.create_index(op.f("ix_extraction_first_id"), "extraction", ["first_id"])
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("sha256", name=op.f("uq_attachment_sha256")),
    )
    op.create_table(
        "attachment_link",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("estimate_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(report_id IS NOT NULL AND estimate_id IS NULL) OR (report_id IS NULL AND estimate_id IS NOT NULL)",
            name=op.f("ck_attachment_link_one_owner"),
        ),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_attachment_link_attachment_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_attachment_link_report_id")),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name=op.f("fk_attachment_link_estimate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment_link")),
    )
    for columns, unique in (
        (["attachment_id", "report_id"], True),
        (["attachment_id", "estimate_id"], True),
        (["report_id"], False),
        (["estimate_id"], False),
    ):
        op.create_index(op.f(f"ix_attachment_link_{'_'.join(columns)}"), "attachment_link", columns, unique=unique)
    _index_history()


def _index_history() -> None:
    """Let what a changeset opened, closed and changed be found by its number, and what happened to a key by the key."""
    closed = sa.text("valid_to IS NOT NULL")
    op.create_index(op.f("ix_evidence_valid_from"), "evidence", ["valid_from"])
    op.create_index(op.f("ix_evidence_closed"), "evidence", ["valid_to"], sqlite_where=closed, postgresql_where=closed)
    op.create_index(op.f("ix_change_key_entity"), "change", ["key", "entity"])


def downgrade() -> None:
    for index, table in (
        ("ix_change_key_entity", "change"),
        ("ix_evidence_closed", "evidence"),
        ("ix_evidence_valid_from", "evidence"),
    ):
        op.drop_index(op.f(index), table)
    for table in ("attachment_link", "attachment", "extraction", "column_map", "appraisal_tool", "setting"):
        op.drop_table(table)
    op.execute("DELETE FROM overlap WHERE kind = 'dismissed'")
    _take_kinds(KINDS[:-1])
    for table, column in COLUMNS:
        op.drop_column(table, column.name)


def _take_kinds(kinds: tuple[str, ...]) -> None:
    """Let an overlap be of these kinds; SQLite has no way but a new table."""
    check = " OR ".join(f"kind = '{kind}'" for kind in kinds)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_overlap_kind"), "overlap", type_="check")
        op.create_check_constraint(op.f("ck_overlap_kind"), "overlap", check)
        return
    op.execute("DROP INDEX ix_overlap_cohort_b")
    op.execute("ALTER TABLE overlap RENAME TO overlap_before")
    op.create_table(
        "overlap",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cohort_a", sa.Integer(), nullable=False),
        sa.Column("cohort_b", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("cohort_a < cohort_b", name=op.f("ck_overlap_order")),
        sa.CheckConstraint(check, name=op.f("ck_overlap_kind")),
        sa.ForeignKeyConstraint(["cohort_a"], ["cohort.id"], name=op.f("fk_overlap_cohort_a")),
        sa.ForeignKeyConstraint(["cohort_b"], ["cohort.id"], name=op.f("fk_overlap_cohort_b")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlap")),
        sa.UniqueConstraint("cohort_a", "cohort_b", name=op.f("uq_overlap_cohort_a_cohort_b")),
    )
    op.execute(
        "INSERT INTO overlap (id, cohort_a, cohort_b, kind, reason) "
        "SELECT id, cohort_a, cohort_b, kind, reason FROM overlap_before"
    )
    op.execute("DROP TABLE overlap_before")
    op.create_index(op.f("ix_overlap_cohort_b"), "overlap", ["cohort_b"])
