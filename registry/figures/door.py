"""What the Python door says of figures: a method of `Registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from matplotlib.figure import Figure

    from registry.queries.saved import Saved
    from registry.selection.view import At


class Drawing:
    """Figures of what a registry holds; `Registry` gives the analyses."""

    def query(self, name: str, version: int | None = None) -> Saved:
        """Give a saved query (see `registry.queries.door`)."""
        raise NotImplementedError

    def plot(
        self,
        kind: str,
        query: str | None = None,
        *,
        where: str | None = None,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        theme: str = "light",
        width: str | None = None,
        path: str | Path | None = None,
        **options: Any,
    ) -> Figure:
        """Draw a figure of a saved query, or of `where`; a `matplotlib.figure.Figure`.

        `kind` is one of `registry.figures.catalogue.KINDS`, `theme` light or dark, `width` single, onehalf, double or
        millimetres such as 120mm; `path` also writes it, as .svg, .pdf or .png. `options` are those of the figure and
        of the analysis it is drawn of; a saved query brings its own. Raises UsageError for what of these is unknown,
        and what the analysis raises.
        """
        from registry.figures.analysed import analysed
        from registry.figures.catalogue import kind as kind_named
        from registry.figures.catalogue import save
        from registry.figures.saving import format_of
        from registry.figures.theme import theme as theme_named
        from registry.figures.widths import width as width_named

        if path is not None:
            format_of(path)
        wanted, colours = kind_named(kind), theme_named(theme)
        inches = None if width is None else width_named(width)
        asked = {"where": where, "at": at, "one_per": one_per, "allow": allow}
        own = {name: options.pop(name) for name in wanted.own if name in options}
        result = analysed(self, wanted, query, asked, options)
        drawn = wanted.figure(result, theme=colours, width=inches, **own)
        if path is not None:
            save(wanted, drawn, result, path)
        return drawn
