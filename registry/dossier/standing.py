"""How an analysis stands: prespecified in a protocol, planned in the saved query without one, or asked for later.

Post hoc is called only what was asked for with the report: of a query that names no protocol nothing is known but that
it was saved before it was run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.material import Absent
from registry.report import prose

if TYPE_CHECKING:
    from registry.dossier.material import Analysis, Material

#: Analyses that every report makes, whether a query plans them or not: name of the plan → what it is called.
ROUTINE = {
    "leave-one-out": "leave-one-out",
    "cumulative": "cumulative pool",
    "estimators": "other estimators and intervals",
    "adjusted": "adjusted estimates only, and without data-driven cutoffs",
    "rounding": "search over printed digits",
    "influence": "influence diagnostics and subsets",
    "multiverse": "multiverse",
    "small_study": "small-study effects",
    "cutoffs": "cutoffs",
}


def standing(material: Material, *, planned: bool) -> str:
    """Say in a few words how an analysis stands: prespecified, planned without a protocol, or post hoc."""
    saved = material.saved
    if not planned:
        return "post hoc: asked for with this report"
    if saved.prespecified is None:
        return "planned in the saved query; no protocol is named"
    return f"prespecified ({saved.prespecified})"


def standing_words(material: Material, analysis: Analysis) -> str:
    """Say the same in a sentence about one analysis."""
    if not analysis.planned:
        return "post hoc: asked for with this report, not in the saved query"
    if material.saved.prespecified is None:
        return "planned in the saved query; no protocol is named"
    return f"prespecified in {material.saved.prespecified}"


def analyses(material: Material) -> Iterator[tuple[str, str]]:
    """Give every analysis of the report with how it stands, the pool first."""
    yield "the pool", standing(material, planned=True)
    if isinstance(material.pool, Absent):
        return
    for kind, several in (("subgroups by", material.subgroups), ("regression on", material.moderators)):
        for each in several:
            yield f"{kind} {prose.columns_named(each.asked)}", standing(material, planned=each.planned)
    for each in material.absolutes:
        yield f"absolute risk {each.asked}".strip(), standing(material, planned=each.planned)
    planned = material.planned
    for kind, name in ROUTINE.items():
        yield (
            name,
            standing(material, planned=True)
            if kind in planned
            else "part of every report, not planned in the saved query",
        )
