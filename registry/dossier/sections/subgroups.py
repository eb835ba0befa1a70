"""Subgroups, each with its pools and the P for difference between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Emphasis, Section, Subheading
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.standing import standing_words
from registry.dossier.wording import absent, says, shown
from registry.report import prose, tables

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Analysis, Material, Shared
    from registry.pooling.result import Subgroups

NONE_PLANNED = (
    "The saved query plans no subgroup analysis, and none was asked for: looking for groups that differ after seeing"
    " the estimates finds differences that are not there."
)


def section(material: Material, _shared: Shared) -> Section:
    """Show every subgroup analysis that was planned or asked for."""
    return Section("subgroups", "Subgroups", tuple(_blocks(material)))


def _blocks(material: Material) -> Iterator[Block]:
    if isinstance(material.pool, Absent):
        yield absent("no subgroup analysis", material.pool)
    elif not material.subgroups:
        yield says(NONE_PLANNED)
    else:
        if len(material.subgroups) > 1:
            yield says(
                f"{len(material.subgroups)} subgroup analyses were made; their P-values are not corrected for that."
            )
        for each in material.subgroups:
            yield from _one(material, each)


def _one(material: Material, analysis: Analysis) -> Iterator[Block]:
    found = analysis.found
    if isinstance(found, Absent):
        yield Subheading(prose.columns_named(analysis.asked.partition(":")[0]).capitalize())
        yield absent("not done", found)
        return
    groups = found.subgroups
    title = groups.title[:1].upper() + groups.title[1:]
    yield Subheading(title)
    yield says(
        Emphasis("P"), f" for difference between groups: {difference(groups)}; {standing_words(material, analysis)}."
    )
    name = f"subgroups-{groups.column.replace('_', '-')}"
    yield from picture("forest", found, f"Subgroups by {groups.title}", _alt(groups), name=name)
    yield from shown(tables.subgroups(found))


def difference(groups: Subgroups) -> str:
    """Say the P for difference, by the Wald test and by the Hartung–Knapp F test; or why there is none."""
    if groups.test.p is None:
        return f"undefined ({groups.test.reason})"
    said = [f"{prose.p_value(each.p)} ({_short(each.name)})" for each in groups.tests if each.p is not None]
    return ", ".join(said)


def _short(name: str) -> str:
    return "Wald" if name.startswith("Wald") else "Hartung–Knapp F"


def _alt(groups: Subgroups) -> str:
    said = [
        f"{each.label}: {prose.value(each.pool.hr, each.pool.hr_ci_low, each.pool.hr_ci_high)}"
        for each in groups.groups
    ]
    return f"Forest plot by {groups.title}. {'; '.join(said)}"
