"""The figures of a document as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.dossier.document import FigureBlock
from registry.dossier.rendering.layout import listed, parts

if TYPE_CHECKING:
    from registry.dossier.document import Document
    from registry.figures.theme import Theme

#: Dots per inch where a page cannot take a drawing in lines.
DPI = 300


def pictures(document: Document, kind: str) -> dict[str, bytes]:
    """Draw every figure of a document on light ground: the stem of its file (`figure-1-forest`) → its bytes."""
    from registry.figures.theme import LIGHT

    simulated = document.notice is not None
    return {
        placed.stem: picture(placed.block, kind, LIGHT, simulated=simulated)
        for placed in listed(parts(document), FigureBlock)
        if isinstance(placed.block, FigureBlock)
    }


def picture(block: FigureBlock, kind: str, theme: Theme, *, simulated: bool) -> bytes:
    """Draw a figure in a theme and give it as `svg`, `pdf` or `png`."""
    from registry.figures.saving import encoded
    from registry.figures.theme import styled

    with styled(theme):
        figure = block.figure(theme)
        return encoded(figure, kind, title=block.caption, simulated=simulated, dpi=DPI)
