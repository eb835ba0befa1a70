"""References found by searches, doubtful pairs among them, and the decisions of reviewers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = {
    "found_by": ("database", "register", "website", "organisation", "citation", "other"),
    "kind": (
        "article", "abstract", "preprint", "correction", "retraction", "comment", "book", "thesis",
        "trial registration", "other",
    ),
    "duplicate_by": ("doi", "pmid", "title", "place", "curator"),
}  # fmt: skip


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    condition = " OR ".join(f"{column} = '{word}'" for word in words)
    return sa.CheckConstraint(condition, name=op.f(f"ck_reference_{column}"))


def upgrade() -> None:
    op.create_table(
        "reference",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("found_in", sa.String(), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in ("accession", "kind", "doi", "pmid", "title", "authors")
        ),
        sa.Column("year", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("journal", "volume", "pages", "url", "abstract")),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("duplicate_of", sa.Integer(), nullable=True),
        sa.Column("duplicate_by", sa.String(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("duplicate_of < id", name=op.f("ck_reference_repeats_an_earlier")),
        *(_one_of(column, words) for column, words in WORDS.items()),
        sa.ForeignKeyConstraint(["duplicate_of"], ["reference.id"], name=op.f("fk_reference_duplicate_of")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_reference_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference")),
        sa.UniqueConstraint("key", name=op.f("uq_reference_key")),
    )
    for column in ("doi", "pmid", "year", "duplicate_of", "report_id"):
        op.create_index(op.f(f"ix_reference_{column}"), "reference", [column])
    op.create_table(
        "doubtful_pair",
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=True),
        sa.CheckConstraint("first < second", name=op.f("ck_doubtful_pair_order")),
        sa.ForeignKeyConstraint(["first"], ["reference.id"], name=op.f("fk_doubtful_pair_first")),
        sa.ForeignKeyConstraint(["second"], ["reference.id"], name=op.f("fk_doubtful_pair_second")),
        sa.PrimaryKeyConstraint("first", "second", name=op.f("pk_doubtful_pair")),
    )
    op.create_index(op.f("ix_doubtful_pair_second"), "doubtful_pair", ["second"])
    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.CheckConstraint("stage = 'title' OR stage = 'full_text'", name=op.f("ck_screening_stage")),
        sa.CheckConstraint(
            "decision = 'include' OR decision = 'exclude' OR decision = 'not_retrieved'",
            name=op.f("ck_screening_decision"),
        ),
        sa.ForeignKeyConstraint(["reference_id"], ["reference.id"], name=op.f("fk_screening_reference_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["curator.id"], name=op.f("fk_screening_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index(
        op.f("ix_screening_reference_id_stage_reviewer_id_settles"),
        "screening",
        ["reference_id", "stage", "reviewer_id", "settles"],
        unique=True,
    )
    op.create_index(op.f("ix_screening_reviewer_id"), "screening", ["reviewer_id"])


def downgrade() -> None:
    for table in ("screening", "doubtful_pair", "reference"):
        op.drop_table(table)
