"""Cutoff-response curve: the ratio above against below a cutoff, by where the cutoff is."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.figures.drawing.bubbles import radii
from registry.figures.drawing.chart import WIDTH, Chart, Key, how_many, question, ratio_title
from registry.figures.drawing.labelling import Point
from registry.figures.drawing.scale import Scale, around, logarithms, numbers, ratios
from registry.figures.drawing.typeset import together
from registry.figures.theme import LIGHT, styled
from registry.report import prose

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.chart import Panel
    from registry.figures.theme import Theme
    from registry.pooling.cutoff_result import CutoffEstimate, CutoffLine, CutoffModels, CutoffsResult

HIGH = 0.7
MOST_INTERVALS = 40
"""Up to how many estimates are drawn with their own intervals."""
BEYOND = 0.9
"""How far intervals are shown beyond all points and the curve, log scale."""
MODELS = ("multi_cutoff", "line")


def figure(
    result: CutoffsResult,
    *,
    theme: Theme = LIGHT,
    width: float | None = None,
    model: str | None = None,
    labels: int = 0,
) -> Figure:
    """Draw the curve of a result of `cutoffs`, and dashed the one without data-driven cutoffs.

    `model` is multi_cutoff (all cutoffs of all cohorts; drawn unless named, where there is one) or line (one estimate
    per cohort). The `labels` estimates furthest from the curve bear their names. Raises UsageError for another model,
    and where the curve cannot be had.
    """
    with styled(theme):
        return _Cutoffs(result, theme, width or WIDTH, *_chosen(result, model)).drawn(how_many("labels", labels))


def title(result: CutoffsResult) -> str:
    """Name the question, as far as all estimates share it."""
    return question(result.about)


def _chosen(result: CutoffsResult, model: str | None) -> tuple[str, CutoffLine]:
    """Give the model to draw, and its line."""
    if model is not None and model not in MODELS:
        raise UsageError(f"model is {model!r}", f"one of: {', '.join(MODELS)}")
    for name in [model] if model else MODELS:
        if (line := _line(result.all, name)) is not None:
            return name, line
    why = result.all.reasons.get(model or "line", "it was not fitted")
    raise UsageError(f"there is no curve to draw: {why}", "`evireg cutoffs` says what can be had")


def _line(models: CutoffModels, name: str) -> CutoffLine | None:
    if name == "line":
        return models.line
    return models.multi_cutoff.fit if models.multi_cutoff else None


class _Cutoffs(Chart):
    """One curve on its way."""

    def __init__(self, result: CutoffsResult, theme: Theme, width: float, model: str, line: CutoffLine) -> None:
        super().__init__(theme, width)
        self.result = result
        self.line = line
        without = result.without_data_driven
        self.without = _line(without, model) if without else None
        self.radii = radii([1.0 / each.vi for each in result.estimates])

    def drawn(self, labels: int) -> Figure:
        """Draw top to bottom."""
        self.top(title(self.result), self._said(self.line), simulated=self.result.simulated)
        y = self._down_scale()
        panel = self.plot(self._across_scale(), y, height=HIGH * min(self.width, 5.5))
        if self.result.simulated:
            self.stamped(panel)
        if y.low < 0.0 < y.high:
            panel.axes.plot([panel.x.low, panel.x.high], [0.0, 0.0], color=self.theme.muted, lw=0.8, zorder=1)
        self._curves(panel)
        self._cohorts(panel)
        self._circles(panel)
        self.names(panel, self._points(panel, labels))
        self.legend(self._keys())
        if self.without is not None:
            self.note(f"Without data-driven cutoffs: {self._said(self.without)}")
        return self.closed()

    def _at(self, cutoff: float) -> float:
        """Give the place of a cutoff on the axis."""
        return math.log(cutoff) if self.line.log else cutoff

    def _across_scale(self) -> Scale:
        unit = "" if self.result.unit == "1" else f" ({self.result.unit})"
        factor = self.result.about.get("factor")
        name = f"Cutoff of {factor}{unit}" if factor else f"Cutoff{unit}"
        ends = around([self._at(each.cutoff) for each in self.result.estimates], 0.07)
        return logarithms(*ends, f"{name}, log scale") if self.line.log else numbers(*ends, name)

    def _down_scale(self) -> Scale:
        """Hold every estimate and the curves; intervals as far as they do not dwarf them."""
        rows = self.result.estimates
        inside = [0.0, *(each.yi for each in rows)]
        for line in (self.line, self.without):
            bounds = [(each.hr_ci_low, each.hr_ci_high) for each in line.curve] if line else []
            inside += [math.log(bound) for pair in bounds for bound in pair if bound]
        own = [math.log(bound) for each in rows for bound in (each.hr_ci_low, each.hr_ci_high)] if self._few() else []
        low = max(min([*inside, *own]), min(inside) - BEYOND)
        high = min(max([*inside, *own]), max(inside) + BEYOND)
        margin = 0.05 * (high - low)
        return ratios(low - margin, high + margin, ratio_title(self.result, upright=True))

    def _few(self) -> bool:
        return len(self.result.estimates) <= MOST_INTERVALS

    def _curves(self, panel: Panel) -> None:
        known = [each for each in self.line.curve if each.hr_ci_low and each.hr_ci_high]
        low, high = ([math.log(getattr(each, name)) for each in known] for name in ("hr_ci_low", "hr_ci_high"))
        x = [self._at(each.cutoff) for each in known]
        panel.axes.fill_between(x, low, high, color=self.theme.accent, alpha=0.2, lw=0, zorder=1.2)
        for line, gid, style in (
            (self.line, "line", self._style()),
            (self.without, "without-data-driven", self._without_style()),
        ):
            if line is not None:
                across = [self._at(each.cutoff) for each in line.curve]
                panel.axes.plot(across, [each.mu or 0.0 for each in line.curve], zorder=2, gid=gid, **style)

    def _style(self) -> dict[str, Any]:
        return {"color": self.theme.accent, "lw": 1.4}

    def _without_style(self) -> dict[str, Any]:
        return {"color": self.theme.series[3], "lw": 1.3, "ls": (0, (4, 2))}

    def _cohorts(self, panel: Panel) -> None:
        """Join the cutoffs of each cohort, and draw the intervals of few estimates."""
        cohorts: dict[tuple[str | None, str | None], list[CutoffEstimate]] = defaultdict(list)
        for each in self.result.estimates:
            cohorts[each.study, each.cohort].append(each)
            if self._few():
                ends = [math.log(each.hr_ci_low), math.log(each.hr_ci_high)]
                panel.axes.plot(
                    [self._at(each.cutoff)] * 2, ends, color=self.theme.muted, lw=0.7, alpha=0.7, zorder=1.5
                )
        for (study, _), own in cohorts.items():
            if len(own) > 1 and study is not None:
                own.sort(key=lambda each: each.cutoff)
                across = [self._at(each.cutoff) for each in own]
                panel.axes.plot(across, [each.yi for each in own], color=self.theme.series[0], lw=0.8, zorder=2.5)

    def _circles(self, panel: Panel) -> None:
        """Draw the estimates; those with a data-driven cutoff hollow."""
        for driven in (False, True):
            order = sorted(range(len(self.radii)), key=lambda row: -self.radii[row])
            rows = [row for row in order if bool(self.result.estimates[row].data_driven) is driven]
            estimates = [self.result.estimates[row] for row in rows]
            panel.axes.scatter(
                [self._at(each.cutoff) for each in estimates],
                [each.yi for each in estimates],
                s=[(2.0 * self.radii[row] * 72.0) ** 2 for row in rows],
                facecolors=self.theme.ground if driven else self.theme.series[0],
                edgecolors=self.theme.series[3] if driven else self.theme.ground,
                linewidths=1.1 if driven else 0.6,
                zorder=3,
                clip_on=False,
                gid="data-driven" if driven else "estimates",
            )

    def _points(self, panel: Panel, labels: int) -> list[Point]:
        rows = self.result.estimates
        order = sorted(range(len(rows)), key=lambda row: -self._distance(rows[row]))
        return [
            Point(*panel.place(self._at(rows[row].cutoff), rows[row].yi), self.radii[row], name)
            for row, name in ((row, rows[row].label if rank < labels else "") for rank, row in enumerate(order))
        ]

    def _distance(self, each: CutoffEstimate) -> float:
        """Give how far an estimate is from the curve, in its standard errors."""
        nearest = min(self.line.curve, key=lambda point: abs(point.cutoff - each.cutoff))
        return abs(each.yi - (nearest.mu or 0.0)) / math.sqrt(each.vi)

    def _keys(self) -> list[Key]:
        dot: dict[str, Any] = {"marker": "o", "ms": 5}
        keys = [Key("point", "Estimate, area by 1/variance", {**dot, "color": self.theme.series[0]})]
        if any(each.data_driven for each in self.result.estimates):
            hollow = {**dot, "markerfacecolor": self.theme.ground, "markeredgecolor": self.theme.series[3]}
            keys.append(Key("point", "Data-driven cutoff", hollow))
        keys.append(Key("line", "Expected ratio" if self.without is None else "Expected, all", self._style()))
        shade = {"facecolor": self.theme.accent, "alpha": 0.2}
        keys.append(Key("patch", f"{prose.level_text(self.result.level)} CI", shade))
        if self.without is not None:
            keys.append(Key("line", "Expected, without data-driven cutoffs", self._without_style()))
        return keys

    def _said(self, line: CutoffLine) -> str:
        """Say how the ratio changes with the cutoff."""
        what = f"{prose.count(line.cohorts, 'cohort')}, all cutoffs of each"
        what = "one estimate per cohort" if line.rho is None else what
        per = "doubling of the cutoff" if line.log else line.per
        shown = together(prose.value(line.hr_slope, line.hr_slope_ci_low, line.hr_slope_ci_high))
        name = prose.measure_label(self.result.measure)
        return f"k = {line.k}, {what}. Ratio of {name}s per {per}: {shown}, {together(prose.p_text(line.slope_p))}."
