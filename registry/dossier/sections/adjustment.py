"""What each estimate is adjusted for: estimates by covariates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Section
from registry.dossier.wording import columns, says, shown
from registry.report import prose
from registry.report.flow_tables import study_label
from registry.report.table import Table
from registry.terms import Adjusted

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared

#: Adjusted for, not adjusted for, not read.
MARKS = {True: "●", False: "○", None: "?"}
#: A page is no wider than this many covariates; the rest is named below.
WIDEST = 12


def section(materials: Sequence[Material], _shared: Shared) -> Section:
    """Show a covariate matrix for each query."""
    blocks = [block for each in materials for block in _of(each, several=len(materials) > 1)]
    return Section("adjustment", "Adjustment for covariates", tuple(blocks))


def _of(material: Material, *, several: bool) -> Iterator[Block]:
    rows = material.adjustment
    name = f"{material.label}: " if several else ""
    if not rows:
        yield says(prose.sentence(f"{name}no estimate is in use"))
        return
    kinds = Counter(Adjusted(row["adjusted"]) for row in rows)
    words = {Adjusted.UNCLEAR: "unclear or not read"}
    counted = ", ".join(f"{kinds[kind]} {words.get(kind, kind.label)}" for kind in Adjusted if kinds[kind])
    yield says(prose.sentence(f"{name}{prose.count(len(rows), 'estimate')}: {counted}"))
    if not rows[0]["covariates"]:
        yield says("For no estimate was it read which covariates it is adjusted for.")
        return
    yield from shown(_matrix(rows, f"{name}what each estimate is adjusted for"))


def _matrix(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    names = list(rows[0]["covariates"])
    kept, rest = names[:WIDEST], names[WIDEST:]
    cells = tuple(
        (
            study_label(row["study"], row["cohort"]),
            Adjusted(row["adjusted"]).label,
            *(MARKS[row["covariates"][name]] for name in kept),
        )
        for row in rows
    )
    note = "● adjusted for; ○ not adjusted for; ? not read."
    if rest:
        note += f" Seldom, and not shown: {', '.join(rest)}."
    return Table(prose.sentence(title).rstrip("."), columns("Cohort", "Adjusted", *kept), cells, note)
