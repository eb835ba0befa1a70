"""The studies: the characteristics of every cohort used, and its estimates as they were printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Section
from registry.dossier.wording import columns, plain_number, says, shown
from registry.ordering import by_name
from registry.pooling.names import labels
from registry.report import prose, reported
from registry.report.table import Table
from registry.terms import Adjusted, CutoffMethod, CutoffOperator, Derivation

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared

Row = dict[str, Any]


def section(materials: Sequence[Material], shared: Shared) -> Section:
    """Describe the cohorts whose estimates are used, over all queries; then each query's estimates."""
    return Section("studies", "Studies", tuple(_blocks(materials, shared)))


def _blocks(materials: Sequence[Material], shared: Shared) -> Iterator[Block]:
    cohorts = _cohorts(materials, shared)
    if not cohorts:
        yield says("No study has a usable estimate; what is known and cannot be used is listed below.")
        return
    patients = sum(row["n"] for row in cohorts.values() if row["n"]) or None
    known = "" if patients is None else f", {patients} patients where their number was read (the largest of each)"
    yield says(f"{prose.count(len(cohorts), 'cohort')} with an estimate in use{known}.")
    listed = sorted(cohorts.values(), key=lambda row: by_name(row["label"], row["study"], row["cohort"]))
    table = _characteristics(listed, shared, several=len(materials) > 1)
    yield from shown(table, cites=[row["cites"] for row in listed])
    for each in materials:
        if len(each.used):
            name = f"{each.label}: estimates as reported" if len(materials) > 1 else "Estimates as reported"
            rows = used_rows(each)
            yield from shown(_reported(rows, name), cites=[shared.cites.get(row["key"], ()) for row in rows])


def used_rows(material: Material) -> list[Row]:
    """Give the rows used, each with the label of its forest plot, in the order of the labels."""
    rows = material.used.to_rows()
    named = ({**row, "label": label} for row, label in zip(rows, labels(material.used), strict=True))
    return sorted(named, key=lambda row: by_name(row["label"], row["key"]))


def _cohorts(materials: Sequence[Material], shared: Shared) -> dict[tuple[str, str], Row]:
    """Gather the cohorts of all queries: study and cohort → facts, with the queries each is in and its largest n."""
    found: dict[tuple[str, str], Row] = {}
    for material in materials:
        for row in used_rows(material):
            one = found.setdefault(
                (row["study"], row["cohort"]), {**row, "in": [], "cites": shared.cites.get(row["key"], ())}
            )
            one["n"] = max((n for n in (one["n"], row["n"]) if n is not None), default=None)
            one["in"] += [material.label] if material.label not in one["in"] else []
    return found


def _characteristics(rows: Sequence[Row], shared: Shared, *, several: bool) -> Table:
    own = [name for name in shared.attributes if any(row.get(name) is not None for row in rows)]
    heads = [shared.attributes[name].label or name.replace("_", " ") for name in own]
    cells = tuple((*_cohort(row), *(plain_number(row[name]) for name in own), ", ".join(row["in"])) for row in rows)
    titles = columns(
        "Cohort", "Country", "Design", "Disease", "Treatment", "Recruited", "Patients", "Follow-up (months)",
        *heads, "In" if several else "", numbers=("Patients", "Follow-up (months)"),
    )  # fmt: skip
    if not several:
        titles, cells = titles[:-1], tuple(row[:-1] for row in cells)
    return Table("Study characteristics", titles, cells, "What is empty was not read.")


def _cohort(row: Mapping[str, Any]) -> tuple[str, ...]:
    recruited = " to ".join(each for each in (row["recruited_from"], row["recruited_to"]) if each)
    words = [str(row[name] or "") for name in ("label", "country", "design", "disease", "treatment")]
    return (*words, recruited, plain_number(row["n"]), plain_number(row["followup_median_months"]))


def _reported(rows: Sequence[Row], title: str) -> Table:
    cells = tuple(_estimate(row) for row in rows)
    heads = ("Cohort", "Cutoff", "Chosen by", "Measured", "n", "Events", "As printed", "Derivation", "Adjusted")
    return Table(title, columns(*heads, numbers=("n", "Events", "As printed")), cells)


def _estimate(row: Row) -> tuple[str, ...]:
    method = row["cutoff_method"]
    return (
        row["label"],
        cutoff(row),
        CutoffMethod(method).label if method else "",
        row["timepoint"] or "",
        plain_number(row["n"]),
        plain_number(row["n_events"]),
        reported.numbers(row),
        Derivation(row["derivation"]).label,
        Adjusted(row["adjusted"]).label,
    )


def cutoff(row: Mapping[str, Any]) -> str:
    """Write a cutoff as it stands in a text: `> 400 ng/mL`."""
    if row["cutoff_value"] is None:
        return row["cutoff_text"] or ""
    operator = CutoffOperator(row["cutoff_operator"]).label if row["cutoff_operator"] else ""
    unit = "" if row["cutoff_unit"] in (None, "1") else row["cutoff_unit"]
    return " ".join(part for part in (operator, f"{row['cutoff_value']:g}", unit) if part)
