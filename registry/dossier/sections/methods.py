"""What was done, in words that fit a methods section: made from the results, never typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import Section, Subheading
from registry.dossier.material import Absent
from registry.dossier.methods import methods
from registry.dossier.standing import analyses
from registry.dossier.wording import columns, says, shown
from registry.report import prose
from registry.report.table import Table

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared


def section(materials: Sequence[Material], shared: Shared) -> Section:
    """Say what was done for each query, and which analyses were prespecified."""
    return Section("methods", "Methods", tuple(_blocks(materials, shared)))


def _blocks(materials: Sequence[Material], shared: Shared) -> Iterator[Block]:
    told: dict[tuple[str, ...], list[str]] = {}
    for each in materials:
        told.setdefault(tuple(methods(each, shared)), []).append(each.label)
    for paragraphs, names in told.items():
        if len(told) > 1:
            yield Subheading(", ".join(names))
        yield from (says(each) for each in paragraphs)
    yield Subheading("Prespecified or post hoc")
    for each in materials:
        name = f"{each.label}: " if len(materials) > 1 else ""
        yield says(f"{name}{_proof(each)}")
        rows = tuple(analyses(each))
        yield from shown(
            Table(f"{name}{'how' if name else 'How'} each analysis stands", columns("Analysis", "Standing"), rows)
        )


def _proof(material: Material) -> str:
    """Say what the ledger proves of the query."""
    if material.specified is not None:
        return prose.sentence(material.specified.said)
    if isinstance(material.pool, Absent) and material.saved.prespecified:
        saved = f"prespecified ({material.saved.prespecified}): saved in changeset {material.saved.changeset}"
        return prose.sentence(f"{saved}; nothing was pooled that could be older or younger")
    return prose.sentence(f"post hoc (no protocol is named): saved in changeset {material.saved.changeset}")
