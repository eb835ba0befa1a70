"""The figures of a document as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.dossier.document import FigureBlock
    from registry.figures.theme import Theme

#: Dots per inch where a page cannot take a drawing in lines.
DPI = 300


def picture(block: FigureBlock, kind: str, theme: Theme, *, simulated: bool) -> bytes:
    """Draw a figure in a theme and give it as `svg`, `pdf` or `png`."""
    from registry.figures.saving import encoded
    from registry.figures.theme import styled

    with styled(theme):
        figure = block.figure(theme)
        return encoded(figure, kind, title=block.caption, simulated=simulated, dpi=DPI)
