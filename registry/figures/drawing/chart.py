"""A sheet with plots on it: panels with measured axes, a legend in rows, names beside points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.figures.drawing.labelling import Box, Point, placed
from registry.figures.drawing.sheet import CAPITAL, COMPACT, NORMAL, Sheet
from registry.figures.drawing.typeset import together, widest, width, wrapped
from registry.figures.theme import stamp
from registry.figures.widths import COLUMNS, MM_PER_INCH
from registry.report import prose
from registry.terms import Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from registry.figures.drawing.scale import Scale
    from registry.figures.theme import Theme
    from registry.pooling.analysis import Analysis
    from registry.pooling.pooled import Pooled

#: As wide as a chart is when nobody says: one and a half columns.
WIDTH = COLUMNS["onehalf"] / MM_PER_INCH
#: A narrower chart is set in smaller type.
NARROW = 4.0
TICK, PAD = 0.04, 0.035
OVER = 0.25
LABEL = 0.10
"""Height of the labels of ticks and of the title of an axis, inches."""
KEY = 0.2
"""Room for the mark of a legend's entry, inches."""


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: `mark` is point, line or patch, `style` what matplotlib takes for it."""

    mark: str
    text: str
    style: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot on a chart: matplotlib's axes, its scales, and where it lies, inches from the top left."""

    axes: Axes
    x: Scale
    y: Scale
    box: Box

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Give where on the sheet a value lies."""
        wide, high = self.box.right - self.box.left, self.box.bottom - self.box.top
        return self.box.left + self.x.share(x) * wide, self.box.bottom - self.y.share(y) * high


class Chart(Sheet):
    """A figure of one or several panels on its way, laid out in inches like any sheet."""

    def __init__(self, theme: Theme, width: float) -> None:
        super().__init__(theme, width, COMPACT if width < NARROW else NORMAL)
        self.panels: list[Panel] = []
        self.over: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0), zorder=5)

    def top(self, title: str, subtitle: str, *, simulated: bool) -> None:
        """Write the question, and in small what was done."""
        self.heading(title, simulated=simulated)
        for part in wrapped(subtitle, self.width - 2 * self.type.margin, size=self.type.small):
            self.text(
                self.type.margin,
                self.y + self.type.next_line / 2,
                part,
                fontsize=self.type.small,
                color=self.theme.muted,
            )
            self.y += self.type.next_line
        self.y += self.type.gap / 2

    def edge(self, *scales: Scale) -> float:
        """Give the left edge that axes need for the labels of their ticks and a title."""
        written = widest([text for scale in scales for _, text in scale.ticks], size=self.type.small)
        lines = max((scale.title.count("\n") for scale in scales), default=0)
        titled = LABEL + 2 * PAD + lines * self.type.next_line if any(scale.title for scale in scales) else 0.0
        return self.type.margin + titled + written + PAD + TICK

    def plot(
        self,
        x: Scale,
        y: Scale,
        *,
        height: float,
        left: float | None = None,
        right: float | None = None,
        foot: bool = True,
        over: float = OVER,
    ) -> Panel:
        """Draw a panel with both axes from here down; `left` and `right` are its edges on the sheet.

        Without `foot` there is no lower axis; labels below it reach no more than `over` inches beyond its ends.
        """
        start = self.edge(y) if left is None else left
        end = self.width - self.type.margin if right is None else right
        reach = {"before": min(over, start), "after": min(over, self.width - end)}
        panel = self.bare(x.fitted(end - start, self.type.small, **reach), y, height=height, left=start, right=end)
        self.y += height
        self._down(panel)
        if foot:
            self._across(panel)
        return panel

    def bare(self, x: Scale, y: Scale, *, height: float, left: float, right: float) -> Panel:
        """Draw a panel without axes; `y` of the sheet stays where it is."""
        axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0), zorder=2)
        axes.set_axis_off()
        axes.set_xlim(x.low, x.high)
        axes.set_ylim(y.low, y.high)
        panel = Panel(axes, x, y, Box(left, self.y, right, self.y + height))
        self.panels.append(panel)
        return panel

    def stroke(self, across: Sequence[float], down: Sequence[float], **style: Any) -> None:
        """Draw a line over the panels, in inches."""
        options: dict[str, Any] = {"color": self.theme.ink, "lw": 0.8, "solid_capstyle": "butt", **style}
        self.over.plot(across, down, **options)

    def _down(self, panel: Panel) -> None:
        """Draw the left axis."""
        box = panel.box
        self.stroke([box.left, box.left], [box.top, box.bottom])
        for value, text in panel.y.ticks:
            y = panel.place(panel.x.low, value)[1]
            self.stroke([box.left - TICK, box.left], [y, y])
            self.text(box.left - TICK - PAD, y, text, fontsize=self.type.small, ha="right")
        if panel.y.title:
            written = widest([text for _, text in panel.y.ticks], size=self.type.small)
            deep = LABEL + panel.y.title.count("\n") * self.type.next_line
            x = box.left - TICK - 3 * PAD - written - deep / 2
            style = {"rotation": 90, "va": "center", "ha": "center", "rotation_mode": "default"}
            self.text(x, (box.top + box.bottom) / 2, panel.y.title, fontsize=self.type.small, **style)

    def _across(self, panel: Panel) -> None:
        """Draw the lower axis, and go on below it."""
        box = panel.box
        self.stroke([box.left, box.right], [box.bottom, box.bottom])
        most = 1
        for value, text in panel.x.ticks:
            x = panel.place(value, panel.y.low)[0]
            self.stroke([x, x], [box.bottom, box.bottom + TICK])
            for number, part in enumerate(parts := text.split("\n")):
                y = box.bottom + TICK + PAD + LABEL / 2 + number * self.type.next_line
                self.text(x, y, part, fontsize=self.type.small, ha="center")
            most = max(most, len(parts))
        self.y = box.bottom + TICK + PAD + LABEL + (most - 1) * self.type.next_line
        for part in wrapped(panel.x.title, box.right - box.left, size=self.type.small):
            self.text(
                (box.left + box.right) / 2,
                self.y + PAD + self.type.next_line / 2,
                part,
                fontsize=self.type.small,
                ha="center",
            )
            self.y += self.type.next_line
        self.y += 0.8 * self.type.gap

    def names(self, panel: Panel, points: Sequence[Point]) -> None:
        """Write names beside points of a panel, as far as there is room."""
        for name in placed(points, panel.box, size=self.type.small):
            if name.line:
                across, down = zip(*name.line, strict=True)
                self.stroke(across, down, color=self.theme.muted, lw=0.5)
            self.written(name.x, name.y, name.text, fontsize=self.type.small)

    def written(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write a text over what is drawn, with a halo of the ground, its capitals centred on `y`."""
        from matplotlib.patheffects import withStroke

        halo = [withStroke(linewidth=2.0, foreground=self.theme.ground, alpha=0.8)]
        options: dict[str, Any] = {"color": self.theme.ink, "fontsize": self.type.size, **style}
        below = CAPITAL / 2.0 * options["fontsize"] / 72.0
        self.over.text(x, y + below, text, va="baseline", parse_math=False, path_effects=halo, **options)

    def legend(self, keys: Sequence[Key]) -> None:
        """Explain the marks, in as many rows as it takes."""
        x = self.type.margin
        for key in keys:
            room = KEY + PAD + width(key.text, size=self.type.small)
            if x > self.type.margin and x + room > self.width - self.type.margin:
                x, self.y = self.type.margin, self.y + self.type.next_line
            self._swatch(key, x, self.y + self.type.next_line / 2)
            self.text(x + KEY + PAD, self.y + self.type.next_line / 2, key.text, fontsize=self.type.small)
            x += room + self.type.gap
        self.y += self.type.next_line + PAD if keys else 0.0

    def _swatch(self, key: Key, x: float, y: float) -> None:
        if key.mark == "patch":
            from matplotlib.patches import Rectangle

            style = {"edgecolor": "none", **key.style}
            self.axes.add_patch(Rectangle((x, y - LABEL / 2), KEY, LABEL, **style))
        elif key.mark == "line":
            self.axes.plot([x, x + KEY], [y, y], **key.style)
        else:
            self.axes.plot([x + KEY / 2], [y], **{"ls": "none", **key.style})

    def note(self, text: str) -> None:
        """Write a paragraph of small text in muted colour."""
        if text:
            self.small(text, color=self.theme.muted)

    def stamped(self, panel: Panel) -> None:
        """Write SIMULATED across a panel, as large as it allows."""
        wide, high = panel.box.right - panel.box.left, panel.box.bottom - panel.box.top
        stamp(panel.axes, self.theme, size=min(26.0, 9.0 * wide, 16.0 * high))

    def closed(self) -> Figure:
        """Cut the sheet to what was used, and put every panel where it belongs."""
        made = super().closed()
        height = float(made.get_figheight())
        for panel in self.panels:
            box = panel.box
            share = (box.left / self.width, 1.0 - box.bottom / height)
            size = ((box.right - box.left) / self.width, (box.bottom - box.top) / height)
            panel.axes.set_position((*share, *size))
        self.over.set_xlim(0.0, self.width)
        self.over.set_ylim(height, 0.0)
        self.over.set_axis_off()
        return made


