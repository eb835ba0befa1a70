"""Forest plots for print: SVG, PDF or PNG, the same input giving the same bytes.

Everything is laid out in inches from measured text, so nothing overlaps whatever the number or length of the lines.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from registry.errors import UsageError
from registry.report import axis, prose
from registry.report.forest_marks import BLUE, GREY, INK, STAMP, Plot
from registry.report.forest_rows import Kind, Line, directions, footer, known, known_heading, limits, lines, title
from registry.report.typeset import FONT, printable, widest, width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from registry.pooling.result import PoolResult

FORMATS = ("svg", "pdf", "png")

#: The same font everywhere (it comes with matplotlib), and what makes the bytes of a file depend on its input alone.
STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "svg.hashsalt": "evireg",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}

SIZE, SMALL = 8.0, 7.0
"""Sizes of text, points."""
CAPITAL = 0.73
"""Height of a capital as a share of the size."""
MARGIN, GAP, INDENT = 0.15, 0.18, 0.12
ROW, NEXT_LINE = 0.205, 0.135
PLOT_WIDTH, MOST_LABEL = 2.9, 2.6
#: Lines are banded from here on, so that the eye keeps to one.
BANDS_FROM = 16
PNG_DPI, MOST_PIXELS = 200, 60_000


def draw(result: PoolResult, path: str | Path) -> Path:
    """Write the forest plot of a result to `path`: .svg, .pdf or .png. Gives the path.

    Raises UsageError for another suffix and for a place that cannot be written.
    """
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise UsageError(
            f"{str(path)!r} does not say which picture to make",
            f"end it in {', '.join('.' + each for each in FORMATS)}",
        )
    with _style():
        made = figure(result)
        dpi = min(PNG_DPI, MOST_PIXELS / made.get_figheight())
        try:
            made.savefig(target, format=kind, dpi=dpi, metadata=_metadata(kind, result))
        except OSError as error:
            raise UsageError(f"the forest plot cannot be written to {str(path)!r}: {error.strerror}") from None
    return target


def figure(result: PoolResult) -> Figure:
    """Draw the forest plot of a result, as wide and high as it needs to be; a `matplotlib.figure.Figure`."""
    with _style():
        return _Sheet(result).drawn()


def _metadata(kind: str, result: PoolResult) -> dict[str, str | None]:
    about = f"Forest plot: {title(result)}" + (f" ({prose.SIMULATED})" if result.simulated else "")
    dates: dict[str, dict[str, str | None]] = {
        "svg": {"Date": None},
        "pdf": {"CreationDate": None},
        "png": {"Software": None},
    }
    return {"Title": about, **dates[kind]}


@contextmanager
def _style() -> Iterator[None]:
    """Set fonts and salt for a while; a letter the font lacks is drawn as a box, not reported."""
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns end, inches from the left: label, n, ratio, weight; and where the plot starts and ends."""

    label: float
    n: float
    plot_low: float
    plot_high: float
    ratio: float
    weight: float
    width: float


