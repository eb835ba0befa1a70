"""`evireg show`: everything about one study, cohort, factor or estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EXAMPLE = "evireg show kim2016"

#: Left out for people: machine values, and what stands in a table of its own.
NOT_A_FACT = frozenset({"kind", "digest", "attributes", "reports", "entered", "history", "closed", "cohorts"})
NOT_A_FACT |= {"appraisal", "attachments", "reviews", "second_readings"}
NOT_A_FACT |= {"estimates", "overlaps", "cutoffs", "endpoints", "est", "ci_low", "ci_high", "p_value", "p_operator"}


def command(
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A study, study/cohort, factor, or key of an estimate.")],
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show all about one study, cohort, factor or estimate.

    Numbers as printed, where each was read, and who entered it when.

    `evireg list studies` and `evireg list estimates` show the keys.
    """
    from cli import output
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        found = reg.show(key)
    if as_json:
        output.show_json(found)
    else:
        _tell(found)


def _tell(found: Mapping[str, Any]) -> None:
    kind = found["kind"]
    name = found["key"] if kind == "estimate" else found.get("factor" if kind == "factor" else "study")
    cohort = f"/{found['cohort']}" if kind == "cohort" else ""
    judged = {each["domain"] for each in found.get("appraisal", ())}
    characteristics = {name: value for name, value in found.get("attributes", {}).items() if name not in judged}
    _facts(f"{kind.capitalize()} {name}{cohort}", [*_facts_of(found), *_facts_of(characteristics)])
    for report in found.get("reports", ()):
        known = _facts_of({**report, "key": None}) or [("key", report["key"])]
        _facts("Read in" if kind == "estimate" else "Report", known)
    _tell_lists(found)


def _tell_lists(found: Mapping[str, Any]) -> None:
    _rows("Cohorts", found.get("cohorts", ()), ("cohort", "disease", "treatment", "n", "estimates", "poolable"))
    _rows("Shares patients with", found.get("overlaps", ()), ("study", "cohort", "kind", "reason"))
    cutoffs = ("cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method", "estimates")
    _rows("Cutoffs", found.get("cutoffs", ()), cutoffs)
    _rows("Endpoints", found.get("endpoints", ()), ("endpoint", "estimates", "poolable"))
    if isinstance(found.get("estimates"), list):
        _estimates(found["estimates"])
    _rows("Risk of bias", found.get("appraisal", ()), ("tool", "label", "judgement", "support"))
    _rows("Attachments", found.get("attachments", ()), ("name", "key", "media_type", "size", "sha256"))
    reviews = found.get("reviews", ())
    _rows("Review", reviews if len(reviews) > 1 else (), ("status", "curator", "at", "reason", "changeset"))
    _rows("Second extraction", found.get("second_readings", ()), ("curator", "state", "changeset"))
    _rows("History", found.get("history", ()), ("changeset", "at", "curator", "message"))


def _facts_of(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Give what was read, name and value; what was not read, and what is not so, is left out."""
    said = ((name, value) for name, value in found.items() if name not in NOT_A_FACT)
    return [(name, value) for name, value in said if value not in (None, "", []) and value is not False]


def _facts(title: str, facts: Iterable[tuple[str, Any]]) -> None:
    from cli import output

    columns = [output.Column("", keep=9, whole=True), output.Column("", keep=8)]
    output.show_table(title, columns, [(name, _cell(value)) for name, value in facts])


def _rows(title: str, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    from cli import output

    if rows:
        columns = [output.Column(name.replace("_", " "), keep=len(names) - place) for place, name in enumerate(names)]
        output.show_table(title, columns, [[row[name] for name in names] for row in rows])


def _estimates(rows: Sequence[Mapping[str, Any]]) -> None:
    from cli import output
    from cli.listing import why_not
    from registry.report import reported

    columns = [
        output.Column("Key", keep=9, whole=True),
        output.Column("Factor", keep=5),
        output.Column("Cutoff", keep=3),
        output.Column("Endpoint", keep=6),
        output.Column("Ratio", keep=8, whole=True, right=True),
        output.Column("Adjusted", keep=4),
        output.Column("Not poolable because", keep=7),
        output.Column("Text says", keep=6),
    ]
    cells = [
        (
            row["key"],
            row["factor"],
            reported.cutoff(row),
            row["endpoint"],
            reported.named({"log_hr": None, **row}),
            row["adjusted"],
            why_not(row),
            row["effect_direction"],
        )
        for row in rows
    ]
    output.show_table("Estimates", columns, cells)


def _cell(value: Any) -> Any:
    if value is True:
        return "yes"
    if isinstance(value, list):
        return "; ".join(" = ".join(each) if isinstance(each, list) else str(each) for each in value)
    return value
