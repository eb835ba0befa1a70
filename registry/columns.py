"""The evidence-frame contract: one `Column` per fact of an estimate, in the order they are shown.

Left of this contract the code knows the database, right of it only frames and arrays. The import layout, the
condition language, `evireg columns` and the documentation all derive from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from registry import terms

if TYPE_CHECKING:
    from registry.terms import Term


class Kind(StrEnum):
    """What a column holds in Python: str, float, int or bool; None where it was not read."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: contract `name`, `kind`, `meaning`, `unit`, and how it is met in input and in conditions.

    `inputs` are the accepted names in an input file, the layout's own first; empty when the registry makes the value.
    `term` is the closed vocabulary of the values, `vocabulary` the open one (factor, disease, endpoint, curated in the
    registry): an unknown literal of either is an error in a condition. `on_result` marks columns that hold the result
    itself: selecting on them needs `--allow selection-on-results`. `required` columns are never None in a frame.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    inputs: tuple[str, ...] = ()
    term: type[Term] | None = None
    vocabulary: str = ""
    required: bool = False
    on_result: bool = False


def _text(name: str, meaning: str, *inputs: str, term: type[Term] | None = None, **more: object) -> Column:
    return Column(name, Kind.TEXT, meaning, inputs=inputs, term=term, **more)  # type: ignore[arg-type]


def _number(name: str, meaning: str, *inputs: str, unit: str = "", **more: object) -> Column:
    return Column(name, Kind.NUMBER, meaning, unit, inputs, **more)  # type: ignore[arg-type]


def _count(name: str, meaning: str, *inputs: str, unit: str = "patients") -> Column:
    return Column(name, Kind.INTEGER, meaning, unit, inputs)


