"""Specification curve: the pools of a multiverse in order, the choices of each below it (Simonsohn et al. 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.figures.drawing.chart import Chart, Key, question, ratio_title
from registry.figures.drawing.scale import Scale, numbers, ratios
from registry.figures.drawing.typeset import printable, widest, wrapped
from registry.figures.theme import LIGHT, styled
from registry.figures.widths import COLUMNS, MM_PER_INCH
from registry.report import multiverse as words_of
from registry.report import prose
from registry.report.axis import BEYOND

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.drawing.chart import Panel
    from registry.figures.theme import Theme
    from registry.pooling.multiverse import MultiverseResult, Specification

WIDTH = COLUMNS["double"] / MM_PER_INCH
HIGH, SIZES = 0.36, 0.4
"""Height of the curve as a share of the width, and of the bars of k, inches."""
MOST_LABEL = 0.34
LINE, APART = 0.15, 0.09
"""Height of a line of the choices, and room between two choices, inches."""
LARGEST, LEAST_MAIN = 4.6, 4.2
"""Sizes of a point, and of the main specification at least, points."""
INTERVALS = {"z": "Wald", "hk": "Hartung–Knapp"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the choices: a word of a choice, or its heading."""

    choice: str
    word: str = ""


def figure(result: MultiverseResult, *, theme: Theme = LIGHT, width: float | None = None) -> Figure:
    """Draw the specification curve of a result of `multiverse`. Raises UsageError where nothing was pooled."""
    if not any(each.hr is not None for each in result.rows):
        raise UsageError("there is no curve to draw: no choice could be pooled", "`evireg multiverse` says why")
    with styled(theme):
        return _Specifications(result, theme, width or WIDTH).drawn()


def title(result: MultiverseResult) -> str:
    """Name the question, as far as all estimates share it."""
    return question(result.about)


def choices(result: MultiverseResult, each: Specification) -> dict[str, str]:
    """Give the choices of one specification, those of which there are several and those of the model."""
    varied = words_of.varied_choices(result)
    own = {name: word for name, word in words_of.words(each).items() if name in varied}
    method, _ = words_of.model_words(each)
    return {**own, "tau²": method, "Interval": INTERVALS.get(each.test, each.test)}


def rows(chosen: Sequence[dict[str, str]]) -> list[Row]:
    """Lay out the choices, each word of each on a line, in the order in which they come."""
    found: list[Row] = []
    for name in chosen[0]:
        found.append(Row(name))
        found += [Row(name, word) for word in dict.fromkeys(each[name] for each in chosen)]
    return found


