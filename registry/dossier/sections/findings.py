"""The certainty of the evidence: a GRADE summary of findings, with what each judgement rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Section
from registry.dossier.material import Absent
from registry.dossier.wording import absent, says, sentences, shown
from registry.report import grading

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.grading.findings import SummaryOfFindings


def section(material: Material, _shared: Shared) -> Section:
    """Show the summary of findings, and every domain with what the evidence shows."""
    found = material.findings
    blocks = (absent("no summary of findings", found),) if isinstance(found, Absent) else tuple(_blocks(found))
    return Section("findings", "Summary of findings (GRADE)", blocks)


def _blocks(found: SummaryOfFindings) -> Iterator[Block]:
    yield says(f"Certainty: {grading.certainty(found.certainty)}. {grading.methods(found)}")
    if found.not_rated:
        yield says(
            f"Not rated yet: {', '.join(each.label for each in found.not_rated)}. The figures each of them rests on"
            " stand below; the judgement is for people."
        )
    yield from shown(grading.summary(found), "Summary of findings")
    yield from shown(grading.domains(found))
    if found.remarks:
        yield sentences(found.remarks)