class _Sheet:
    """One figure on its way: `y` is how far down, in inches, it is drawn."""

    def __init__(self, result: PoolResult) -> None:
        self.result = result
        self.lines = [replace(line, label=printable(line.label)) for line in lines(result)]
        self.headers = (
            "Study",
            "n",
            f"{prose.measure_label(result.measure)} ({prose.level_text(result.pool.level)} CI)",
            "Weight",
        )
        self.columns = self._columns()
        self.labels = {id(line): self._broken(line) for line in self.lines}
        self.figure = Figure(figsize=(self.columns.width, 1.0))
        self.axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.plot = Plot(self.axes, *limits(result), self.columns.plot_low, self.columns.plot_high)
        self.y = MARGIN

    def drawn(self) -> Figure:
        """Draw top to bottom, then cut the sheet to what was used."""
        self._top()
        first = self.y
        for number, line in enumerate(self.lines):
            self._line(line, band=len(self.result.estimates) >= BANDS_FROM and number % 2 == 1)
        self._references(first)
        self._axis()
        self._bottom()
        height = self.y + MARGIN
        self.figure.set_size_inches(self.columns.width, height)
        self.axes.set_xlim(0.0, self.columns.width)
        self.axes.set_ylim(height, 0.0)
        self.axes.set_axis_off()
        return self.figure

    def _columns(self) -> _Columns:
        """Give every column of numbers the room its widest text needs, and labels theirs up to a limit."""
        _, *headers = self.headers
        labelled = [line for line in self.lines if line.kind is not Kind.REMARK]
        label = min(max(self._label_width(line) for line in labelled), MOST_LABEL)
        label = max(label, width("Prediction interval", size=SIZE, bold=True))
        texts = [[line.n for line in labelled], [line.ratio for line in labelled], [line.weight for line in labelled]]
        n, ratio, weight = (
            widest([header, *column], size=SIZE, bold=True) if any(column) else 0.0
            for header, column in zip(headers, texts, strict=True)
        )
        label_edge = MARGIN + label
        n_edge = label_edge + (GAP + n if n else 0.0)
        plot = n_edge + GAP
        ratio_edge = plot + PLOT_WIDTH + GAP + ratio
        weight_edge = ratio_edge + GAP + weight
        return _Columns(label_edge, n_edge, plot, plot + PLOT_WIDTH, ratio_edge, weight_edge, weight_edge + MARGIN)

    def _label_width(self, line: Line) -> float:
        return _left(line) - MARGIN + width(line.label, size=SIZE, bold=line.kind is not Kind.ESTIMATE)

    def _broken(self, line: Line) -> list[str]:
        room = self.columns.label - _left(line)
        return wrapped(line.label, room, size=SIZE, bold=line.kind is not Kind.ESTIMATE) or [""]

    def _text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write a text whose capitals are centred on `y`."""
        options: dict[str, Any] = {"fontsize": SIZE, "color": INK, "va": "baseline", **style}
        below = 0.0 if options["va"] == "center" else CAPITAL / 2.0 * options["fontsize"] / 72.0
        self.axes.text(x, y + below, text, parse_math=False, **options)

    def _top(self) -> None:
        if self.result.simulated:
            self._text(MARGIN, self.y + ROW / 2, prose.SIMULATED, color=STAMP, fontweight="bold")
            self.y += ROW
        if heading := printable(title(self.result)):
            for part in wrapped(heading, self.columns.width - 2 * MARGIN, size=SIZE, bold=True):
                self._text(MARGIN, self.y + ROW / 2, part, fontweight="bold")
                self.y += ROW
            self.y += ROW / 4
        study, n, ratio, weight = self.headers
        columns = self.columns
        self._text(MARGIN, self.y + ROW / 2, study, fontweight="bold")
        for edge, text in ((columns.n, n), (columns.ratio, ratio), (columns.weight, weight)):
            if text != n or any(line.n for line in self.lines):
                self._text(edge, self.y + ROW / 2, text, fontweight="bold", ha="right")
        self.y += ROW
        self._rule(self.y)
        self.y += ROW / 4

    def _rule(self, y: float) -> None:
        self.axes.plot([MARGIN, self.columns.width - MARGIN], [y, y], color=INK, lw=0.7, solid_capstyle="butt")

    def _line(self, line: Line, *, band: bool) -> None:
        if line.kind is Kind.SPACE:
            self.y += ROW / 2
            return
        parts = self.labels[id(line)]
        height = ROW + NEXT_LINE * (len(parts) - 1)
        if band:
            self.plot.band(self.y, height, MARGIN, self.columns.width - 2 * MARGIN)
        middle = self.y + height / 2
        strong = "normal" if line.kind in (Kind.ESTIMATE, Kind.REMARK) else "bold"
        style = {"fontsize": SMALL, "color": GREY} if line.kind is Kind.REMARK else {"fontweight": strong}
        start = middle - NEXT_LINE * (len(parts) - 1) / 2
        for number, part in enumerate(parts):
            self._text(_left(line), start + number * NEXT_LINE, part, **style)
        edges = (self.columns.n, self.columns.ratio, self.columns.weight)
        for edge, text in zip(edges, (line.n, line.ratio, line.weight), strict=True):
            if text:
                self._text(edge, middle, text, ha="right", fontweight=strong)
        self._mark(line, middle)
        self.y += height

    def _mark(self, line: Line, y: float) -> None:
        if line.kind is Kind.ESTIMATE:
            self.plot.interval(line.low, line.high, y, color=INK, lw=0.9)
            self.plot.square(line.mid, y, line.share)
        elif line.kind is Kind.DIAMOND:
            self.plot.diamond(line.low, line.mid, line.high, y)
        elif line.kind is Kind.PREDICTION:
            self.plot.interval(line.low, line.high, y, color=BLUE, lw=2.2, capped=True)

    def _references(self, first: float) -> None:
        """Draw the line of no difference, and a faint one through the pooled ratio."""
        self.plot.vertical(0.0, first, self.y, color=GREY, lw=0.8)
        mu = self.result.pool.mu
        if self.result.pool.k > 1 and mu is not None:
            self.plot.vertical(mu, first, self.y, color=BLUE, lw=0.7, ls=(0, (2, 2)), alpha=0.6)
        if self.result.simulated:
            self._stamp(first)

    def _stamp(self, first: float) -> None:
        """Write SIMULATED across the plot."""
        middle = (self.columns.plot_low + self.columns.plot_high) / 2
        angle = min(28.0, math.degrees(math.atan2(self.y - first, PLOT_WIDTH)))
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 26, "color": STAMP, "alpha": 0.13}
        self._text(middle, (first + self.y) / 2, "SIMULATED", rotation=angle, zorder=0.5, gid="stamp", **style)

    def _axis(self) -> None:
        start, end, y = self.columns.plot_low, self.columns.plot_high, self.y + 0.03
        self.axes.plot([start, end], [y, y], color=INK, lw=0.8, solid_capstyle="butt")
        for tick in axis.ticks(self.plot.low, self.plot.high):
            x = self.plot.x(math.log(tick))
            self.axes.plot([x, x], [y, y + 0.04], color=INK, lw=0.8)
            self._text(x, y + 0.12, axis.label(tick), ha="center", fontsize=SMALL)
        self.y = y + 0.2
        self._directions()

    def _directions(self) -> None:
        """Say on each side of 1 what a ratio there means."""
        lower, higher = (printable(text) for text in directions(self.result))
        one = self.plot.x(0.0)
        if not lower:
            return
        left = wrapped(f"← {lower}", one - MARGIN - 0.06, size=SMALL)
        right = wrapped(f"{higher} →", self.columns.width - MARGIN - one - 0.06, size=SMALL)
        for x, parts, align in ((one - 0.06, left, "right"), (one + 0.06, right, "left")):
            for number, part in enumerate(parts):
                self._text(x, self.y + 0.07 + number * NEXT_LINE, part, ha=align, fontsize=SMALL, color=GREY)
        self.y += max(len(left), len(right)) * NEXT_LINE + 0.06

    def _bottom(self) -> None:
        for text in footer(self.result):
            self._small(text)
        if listed := known(self.result):
            self.y += ROW / 3
            self._small(known_heading(self.result), fontweight="bold")
        for text in listed:
            self._small(text, color=GREY)

    def _small(self, text: str, **style: Any) -> None:
        """Write a paragraph of small text, its second and later lines set in."""
        room = self.columns.width - 2 * MARGIN - INDENT
        for number, part in enumerate(wrapped(printable(text), room, size=SMALL, bold="fontweight" in style)):
            self._text(MARGIN + INDENT * (number > 0), self.y + NEXT_LINE / 2, part, fontsize=SMALL, **style)
            self.y += NEXT_LINE


def _left(line: Line) -> float:
    """Give the place where the label of a line starts."""
    return MARGIN + (INDENT if line.indent else 0.0)
