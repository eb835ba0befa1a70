"""Figures in sections: each kind of the catalogue, drawn when a page is made, in the theme of the page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from registry.dossier.document import FigureBlock
from registry.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.theme import Theme


def picture(kind: str, result: Any, caption: str, alt: str, *, name: str = "", **options: Any) -> Iterator[FigureBlock]:
    """Give the figure of a result, drawn later; `options` are those of its kind."""
    from registry.figures.catalogue import KINDS

    if kind in KINDS:
        yield FigureBlock(partial(_drawn, kind, result, options), caption, alt, name or kind)


def _drawn(kind: str, result: Any, options: dict[str, Any], theme: Theme) -> Figure:
    """Draw a result; where there is nothing to draw the picture says why."""
    from registry.figures.catalogue import KINDS

    try:
        return KINDS[kind].figure(result, theme=theme, **options)
    except UsageError as error:
        return _empty(f"Nothing to draw: {error.message}", theme)


def _empty(why: str, theme: Theme) -> Figure:
    """Write a reason where a figure would stand."""
    from matplotlib.figure import Figure

    lines = wrap(why, 90)
    made = Figure(figsize=(6.5, 0.3 + 0.18 * len(lines)), facecolor=theme.ground)
    made.text(0.02, 0.5, "\n".join(lines), color=theme.muted, fontsize=8, va="center", parse_math=False)
    return made
