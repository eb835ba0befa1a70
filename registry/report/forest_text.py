"""A forest plot in characters: log axis, squares by weight, diamond, prediction interval; for 60 columns and more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.pooling.doubts import MARK
from registry.report import axis, prose, reported, wrapping
from registry.report.directions import sides
from registry.report.tables import SHOW_PREDICTION_FROM, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a plot: `squares` from the lightest to the heaviest estimate."""

    squares: str
    line: str
    pooled_line: str
    prediction: str
    diamond: str
    reference: str
    arrow_left: str
    arrow_right: str
    base: str
    tick: str


UNICODE = Glyphs("▪■█", "─", "═", "┄", "◆", "┊", "◄", "►", "─", "┴")
ASCII = Glyphs("oO@", "-", "=", "~", "#", ":", "<", ">", "-", "+")

#: An estimate gets the next heavier square from each of these shares of the largest weight on.
HEAVIER = (0.33, 0.75)

#: The plot itself is this wide at least and at most.
NARROWEST, WIDEST = 15, 81
#: Labels may take this many columns, or this share of what the numbers leave, as long as the plot has its least.
SHORTEST_LABEL, LABEL_SHARE = 24, 0.45
#: Below this width the weights are left out: a table has them.
WEIGHTS_FROM = 76


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the plot: where its interval starts, its point and its end (log scale; None: no such part)."""

    label: str
    low: float | None
    mid: float | None
    high: float | None
    text: str
    weight: str = ""
    line: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The axis, from `low` to `high` on the log scale, over `width` characters."""

    low: float
    high: float
    width: int

    def column(self, log: float) -> int:
        """Give the column of a log ratio; outside the axis it is out of range."""
        return round((log - self.low) / (self.high - self.low) * (self.width - 1))


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths of the columns beside the plot; `weights` 0 leaves them out."""

    labels: int
    texts: int
    weights: int


def forest(result: PoolResult, width: int = 100, *, ascii_only: bool = False) -> str:
    """Draw a result for a terminal `width` columns wide (at least 60); plain ASCII on request.

    An interval beyond the axis ends in an arrow. The reference line is at 1.
    """
    glyphs = ASCII if ascii_only else UNICODE
    lower, higher = sides(result)
    ratio = f"{prose.measure_label(result.measure)} ({prose.level_text(result.pool.level)} CI)"
    header = Row("Study", None, None, None, ratio, "Weight")
    parts = [[header, *_estimates(result, glyphs)], [*_groups(result, glyphs)], [*_pooled(result, glyphs)]]
    rows = [row for part in parts for row in part]
    canvas, layout = _laid_out(result, rows, max(width, 60))
    lines: list[str] = []
    for part in filter(None, parts):
        lines += [_frame("", _background(canvas, glyphs), layout)] if lines else []
        lines += [_line(row, canvas, glyphs, layout) for row in part]
    lines += [_frame("", each, layout) for each in (_base(canvas, glyphs), _tick_labels(canvas))]
    said = f"Left of 1: {lower}. Right of 1: {higher}." if lower else ""
    lines += wrapping.wrapped(said, max(width, 60))
    lines += [f"{MARK} Doubtful; see the notes."] if result.doubts.estimates else []
    drawn = "\n".join(line.rstrip() for line in [prose.SIMULATED] * result.simulated + lines)
    return _to_ascii(drawn) if ascii_only else drawn


def _laid_out(result: PoolResult, rows: list[Row], width: int) -> tuple[Canvas, Layout]:
    """Share the width out: numbers as they need, labels at most their share, the plot the rest."""
    texts = wrapping.cells([row.text for row in rows])
    weights = wrapping.cells([row.weight for row in rows]) if width >= WEIGHTS_FROM else 0
    room = width - texts - weights - 2 * (3 if weights else 2)
    widest = wrapping.cells([row.label for row in rows])
    labels = min(widest, max(SHORTEST_LABEL, int(LABEL_SHARE * room)), room - NARROWEST)
    return Canvas(*_limits(result), max(NARROWEST, min(WIDEST, room - labels))), Layout(labels, texts, weights)


def _estimates(result: PoolResult, glyphs: Glyphs) -> Iterator[Row]:
    heaviest = max(each.weight for each in result.estimates)
    for place, (each, ratio) in enumerate(zip(result.estimates, reported.in_pool(result), strict=True)):
        yield Row(
            marked(each.label, place in result.doubts.places),
            math.log(each.ci_low),
            each.yi,
            math.log(each.ci_high),
            ratio,
            f"{each.weight:.1f} %",
            glyphs.line,
            glyphs.squares[sum(each.weight >= share * heaviest for share in HEAVIER)],
        )


def _groups(result: PoolResult, glyphs: Glyphs) -> Iterator[Row]:
    for group in result.subgroups.groups if result.subgroups else ():
        pool = group.pool
        yield _diamond(f"{group.label} (k = {pool.k})", pool, (pool.ci_low, pool.ci_high), glyphs)


def _pooled(result: PoolResult, glyphs: Glyphs) -> Iterator[Row]:
    """Yield the diamond (at k = 2 one per interval, none for a single estimate) and the prediction interval."""
    pool = result.pool
    if pool.k == 1:
        return
    if pool.has_headline:
        yield _diamond(f"{_model(pool)} (k = {pool.k})", pool, (pool.ci_low, pool.ci_high), glyphs)
    else:
        yield _diamond("Wald (k = 2)", pool, (pool.wald_ci_low, pool.wald_ci_high), glyphs)
        yield _diamond("Hartung–Knapp (k = 2)", pool, (pool.hk_ci_low, pool.hk_ci_high), glyphs)
    if pool.pi_low is not None and pool.k >= SHOW_PREDICTION_FROM:
        text = prose.interval(pool.hr_pi_low, pool.hr_pi_high)
        yield Row("Prediction interval", pool.pi_low, None, pool.pi_high, f"({text})", line=glyphs.prediction)


def _diamond(name: str, pool: Pooled, bounds: tuple[float | None, float | None], glyphs: Glyphs) -> Row:
    text = prose.value(pool.hr, *(prose.ratio(bound) for bound in bounds))
    return Row(name, bounds[0], pool.mu, bounds[1], text, line=glyphs.pooled_line, point=glyphs.diamond)


def _model(pool: Pooled) -> str:
    return "Common effect" if pool.method == "FE" else "Random effects"


def _limits(result: PoolResult) -> tuple[float, float]:
    ratios = [each.hr for each in result.estimates]
    bounds = [bound for each in result.estimates for bound in (each.ci_low, each.ci_high)]
    pool = result.pool
    bounds += [bound for bound in (pool.hr_ci_low, pool.hr_ci_high) if bound is not None]
    return axis.limits(ratios, bounds)


def _line(row: Row, canvas: Canvas, glyphs: Glyphs, layout: Layout) -> str:
    plot = " " * canvas.width if not row.line else _drawn(row, canvas, glyphs)
    numbers = f"{_frame(_shortened(row.label, layout.labels), plot, layout)}  {row.text:>{layout.texts}}"
    return f"{numbers}  {row.weight:>{layout.weights}}" if layout.weights else numbers


def _drawn(row: Row, canvas: Canvas, glyphs: Glyphs) -> str:
    cells = list(_background(canvas, glyphs))
    if row.low is not None and row.high is not None:
        first, last = canvas.column(row.low), canvas.column(row.high)
        for column in range(max(first, 0), min(last, canvas.width - 1) + 1):
            cells[column] = row.line
        if first < 0:
            cells[0] = glyphs.arrow_left
        if last > canvas.width - 1:
            cells[-1] = glyphs.arrow_right
    if row.mid is not None and 0 <= canvas.column(row.mid) < canvas.width:
        cells[canvas.column(row.mid)] = row.point
    return "".join(cells)


def _background(canvas: Canvas, glyphs: Glyphs) -> str:
    cells = [" "] * canvas.width
    cells[canvas.column(0.0)] = glyphs.reference
    return "".join(cells)


def _base(canvas: Canvas, glyphs: Glyphs) -> str:
    cells = [glyphs.base] * canvas.width
    for tick in axis.ticks(canvas.low, canvas.high):
        cells[canvas.column(math.log(tick))] = glyphs.tick
    return "".join(cells)


def _tick_labels(canvas: Canvas) -> str:
    """Write the ticks' labels under the axis, each only where it does not touch the one before; 1 always."""
    cells = [" "] * (canvas.width + 4)
    ticks = sorted(axis.ticks(canvas.low, canvas.high), key=lambda tick: tick != 1.0)
    for tick in ticks:
        text = axis.label(tick)
        start = min(max(0, canvas.column(math.log(tick)) - (len(text) - 1) // 2), len(cells) - len(text))
        if all(cell == " " for cell in cells[max(0, start - 1) : start + len(text) + 1]):
            cells[start : start + len(text)] = text
    return "".join(cells)


def _frame(label: str, drawn: str, layout: Layout) -> str:
    return label + " " * (layout.labels - wrapping.width(label)) + "  " + drawn


def _shortened(label: str, width: int) -> str:
    if wrapping.width(label) <= width:
        return label
    while wrapping.width(label) > width - 1:
        label = label[:-1]
    return label + "…"


def _to_ascii(text: str) -> str:
    """Replace what a terminal without Unicode cannot show: dashes first, accents by their letters, the rest by ?."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text.replace("–", "-").replace("−", "-").replace("…", "~").replace(MARK, "*"))
    return "".join(each for each in plain if not unicodedata.combining(each)).encode("ascii", "replace").decode("ascii")
