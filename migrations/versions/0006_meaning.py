"""What a number means: how its contrast is known, both groups, scale, horizon, and the words of the source."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

COLUMNS = {
    "factor": {"read_as": sa.String(), "levels": JSON},
    "contrast": {"index_group": sa.String(), "scale": sa.String()},
    "estimate": {
        "horizon_days": sa.Double(), "covariates_text": sa.String(), "trust": sa.String(),
        "contrast_basis": sa.String(), "factor_text": sa.String(), "disease_text": sa.String(),
        "endpoint_text": sa.String(), "settled": sa.String(),
    },
}  # fmt: skip
COLUMNS["evidence"] = {**COLUMNS["contrast"], **COLUMNS["estimate"]}

SCALE = "scale = 'raw' OR scale = 'ln' OR scale = 'log2' OR scale = 'log10'"
BASIS = (
    "contrast_basis = 'stated' OR contrast_basis = 'operator' OR contrast_basis = 'file' OR contrast_basis = 'assumed'"
)
TRUST = "trust = 'ci' OR trust = 'se'"
READ_AS = "read_as = 'high-vs-low' OR read_as = 'low-vs-high'"
#: Table → checks that are new.
NEW = {
    "factor": {"read_as": READ_AS},
    "contrast": {"scale": SCALE},
    "estimate": {"contrast_basis": BASIS, "trust": TRUST, "horizon_days": "horizon_days >= 0"},
    "evidence": {"scale": SCALE, "contrast_basis": BASIS, "trust": TRUST},
}

KINDS = ("above_vs_below", "below_vs_above", "per_unit", "per_doubling", "per_sd", "category")
METHODS = ("prespecified", "median", "quantile", "roc", "min_p", "data_driven")
MEASURES = ("hr", "cause_specific_hr", "subdistribution_hr", "rr", "or")
CI_TYPES = ("wald", "profile", "bootstrap", "firth")
REASONS = ("disputed", "direction-only", "no-ratio", "no-interval", "one-bound", "p-derived")
#: Checks that take more words: table, column, the words, what is new.
WIDER = (
    ("contrast", "kind", (*KINDS, "unclear"), ("extremes",)),
    ("cutoff", "method", (*METHODS, "unclear"), ("reference_limit",)),
    ("estimate", "measure", MEASURES, ("unclear",)),
    ("estimate", "ci_type", CI_TYPES, ("robust", "t")),
    ("evidence", "contrast", (*KINDS, "unclear"), ("extremes",)),
    ("evidence", "cutoff_method", (*METHODS, "unclear"), ("reference_limit",)),
    ("evidence", "measure", MEASURES, ("unclear",)),
    ("evidence", "ci_type", CI_TYPES, ("robust", "t")),
    ("evidence", "not_poolable", REASONS, ("p-above-half", "direction", "numbers")),
)
TABLES = ("factor", "contrast", "cutoff", "estimate", "evidence")

STAYS = "is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)"
#: Columns of evidence that never change.
FIXED = (
    "id", "key", "study", "cohort", "first_author", "year", "title", "journal", "doi", "pmid", "source_kind",
    "source_url", "locator", "quote", "country", "design", "disease", "treatment", "recruited_from",
    "recruited_to", "centres", "followup_median_months", "n", "n_events", "n_index", "n_reference",
    "events_index", "events_reference", "factor", "timepoint", "cutoff_operator", "cutoff_value", "cutoff_unit",
    "cutoff_text", "cutoff_method", "contrast", "reference_group", "endpoint", "endpoint_definition",
    "time_origin", "measure", "est", "ci_low", "ci_high", "ci_level", "est_text", "ci_low_text", "ci_high_text",
    "ci_type", "log_hr", "se_log_hr", "p_value", "p_text", "p_operator", "p_test", "effect_direction",
    "adjusted", "covariates", "origin", "as_printed", "notes", "yi", "vi", "derivation", "status",
    "status_reason", "not_poolable", "flags", "retracted", "overlap_group", "digest", "attributes",
    "valid_from", "bucket",
)  # fmt: skip


def upgrade() -> None:
    _drop_trigger()
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(dict.fromkeys(TABLES, _widened))
    else:
        for table, column, words, more in WIDER:
            _replace_check(table, column, (*words, *more))
        for table, checks in NEW.items():
            for name, condition in checks.items():
                op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    _create_trigger((*FIXED, *COLUMNS["evidence"]))


def downgrade() -> None:
    """Take the columns away with what they hold, unless a row has one of the new words."""
    _refuse_new_words()
    _drop_trigger()
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(dict.fromkeys(TABLES, _narrowed))
    else:
        for table, checks in NEW.items():
            for name in checks:
                op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        for table, column, words, _ in WIDER:
            _replace_check(table, column, words)
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)
    _create_trigger(FIXED)


def _refuse_new_words() -> None:
    """Refuse to go back where the older schema has no word for what is stored: its CHECKs would not hold any more."""
    found = [
        f"{table}.{column} '{word}' (rows: {count})"
        for table, column, _, more in WIDER
        for word in more
        if (count := _count(table, column, word))
    ]
    if found:
        raise CommandError(f"schema {down_revision} has no word for {', '.join(found)}; nothing was changed")


def _count(table: str, column: str, word: str) -> int:
    rows = sa.select(sa.func.count()).select_from(sa.table(table)).where(sa.column(column) == word)
    return op.get_bind().execute(rows).scalar_one()


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return " OR ".join(f"{column} = '{word}'" for word in words)


def _replace_check(table: str, column: str, words: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, _one_of(column, words))


def _widened(table: str, sql: str) -> str:
    for of, column, words, more in WIDER:
        if of == table:
            sql = _exchanged(sql, _one_of(column, words), _one_of(column, (*words, *more)))
    added = "".join(f", \n\tCONSTRAINT ck_{table}_{name} CHECK ({check})" for name, check in NEW.get(table, {}).items())
    return f"{sql.rstrip().removesuffix(')').rstrip()}{added}\n)"


def _narrowed(table: str, sql: str) -> str:
    for of, column, words, more in WIDER:
        if of == table:
            sql = _exchanged(sql, _one_of(column, (*words, *more)), _one_of(column, words))
    for name, check in NEW.get(table, {}).items():
        sql = _exchanged(sql, f", \n\tCONSTRAINT ck_{table}_{name} CHECK ({check})", "")
    return sql


def _exchanged(sql: str, before: str, after: str) -> str:
    if sql.count(before) != 1:
        raise RuntimeError(f"a check is not what this migration expects: {before}")
    return sql.replace(before, after)


def _rewrite(changes: dict[str, Callable[[str, str], str]]) -> None:
    """Change CHECKs where SQLite keeps them, which its manual gives as the way that rebuilds no table.

    https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
    """
    run = op.get_bind().exec_driver_sql
    version = run("PRAGMA schema_version").scalar_one()
    run("PRAGMA writable_schema = ON")
    for table, change in changes.items():
        sql = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
        update = "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?"
        run(update, (change(table, sql), table))
    run(f"PRAGMA schema_version = {version + 1}")
    run("PRAGMA writable_schema = OFF")


def _drop_trigger() -> None:
    of = "" if op.get_bind().dialect.name == "sqlite" else " ON evidence"
    op.get_bind().exec_driver_sql(f"DROP TRIGGER evidence_update{of}")


def _create_trigger(fixed: tuple[str, ...]) -> None:
    columns = ", ".join(f'"{name}"' for name in sorted(fixed))
    if op.get_bind().dialect.name == "sqlite":
        moment = f'BEFORE UPDATE OF {columns} ON "evidence" FOR EACH ROW'
        what = f"BEGIN SELECT RAISE(ABORT, 'evidence {STAYS}'); END"
    else:
        moment = f"BEFORE UPDATE OF {columns} ON evidence FOR EACH STATEMENT"
        what = f"EXECUTE FUNCTION evireg_refuse('{STAYS}')"
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER evidence_update {moment} {what}")
