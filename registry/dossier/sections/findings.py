"""The certainty of the evidence: a GRADE summary of findings, with what each judgement rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Section
from registry.dossier.material import Absent
from registry.dossier.wording import absent, says, sentences, shown
from registry.report import prose

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared


def section(material: Material, _shared: Shared) -> Section:
    """Show the summary of findings."""
    found = material.findings
    blocks = (absent("no summary of findings", found),) if isinstance(found, Absent) else tuple(_blocks(material))
    return Section("findings", "Summary of findings (GRADE)", blocks)


def _blocks(material: Material) -> Iterator[Block]:
    from registry.report import grading

    yield says(
        "GRADE for prognostic factors starts high for observational evidence (Iorio et al. 2015; Foroutan et al. 2020)."
    )
    for table in grading.tables(material.findings):
        yield from shown(table)
    _ = prose, sentences
