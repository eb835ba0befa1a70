"""Why a pool moved, as a picture: from one pooled ratio to the other, step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from registry.errors import UsageError
from registry.figures.marks import Plot
from registry.figures.sheet import BANDS_FROM, GAP, INDENT, MARGIN, NEXT_LINE, ROW, SIZE, SMALL, Sheet
from registry.figures.theme import LIGHT, styled
from registry.figures.typeset import printable, widest, wrapped
from registry.report import axis, explain, prose
from registry.report.prose import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.explaining.explanation import Effect, Explanation, State
    from registry.figures.theme import Theme

PLOT_WIDTH, MOST_LABEL = 2.9, 2.6
BAR, SLIVER = 0.11, 0.012
"""Height of a bar, and the least width, inches, so that it is seen."""
MOST_BARS = 40
"""Beyond, the smallest contributions are one bar."""
AROUND, LEAST_AROUND = 0.5, math.log(1.04)
"""How far an interval is shown beyond the path, as a share of its length, and at least, on the log scale."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of the path from log ratio `start` to `end`; `se` of a sampled contribution, 0 for none."""

    label: str
    happened: str
    start: float
    end: float
    se: float = 0.0
    ordered: bool = False

    def color(self, theme: Theme) -> str:
        """Grey for what is no evidence, else by direction."""
        if self.ordered:
            return theme.muted
        return theme.accent if self.end >= self.start else theme.other


def figure(result: Explanation, *, theme: Theme = LIGHT, width: float | None = None) -> Figure:
    """Draw the waterfall of an explanation. Raises UsageError where one of the two pools is undefined."""
    if result.total is None:
        why = result.start.why or result.end.why or "one of the two pools is undefined"
        raise UsageError(f"there is no path to draw: {why}", "`evireg explain` without a picture says what changed")
    with styled(theme):
        return _Waterfall(result, theme).drawn()


def title(result: Explanation) -> str:
    """Name the query, or the question as far as all estimates share it."""
    about = ", ".join(result.about[name] for name in ("factor", "endpoint", "disease") if name in result.about)
    return f"{result.query}: {about}" if result.query and about else result.query or about


def bars(result: Explanation) -> list[Bar]:
    """Give the steps of the path: query, engine, cohorts from the largest on; the smallest of many as one."""
    here = result.start.values[0]
    found: list[Bar] = []

    def add(label: str, happened: str, effect: Effect | None, *, se: float = 0.0, ordered: bool = False) -> None:
        nonlocal here
        moved = effect.values[0] if effect is not None else math.nan
        if math.isnan(moved):
            return
        found.append(Bar(label, happened, here, here + moved, se, ordered))
        here += moved

    for step in result.steps:
        add(step.label[:1].upper() + step.label[1:], "", step.effect, ordered=True)
    shared = [each for each in result.evidence.contributions if each.effect is not None]
    if not shared and result.evidence.contributions:
        add("Evidence, not shared among cohorts", "", result.evidence.total)
    kept = shared if len(shared) <= MOST_BARS else shared[: MOST_BARS - 1]
    for each in kept:
        add(each.label, each.happened, each.effect, se=each.se.values[0] if each.se else 0.0)
    if rest := shared[len(kept) :]:
        moved = sum(each.effect.values[0] for each in rest if each.effect)
        label = f"{count(len(rest), 'other cohort')}"
        found.append(Bar(label, "", here, here + moved))
    return found


def _limits(result: Explanation, path: list[Bar]) -> tuple[float, float]:
    """Choose the ends of the axis: the whole path, and intervals as far as they do not dwarf it."""
    ends = [state.values[0] for state in (result.start, result.end)]
    inside = [*ends, *(edge for bar in path for edge in (bar.start, bar.end - bar.se, bar.end + bar.se))]
    around = max(AROUND * (max(inside) - min(inside)), LEAST_AROUND)
    bounds = [bound for state in (result.start, result.end) if state.pool for bound in _bounds(state)]
    low = max(min([*inside, *bounds]), min(inside) - around)
    high = min(max([*inside, *bounds]), max(inside) + around)
    margin = 0.03 * (high - low)
    return low - margin, high + margin


def _bounds(state: State) -> tuple[float, float]:
    pool = state.pool or {}
    return float(pool["ci_low"]), float(pool["ci_high"])


