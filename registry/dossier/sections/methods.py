"""What was done, in words that fit a methods section: made from the results, never typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
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
    yield from _told(materials, [tuple(methods(each, shared)) for each in materials])
    yield Subheading("What was planned")
    for each in materials:
        yield says(f"{each.label}: {_proof(each)}" if len(materials) > 1 else _proof(each))
    yield from shown(_standing(materials))


def _told(materials: Sequence[Material], paragraphs: Sequence[tuple[str, ...]]) -> Iterator[Block]:
    """Tell what was done alike once, and what was not query by query."""
    for several in zip_longest(*paragraphs, fillvalue=""):
        if len(set(several)) == 1:
            yield from (says(said) for said in several[:1] if said)
        else:
            yield from (says(f"{each.label}: {said}") for each, said in zip(materials, several, strict=True) if said)


def _standing(materials: Sequence[Material]) -> Table:
    """Show how each analysis stands, a column for each query."""
    found = [dict(analyses(each)) for each in materials]
    names = dict.fromkeys(name for each in found for name in each)
    heads = [each.label for each in materials] if len(materials) > 1 else ["Standing"]
    rows = tuple((name, *(each.get(name, "not made") for each in found)) for name in names)
    return Table("How each analysis stands", columns("Analysis", *heads), rows)


def _proof(material: Material) -> str:
    """Say what the ledger proves of the query."""
    if material.specified is not None:
        return prose.sentence(material.specified.said)
    if isinstance(material.pool, Absent) and material.saved.prespecified:
        saved = f"prespecified ({material.saved.prespecified}): saved in changeset {material.saved.changeset}"
        return prose.sentence(f"{saved}; nothing was pooled that could be older or younger")
    return prose.sentence(f"no protocol is named; the query was saved in changeset {material.saved.changeset}")
