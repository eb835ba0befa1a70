"""What a report analyses beside the pool: what the saved query plans, and what was asked for with the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.queries.definition import Definition

#: An analysis and whether the saved query names it.
Named = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Analyses by name, each with whether the saved query plans it; `baselines` likewise.

    `small_study` None leaves the choice to the number of estimates.
    """

    subgroups: tuple[Named, ...]
    moderators: tuple[Named, ...]
    small_study: tuple[str, ...]
    baselines: tuple[tuple[Mapping[str, Any], bool], ...]
    planned: frozenset[str]

    def plans(self, kind: str) -> bool:
        """Whether the saved query plans this kind of analysis."""
        return kind in self.planned


def wanted(definition: Definition, more: Mapping[str, Any]) -> Wanted:
    """Put together what a definition plans and what is asked for beside it: `more` has the same kinds."""
    plan = dict(definition.analyses)
    own = [definition.options["subgroup"]] if definition.options["subgroup"] else []
    kinds = {kind for kind, value in plan.items() if value or kind == "small_study"} - {"sensitivity"}
    return Wanted(
        subgroups=_named([*own, *plan.get("subgroups", ())], more.get("subgroups", ())),
        moderators=_named(plan.get("moderators", ()), more.get("moderators", ())),
        small_study=tuple(dict.fromkeys([*plan.get("small_study", ()), *more.get("small_study", ())])),
        baselines=tuple(
            [(each, True) for each in plan.get("baselines", ())]
            + [(each, False) for each in more.get("baselines", ()) if each not in plan.get("baselines", ())]
        ),
        planned=frozenset(kinds | set(plan.get("sensitivity", ())) | _of_options(definition)),
    )


def _named(planned: Sequence[str], more: Sequence[str]) -> tuple[Named, ...]:
    return tuple(
        [(each, True) for each in dict.fromkeys(planned)]
        + [(each, False) for each in dict.fromkeys(more) if each not in planned]
    )


def _of_options(definition: Definition) -> set[str]:
    """Name the analyses that the options of the pool ask for."""
    options = {"leave_one_out": "leave-one-out", "cumulative": "cumulative", "rounding": "rounding"}
    return {name for option, name in options.items() if definition.options[option]}
