"""The flow of a selection as tables: what was matched, left out and used, and what is known but cannot be pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from registry.report import prose
from registry.report.directions import fares, who_fares
from registry.report.prose import NOTHING
from registry.report.table import Table, number, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.flow import Flow


class Selected(Protocol):
    """A result that knows what it is about and how its estimates were selected."""

    @property
    def about(self) -> Mapping[str, str]:
        """What its rows have in common."""

    @property
    def flow(self) -> Flow:
        """The flow to them."""


def flow(result: Selected) -> Table:
    """Show how many estimates were matched, left out (and why) and used, with their patients."""
    found = result.flow
    columns = (
        text("Selection", keep=9),
        number("Estimates", keep=9),
        number("Cohorts", keep=4),
        number("Patients"),
    )
    rows = [("matched", str(found.matched), "", "")]
    rows += [
        (f"– {step.label}", str(step.left_out), str(step.cohorts), _patients(step.patients)) for step in found.steps
    ]
    rows.append(("used", str(found.used), str(found.used_cohorts), _patients(found.used_patients)))
    return Table("Flow", columns, tuple(rows), _missing(found))


def _missing(found: Flow) -> str:
    """Say what is neither true nor false of the condition: a column that was not read, a unit that does not convert."""
    counts = {name: f"({count})" for name, count in found.missing.items() if count}
    missing = [f"{name} {count}" for name, count in counts.items() if name.isidentifier()]
    units = [f"{name.partition(' in ')[2]} {count}" for name, count in counts.items() if not name.isidentifier()]
    said = [f"Not matched because the condition's column was not read: {', '.join(missing)}."] if missing else []
    said += [f"Not matched because cutoffs in this unit do not convert: {', '.join(units)}."] if units else []
    return " ".join(said)


def unusable(result: Selected) -> Table | None:
    """List what is known and cannot be pooled, with the direction its text states."""
    found = result.flow
    if not found.unusable:
        return None
    who = who_fares(result.about)
    columns = (text("Study", keep=9), number("n"), text("Why not poolable", keep=3), text(who, keep=5))
    rows = tuple(
        (
            study_label(each.study or each.key, each.cohort),
            NOTHING if each.n is None else str(each.n),
            each.reason,
            fares(each.direction, each.contrast, result.about),
        )
        for each in found.unusable
    )
    cohorts = prose.count(found.unusable_cohorts, "cohort")
    note = f"{cohorts} ({_patients(found.unusable_patients)} patients) are known and have no estimate in the pool."
    return Table("Known, not poolable", columns, rows, note if found.unusable_cohorts else "")


def study_label(study: str, cohort: str | None) -> str:
    """Name a cohort: its study, and its own key when it has one."""
    return " ".join((study if cohort in (None, "all") else f"{study}, {cohort}").split())


def _patients(n: int | None) -> str:
    return NOTHING if n is None else str(n)
