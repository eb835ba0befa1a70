"""Letters that a figure cannot show, because the font it is drawn in lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.figures.drawing.typeset import FONT

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def missing(figure: Figure) -> str:
    """Give the letters of a figure that are drawn as boxes, each once, in their order; of most figures none."""
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.text import Text

    known = get_font(findfont(FontProperties(family=FONT))).get_charmap()
    said = "".join(each.get_text() for each in figure.findobj(Text))
    return "".join(dict.fromkeys(each for each in said if not each.isspace() and ord(each) not in known))
