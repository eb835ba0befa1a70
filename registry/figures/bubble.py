"""Bubble plot of a meta-regression: estimates against a moderator, the line and its bands (Thompson & Higgins 2002)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from registry.columns import BY_NAME
from registry.errors import UsageError
from registry.figures.drawing.bubbles import apart, radii
from registry.figures.drawing.chart import WIDTH, Chart, Key, how_many, question, ratio_title
from registry.figures.drawing.labelling import Point
from registry.figures.drawing.scale import Scale, around, numbers, ratios
from registry.figures.drawing.typeset import together, wrapped
from registry.figures.theme import LIGHT, styled
from registry.pooling.grouping import title as column_title
from registry.report import prose

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.chart import Panel
    from registry.figures.theme import Theme
    from registry.pooling.regress_result import Prediction, RegressedEstimate, RegressResult

HIGH = 0.7
SLOT = 0.38
"""Half of the room of a level, of the distance between two."""
BEYOND = 1.2
"""How far a prediction band is shown beyond all else, log scale."""


def figure(
    result: RegressResult,
    *,
    theme: Theme = LIGHT,
    width: float | None = None,
    moderator: str | None = None,
    labels: int = 0,
) -> Figure:
    """Draw a meta-regression against one of its moderators, the first unless named, the others at their means.

    The `labels` estimates furthest from the line bear their names. Raises UsageError for an unknown moderator.
    """
    with styled(theme):
        return _Bubble(result, theme, width or WIDTH, _named(result, moderator)).drawn(how_many("labels", labels))


def title(result: RegressResult) -> str:
    """Name the question, as far as all estimates share it."""
    return question(result.about)


def _named(result: RegressResult, moderator: str | None) -> str:
    names = list(result.curves)
    if moderator is not None and moderator not in names:
        raise UsageError(f"{moderator!r} is no moderator of this regression", f"one of: {', '.join(names)}")
    return moderator or names[0]


class _Bubble(Chart):
    """One bubble plot on its way."""

    def __init__(self, result: RegressResult, theme: Theme, width: float, moderator: str) -> None:
        super().__init__(theme, width)
        self.result, self.moderator = result, moderator
        self.curve = result.curves[moderator]
        self.levels = [str(each.at[moderator]) for each in self.curve] if self._is_category() else []
        self.radii = radii([each.weight for each in result.estimates])

    def drawn(self, labels: int) -> Figure:
        """Draw top to bottom."""
        self.top(title(self.result), self._model(), simulated=self.result.simulated)
        y = self._down_scale()
        left, height = self.edge(y), HIGH * min(self.width, 5.5)
        panel = self.plot(self._across_scale(left), y, height=height, left=left)
        if self.result.simulated:
            self.stamped(panel)
        if y.low < 0.0 < y.high:
            panel.axes.plot([panel.x.low, panel.x.high], [0.0, 0.0], color=self.theme.muted, lw=0.8, zorder=1)
        places = self._places(panel)
        self._levels(panel) if self.levels else self._fit(panel)
        self._circles(panel, places)
        self.names(panel, self._points(places, labels))
        self.legend(self._keys())
        for text in self._said():
            self.note(text)
        return self.closed()

    def _is_category(self) -> bool:
        return isinstance(self.curve[0].at[self.moderator], str)

    def _value(self, each: RegressedEstimate | Prediction) -> float:
        """Give a value of the moderator, of a category the place of its level."""
        value = each.at[self.moderator]
        return float(self.levels.index(str(value))) if self.levels else float(value)

    def _down_scale(self) -> Scale:
        """Hold every estimate and the CI band; the band of a new study as far as it does not dwarf them."""
        inside = [0.0, *(each.yi for each in self.result.estimates), *_logs(self.curve, "hr_ci_low", "hr_ci_high")]
        new = [*inside, *_logs(self.curve, "hr_pi_low", "hr_pi_high")]
        low, high = max(min(new), min(inside) - BEYOND), min(max(new), max(inside) + BEYOND)
        margin = 0.06 * (high - low)
        return ratios(low - margin, high + margin, ratio_title(self.result, upright=True))

    def _across_scale(self, left: float) -> Scale:
        heading = self._name()
        heading = f"{heading[:1].upper()}{heading[1:]}"
        if not self.levels:
            return numbers(*around([self._value(each) for each in self.result.estimates], 0.07), heading)
        room = (self.width - self.type.margin - left) / len(self.levels) - 0.08
        texts = []
        for place, level in enumerate(self.levels):
            many = sum(each.at[self.moderator] == level for each in self.result.estimates)
            parts = [*wrapped(level, room, size=self.type.small), f"k = {many}"]
            texts.append((float(place), "\n".join(parts)))
        return Scale(-0.5, len(self.levels) - 0.5, tuple(texts), heading)

    def _name(self) -> str:
        """Name the moderator with its unit."""
        unit = BY_NAME[self.moderator].unit if self.moderator in BY_NAME else ""
        return column_title(self.moderator) + (f" ({unit})" if unit else "")

    def _places(self, panel: Panel) -> list[tuple[float, float]]:
        """Give where each circle lies on the sheet; those of one level beside each other."""
        places = [panel.place(self._value(each), each.yi) for each in self.result.estimates]
        room = SLOT * (panel.box.right - panel.box.left) / max(len(self.levels), 1)
        for level in self.levels:
            rows = [row for row, each in enumerate(self.result.estimates) if each.at[self.moderator] == level]
            sizes = [self.radii[row] for row in rows]
            moved = apart([places[row][1] for row in rows], sizes, max(room - max(sizes, default=0.0), 0.01))
            for row, across in zip(rows, moved, strict=True):
                places[row] = places[row][0] + across, places[row][1]
        return places

    def _circles(self, panel: Panel, places: list[tuple[float, float]]) -> None:
        """Draw the estimates, the smaller over the larger."""
        wide = panel.box.right - panel.box.left
        order = sorted(range(len(places)), key=lambda row: -self.radii[row])
        share = [(places[row][0] - panel.box.left) / wide for row in order]
        across = [panel.x.low + each * (panel.x.high - panel.x.low) for each in share]
        sizes = [(2.0 * self.radii[row] * 72.0) ** 2 for row in order]
        down = [self.result.estimates[row].yi for row in order]
        style: dict[str, Any] = {"linewidths": 0.7, "edgecolors": self.theme.ground, "zorder": 3, "clip_on": False}
        panel.axes.scatter(across, down, s=sizes, color=self.theme.series[0], alpha=0.75, gid="estimates", **style)

    def _points(self, places: list[tuple[float, float]], labels: int) -> list[Point]:
        """Give the circles, those furthest from the line in standard errors first, with their names."""
        estimates = self.result.estimates
        order = sorted(range(len(estimates)), key=lambda row: -self._distance(estimates[row]))
        return [
            Point(*places[row], self.radii[row], estimates[row].label if rank < labels else "")
            for rank, row in enumerate(order)
        ]

    def _distance(self, each: RegressedEstimate) -> float:
        nearest = min(self.curve, key=lambda point: abs(self._value(point) - self._value(each)))
        return abs(each.yi - (nearest.mu or 0.0)) / math.sqrt(each.vi)

    def _fit(self, panel: Panel) -> None:
        """Draw the line of a number, its CI, and the band for a new study."""
        x = [self._value(each) for each in self.curve]
        for names, alpha, _ in _BANDS:
            low, high = (_column(self.curve, name) for name in names)
            if low and high:
                panel.axes.fill_between(x, low, high, color=self.theme.accent, alpha=alpha, lw=0, zorder=1.5)
        panel.axes.plot(
            x, [each.mu or 0.0 for each in self.curve], color=self.theme.accent, lw=1.4, zorder=2, gid="line"
        )

    def _levels(self, panel: Panel) -> None:
        """Draw the mean of every level of a category, its CI, and the band for a new study."""
        for each in self.curve:
            x = self._value(each)
            for names, alpha, _ in _BANDS:
                low, high = (_column([each], name) for name in names)
                if low and high:
                    style: dict[str, Any] = {"color": self.theme.accent, "alpha": alpha, "lw": 0, "zorder": 1.5}
                    panel.axes.fill_between([x - SLOT, x + SLOT], low * 2, high * 2, **style)
            ends = [x - SLOT, x + SLOT]
            panel.axes.plot(
                ends, [each.mu or 0.0] * 2, color=self.theme.accent, lw=1.4, solid_capstyle="butt", zorder=2
            )

    def _keys(self) -> list[Key]:
        what = "Mean of the level" if self.levels else "Line"
        keys = [Key("point", "Estimate, area by weight", {"marker": "o", "ms": 5, "color": self.theme.series[0]})]
        keys.append(Key("line", what, {"color": self.theme.accent, "lw": 1.4}))
        level = prose.level_text(self.result.level)
        for names, alpha, text in reversed(_BANDS):
            if _column(self.curve, names[0]):
                shade = min(1.0, alpha + (0.12 if text == "CI" else 0.0))
                keys.append(Key("patch", f"{level} {text}", {"facecolor": self.theme.accent, "alpha": shade}))
        return keys

    def _model(self) -> str:
        kind = "common effect" if self.result.method == "FE" else f"mixed effects, {self.result.method}"
        basis = prose.BASES[self.result.ci_basis].partition(",")[0]
        return (
            f"Meta-regression, k = {self.result.k} ({kind}); {prose.level_text(self.result.level)} interval: {basis}."
        )

    def _said(self) -> list[str]:
        """Say the slope or the differences, how much is explained, and what the other moderators are held at."""
        name = prose.measure_label(self.result.measure)
        said = []
        for each in self.result.coefficients:
            if each.moderator == self.moderator:
                of = f"{each.level} against {self._reference()}" if each.level else f"per unit of {self._name()}"
                shown = together(prose.value(each.hr, each.hr_ci_low, each.hr_ci_high))
                said.append(f"Ratio of {name}s {of}: {shown}, {together(prose.p_text(each.p))}.")
        left = f"Residual tau² {prose.number(self.result.tau2, 3)}"
        r2 = f"; R² {prose.percent(self.result.r2)}" if self.result.r2 is not None else ""
        others = [column_title(other) for other in self.result.curves if other != self.moderator]
        held = [f"Held at the mean: {', '.join(others)}."] if others else []
        return [" ".join(said), f"{left}{r2}." if self.result.method != "FE" else "", *held]

    def _reference(self) -> str:
        compared = {each.level for each in self.result.coefficients if each.moderator == self.moderator}
        return next(level for level in self.levels if level not in compared)


#: Bands from the widest on: the fields of their bounds, how dense they are, what they are called.
_BANDS = (
    (("hr_pi_low", "hr_pi_high"), 0.12, "prediction interval"),
    (("hr_ci_low", "hr_ci_high"), 0.22, "CI"),
)


def _logs(curve: tuple[Prediction, ...], *names: str) -> list[float]:
    found = [getattr(each, name) for each in curve for name in names]
    return [math.log(value) for value in found if value]


def _column(curve: tuple[Prediction, ...] | list[Prediction], name: str) -> list[float]:
    """Give a bound along the curve on the log scale; empty where it is undefined anywhere."""
    values = [getattr(each, name) for each in curve]
    return [math.log(value) for value in values] if all(values) else []
