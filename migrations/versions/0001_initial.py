"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "attribute",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("levels", JSON, nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.CheckConstraint(
            "level = 'study' OR level = 'cohort' OR level = 'estimate'", name=op.f("ck_attribute_level")
        ),
        sa.CheckConstraint("type = 'text' OR type = 'number' OR type = 'category'", name=op.f("ck_attribute_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute")),
        sa.UniqueConstraint("name", name=op.f("uq_attribute_name")),
    )
    op.create_table(
        "curator",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("orcid", sa.String(length=19), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curator")),
        sa.UniqueConstraint("name", name=op.f("uq_curator_name")),
    )
    op.create_table(
        "disease",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disease")),
        sa.UniqueConstraint("key", name=op.f("uq_disease_key")),
    )
    op.create_table(
        "endpoint",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=True),
        sa.Column("time_origin", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
        sa.UniqueConstraint("key", name=op.f("uq_endpoint_key")),
    )
    op.create_table(
        "factor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("canonical_unit", sa.String(), nullable=True),
        sa.Column("dimensionless", sa.Boolean(), nullable=False),
        sa.Column("loinc", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.UniqueConstraint("key", name=op.f("uq_factor_key")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("doi", sa.String(), nullable=True),
        sa.Column("pmid", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("authors", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("journal", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind = 'article' OR kind = 'abstract' OR kind = 'data set' OR kind = 'review' OR kind = 'news'",
            name=op.f("ck_report_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("key", name=op.f("uq_report_key")),
    )
    op.create_index(op.f("ix_report_doi"), "report", ["doi"], unique=True)
    op.create_index(op.f("ix_report_pmid"), "report", ["pmid"], unique=True)
    op.create_table(
        "synonym",
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.CheckConstraint(
            "vocabulary IN ('factor', 'disease', 'endpoint', 'covariate')", name=op.f("ck_synonym_vocabulary")
        ),
        sa.PrimaryKeyConstraint("vocabulary", "folded", name=op.f("pk_synonym")),
    )
    op.create_table(
        "changeset",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("curator_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["curator_id"], ["curator.id"], name=op.f("fk_changeset_curator_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_changeset")),
        sa.UniqueConstraint("hash", name=op.f("uq_changeset_hash")),
    )
    op.create_index(op.f("ix_changeset_curator_id"), "changeset", ["curator_id"], unique=False)
    op.create_table(
        "cutoff",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("factor_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.CheckConstraint(
            "method = 'prespecified' OR method = 'median' OR method = 'quantile' OR method = 'roc' OR method = 'min_p' OR method = 'data_driven' OR method = 'unclear'",
            name=op.f("ck_cutoff_method"),
        ),
        sa.CheckConstraint(
            "operator = '>' OR operator = '>=' OR operator = '<' OR operator = '<='", name=op.f("ck_cutoff_operator")
        ),
        sa.ForeignKeyConstraint(["factor_id"], ["factor.id"], name=op.f("fk_cutoff_factor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cutoff")),
    )
    op.create_index(op.f("ix_cutoff_factor_id_key"), "cutoff", ["factor_id", "key"], unique=True)
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_study_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("key", name=op.f("uq_study_key")),
    )
    op.create_index(op.f("ix_study_report_id"), "study", ["report_id"], unique=False)
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changeset", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["changeset"], ["changeset.number"], name=op.f("fk_change_changeset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_changeset"), "change", ["changeset"], unique=False)
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("disease_id", sa.Integer(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("design", sa.String(), nullable=True),
        sa.Column("treatment", sa.String(), nullable=True),
        sa.Column("recruited_from", sa.String(), nullable=True),
        sa.Column("recruited_to", sa.String(), nullable=True),
        sa.Column("centres", sa.String(), nullable=True),
        sa.Column("followup_median_months", sa.Double(), nullable=True),
        sa.CheckConstraint("followup_median_months >= 0", name=op.f("ck_cohort_followup_median_months")),
        sa.ForeignKeyConstraint(["disease_id"], ["disease.id"], name=op.f("fk_cohort_disease_id")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_cohort_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("study_id", "key", name=op.f("uq_cohort_study_id_key")),
    )
    op.create_index(op.f("ix_cohort_disease_id"), "cohort", ["disease_id"], unique=False)
    op.create_table(
        "contrast",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("factor_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cutoff_id", sa.Integer(), nullable=True),
        sa.Column("timepoint", sa.String(), nullable=True),
        sa.Column("reference_group", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind = 'above_vs_below' OR kind = 'below_vs_above' OR kind = 'per_unit' OR kind = 'per_doubling' OR kind = 'per_sd' OR kind = 'category' OR kind = 'unclear'",
            name=op.f("ck_contrast_kind"),
        ),
        sa.ForeignKeyConstraint(["cutoff_id"], ["cutoff.id"], name=op.f("fk_contrast_cutoff_id")),
        sa.ForeignKeyConstraint(["factor_id"], ["factor.id"], name=op.f("fk_contrast_factor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contrast")),
    )
    op.create_index(op.f("ix_contrast_cutoff_id"), "contrast", ["cutoff_id"], unique=False)
    op.create_index(op.f("ix_contrast_factor_id_key"), "contrast", ["factor_id", "key"], unique=True)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("study", sa.String(), nullable=False),
        sa.Column("cohort", sa.String(), nullable=False),
        sa.Column("first_author", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("journal", sa.String(), nullable=True),
        sa.Column("doi", sa.String(), nullable=True),
        sa.Column("pmid", sa.String(), nullable=True),
        sa.Column("source_kind", sa.String(), nullable=True),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("quote", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("design", sa.String(), nullable=True),
        sa.Column("disease", sa.String(), nullable=True),
        sa.Column("treatment", sa.String(), nullable=True),
        sa.Column("recruited_from", sa.String(), nullable=True),
        sa.Column("recruited_to", sa.String(), nullable=True),
        sa.Column("centres", sa.String(), nullable=True),
        sa.Column("followup_median_months", sa.Double(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("n_events", sa.Integer(), nullable=True),
        sa.Column("n_index", sa.Integer(), nullable=True),
        sa.Column("n_reference", sa.Integer(), nullable=True),
        sa.Column("events_index", sa.Integer(), nullable=True),
        sa.Column("events_reference", sa.Integer(), nullable=True),
        sa.Column("factor", sa.String(), nullable=False),
        sa.Column("timepoint", sa.String(), nullable=True),
        sa.Column("cutoff_operator", sa.String(), nullable=True),
        sa.Column("cutoff_value", sa.Double(), nullable=True),
        sa.Column("cutoff_unit", sa.String(), nullable=True),
        sa.Column("cutoff_text", sa.String(), nullable=True),
        sa.Column("cutoff_method", sa.String(), nullable=True),
        sa.Column("contrast", sa.String(), nullable=False),
        sa.Column("reference_group", sa.String(), nullable=True),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("endpoint_definition", sa.String(), nullable=True),
        sa.Column("time_origin", sa.String(), nullable=True),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("est", sa.Double(), nullable=True),
        sa.Column("ci_low", sa.Double(), nullable=True),
        sa.Column("ci_high", sa.Double(), nullable=True),
        sa.Column("ci_level", sa.Double(), nullable=True),
        sa.Column("est_text", sa.String(), nullable=True),
        sa.Column("ci_low_text", sa.String(), nullable=True),
        sa.Column("ci_high_text", sa.String(), nullable=True),
        sa.Column("ci_type", sa.String(), nullable=True),
        sa.Column("log_hr", sa.Double(), nullable=True),
        sa.Column("se_log_hr", sa.Double(), nullable=True),
        sa.Column("p_value", sa.Double(), nullable=True),
        sa.Column("p_text", sa.String(), nullable=True),
        sa.Column("p_operator", sa.String(), nullable=True),
        sa.Column("p_test", sa.String(), nullable=True),
        sa.Column("effect_direction", sa.String(), nullable=True),
        sa.Column("adjusted", sa.String(), nullable=False),
        sa.Column("covariates", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("as_printed", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("yi", sa.Double(), nullable=True),
        sa.Column("vi", sa.Double(), nullable=True),
        sa.Column("derivation", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("not_poolable", sa.String(), nullable=True),
        sa.Column("flags", sa.String(), nullable=True),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("overlap_group", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("attributes", JSON, nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=True),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "adjusted = 'yes' OR adjusted = 'no' OR adjusted = 'unclear'", name=op.f("ck_evidence_adjusted")
        ),
        sa.CheckConstraint(
            "ci_type = 'wald' OR ci_type = 'profile' OR ci_type = 'bootstrap' OR ci_type = 'firth'",
            name=op.f("ck_evidence_ci_type"),
        ),
        sa.CheckConstraint(
            "contrast = 'above_vs_below' OR contrast = 'below_vs_above' OR contrast = 'per_unit' OR contrast = 'per_doubling' OR contrast = 'per_sd' OR contrast = 'category' OR contrast = 'unclear'",
            name=op.f("ck_evidence_contrast"),
        ),
        sa.CheckConstraint(
            "cutoff_method = 'prespecified' OR cutoff_method = 'median' OR cutoff_method = 'quantile' OR cutoff_method = 'roc' OR cutoff_method = 'min_p' OR cutoff_method = 'data_driven' OR cutoff_method = 'unclear'",
            name=op.f("ck_evidence_cutoff_method"),
        ),
        sa.CheckConstraint(
            "cutoff_operator = '>' OR cutoff_operator = '>=' OR cutoff_operator = '<' OR cutoff_operator = '<='",
            name=op.f("ck_evidence_cutoff_operator"),
        ),
        sa.CheckConstraint(
            "derivation = 'ci' OR derivation = 'se' OR derivation = 'p' OR derivation = 'none'",
            name=op.f("ck_evidence_derivation"),
        ),
        sa.CheckConstraint(
            "effect_direction = 'worse' OR effect_direction = 'better' OR effect_direction = 'none'",
            name=op.f("ck_evidence_effect_direction"),
        ),
        sa.CheckConstraint(
            "measure = 'hr' OR measure = 'cause_specific_hr' OR measure = 'subdistribution_hr' OR measure = 'rr' OR measure = 'or'",
            name=op.f("ck_evidence_measure"),
        ),
        sa.CheckConstraint(
            "not_poolable = 'disputed' OR not_poolable = 'direction-only' OR not_poolable = 'no-ratio' OR not_poolable = 'no-interval' OR not_poolable = 'one-bound' OR not_poolable = 'p-derived'",
            name=op.f("ck_evidence_not_poolable"),
        ),
        sa.CheckConstraint(
            "origin = 'reported' OR origin = 'derived' OR origin = 'reconstructed' OR origin = 'simulated'",
            name=op.f("ck_evidence_origin"),
        ),
        sa.CheckConstraint(
            "p_operator = '=' OR p_operator = '<' OR p_operator = '<=' OR p_operator = '>' OR p_operator = '>='",
            name=op.f("ck_evidence_p_operator"),
        ),
        sa.CheckConstraint(
            "p_test = 'wald' OR p_test = 'logrank' OR p_test = 'lr' OR p_test = 'unclear'",
            name=op.f("ck_evidence_p_test"),
        ),
        sa.CheckConstraint(
            "source_kind = 'article' OR source_kind = 'abstract' OR source_kind = 'data set' OR source_kind = 'review' OR source_kind = 'news'",
            name=op.f("ck_evidence_source_kind"),
        ),
        sa.CheckConstraint(
            "status = 'extracted' OR status = 'checked' OR status = 'accepted' OR status = 'disputed' OR status = 'excluded'",
            name=op.f("ck_evidence_status"),
        ),
        sa.CheckConstraint("bucket >= 0 AND bucket < 1024", name=op.f("ck_evidence_bucket")),
        sa.CheckConstraint(
            "not_poolable IS NOT NULL OR (yi IS NOT NULL AND vi > 0)", name=op.f("ck_evidence_poolable_has_numbers")
        ),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_evidence_versions_in_order")),
        sa.ForeignKeyConstraint(["valid_from"], ["changeset.number"], name=op.f("fk_evidence_valid_from")),
        sa.ForeignKeyConstraint(["valid_to"], ["changeset.number"], name=op.f("fk_evidence_valid_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(
        op.f("ix_evidence_bucket_valid_to_key_digest"),
        "evidence",
        ["bucket", "valid_to", "key", "digest"],
        unique=False,
    )
    op.create_index(
        op.f("ix_evidence_factor_disease_endpoint_valid_to_valid_from"),
        "evidence",
        ["factor", "disease", "endpoint", "valid_to", "valid_from"],
        unique=False,
    )
    op.create_index(op.f("ix_evidence_key_valid_from"), "evidence", ["key", "valid_from"], unique=True)
    op.create_index(op.f("ix_evidence_study_cohort"), "evidence", ["study", "cohort"], unique=False)
    op.create_index(
        "uq_evidence_live_key",
        "evidence",
        ["key"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "study_report",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_study_report_report_id")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_study_report_study_id")),
        sa.PrimaryKeyConstraint("study_id", "report_id", name=op.f("pk_study_report")),
    )
    op.create_index(op.f("ix_study_report_report_id"), "study_report", ["report_id"], unique=False)
    op.create_table(
        "estimate",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("contrast_id", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("quote", sa.String(), nullable=True),
        sa.Column("endpoint_definition", sa.String(), nullable=True),
        sa.Column("time_origin", sa.String(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("n_events", sa.Integer(), nullable=True),
        sa.Column("n_index", sa.Integer(), nullable=True),
        sa.Column("n_reference", sa.Integer(), nullable=True),
        sa.Column("events_index", sa.Integer(), nullable=True),
        sa.Column("events_reference", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("est", sa.Double(), nullable=True),
        sa.Column("ci_low", sa.Double(), nullable=True),
        sa.Column("ci_high", sa.Double(), nullable=True),
        sa.Column("ci_level", sa.Double(), nullable=True),
        sa.Column("est_text", sa.String(), nullable=True),
        sa.Column("ci_low_text", sa.String(), nullable=True),
        sa.Column("ci_high_text", sa.String(), nullable=True),
        sa.Column("ci_type", sa.String(), nullable=True),
        sa.Column("log_hr", sa.Double(), nullable=True),
        sa.Column("se_log_hr", sa.Double(), nullable=True),
        sa.Column("p_value", sa.Double(), nullable=True),
        sa.Column("p_text", sa.String(), nullable=True),
        sa.Column("p_operator", sa.String(), nullable=True),
        sa.Column("p_test", sa.String(), nullable=True),
        sa.Column("effect_direction", sa.String(), nullable=True),
        sa.Column("adjusted", sa.String(), nullable=False),
        sa.Column("covariates", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("as_printed", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.CheckConstraint(
            "adjusted = 'yes' OR adjusted = 'no' OR adjusted = 'unclear'", name=op.f("ck_estimate_adjusted")
        ),
        sa.CheckConstraint(
            "ci_type = 'wald' OR ci_type = 'profile' OR ci_type = 'bootstrap' OR ci_type = 'firth'",
            name=op.f("ck_estimate_ci_type"),
        ),
        sa.CheckConstraint(
            "effect_direction = 'worse' OR effect_direction = 'better' OR effect_direction = 'none'",
            name=op.f("ck_estimate_effect_direction"),
        ),
        sa.CheckConstraint(
            "measure = 'hr' OR measure = 'cause_specific_hr' OR measure = 'subdistribution_hr' OR measure = 'rr' OR measure = 'or'",
            name=op.f("ck_estimate_measure"),
        ),
        sa.CheckConstraint(
            "origin = 'reported' OR origin = 'derived' OR origin = 'reconstructed' OR origin = 'simulated'",
            name=op.f("ck_estimate_origin"),
        ),
        sa.CheckConstraint(
            "p_operator = '=' OR p_operator = '<' OR p_operator = '<=' OR p_operator = '>' OR p_operator = '>='",
            name=op.f("ck_estimate_p_operator"),
        ),
        sa.CheckConstraint(
            "p_test = 'wald' OR p_test = 'logrank' OR p_test = 'lr' OR p_test = 'unclear'",
            name=op.f("ck_estimate_p_test"),
        ),
        sa.CheckConstraint(
            "status = 'disputed' OR ((ci_low IS NULL OR ci_high IS NULL OR ci_low < ci_high) AND (est IS NULL OR ((ci_low IS NULL OR ci_low <= est) AND (ci_high IS NULL OR est <= ci_high))))",
            name=op.f("ck_estimate_ci_holds_est"),
        ),
        sa.CheckConstraint(
            "status = 'disputed' OR (ci_level >= 50 AND ci_level <= 99.99)", name=op.f("ck_estimate_ci_level")
        ),
        sa.CheckConstraint("status = 'disputed' OR ci_high > 0", name=op.f("ck_estimate_ci_high")),
        sa.CheckConstraint("status = 'disputed' OR ci_low > 0", name=op.f("ck_estimate_ci_low")),
        sa.CheckConstraint("status = 'disputed' OR est > 0", name=op.f("ck_estimate_est")),
        sa.CheckConstraint("status = 'disputed' OR se_log_hr > 0", name=op.f("ck_estimate_se_log_hr")),
        sa.CheckConstraint(
            "status = 'extracted' OR status = 'checked' OR status = 'accepted' OR status = 'disputed' OR status = 'excluded'",
            name=op.f("ck_estimate_status"),
        ),
        sa.CheckConstraint("events_index >= 0", name=op.f("ck_estimate_events_index")),
        sa.CheckConstraint("events_reference >= 0", name=op.f("ck_estimate_events_reference")),
        sa.CheckConstraint("n >= 0", name=op.f("ck_estimate_n")),
        sa.CheckConstraint("n_events >= 0", name=op.f("ck_estimate_n_events")),
        sa.CheckConstraint("n_index >= 0", name=op.f("ck_estimate_n_index")),
        sa.CheckConstraint("n_reference >= 0", name=op.f("ck_estimate_n_reference")),
        sa.CheckConstraint("p_value >= 0 AND p_value <= 1", name=op.f("ck_estimate_p_value")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_estimate_cohort_id")),
        sa.ForeignKeyConstraint(["contrast_id"], ["contrast.id"], name=op.f("fk_estimate_contrast_id")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_estimate_endpoint_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_estimate_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate")),
        sa.UniqueConstraint("key", name=op.f("uq_estimate_key")),
    )
    op.create_index(op.f("ix_estimate_cohort_id"), "estimate", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_estimate_contrast_id"), "estimate", ["contrast_id"], unique=False)
    op.create_index(op.f("ix_estimate_endpoint_id"), "estimate", ["endpoint_id"], unique=False)
    op.create_index(op.f("ix_estimate_report_id"), "estimate", ["report_id"], unique=False)
    op.create_table(
        "overlap",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cohort_a", sa.Integer(), nullable=False),
        sa.Column("cohort_b", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind = 'same' OR kind = 'subset' OR kind = 'partial' OR kind = 'suspected'", name=op.f("ck_overlap_kind")
        ),
        sa.CheckConstraint("cohort_a < cohort_b", name=op.f("ck_overlap_order")),
        sa.ForeignKeyConstraint(["cohort_a"], ["cohort.id"], name=op.f("fk_overlap_cohort_a")),
        sa.ForeignKeyConstraint(["cohort_b"], ["cohort.id"], name=op.f("fk_overlap_cohort_b")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlap")),
        sa.UniqueConstraint("cohort_a", "cohort_b", name=op.f("uq_overlap_cohort_a_cohort_b")),
    )
    op.create_index(op.f("ix_overlap_cohort_b"), "overlap", ["cohort_b"], unique=False)
    op.create_table(
        "attribute_value",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attribute_id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=True),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("estimate_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(study_id IS NOT NULL AND cohort_id IS NULL AND estimate_id IS NULL) OR (study_id IS NULL AND cohort_id IS NOT NULL AND estimate_id IS NULL) OR (study_id IS NULL AND cohort_id IS NULL AND estimate_id IS NOT NULL)",
            name=op.f("ck_attribute_value_one_owner"),
        ),
        sa.ForeignKeyConstraint(["attribute_id"], ["attribute.id"], name=op.f("fk_attribute_value_attribute_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_attribute_value_cohort_id")),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name=op.f("fk_attribute_value_estimate_id")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_attribute_value_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute_value")),
    )
    op.create_index(op.f("ix_attribute_value_attribute_id"), "attribute_value", ["attribute_id"], unique=False)
    op.create_index(
        op.f("ix_attribute_value_cohort_id_attribute_id"), "attribute_value", ["cohort_id", "attribute_id"], unique=True
    )
    op.create_index(
        op.f("ix_attribute_value_estimate_id_attribute_id"),
        "attribute_value",
        ["estimate_id", "attribute_id"],
        unique=True,
    )
    op.create_index(
        op.f("ix_attribute_value_study_id_attribute_id"), "attribute_value", ["study_id", "attribute_id"], unique=True
    )


def downgrade() -> None:
    op.drop_table("attribute_value")
    op.drop_table("overlap")
    op.drop_table("estimate")
    op.drop_table("study_report")
    op.drop_table("evidence")
    op.drop_table("contrast")
    op.drop_table("cohort")
    op.drop_table("change")
    op.drop_table("study")
    op.drop_table("cutoff")
    op.drop_table("changeset")
    op.drop_table("synonym")
    op.drop_table("report")
    op.drop_table("factor")
    op.drop_table("endpoint")
    op.drop_table("disease")
    op.drop_table("curator")
    op.drop_table("attribute")
