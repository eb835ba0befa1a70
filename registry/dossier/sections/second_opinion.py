"""What R's metafor says of the same evidence, where it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import CodeBlock, Notice, Section, Subheading
from registry.dossier.wording import says

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared


def section(materials: Sequence[Material], _shared: Shared) -> Section:
    """Attach what the R script of each query printed; say so where none was run."""
    return Section("second-opinion", "Second opinion", tuple(_blocks(materials)))


def _blocks(materials: Sequence[Material]) -> Iterator[Block]:
    if not any(each.second_opinion for each in materials):
        yield says(
            "The analysis was not repeated with other software for this report. A bundle holds an R script that does so"
            " with metafor, and stops if a number differs."
        )
        return
    for each in materials:
        if len(materials) > 1:
            yield Subheading(each.label)
        if (log := each.second_opinion) is None:
            yield says("Nothing was pooled that could be repeated.")
        elif log.agrees:
            yield says(
                "The pool and the analyses that the query plans were repeated with R’s metafor, and every number that"
                " is compared agrees. What is not repeated is named at the end of what the script printed; analyses"
                " asked for with this report alone are not in it."
            )
            yield CodeBlock(log.text.strip(), "text")
        else:
            yield Notice("R’s metafor gives other numbers; the last lines of what it printed name them.", "caution")
            yield CodeBlock(log.text.strip(), "text")
