"""How the ratio depends on the cutoff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Section
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.wording import absent, says, shown
from registry.report import cutoffs

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.pooling.cutoff_result import CutoffsResult


def section(material: Material, _shared: Shared) -> Section:
    """Show the cutoffs, pools of their classes, and the cutoff as a moderator."""
    found = material.cutoffs
    blocks = (absent("cutoffs were not analysed", found),) if isinstance(found, Absent) else tuple(_blocks(found))
    return Section("cutoffs", "Cutoffs", blocks)


def _blocks(found: CutoffsResult) -> Iterator[Block]:
    yield says(f"{cutoffs.headline(found)}. {cutoffs.methods(found)}")
    if found.all.line or found.all.multi_cutoff:
        yield from picture("cutoffs", found, "The ratio by cutoff", cutoffs.headline(found))
    yield from shown(cutoffs.pools(found))
    yield from shown(cutoffs.slopes(found))
    yield from shown(cutoffs.predictions(found))
    yield from shown(cutoffs.not_fitted(found))
