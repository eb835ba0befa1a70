"""Which fields are asked for: every one that can matter, given the answers before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from registry.forms import FORMS, Field

if TYPE_CHECKING:
    from registry.curation.suggestions import Known

Said = Mapping[str, str]
Wanted = Callable[[Said], bool]


def _always(_: Said) -> bool:
    return True


def _any(*names: str) -> Wanted:
    return lambda said: any(name in said for name in names)


def _none(*names: str) -> Wanted:
    return lambda said: not any(name in said for name in names)


#: Columns of an estimate that are asked for only after certain answers; `said` is by column.
_IF: dict[str, Wanted] = {
    "cutoff_method": _any("cutoff_value", "cutoff_text"),
    "cutoff_unit": lambda said: "cutoff_value" in said and "cutoff_unit" not in said,
    "index_group": lambda said: said.get("contrast") in ("category", "extremes"),
    "reference_group": lambda said: said.get("contrast") in ("category", "extremes", "unclear"),
    "scale": lambda said: said.get("contrast") in ("per_unit", "per_sd"),
    "ci": _any("est"),
    "ci_level": _any("ci_low", "ci_high"),
    "log_hr": _none("est"),
    "se_log_hr": lambda said: "log_hr" in said,
    "p_value": _any("est", "log_hr"),
    "p_test": lambda said: "p_value" in said and "ci_low" not in said and "se_log_hr" not in said,
    "effect_direction": _none("est", "log_hr"),
    "covariates": lambda said: said.get("adjusted") == "yes",
}
#: Seldom printed; they can be given at the end, as name=value.
_SELDOM = frozenset(
    (
        *("cutoff_operator", "cutoff_value", "cutoff_text", "ci_low", "ci_high", "ci_type", "endpoint_definition"),
        *("time_origin", "horizon_days", "trust", "n_index", "n_reference", "events_index", "events_reference"),
        *("origin", "as_printed"),
    )
)
_OWN_REPORT, _COHORT = "Its own report", "Cohort"


def wanted(kind: str, field: Field, said: Said, known: Known) -> bool:
    """Whether a field is to be asked for, given what was said by column."""
    if field.column in said or any(part in said for part in field.parts):
        return False
    if kind == "cutoff":
        return field.name in ("factor", "cutoff", "cutoff_method") or _IF.get(field.column, _none("factor"))(said)
    if kind != "estimate":
        return True
    study, cohort = said.get("study", ""), said.get("cohort", "all")
    if field.part == _OWN_REPORT and study in known.studies:
        return False
    if field.part == _COHORT and field.column != "cohort" and cohort in known.cohorts.get(study, ()):
        return False
    return field.column not in _SELDOM and _IF.get(field.column, _always)(said)


def seldom(kind: str) -> list[str]:
    """Name fields that are not asked for."""
    parts = {part for field in FORMS[kind] for part in field.parts}
    return [field.name for field in FORMS[kind] if field.column in _SELDOM and field.column not in parts]
