"""Risk of bias as marks: a colour and a symbol for every level of a domain, told apart without colour too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.appraisal import shipped_with
from registry.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from registry.figures.theme import Theme
    from registry.frame import Frame

#: Markers by the number of levels, from best to worst; more levels have numbers.
SYMBOLS = {1: "+", 2: "+x", 3: "+_x", 4: "+_x!"}
#: Levels that judge nothing.
UNJUDGED = frozenset({"unclear", "no information", "not applicable"})
NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of a tool: the study characteristic that holds it, and its levels from best to worst."""

    name: str
    label: str
    tool: str
    levels: tuple[str, ...]

    @property
    def graded(self) -> tuple[str, ...]:
        """The levels that judge."""
        return tuple(level for level in self.levels if level not in UNJUDGED)


@dataclass(frozen=True, slots=True)
class Mark:
    """How a judgement looks: `symbol` a marker, `grade` its colour from best (0) on; −1 judges nothing, −2 is none."""

    level: str
    symbol: str
    grade: int


NONE = Mark(NOT_JUDGED, "", -2)


def domains(frame: Frame, tool: str | None = None) -> tuple[Domain, ...]:
    """Give the domains by which the rows were appraised, in the order they are judged; `tool` chooses between several.

    Raises UsageError when there are none, and for several tools without a choice between them.
    """
    judged = [name for name in frame.domains if any(value is not None for value in frame[name].tolist())]
    tools = sorted({str(frame.declared[name].tool) for name in judged})
    if not tools:
        raise UsageError("no estimate was appraised for risk of bias", "see `evireg appraise`")
    wanted = [each for each in tools if tool is None or each.casefold() == tool.casefold()]
    if len(wanted) != 1:
        said = ", ".join(tools)
        problem = f"no estimate was appraised with {tool!r}" if tool else f"estimates were appraised with {said}"
        raise UsageError(problem, f"name one tool: {said}")
    found = [Domain(name, each.label, wanted[0], each.levels) for name, each in frame.domains.items()]
    found = [each for each in found if frame.declared[each.name].tool == wanted[0]]
    return tuple(sorted(found, key=_place))


def _place(domain: Domain) -> tuple[int, str]:
    """Where a tool has a domain; those of tools that are not shipped go by name."""
    tool = shipped_with(domain.name)
    names = [each.name for each in tool.domains] if tool else []
    return (names.index(domain.name) if domain.name in names else 0, domain.name)


def mark(domain: Domain, level: str | None) -> Mark:
    """Give the mark of a level."""
    if level is None:
        return NONE
    if level not in domain.graded:
        return Mark(level, "$?$", -1)
    place, symbols = domain.graded.index(level), SYMBOLS.get(len(domain.graded))
    symbol = symbols[place] if symbols else str(place + 1)
    return Mark(level, f"${symbol}$" if symbol not in "+x_" else symbol, _grade(place, len(domain.graded)))


def _grade(place: int, of: int) -> int:
    """Give the colour of a level: of two the best and the bad one, of three and four all in turn."""
    return 2 * place if of <= 2 else min(place, 3)


def legend(domains: Sequence[Domain]) -> list[Mark]:
    """Give every mark these domains can have, from best to worst."""
    found = {(found.symbol, found.level): found for each in domains for found in _marks(each)}
    return sorted(found.values(), key=lambda each: (each.grade < 0, each.grade))


def _marks(domain: Domain) -> list[Mark]:
    return [mark(domain, level) for level in domain.levels]


def colour(mark: Mark, theme: Theme) -> str:
    """Give the colour of a mark."""
    return theme.unjudged if mark.grade < 0 else theme.judged[mark.grade]


def draw(axes: Axes, theme: Theme, dots: Collection[tuple[float, float, Mark]], *, size: float) -> None:
    """Draw judgements as dots of `size` points with their symbols; none is an empty ring."""
    for mark in dict.fromkeys(each for *_, each in dots):
        x = [x for x, _, each in dots if each == mark]
        y = [y for _, y, each in dots if each == mark]
        if mark.grade == NONE.grade:
            axes.plot(
                x, y, ls="", marker="o", ms=size * 0.85, mfc="none", mec=theme.muted, mew=0.6, alpha=0.7, gid="dots"
            )
            continue
        axes.plot(x, y, ls="", marker="o", ms=size, mfc=colour(mark, theme), mec="none", zorder=3, gid="dots")
        axes.plot(x, y, ls="", marker=mark.symbol, ms=size * 0.55, color=theme.on_judged, mew=size * 0.13, zorder=4)
