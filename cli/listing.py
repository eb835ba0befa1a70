"""`evireg list`: what the registry holds."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, At, Database, Where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.report.table import Column

EXAMPLE = "evireg list cohorts --where 'factor == \"ferritin\"'"


class Kind(StrEnum):
    """What can be listed."""

    STUDIES = "studies"
    COHORTS = "cohorts"
    CUTOFFS = "cutoffs"
    ESTIMATES = "estimates"
    FACTORS = "factors"
    ATTRIBUTES = "attributes"
    ADJUSTMENT = "adjustment"
    APPRAISAL = "appraisal"


def command(
    *,
    kind: Annotated[Kind, typer.Argument(metavar="WHAT", help=f"{', '.join(Kind)}.")],
    where: Where = None,
    at: At = None,
    tool: Annotated[str | None, typer.Option("--tool", metavar="NAME", help="Appraisals by this tool.")] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """List what the registry holds.

    WHAT is studies, cohorts, cutoffs, estimates, factors, attributes (study characteristics), adjustment (estimates by
    covariates) or appraisal (estimates by domains of risk of bias). With a condition only what has a matching estimate
    is listed. Estimates that cannot be pooled are listed too: what is known and
    unusable is part of the evidence.
    """
    from cli import output
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        estimates = kind is Kind.ESTIMATES
        rows = reg.each_estimate(where, at=at) if estimates else reg.listing(kind, where, at=at, tool=tool)
        if as_json:
            output.show_json_list({"kind": str(kind), "where": where}, "rows", rows)
        elif kind in (Kind.ADJUSTMENT, Kind.APPRAISAL) and (rows := list(rows)):
            from cli.matrix import show_matrix

            show_matrix(kind, rows)
        else:
            _tell(kind, [_cells(kind, row) for row in rows])


def _tell(kind: Kind, cells: list[list[Any]]) -> None:
    from cli import output

    if not cells:
        output.say(NOT_APPRAISED if kind is Kind.APPRAISAL else NOTHING)
        return
    title = f"{len(cells)} {kind}" if len(cells) != 1 else f"1 {ONE[kind]}"
    output.show_table(title, _columns(kind), cells, note=_note(kind))


#: What is said instead of an empty table.
NOTHING = "Nothing matches. `evireg list factors` shows what there is; `evireg seed` imports the shipped evidence."

NOT_APPRAISED = "No matching estimate, or none was appraised yet. See: evireg appraise --help, evireg appraisal tools."

#: One of each kind.
ONE = {
    Kind.STUDIES: "study",
    Kind.COHORTS: "cohort",
    Kind.CUTOFFS: "cutoff",
    Kind.ESTIMATES: "estimate",
    Kind.FACTORS: "factor",
    Kind.ATTRIBUTES: "attribute",
}

#: Header → (field, rank on a narrow terminal, whole and to the right); a field with a function below is composed.
SHOWN: Mapping[Kind, Mapping[str, tuple[str, int, bool]]] = {
    Kind.STUDIES: {
        "Study": ("study", 9, False),
        "Author": ("first_author", 5, False),
        "Year": ("year", 6, True),
        "Cohorts": ("cohorts", 4, True),
        "Estimates": ("estimates", 8, True),
        "Poolable": ("poolable", 7, True),
        "DOI": ("doi", 2, False),
    },
    Kind.COHORTS: {
        "Study": ("study", 9, False),
        "Cohort": ("cohort", 8, False),
        "Disease": ("disease", 6, False),
        "Treatment": ("treatment", 3, False),
        "n": ("n", 7, True),
        "Follow-up, months": ("followup_median_months", 2, True),
        "Estimates": ("estimates", 5, True),
        "Poolable": ("poolable", 5, True),
        "Overlap group": ("overlap_group", 4, False),
    },
    Kind.CUTOFFS: {
        "Factor": ("factor", 9, False),
        "Cutoff": ("cutoff", 9, False),
        "How chosen": ("cutoff_method", 6, False),
        "Studies": ("studies", 4, True),
        "Estimates": ("estimates", 7, True),
        "Poolable": ("poolable", 5, True),
    },
    Kind.ESTIMATES: {
        "Key": ("key", 9, False),
        "Factor": ("factor", 6, False),
        "Endpoint": ("endpoint", 5, False),
        "n": ("n", 4, True),
        "Ratio": ("ratio", 8, True),
        "p": ("p_text", 3, True),
        "Adjusted": ("adjusted", 4, False),
        "Not poolable because": ("not_poolable", 7, False),
        "Text says": ("effect_direction", 5, False),
        "Origin": ("origin", 3, False),
        "Flags": ("flags", 2, False),
    },
    Kind.FACTORS: {
        "Factor": ("factor", 9, False),
        "Name": ("label", 6, False),
        "Unit": ("unit", 5, False),
        "Studies": ("studies", 4, True),
        "Estimates": ("estimates", 8, True),
        "Poolable": ("poolable", 5, True),
    },
    Kind.ATTRIBUTES: {
        "Name": ("attribute", 9, False),
        "Meaning": ("label", 7, False),
        "Type": ("type", 5, False),
        "Unit": ("unit", 4, False),
        "Words": ("levels", 6, False),
        "Given per": ("level", 3, False),
        "Tool": ("tool", 2, False),
        "Estimates": ("estimates", 8, True),
    },
}


def _columns(kind: Kind) -> list[Column]:
    from cli.output import Column

    return [
        Column(header, keep=keep, whole=number or name in ("key", "study"), right=number)
        for header, (name, keep, number) in SHOWN[kind].items()
    ]


def _cells(kind: Kind, row: Mapping[str, Any]) -> list[Any]:
    from registry.report import reported

    composed = {"cutoff": reported.cutoff, "ratio": reported.named, "not_poolable": why_not}
    return [_cell(composed[name](row) if name in composed else row[name]) for name, _, _ in SHOWN[kind].values()]


def _cell(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def why_not(row: Mapping[str, Any]) -> str:
    """Say why an estimate cannot be pooled; empty when it can."""
    from registry.derivation import reason_in_words

    return reason_in_words(row)


def _note(kind: Kind) -> str:
    if kind is Kind.FACTORS:
        return "`evireg show FACTOR` tells its other names, cutoffs and endpoints."
    if kind is Kind.ESTIMATES:
        return "`evireg show KEY` shows one with its source; --json every column."
    return ""
