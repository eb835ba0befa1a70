"""One place where a figure becomes a file: SVG, PDF or PNG, the same input giving the same bytes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.report.prose import SIMULATED
from registry.texts import shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "pdf", "png")
PNG_DPI, MOST_PIXELS = 200, 60_000
"""Dots per inch of a PNG; fewer where it would be higher than this."""

#: What matplotlib would write of the day and of itself.
_NO_DATES: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {"Software": None},
}


def format_of(path: str | Path) -> str:
    """Name the format a path asks for by its suffix. Raises UsageError for another than .svg, .pdf, .png."""
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in FORMATS:
        endings = ", ".join(f".{each}" for each in FORMATS)
        raise UsageError(f"{str(path)!r} does not say which picture to make", f"end it in {endings}")
    return kind


def save(figure: Figure, path: str | Path, *, title: str, simulated: bool) -> Path:
    """Write a figure to `path`, by its suffix; `title` is what the file says of itself. Gives the path.

    Raises UsageError for another suffix and for a place that cannot be written.
    """
    target = Path(path)
    made = encoded(figure, format_of(target), title=title, simulated=simulated)
    try:
        target.write_bytes(made)
    except OSError as error:
        raise UsageError(f"the figure cannot be written to {str(path)!r}: {error.strerror}") from None
    return target


def encoded(figure: Figure, kind: str, *, title: str, simulated: bool, dpi: float = PNG_DPI) -> bytes:
    """Give a figure as the bytes of an `svg`, `pdf` or `png`."""
    import matplotlib as mpl

    from registry.figures.theme import FILE_STYLE, no_warnings

    about = f"{title} ({SIMULATED})" if simulated else title
    buffer = BytesIO()
    dots = min(dpi, MOST_PIXELS / figure.get_figheight())
    with mpl.rc_context(FILE_STYLE), no_warnings():
        figure.savefig(buffer, format=kind, dpi=dots, metadata={"Title": shown(about), **_NO_DATES[kind]})
    made = buffer.getvalue()
    return shown(made.decode()).encode() if kind == "svg" else made  # XML, which repeats texts in its comments
