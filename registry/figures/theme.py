"""How figures look: colours on light and on dark ground, and what makes a file depend on its input alone.

Series are the colours of Okabe and Ito (2008, Color Universal Design), told apart by people with any colour vision.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.figures.drawing.typeset import FONT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


#: It tells whoever draws for the first time on a machine that it builds a cache of fonts.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they are for: paper, text, marks of the result, a warning, and series in order.

    `accent` is the pooled result and what supports it, `other` its opposite; `band` lies behind every second line,
    `head` and `stage` behind the heads and stages of a flow. `judged` are levels of risk of bias from best to worst,
    `unjudged` is none of them, `on_judged` what is written on both.
    """

    name: str
    ground: str
    ink: str
    muted: str
    band: str
    grid: str
    head: str
    stage: str
    accent: str
    other: str
    stamp: str
    series: tuple[str, ...]
    judged: tuple[str, ...]
    unjudged: str
    on_judged: str


LIGHT = Theme(
    name="light",
    ground="#ffffff",
    ink="#1a1a1a",
    muted="#5c5c5c",
    band="#f3f5f7",
    grid="#d9dde1",
    head="#f3ead0",
    stage="#dde8f2",
    accent="#1f4e79",
    other="#b3781d",
    stamp="#b3261e",
    series=("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8c8300", "#333333"),
    judged=("#008f6b", "#d49a00", "#c8470a", "#6d1a36"),
    unjudged="#8d959c",
    on_judged="#ffffff",
)
DARK = Theme(
    name="dark",
    ground="#14171a",
    ink="#eceff1",
    muted="#a3abb2",
    band="#1e2327",
    grid="#3a4147",
    head="#4a3f22",
    stage="#22384a",
    accent="#6fb3e8",
    other="#e0a63f",
    stamp="#ff8a80",
    series=("#56b4e9", "#e69f00", "#2fc79b", "#f0824a", "#8ab8ff", "#dd9cc2", "#f0e442", "#cfd4d8"),
    judged=("#2fc79b", "#f3d03e", "#ff8a5c", "#ff6fa8"),
    unjudged="#8d969e",
    on_judged="#14171a",
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}

#: The same font everywhere (it comes with matplotlib), embedded; nothing in a file that changes from run to run.
FILE_STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "svg.hashsalt": "evireg",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    # Letters fitted to pixels would be wider than they were measured.
    "text.hinting": "none",
}


STAMP_ALPHA = 0.15
"""How much of the stamp across a figure is seen."""


def theme(name: str) -> Theme:
    """Give a theme by name. Raises UsageError for an unknown one."""
    if name not in THEMES:
        near = get_close_matches(name, THEMES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"there is no theme {name!r}{meant}", f"one of: {', '.join(THEMES)}")
    return THEMES[name]


@contextmanager
def styled(theme: Theme) -> Iterator[None]:
    """Draw in this theme for a while; a letter the font lacks is drawn as a box, not reported."""
    import matplotlib as mpl

    with mpl.rc_context({**FILE_STYLE, **_colours(theme)}), no_warnings():
        yield


@contextmanager
def no_warnings() -> Iterator[None]:
    """Keep quiet about letters the font lacks: they are drawn as boxes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def stamp(axes: Axes, theme: Theme, *, size: float = 26.0) -> None:
    """Write SIMULATED across axes, behind what is drawn there."""
    place: dict[str, Any] = {"transform": axes.transAxes, "ha": "center", "va": "center", "rotation": 28}
    look: dict[str, Any] = {"fontsize": size, "color": theme.stamp, "alpha": STAMP_ALPHA, "zorder": 0.5}
    axes.text(0.5, 0.5, "SIMULATED", gid="stamp", parse_math=False, **place, **look)


def _colours(theme: Theme) -> dict[Any, Any]:
    """Set colours and sizes of what matplotlib draws by itself: axes, ticks, labels, legends."""
    return {
        "figure.facecolor": theme.ground,
        "savefig.facecolor": theme.ground,
        "axes.facecolor": theme.ground,
        "axes.edgecolor": theme.ink,
        "axes.labelcolor": theme.ink,
        "axes.titlecolor": theme.ink,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "axes.titlesize": 8.0,
        "axes.titleweight": "bold",
        "axes.labelsize": 8.0,
        "text.color": theme.ink,
        "xtick.color": theme.ink,
        "ytick.color": theme.ink,
        "xtick.labelsize": 7.0,
        "ytick.labelsize": 7.0,
        "grid.color": theme.grid,
        "grid.linewidth": 0.5,
        "legend.fontsize": 7.0,
        "legend.frameon": False,
        "font.size": 8.0,
    }
