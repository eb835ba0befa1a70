"""What the pooled ratio means for patients: risks of both groups, for each baseline that was named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Section, Subheading
from registry.dossier.material import Absent
from registry.dossier.standing import standing_words
from registry.dossier.wording import absent, remarks, says, shown
from registry.report import absolute, prose

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Analysis, Material, Shared

NO_BASELINE = (
    "No baseline is named: a ratio alone gives no risk. With the survival of all patients at a stated time and the"
    " share of the high group, each with its source, this section gives survival and risk of both groups."
)


def section(material: Material, _shared: Shared) -> Section:
    """Give the absolute risks for each baseline of the query."""
    return Section("absolute", "Absolute risk", tuple(_blocks(material)))


def _blocks(material: Material) -> Iterator[Block]:
    if isinstance(material.pool, Absent):
        yield absent("no absolute risk", material.pool)
    elif not material.absolutes:
        yield says(NO_BASELINE)
    for each in material.absolutes:
        yield from _one(material, each)


def _one(material: Material, analysis: Analysis) -> Iterator[Block]:
    found = analysis.found
    if analysis.asked and len(material.absolutes) > 1:
        yield Subheading(f"At {analysis.asked}")
    if isinstance(found, Absent):
        yield absent("not done", found)
        return
    yield says(f"{absolute.headline(found)}. {prose.sentence(standing_words(material, analysis))}")
    for table in absolute.tables(found):
        yield from shown(table)
    yield from remarks(found.notes, material)
