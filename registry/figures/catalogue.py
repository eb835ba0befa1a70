"""The kinds of figure there are: what each shows, and the analysis it is drawn of."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from matplotlib.figure import Figure

    from registry.figures.theme import Theme


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of figure: `analysis` is the verb of `Registry` whose result it draws, `options` what it asks of it.

    Its module in this room has `figure(result, *, theme, width, …)`, and `title(result)` for a file's metadata.
    """

    name: str
    says: str
    analysis: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_a_selection(self) -> bool:
        """Whether it is drawn of estimates someone selects, and not of the whole registry."""
        return self.analysis not in ("literature.prisma", "explain")

    @property
    def module(self) -> ModuleType:
        """Import the module that draws it."""
        return import_module(f"registry.figures.{self.name.replace('-', '_')}")

    @property
    def own(self) -> frozenset[str]:
        """Name the options of the figure itself, beside theme and width; all others are the analysis's."""
        asked = inspect.signature(self.module.figure).parameters.values()
        names = {each.name for each in asked if each.kind is inspect.Parameter.KEYWORD_ONLY}
        return frozenset(names - {"theme", "width"})

    def figure(self, result: Any, *, theme: Theme | None = None, width: float | None = None, **own: Any) -> Figure:
        """Draw a result of the analysis; by default light and as wide as it needs to be."""
        from registry.figures.theme import LIGHT

        drawn: Figure = self.module.figure(result, theme=theme or LIGHT, width=width, **own)
        return drawn


_ALL = (
    Kind("forest", "Every estimate with its interval, and the pool; columns, subgroups and risk of bias.", "pool"),
    Kind(
        "cumulative",
        "The pool as it grew, estimate by estimate, in the order of a column (by year unless named).",
        "pool",
        {"cumulative": "year"},
    ),
    Kind("leave-one-out", "The pool without each estimate in turn.", "pool", {"leave_one_out": True}),
    Kind(
        "funnel",
        "Estimates against their standard errors, with contours of p-values and trim and fill.",
        "bias",
    ),
    Kind("baujat", "What each estimate contributes to heterogeneity, and how it moves the pool.", "influence"),
    Kind("influence", "Eight deletion diagnostics of every estimate, with the thresholds.", "influence"),
    Kind(
        "gosh",
        "Ratio and I² of the pools of all subsets, with and without the most influential estimate.",
        "influence",
        {"gosh": True},
    ),
    Kind("bubble", "Meta-regression: estimates against a moderator, the line and its bands.", "regress"),
    Kind("cutoffs", "How the ratio depends on where the cutoff is.", "cutoffs"),
    Kind("specification", "The pools of every combination of choices, in order, with their choices.", "multiverse"),
    Kind("waterfall", "Why a pool moved: from one pooled ratio to the other, cohort by cohort.", "explain"),
    Kind("traffic-light", "Risk of bias: estimates by domains of a tool, and the share of each level.", "pool"),
    Kind("prisma", "The PRISMA 2020 flow of records, reports and studies.", "literature.prisma"),
)

KINDS: Mapping[str, Kind] = {each.name: each for each in _ALL}


def kind(name: str) -> Kind:
    """Give a kind by name. Raises UsageError for an unknown one, and names the nearest."""
    if name not in KINDS:
        near = get_close_matches(name.strip().casefold().replace("_", "-").replace(" ", "-"), KINDS, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"there is no figure {name!r}{meant}", f"one of: {', '.join(KINDS)}")
    return KINDS[name]


def draw(
    name: str, result: Any, path: str | Path, *, theme: str = "light", width: str | None = None, **own: Any
) -> Path:
    """Draw a result into a file, .svg, .pdf or .png, and give its path.

    `theme` is light or dark, `width` single, onehalf, double or millimetres such as 120mm. Raises UsageError for what
    of these is unknown, for another suffix, and for a place that cannot be written.
    """
    from registry.figures import saving
    from registry.figures.theme import theme as theme_named
    from registry.figures.widths import width as width_named

    saving.format_of(path)
    wanted, inches = kind(name), None if width is None else width_named(width)
    made = wanted.figure(result, theme=theme_named(theme), width=inches, **own)
    return save(wanted, made, result, path)


def save(kind: Kind, figure: Figure, result: Any, path: str | Path) -> Path:
    """Write a figure that was drawn of a result; the file says which kind it is, and of what."""
    from registry.figures import saving

    about = kind.module.title(result)
    name = f"{kind.name.capitalize()}: {about}" if about else kind.name.capitalize()
    return saving.save(figure, path, title=name, simulated=bool(getattr(result, "simulated", False)))
