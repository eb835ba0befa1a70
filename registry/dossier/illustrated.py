"""Figures in sections: each kind of the catalogue, drawn when a page is made, in the theme of the page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from registry.dossier.document import FigureBlock

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.theme import Theme


def picture(kind: str, result: Any, caption: str, alt: str, *, name: str = "", **options: Any) -> Iterator[FigureBlock]:
    """Give the figure of a result, drawn later; `options` are those of its kind."""
    from registry.figures.catalogue import KINDS

    if kind in KINDS:
        yield FigureBlock(partial(_drawn, kind, result, options), caption, alt, name or kind)


def _drawn(kind: str, result: Any, options: dict[str, Any], theme: Theme) -> Figure:
    from registry.figures.catalogue import KINDS

    return KINDS[kind].figure(result, theme=theme, **options)
