"""What moved the pool since the run before, cohort by cohort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Section
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.wording import says, sentences, shown
from registry.report import explain, prose
from registry.report.changes import when

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.explaining.explanation import Explanation


def section(material: Material, _shared: Shared) -> Section:
    """Explain the difference to the last stored run of the query before this state."""
    return Section("moved", "What moved since the last report", tuple(_blocks(material)))


def _blocks(material: Material) -> Iterator[Block]:
    found, before = material.explanation, material.before
    if isinstance(found, Absent) or before is None:
        why = found.why if isinstance(found, Absent) else ""
        yield says(prose.sentence(why))
        return
    yield says(
        f"Compared with run {before.id} of {when(before.made_at)} UTC (version {before.query.version} of the query,"
        f" evidence as of changeset {before.at_changeset})."
    )
    yield from _told(found)


def _told(found: Explanation) -> Iterator[Block]:
    yield says(f"{explain.headline(found)}.")
    if found.total is not None and (found.steps or found.evidence.contributions):
        yield from picture("waterfall", found, "What moved the pool", explain.headline(found))
    for table in explain.tables(found):
        yield from shown(table)
    if found.start.changeset != found.end.changeset:
        yield says(explain.methods(found))
    if found.notes:
        yield sentences(found.notes)