COLUMNS: tuple[Column, ...] = (
    # who and where
    _text("key", "key of the estimate: study/endpoint/hash of what identifies it", required=True),
    _text("study", "stable key of the study", "study_key", required=True),
    _text("cohort", "key of the cohort within the study; `all` unless named", "cohort", required=True),
    # the study's own report
    _text("first_author", "first author of the study's own report", "first_author"),
    Column("year", Kind.INTEGER, "year of the study's own report", inputs=("year",)),
    _text("title", "title of the study's own report", "title"),
    _text("journal", "journal, volume and pages of the study's own report", "journal"),
    _text("doi", "DOI of the study's own report", "doi"),
    _text("pmid", "PubMed id of the study's own report", "pmid"),
    # where the number was read
    _text("source_kind", "kind of document the number was read in", "source_kind", term=terms.SourceKind),
    _text("source_url", "where that document is", "source_url"),
    _text("locator", "place of the number in that document", "source_locator"),
    _text("quote", "the printed words that carry the number", "quote"),
    # population
    _text("country", "country or countries of recruitment", "country"),
    _text("design", "study design", "design"),
    _text("disease", "disease of the patients", "disease", vocabulary="disease"),
    _text("treatment", "treatment the patients received", "treatment"),
    _text("recruited_from", "start of recruitment, as ISO date or part of one", "recruited_from"),
    _text("recruited_to", "end of recruitment, as ISO date or part of one", "recruited_to"),
    _text("centres", "centres that recruited", "centres"),
    _number("followup_median_months", "median follow-up", "followup_median_months", unit="months"),
    # size
    _count("n", "patients behind this estimate", "n_patients", "n"),
    _count("n_events", "events behind this estimate", "n_events", "events", unit="events"),
    _count("n_index", "patients in the index group", "n_index"),
    _count("n_reference", "patients in the reference group", "n_reference"),
    _count("events_index", "events in the index group", "events_index", unit="events"),
    _count("events_reference", "events in the reference group", "events_reference", unit="events"),
    # factor, cutoff, contrast
    _text("factor", "prognostic factor", "biomarker", "factor", vocabulary="factor", required=True),
    _text("timepoint", "when the factor was measured", "timepoint"),
    _text(
        "cutoff_operator", "side of the cutoff that is the index group", "cutoff_operator", term=terms.CutoffOperator
    ),
    _number("cutoff_value", "cutoff, in the unit beside it", "cutoff_value"),
    _text("cutoff_unit", "unit of the cutoff (UCUM)", "cutoff_unit"),
    _text("cutoff_text", "a cutoff that is not a number, in the source's words", "cutoff_text"),
    _text("cutoff_method", "how the cutoff was chosen", "cutoff_method", term=terms.CutoffMethod),
    _text("contrast", "what is compared with what", "contrast", term=terms.ContrastKind, required=True),
    _text("contrast_basis", "how it is known what is compared with what", term=terms.ContrastBasis),
    _text("index_group", "index group in the source's words", "index_group"),
    _text("reference_group", "reference group in the source's words", "reference_group"),
    _text(
        "scale", "scale of the factor that the step of a continuous ratio is taken on", "scale", term=terms.FactorScale
    ),
    # endpoint
    _text("endpoint", "endpoint", "endpoint", vocabulary="endpoint", required=True),
    _text("endpoint_definition", "the report's definition of the endpoint", "endpoint_definition"),
    _text("time_origin", "when the clock starts, in the report's words", "time_origin"),
    _number("horizon_days", "time up to which events count, from the clock's start", "horizon_days", unit="days"),
    # numbers as reported
    _text("measure", "which ratio was reported", "measure", term=terms.Measure, required=True),
    _number("est", "ratio as reported", "hr", "est", on_result=True),
    _number("ci_low", "lower bound of its CI as reported", "ci_low", on_result=True),
    _number("ci_high", "upper bound of its CI as reported", "ci_high", on_result=True),
    _number("ci_level", "level of the CI", "ci_level", unit="percent"),
    _text("est_text", "ratio as printed", on_result=True),
    _text("ci_low_text", "lower bound as printed", on_result=True),
    _text("ci_high_text", "upper bound as printed", on_result=True),
    _text("ci_type", "how the CI was computed", "ci_type", term=terms.CiType),
    _number("log_hr", "log ratio as reported; wins over the ratio", "log_hr", on_result=True),
    _number("se_log_hr", "standard error of the log ratio as reported", "se_log_hr", on_result=True),
    _number("p_value", "p-value as reported", "p_value", on_result=True),
    _text("p_text", "p-value as printed", on_result=True),
    _text("p_operator", "exact or bound", term=terms.POperator, on_result=True),
    _text("p_test", "test behind the p-value", "p_test", term=terms.PTest),
    _text(
        "effect_direction",
        "direction stated without a usable number",
        "effect_direction",
        term=terms.EffectDirection,
        on_result=True,
    ),
    _text("adjusted", "whether adjusted for covariates", "adjusted", term=terms.Adjusted, required=True),
    _text("covariates", "covariates of the model, `; ` between them", "covariates"),
    _text("covariates_text", "covariates in the source's words, where these say more"),
    _text("origin", "where the number comes from", "origin", term=terms.Origin, required=True),
    _text("as_printed", "the curator's word that the source prints it so", "as_printed"),
    _text("trust", "which counts where CI and SE disagree, by the curator's word", "trust", term=terms.Trust),
    _text("factor_text", "the factor in the source's words, where they are others"),
    _text("disease_text", "the disease in the source's words, where they are others"),
    _text("endpoint_text", "the endpoint in the source's words, where they are others"),
    _text("notes", "free text", "notes"),
    # made by the registry
    _number("yi", "log ratio used in a pool", on_result=True),
    _number("vi", "its variance", on_result=True),
    _text("derivation", "how yi and vi were got", term=terms.Derivation, required=True),
    _text("status", "where the estimate stands in review", term=terms.Status, required=True),
    _text("status_reason", "why it stands there, in the curator's words"),
    _text(
        "not_poolable",
        "why the estimate cannot be pooled; empty when it can",
        term=terms.NotPoolable,
        on_result=True,
    ),
    _text("flags", "remarks that travel with the estimate, `; ` between them"),
    _text("settled", "doubts of lint a curator has settled: rule and digest of the values, `; ` between them"),
    Column("retracted", Kind.BOOLEAN, "whether the study's report is retracted", required=True),
    _text("overlap_group", "group of cohorts that share patients; empty when none is declared"),
    _text("digest", "SHA-256 of this version of the row", required=True),
)

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

#: Accepted input name → column; case-folded on lookup by the reader.
BY_INPUT: dict[str, Column] = {name: column for column in COLUMNS for name in column.inputs}
