"""The forms: which fields a curator fills in to add one thing of each kind, in the order they are asked.

Fields of evidence are columns of the contract and take their meaning, unit and words from it. `ci` and `cutoff` hold
several columns in one answer, as they are printed: `1.08-2.27`, `>= 550 ng/mL`. This table knows no database: options,
questions and the Python door derive from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.columns import BY_NAME
from registry.terms import AttributeLevel, AttributeType, ReadAs, Term


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its `name` in options and questions, further names, and what may be said.

    `column` is what it fills in: a contract column, or a field of a vocabulary. `parts` are the columns of a field that
    holds several. `several` values stand in one text, `;` between them. `part` is the heading it is asked under.
    """

    name: str
    column: str
    meaning: str
    part: str
    unit: str = ""
    aliases: tuple[str, ...] = ()
    term: type[Term] | None = None
    vocabulary: str = ""
    required: bool = False
    several: bool = False
    yes_no: bool = False
    parts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the field answers to, its own first."""
        return (self.name, *self.aliases)


def _column(part: str, name: str, *, required: bool = False, known_as: str = "") -> Field:
    column = BY_NAME[name]
    own = known_as or ("hr" if name == "est" else name)
    others = tuple(each for each in dict.fromkeys((name, *column.inputs)) if each != own)
    return Field(own, name, column.meaning, part, column.unit, others, column.term, column.vocabulary, required)


def _columns(part: str, *names: str) -> tuple[Field, ...]:
    return tuple(_column(part, name) for name in names)


_OWN_REPORT = ("first_author", "year", "title", "journal", "doi", "pmid")
_POPULATION = (
    *("disease", "country", "design", "treatment", "recruited_from", "recruited_to", "centres"),
    "followup_median_months",
)
_CI = Field(
    *("ci", "ci", "confidence interval as printed, such as 1.08-2.27", "Numbers as printed"),
    parts=("ci_low", "ci_high"),
)
_CUTOFF = Field(
    *("cutoff", "cutoff", "cutoff as printed, such as >= 550 ng/mL; words where it is no number", "Factor"),
    parts=("cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text"),
)
_STUDY = _column("Study", "study", required=True)


def _named(kind: str, meaning: str) -> tuple[Field, Field]:
    known = kind if kind != "attribute" else ""
    return (
        Field("key", "key", f"{meaning}: the name in conditions and lists", kind.capitalize(), vocabulary=known,
              required=True),
        Field("synonym", "synonyms", "other names authors use for it", kind.capitalize(), several=True),
    )  # fmt: skip


_LABEL = "name written out, for tables"
FORMS: dict[str, tuple[Field, ...]] = {
    "study": (_STUDY, *_columns("Its own report", *_OWN_REPORT)),
    "report": (
        _STUDY,
        _column("Report", "source_kind", known_as="kind"),
        *_columns("Report", "doi", "pmid"),
        _column("Report", "source_url", known_as="url"),
        *_columns("Report", "first_author", "year", "title", "journal"),
    ),
    "cohort": (_STUDY, _column("Cohort", "cohort", required=True), *_columns("Cohort", *_POPULATION)),
    "cutoff": (
        _column("Factor", "factor", required=True),
        _CUTOFF,
        *_columns("Factor", "cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method"),
    ),
    "estimate": (
        _STUDY,
        *_columns("Its own report", *_OWN_REPORT),
        *_columns("Cohort", "cohort", *_POPULATION),
        _column("Factor", "factor", required=True),
        *_columns("Factor", "timepoint"),
        _CUTOFF,
        *_columns("Factor", "cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method"),
        *_columns("Factor", "contrast", "index_group", "reference_group", "scale"),
        _column("Endpoint", "endpoint", required=True),
        *_columns("Endpoint", "endpoint_definition", "time_origin", "horizon_days"),
        *_columns("Numbers as printed", "measure", "est"),
        _CI,
        *_columns("Numbers as printed", "ci_low", "ci_high", "ci_level", "ci_type", "log_hr", "se_log_hr"),
        *_columns("Numbers as printed", "p_value", "p_test", "effect_direction"),
        *_columns("Patients", "n", "n_events", "n_index", "n_reference", "events_index", "events_reference"),
        *_columns("Model", "adjusted", "covariates"),
        *_columns("Where it was read", "source_kind", "source_url", "locator", "quote"),
        *_columns("Remarks", "origin", "as_printed", "trust", "notes"),
    ),
    "factor": (
        *_named("factor", "prognostic factor"),
        Field("label", "label", _LABEL, "Factor"),
        Field("unit", "canonical_unit", "unit its cutoffs are compared in, as UCUM: ng/mL, 10*9/L", "Factor"),
        Field("dimensionless", "dimensionless", "whether its cutoffs need no unit (a ratio, a score)", "Factor",
              yes_no=True),
        Field("loinc", "loinc", "LOINC code, where one fits", "Factor"),
        Field("plausible_low", "plausible_low", "lowest value of it a patient can have, in its unit", "Factor"),
        Field("plausible_high", "plausible_high", "highest value of it a patient can have, in its unit", "Factor"),
        Field("read_as", "read_as", "the direction people read it in", "Factor", term=ReadAs),
        Field("levels", "levels", "its groups where it is no number, the higher or positive one first; = between the"
              " names of one", "Factor", several=True),
    ),
    "endpoint": (
        *_named("endpoint", "endpoint"),
        Field("label", "label", _LABEL, "Endpoint"),
        Field("definition", "definition", "what counts as the event", "Endpoint"),
        Field("time_origin", "time_origin", "when the clock usually starts", "Endpoint"),
    ),
    "disease": _named("disease", "disease"),
    "attribute": (
        Field("name", "name", "name in conditions: letters, digits and _", "Study characteristic", required=True),
        Field("label", "label", _LABEL, "Study characteristic"),
        Field("type", "type", "what it holds", "Study characteristic", term=AttributeType),
        Field("level", "level", "what it belongs to", "Study characteristic", term=AttributeLevel),
        Field("unit", "unit", "unit of its numbers", "Study characteristic"),
        Field("levels", "levels", "the values a category can have", "Study characteristic", several=True),
    ),
}  # fmt: skip

#: Kinds whose things have columns of the contract.
EVIDENCE = ("study", "report", "cohort", "cutoff", "estimate")
#: One of these sets of columns must be there, for an estimate to say anything about a factor.
RESULTS: tuple[tuple[str, ...], ...] = (
    ("est",),
    ("log_hr", "se_log_hr"),
    ("log_hr", "ci_low", "ci_high"),
    ("effect_direction",),
)
