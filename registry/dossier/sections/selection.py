"""How the estimates of a query were come by: what was left out and why, and what is known but cannot be pooled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Section
from registry.dossier.sections.studies import cutoff
from registry.dossier.sections.summary import directions
from registry.dossier.wording import columns, plain_number, says, sentences, shown
from registry.pooling.names import labels
from registry.report import flow_tables, prose, reported
from registry.report.directions import fares, who_fares
from registry.report.table import Table

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.flow import Flow

Row = dict[str, Any]


def section(material: Material, shared: Shared) -> Section:
    """Tell the flow, the estimates left out one by one, and the known evidence that has no usable number."""
    return Section("selection", "Selection of estimates", tuple(_blocks(material, shared)))


def _blocks(material: Material, shared: Shared) -> Iterator[Block]:
    flow = material.flow
    used = f"{flow.used} of {prose.count(flow.used_cohorts, 'cohort')} {'is' if flow.used == 1 else 'are'} used"
    matched = f"the condition matches {prose.count(flow.matched, 'estimate')}"
    yield says(prose.sentence(f"{matched}; {used if flow.used else 'none can be used'}"))
    yield from shown(flow_tables.flow(material), "From the estimates that match to those used")
    rows = _rows(material)
    if left := _excluded(flow, rows):
        yield from shown(left)
    yield from _choices(material)
    yield from _unusable(material, rows, shared)


def _rows(material: Material) -> dict[str, Row]:
    names = labels(material.matched)
    rows = zip(material.matched.to_rows(), names, strict=True)
    return {row["key"]: {**row, "label": label} for row, label in rows}


def _excluded(flow: Flow, rows: dict[str, Row]) -> Table | None:
    """List what was left out for another reason than having no number, with the curator's words."""
    unusable = {each.key for each in flow.unusable}
    cells = [
        (rows[key]["label"], key, _why(step.label, step.reason, rows[key]))
        for step in flow.steps
        if step.reason != "simulated"
        for key in step.keys
        if key in rows and (key not in unusable or step.reason == "disputed")
    ]
    listed = tuple(cells[:_LISTED])
    note = f"And {len(cells) - _LISTED} more, for the reasons counted above." if len(cells) > _LISTED else ""
    return Table("Left out", columns("Cohort", "Estimate", "Why"), listed, note) if cells else None


#: Estimates left out that are told one by one.
_LISTED = 100


def _why(label: str, reason: str, row: Row) -> str:
    said = row["status_reason"] if reason in ("excluded", "disputed") else None
    return f"{label}: {said}" if said else label


def _choices(material: Material) -> Iterator[Block]:
    """Say which estimate stands for a cohort that had several."""
    if not material.flow.choices:
        return
    yield says("Where a cohort, or a group of cohorts that share patients, had several estimates, one was kept.")
    yield sentences(
        f"{each.kept} rather than {', '.join(each.left)} (decided by {_deciding(each.by)})"
        for each in material.flow.choices
    )


def _deciding(by: Sequence[str]) -> str:
    """Name what decided between estimates of a cohort: `adjusted, largest n`."""
    return ", ".join(dict.fromkeys(by)).replace("_", " ")


def _unusable(material: Material, rows: dict[str, Row], shared: Shared) -> Iterator[Block]:
    flow = material.flow
    if not flow.unusable:
        yield says("No estimate is known that lacks a usable number.")
        return
    patients = "" if flow.unusable_patients is None else f" ({flow.unusable_patients} patients)"
    apart = prose.count(flow.unusable_cohorts, "cohort")
    verb = "has" if flow.unusable_cohorts == 1 else "have"
    yield says(f"{directions(material)} {apart}{patients} {verb} no estimate in the pool.")
    chosen = [rows[each.key] for each in flow.unusable if each.key in rows]
    about, who = material.about, who_fares(material.about)
    cells = tuple(
        _known(each.reason, fares(each.direction, each.contrast, about), rows[each.key])
        for each in flow.unusable
        if each.key in rows
    )
    heads = columns("Cohort", "n", "Cutoff", "Printed", who, "Why not pooled", "In the source’s words",
                    "Where", "Curator’s remark", numbers=("n",))  # fmt: skip
    yield from shown(
        Table("Known, and not poolable", heads, cells), cites=[shared.cites.get(row["key"], ()) for row in chosen]
    )


def _known(reason: str, direction: str, row: Row) -> tuple[str, ...]:
    return (
        row["label"],
        plain_number(row["n"]),
        cutoff(row),
        _numbers(row),
        direction,
        reason,
        f"“{row['quote']}”" if row["quote"] else "",
        row["locator"] or "",
        row["notes"] or "",
    )


def _numbers(row: Row) -> str:
    """Write what numbers there are: a ratio without its interval, a p-value alone."""
    printed = reported.numbers(row)
    p = reported.p_value(row)
    return printed if "p " in printed or not p else ", ".join(part for part in (printed, p) if part)