class _Waterfall(Sheet):
    """One waterfall on its way."""

    def __init__(self, result: Explanation, theme: Theme) -> None:
        self.result = result
        self.name = prose.measure_label(result.measure)
        self.bars = bars(result)
        self.labels = [printable(bar.label) for bar in self.bars]
        pools = [self._pool(state) for state in (result.start, result.end)]
        ends = [printable(self._end(state)) for state in (result.start, result.end)]
        label = max(widest(self.labels, size=SIZE) + INDENT, widest(ends, size=SIZE, bold=True))
        self.label = min(label, MOST_LABEL)
        happened = widest([bar.happened for bar in self.bars], size=SMALL)
        self.happened = MARGIN + self.label + (GAP if happened else 0.0)
        self.start = self.happened + happened + GAP
        self.headers = (f"{self.name} ({prose.level_text(self._level())} CI)", f"log {self.name}")
        self.moved = [explain.signed(bar.end - bar.start) for bar in self.bars]
        self.ratio_edge = self.start + PLOT_WIDTH + GAP + widest([self.headers[0], *pools], size=SIZE, bold=True)
        self.moved_edge = self.ratio_edge + GAP + widest([self.headers[1], *self.moved], size=SIZE, bold=True)
        super().__init__(theme, self.moved_edge + MARGIN)
        self.plot = Plot(self.axes, theme, *_limits(result, self.bars), self.start, self.start + PLOT_WIDTH)

    def drawn(self) -> Figure:
        """Draw top to bottom."""
        self._top()
        first = self.y
        self._state(self.result.start)
        for number, bar in enumerate(self.bars):
            self._bar(number, bar)
        self._state(self.result.end, total=True)
        if self.plot.low < 0.0 < self.plot.high:
            self.plot.vertical(0.0, first, self.y, color=self.theme.muted, lw=0.8)
        if self.result.simulated:
            self.stamp(self.start, self.start + PLOT_WIDTH, first)
        self._axis()
        self.small(self._legend())
        self.small(explain.methods(self.result))
        return self.closed()

    def _level(self) -> float:
        return float(next(state.pool["level"] for state in (self.result.start, self.result.end) if state.pool))

    def _pool(self, state: State) -> str:
        pool = state.pool or {}
        return prose.value(pool["hr"], pool["hr_ci_low"], pool["hr_ci_high"])

    def _end(self, state: State) -> str:
        pool = state.pool or {}
        return f"{state.label[:1].upper()}{state.label[1:]}, k = {pool['k']}"

    def _top(self) -> None:
        self.heading(title(self.result), simulated=self.result.simulated)
        self.text(MARGIN, self.y + ROW / 2, "What moved the pool", fontweight="bold")
        for edge, header in zip((self.ratio_edge, self.moved_edge), self.headers, strict=True):
            self.text(edge, self.y + ROW / 2, header, fontweight="bold", ha="right")
        self.y += ROW
        self.rule()
        self.y += ROW / 4

    def _state(self, state: State, *, total: bool = False) -> None:
        """Draw a pool: its interval as far as the axis goes, and a square."""
        parts = wrapped(printable(self._end(state)), self.label, size=SIZE, bold=True)
        height = ROW + NEXT_LINE * (len(parts) - 1)
        middle = self.y + height / 2
        self.parts(parts, MARGIN, middle, fontweight="bold")
        self.text(self.ratio_edge, middle, self._pool(state), ha="right", fontweight="bold")
        if total and self.result.total is not None:
            moved = explain.signed(self.result.total.log_hr)
            self.text(self.moved_edge, middle, moved, ha="right", fontweight="bold")
        self.plot.interval(*_bounds(state), middle, color=self.theme.ink, lw=0.9)
        self.plot.square(state.values[0], middle, 1.0)
        self.y += height

    def _bar(self, number: int, bar: Bar) -> None:
        parts = wrapped(self.labels[number], self.label - INDENT, size=SIZE) or [""]
        height = ROW + NEXT_LINE * (len(parts) - 1)
        if len(self.bars) >= BANDS_FROM and number % 2 == 1:
            self.plot.band(self.y, height, MARGIN, self.width - 2 * MARGIN)
        middle = self.y + height / 2
        self.parts(parts, MARGIN + INDENT, middle)
        if bar.happened:
            self.text(self.happened, middle, bar.happened, fontsize=SMALL, color=self.theme.muted)
        self.text(self.moved_edge, middle, self.moved[number], ha="right")
        self._mark(bar, middle, height)
        self.y += height

    def _mark(self, bar: Bar, middle: float, height: float) -> None:
        """Draw a bar, the thin line that leads down to the next, and its standard error."""
        left, right = sorted((self.plot.x(bar.start), self.plot.x(bar.end)))
        if right - left < SLIVER:
            left, right = (left + right - SLIVER) / 2, (left + right + SLIVER) / 2
        self.axes.add_patch(
            Rectangle(
                (left, middle - BAR / 2), right - left, BAR, facecolor=bar.color(self.theme), edgecolor="none", zorder=3
            )
        )
        for log, top, bottom in ((bar.start, -height / 2, 0.0), (bar.end, 0.0, height / 2)):
            self.plot.vertical(log, middle + top, middle + bottom, color=self.theme.muted, lw=0.6)
        if bar.se > 0.0:
            ends = [self.plot.x(bar.end - bar.se), self.plot.x(bar.end + bar.se)]
            self.axes.plot(ends, [middle, middle], color=self.theme.ink, lw=1.0, solid_capstyle="butt", zorder=4)

    def _axis(self) -> None:
        start, end, y = self.plot.start, self.plot.end, self.y + 0.03
        self.axes.plot([start, end], [y, y], color=self.theme.ink, lw=0.8, solid_capstyle="butt")
        for tick in axis.ticks(self.plot.low, self.plot.high):
            x = self.plot.x(math.log(tick))
            self.axes.plot([x, x], [y, y + 0.04], color=self.theme.ink, lw=0.8)
            self.text(x, y + 0.12, axis.label(tick), ha="center", fontsize=SMALL)
        self.text((start + end) / 2, y + 0.26, self.name, ha="center", fontsize=SMALL)
        self.y = y + 0.36

    def _legend(self) -> str:
        what = f"Blue: towards a higher {self.name}; ochre: towards a lower one"
        grey = "; grey: query and engine" if any(bar.ordered for bar in self.bars) else ""
        lines = "; lines on bars: ± 1 standard error" if any(bar.se > 0.0 for bar in self.bars) else ""
        return f"{what}{grey}{lines}. An arrow: the interval goes on."