class _Specifications(Chart):
    """One curve on its way."""

    def __init__(self, result: MultiverseResult, theme: Theme, width: float) -> None:
        super().__init__(theme, width)
        self.result = result
        pooled = [each for each in result.rows if each.hr is not None]
        self.pools = sorted(pooled, key=lambda each: each.mu or 0.0)
        self.main = next((place for place, each in enumerate(self.pools) if each is result.main), None)
        self.across = Scale(-0.7, len(self.pools) - 0.3, (), "")
        in_order = [choices(result, each) for each in result.rows if each.hr is not None]
        self.rows = rows(in_order)
        self.chosen = [choices(result, each) for each in self.pools]

    def drawn(self) -> Figure:
        """Draw the curve, the choices below it, and the sizes."""
        self.top(title(self.result), self._said(), simulated=self.result.simulated)
        y = self._down_scale()
        left = max(self.edge(y), self._label_edge())
        panel = self._curve(y, left)
        self._choices(left)
        self._sizes(left)
        self._line_of_main(panel)
        self.legend(self._keys())
        for text in self._notes():
            self.note(text)
        return self.closed()

    def _label_edge(self) -> float:
        words = [printable(row.word) for row in self.rows if row.word]
        wide = widest(words, size=self.type.small) + self.type.indent
        heads = widest([_heading(row.choice) for row in self.rows], size=self.type.small, bold=True)
        return self.type.margin + min(max(wide, heads), MOST_LABEL * self.width) + 0.1

    def _down_scale(self) -> Scale:
        mid = [0.0, *(each.mu or 0.0 for each in self.pools)]
        bounds = [bound for each in self.pools for bound in (each.ci_low, each.ci_high) if bound is not None]
        low = max(min([*mid, *bounds]), min(mid) - BEYOND)
        high = min(max([*mid, *bounds]), max(mid) + BEYOND)
        margin = 0.05 * (high - low)
        return ratios(low - margin, high + margin, ratio_title(self.result, upright=True))

    def _curve(self, y: Scale, left: float) -> Panel:
        """Draw the pools with their intervals."""
        panel = self.plot(self.across, y, height=HIGH * min(self.width, 6.0), left=left, foot=False)
        if self.result.simulated:
            self.stamped(panel)
        if y.low <= 0.0 <= y.high:
            panel.axes.plot([self.across.low, self.across.high], [0.0, 0.0], color=self.theme.muted, lw=0.8, zorder=1)
        size = self._size(panel)
        for place, each in enumerate(self.pools):
            color = self._color(place)
            if each.ci_low is not None and each.ci_high is not None:
                look: dict[str, Any] = {"color": color, "lw": min(1.6, size / 3.0), "alpha": 0.65, "zorder": 2}
                panel.axes.plot([place, place], [each.ci_low, each.ci_high], solid_capstyle="butt", **look)
            style = {"zorder": 3, "gid": "main" if place == self.main else f"pool-{place}", **self._style(place, size)}
            panel.axes.plot([place], [each.mu or 0.0], **style)
        return panel

    def _size(self, panel: Panel) -> float:
        """Give the size of a point, at most as wide as its place."""
        slot = (panel.box.right - panel.box.left) / len(self.pools)
        return min(LARGEST, 0.8 * slot * 72.0)

    def _color(self, place: int) -> str:
        if place == self.main:
            return self.theme.series[3]
        return self.theme.muted if self.pools[place].role == "reference" else self.theme.accent

    def _style(self, place: int, size: float) -> dict[str, Any]:
        color = self._color(place)
        if place == self.main:
            return {
                "ls": "none",
                "marker": "D",
                "ms": max(1.3 * size, LEAST_MAIN),
                "color": color,
                "mew": 0,
                "zorder": 4,
            }
        if self.pools[place].role == "reference":
            face = {"markerfacecolor": self.theme.ground, "markeredgecolor": color, "mew": min(0.9, size / 4.0)}
            return {"ls": "none", "marker": "s", "ms": size * 0.9, **face}
        return {"ls": "none", "marker": "o", "ms": size, "color": color, "mew": 0}

    def _choices(self, left: float) -> None:
        """Draw which word of every choice each pool rests on."""
        self.y += APART
        right = self.width - self.type.margin
        for number, row in enumerate(self.rows):
            if not row.word:
                self.y += APART / 2 if number else 0.0
                self.text(
                    self.type.margin,
                    self.y + LINE / 2,
                    _heading(row.choice),
                    fontsize=self.type.small,
                    fontweight="bold",
                )
                self.y += LINE
                continue
            room = left - 0.1 - self.type.margin - self.type.indent
            parts = wrapped(printable(row.word), room, size=self.type.small)
            height = LINE + self.type.next_line * (len(parts) - 1)
            panel = self.bare(self.across, Scale(0.0, 1.0, (), ""), height=height, left=left, right=right)
            self.parts(parts, self.type.margin + self.type.indent, self.y + height / 2, fontsize=self.type.small)
            self._word(panel, row)
            self.y += height

    def _word(self, panel: Panel, row: Row) -> None:
        """Mark the pools that rest on this word."""
        self._rule_behind(panel)
        size = self._size(panel)
        for color in dict.fromkeys(map(self._color, range(len(self.pools)))):
            here = [
                place
                for place, each in enumerate(self.chosen)
                if each[row.choice] == row.word and self._color(place) == color
            ]
            panel.axes.plot(
                here, [0.5] * len(here), ls="none", marker="s", ms=size * 0.85, color=color, mew=0, zorder=2
            )

    def _rule_behind(self, panel: Panel) -> None:
        y = (panel.box.top + panel.box.bottom) / 2
        self.axes.plot([panel.box.left, panel.box.right], [y, y], color=self.theme.grid, lw=0.5, zorder=0.1)

    def _sizes(self, left: float) -> None:
        """Draw how many estimates each pool has, as bars."""
        most = max(each.k or 0 for each in self.pools)
        self.y += APART
        y = numbers(0.0, 1.1 * most, "", most=3, write=lambda value: f"{value:g}")
        self.text(self.type.margin, self.y + SIZES / 2, "Estimates (k)", fontsize=self.type.small, fontweight="bold")
        panel = self.plot(self.across, y, height=SIZES, left=left, foot=False)
        colors = [self._color(place) for place in range(len(self.pools))]
        panel.axes.bar(range(len(self.pools)), [each.k or 0 for each in self.pools], width=0.6, color=colors, alpha=0.6)
        self.y += self.type.gap / 2

    def _line_of_main(self, panel: Panel) -> None:
        """Lead the eye from the main specification down through its choices."""
        if self.main is None:
            return
        x = panel.place(float(self.main), panel.y.low)[0]
        style: dict[str, Any] = {"color": self.theme.series[3], "lw": 0.7, "alpha": 0.45, "zorder": 0.3}
        self.axes.plot([x, x], [panel.box.top, self.y - self.type.gap / 2], **style)

    def _said(self) -> str:
        own = [each.hr for each in self.pools if each.role == "specification" and each.hr is not None]
        if not own:
            return prose.sentence(words_of.headline(self.result))
        return f"{words_of.headline(self.result)}; {prose.level_text(self.result.level)} intervals."

    def _keys(self) -> list[Key]:
        roles = {"specification": "Specification", "reference": "Reference line"}
        keys = []
        for role, text in roles.items():
            places = [place for place, each in enumerate(self.pools) if each.role == role and place != self.main]
            keys += [Key("point", text, self._style(places[0], LARGEST))] if places else []
        if self.main is not None:
            keys.insert(0, Key("point", "Main specification", self._style(self.main, LARGEST)))
        return keys

    def _notes(self) -> list[str]:
        refused = {tuple(words_of.words(each).values()) for each in self.result.rows if each.refused}
        said = []
        if refused:
            said.append(
                f"{prose.count(len(refused), 'choice')} of estimates must not be pooled and is left out."
                if len(refused) == 1
                else f"{len(refused)} choices of estimates must not be pooled and are left out."
            )
        return [*said, "Specifications share estimates: how many exclude 1 means nothing."]


def _heading(choice: str) -> str:
    return choice if choice == "tau²" else f"{choice[:1].upper()}{choice[1:]}"
