"""Which way round a result is, in sentences: what lies on each side of 1, who fares better, what nobody states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from registry.meaning.direction_words import direction_of, same_sense
from registry.report import prose
from registry.terms import NOT_STATED, ContrastKind, EffectDirection

FARES = {
    EffectDirection.WORSE: "fares worse",
    EffectDirection.BETTER: "fares better",
    EffectDirection.NONE: "no association",
}


class Told(Protocol):
    """A result that knows its measure and what its rows have in common."""

    @property
    def measure(self) -> str | None:
        """The ratio that was analysed."""

    @property
    def about(self) -> Mapping[str, str]:
        """What its rows have in common (`registry.pooling.about`)."""


def sides(result: Told) -> tuple[str, str]:
    """Say what lies left and right of 1: `lower hazard with high NLR`; nothing if the rows do not name one factor.

    Where it is not stated what is compared, that is said, and neither high nor low.
    """
    what, way = prose.multiplied(result.measure), direction_of(result.about)
    if way.factor is None:
        return "", ""
    if not way.stated:
        return f"lower {what}", f"higher {what}; direction not stated"
    joined = "in" if way.towards.startswith("the ") else "with"
    return f"lower {what} {joined} {way.towards}", f"higher {what} {joined} {way.towards}"


def axis(result: Told) -> str:
    """Title an axis of ratios with their direction: `HR, high NLR vs low`."""
    return f"{prose.measure_label(result.measure)}, {prose.direction_said(direction_of(result.about).text)}"


def who_fares(about: Mapping[str, str]) -> str:
    """Head a column of what is stated of the index group: `High albumin`, `Index group`."""
    who = direction_of(about).who.removeprefix("the ")
    return f"{who[:1].upper()}{who[1:]}"


def fares(direction: str | None, contrast: str | None, about: Mapping[str, str]) -> str:
    """Say the direction a text states: `fares worse`; where it is not of the groups of the result, that too."""
    if not direction:
        return NOT_STATED
    said = FARES[EffectDirection(direction)]
    if direction == EffectDirection.NONE or same_sense(contrast, about.get("contrast")):
        return said
    return f"{said} (of which group is {'unclear' if contrast in (None, ContrastKind.UNCLEAR) else 'another question'})"
