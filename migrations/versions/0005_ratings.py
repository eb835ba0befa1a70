"""How certain curators are of the evidence of saved queries, domain by domain."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORDS = {
    "domain": (
        "risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias", "large_effect",
        "exposure_response",
    ),
    "judgement": ("none", "serious", "very_serious", "large", "very_large", "present"),
}  # fmt: skip


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    condition = " OR ".join(f"{column} = '{word}'" for word in words)
    return sa.CheckConstraint(condition, name=op.f(f"ck_rating_{column}"))


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("domain", "judgement", "reason")),
        sa.Column("curator_id", sa.Integer(), nullable=False),
        sa.Column("changeset", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        *(_one_of(column, words) for column, words in WORDS.items()),
        sa.ForeignKeyConstraint(
            ["query", "version"], ["saved_query.name", "saved_query.version"], name=op.f("fk_rating_query_version")
        ),
        sa.ForeignKeyConstraint(["curator_id"], ["curator.id"], name=op.f("fk_rating_curator_id")),
        sa.ForeignKeyConstraint(["changeset"], ["changeset.number"], name=op.f("fk_rating_changeset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
    )
    op.create_index(op.f("ix_rating_query_domain"), "rating", ["query", "domain"], unique=True)
    for column in ("curator_id", "changeset"):
        op.create_index(op.f(f"ix_rating_{column}"), "rating", [column])


def downgrade() -> None:
    op.drop_table("rating")
