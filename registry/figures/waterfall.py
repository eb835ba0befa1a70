"""Why a pool moved, as a picture: from one pooled ratio to the other, step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.figures.drawing.typeset import together
from registry.figures.forests import sheet
from registry.figures.forests.columns import Column, Holding
from registry.figures.forests.line import Kind, Line
from registry.figures.forests.pools import drawn
from registry.figures.theme import LIGHT
from registry.report import explain, prose
from registry.report.directions import axis
from registry.report.prose import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.explaining.explanation import Effect, Explanation, State
    from registry.figures.theme import Theme

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

    @property
    def tone(self) -> str:
        """Muted for what is no evidence, else by direction."""
        if self.ordered:
            return "muted"
        return "accent" if self.end >= self.start else "other"


def figure(result: Explanation, *, theme: Theme = LIGHT, width: float | None = None) -> Figure:
    """Draw the waterfall of an explanation. Raises UsageError where one of the two pools is undefined."""
    if result.total is None:
        why = result.start.why or result.end.why or "one of the two pools is undefined"
        raise UsageError(f"there is no path to draw: {why}", "`evireg explain` without a picture says what changed")
    path = bars(result)
    content = sheet.Content(
        title=title(result),
        first="What moved the pool",
        columns=_columns(result, path),
        lines=(_state(result.start, None), *map(_step, path), _state(result.end, result.total.log_hr)),
        limits=_limits(result, path),
        remarks=(_legend(result, path), explain.methods(result)),
        simulated=result.simulated,
        axis=axis(result),
    )
    return drawn(content, theme, width, ("happened", "moved"))


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


# -- what stands where


def _columns(result: Explanation, path: list[Bar]) -> tuple[Column, ...]:
    name = prose.measure_label(result.measure)
    level = next(float(state.pool["level"]) for state in (result.start, result.end) if state.pool)
    numbers = (
        Column("hr", f"{name} ({prose.level_text(level)} CI)", right=True),
        Column("moved", f"log {name}", right=True),
    )
    return (Column("happened", "", Holding.WORDS), *numbers) if any(bar.happened for bar in path) else numbers


def _state(state: State, moved: float | None) -> Line:
    """Give the line of a pool; the last says how far it moved."""
    pool = state.pool or {}
    size = together(f"k = {pool['k']}")
    label = f"{state.label[:1].upper()}{state.label[1:]}, {size}"
    cells = {"hr": prose.value(pool["hr"], pool["hr_ci_low"], pool["hr_ci_high"])}
    if moved is not None:
        cells["moved"] = explain.signed(moved)
    low, high = _bounds(state)
    return Line(Kind.STATE, label, cells, low, state.values[0], high, 1.0)


def _step(bar: Bar) -> Line:
    cells = {"happened": bar.happened, "moved": explain.signed(bar.end - bar.start)}
    return Line(Kind.STEP, bar.label, cells, bar.start, bar.end, bar.end, indent=True, se=bar.se, tone=bar.tone)


def _legend(result: Explanation, path: list[Bar]) -> str:
    name = prose.measure_label(result.measure)
    what = f"Blue: towards a higher {name}; ochre: towards a lower one"
    grey = "; grey: query and engine" if any(bar.ordered for bar in path) else ""
    lines = "; lines on bars: ± 1 standard error" if any(bar.se > 0.0 for bar in path) else ""
    return f"{what}{grey}{lines}. An arrow: the interval goes on."
