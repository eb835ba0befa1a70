"""Meta-regressions, one for each moderator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.dossier.document import Section, Subheading
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.standing import standing_words
from registry.dossier.wording import absent, says, sentences, shown
from registry.report import prose, regress

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Analysis, Material, Shared

NONE_PLANNED = "The saved query plans no meta-regression, and none was asked for."


def section(material: Material, _shared: Shared) -> Section:
    """Show every meta-regression that was planned or asked for."""
    return Section("regression", "Meta-regression", tuple(_blocks(material)))


def _blocks(material: Material) -> Iterator[Block]:
    if isinstance(material.pool, Absent):
        yield absent("no meta-regression", material.pool)
    elif not material.moderators:
        yield says(NONE_PLANNED)
    for each in material.moderators:
        yield from _one(material, each)


def _one(material: Material, analysis: Analysis) -> Iterator[Block]:
    found = analysis.found
    name = analysis.asked.partition(":")[0]
    yield Subheading(f"On {name.replace('_', ' ')}")
    if isinstance(found, Absent):
        yield absent("not done", found)
        return
    yield says(f"{prose.sentence(regress.headline(found))} {prose.sentence(standing_words(material, analysis))}")
    alt = regress.headline(found)
    yield from picture("bubble", found, f"Bubble plot, {name}", alt, name=f"bubble-{name.replace('_', '-')}")
    name = prose.measure_label(found.measure)
    note = f"The intercept is the {name} at the reference; every other ratio is one {name} over another."
    for table in (replace(regress.coefficients(found), note=note), regress.tests(found), regress.heterogeneity(found)):
        yield from shown(table)
    mine = [note for note in found.notes if not isinstance(material.pool, Absent) and note not in material.pool.notes]
    if mine:
        yield sentences(mine)
