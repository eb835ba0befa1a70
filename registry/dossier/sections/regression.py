"""Meta-regressions, one for each moderator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.columns import BY_NAME
from registry.dossier.document import Section, Subheading
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.standing import standing_words
from registry.dossier.wording import absent, remarks, says, shown
from registry.pooling.grouping import title
from registry.report import prose, regress

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Analysis, Material, Shared
    from registry.report.table import Table

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
    column = analysis.asked.partition(":")[0]
    name = title(column)
    yield Subheading(f"On {name}")
    if isinstance(found, Absent):
        yield absent("not done", found)
        return
    alt = regress.headline(found).replace(column, name)
    yield says(f"{prose.sentence(alt)} {prose.sentence(standing_words(material, analysis))}")
    yield from picture("bubble", found, f"Bubble plot, {name}", alt, name=f"bubble-{column.replace('_', '-')}")
    measure = prose.measure_label(found.measure)
    note = f"The intercept is the {measure} at the reference; every other ratio is one {measure} over another."
    yield from shown(_with_unit(replace(regress.coefficients(found), note=note), name, _unit(column)))
    for table in (regress.tests(found), regress.heterogeneity(found)):
        yield from shown(table)
    yield from remarks(found.notes, material)


def _unit(column: str) -> str:
    """Say what one more of a number is: ` (months)`; nothing where it has no unit of its own."""
    unit = BY_NAME[column].unit if column in BY_NAME else ""
    return f" ({unit})" if unit else ""


def _with_unit(table: Table, name: str, unit: str) -> Table:
    """Put the unit of a moderator behind its title in the first cell of each row."""
    return replace(table, rows=tuple((row[0].replace(name, f"{name}{unit}"), *row[1:]) for row in table.rows))