def how_many(option: str, given: object) -> int:
    """Check an option that counts. Raises UsageError for anything but a whole number from 0 on."""
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise UsageError(f"{option} is {given!r}", f"how many: {option}=5, or {option}=0 for none")
    return given


def question(about: Mapping[str, str]) -> str:
    """Name the question, as far as all estimates share it: `NLR, OS, multiple myeloma`."""
    return ", ".join(about[name] for name in ("factor", "endpoint", "disease") if name in about)


def ratio_title(result: Analysis, *, upright: bool = False) -> str:
    """Title an axis of ratios: `Hazard ratio, high NLR vs low (log scale)`; in two lines on an `upright` one."""
    name = Measure(result.measure).label if result.measure else "ratio"
    way = prose.direction_said(result.direction)
    head = f"{name[:1].upper()}{name[1:]}"
    return f"{head} (log scale)\n{way}" if upright else f"{head}, {way} (log scale)"


def pool_said(result: Analysis, pool: Pooled) -> str:
    """Say a pool and its model in a line: `HR 1.73 (1.23–2.44), high NLR vs low, k = 8. Random effects (REML); …`."""
    shown = together(prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high))
    if not pool.has_headline or pool.hr_ci_low is None:
        shown = prose.number(pool.hr)
    way = prose.direction_said(result.direction)
    return f"{prose.measure_label(result.measure)} {shown}, {way}, k = {pool.k}. {prose.pool_in_short(pool)}"
