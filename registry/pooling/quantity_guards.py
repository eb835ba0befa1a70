"""Guards of the quantity: ratios of another kind, contrast, step or category are never pooled together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.errors import PoolRefused
from registry.meaning.direction import CONTINUOUS, TWO_GROUPS
from registry.meaning.quantity import NAMED_GROUPS, quantities
from registry.pooling.counted import counted
from registry.terms import Allow, ContrastKind, FactorScale, Measure

if TYPE_CHECKING:
    from registry.frame import Frame
    from registry.meaning.quantity import Quantity
    from registry.pooling.guards import Allowed


def mixed_measures(frame: Frame, _allowed: Allowed) -> None:
    """Refuse hazard, risk and odds ratios together, and any of them beside one of which nobody says what it is."""
    kinds = Counter(kind or Measure.UNCLEAR.value for kind in frame["measure"].tolist())
    if len(kinds) > 1:
        known = [kind for kind in kinds if kind != Measure.UNCLEAR]
        most = max(known, key=lambda kind: kinds[kind])
        amend = "; or say which ratio the others are: evireg amend KEY measure=…" if len(known) < len(kinds) else ""
        raise PoolRefused(
            f"ratios of different kinds are mixed: measure {counted(kinds)}",
            f'name one in the condition, for instance: and measure == "{most}"{amend}',
            "mixed-measures",
        )


def mixed_contrasts(frame: Frame, _allowed: Allowed) -> None:
    """Refuse several contrasts; above-vs-below and below-vs-above are one, the second is inverted."""
    given = frame["contrast"].tolist()
    kinds = Counter(kind or ContrastKind.UNCLEAR.value for kind in given)
    if len({each.contrast for each in quantities(frame)}) < 2:
        return
    most = max(kinds, key=lambda kind: kinds[kind])
    words = ", ".join(f'"{kind.value}"' for kind in TWO_GROUPS)
    keep = f"contrast in ({words})" if most in TWO_GROUPS else f'contrast == "{most}"'
    raise PoolRefused(
        f"the estimates compare different things: contrast {counted(kinds)}",
        f"name one in the condition, for instance: and {keep}",
        "mixed-contrasts",
    )


def mixed_units(frame: Frame, _allowed: Allowed) -> None:
    """Refuse ratios for different steps of the factor; a step that is not stated is not 1, nor any other."""
    counts = _counted(frame)
    for kind in CONTINUOUS:
        found = _of_kind(counts, kind)
        if len(found) > 1:
            said = counted({each.words: count for each, count in found.items()})
            raise PoolRefused(f"ratios for different steps are mixed: {said}", _to_one_step(found), "mixed-units")


def _to_one_step(found: Mapping[Quantity, int]) -> str:
    """Say how ratios for different steps come to one, or which of them can be pooled."""
    known = [each for each in found if each.stated]
    if len(known) < len(found):
        said = "scale" if any(each.contrast == ContrastKind.PER_SD for each in found) else "cutoff_value"
        return (
            f"leave out what does not say its step or scale (and {said} is not None), or say what the source says:"
            " evireg amend KEY cutoff_value=… cutoff_unit=… scale=…"
        )
    most = max(known, key=lambda each: found[each])
    if len({(each.unit, each.scale == FactorScale.RAW) for each in known}) > 1 or most.step is None:
        if len({each.scale for each in known}) > 1:
            return 'name one in the condition, by scale or words: and scale == "ln", and contains(cutoff_text, "ln")'
        return f'name one in the condition, for instance: and cutoff_unit == "{most.unit}"'
    named = f"and cutoff_value == {most.step:g}"
    step = most.words.removeprefix("per ")
    return f'bring them to one step: --per "{step}"; or name one in the condition, for instance: {named}'


def mixed_categories(frame: Frame, allowed: Allowed) -> None:
    """Refuse contrasts of different categories, or extreme groups; both groups have to be known."""
    if Allow.MIXED_CATEGORIES in allowed:
        return
    counts = _counted(frame)
    for kind in NAMED_GROUPS:
        found = _of_kind(counts, kind)
        if len(found) > 1 or (sum(found.values()) > 1 and not all(each.stated for each in found)):
            said = counted({each.words: count for each, count in found.items()})
            what = "do not compare the same" if len(found) > 1 else "do not say what they compare"
            raise PoolRefused(f"{_NAMED[kind]} that {what}: {said}", _HINT, "mixed-categories")


_NAMED = {ContrastKind.CATEGORY: "category estimates", ContrastKind.EXTREMES: "estimates of extreme groups"}
_HINT = (
    'name one in the condition, for instance: and contains(cutoff_text, "III vs I"); say what is not stated:'
    " evireg amend KEY index_group=… reference_group=…; or, if only the wording differs: --allow mixed-categories"
)


def _counted(frame: Frame) -> Counter[Quantity]:
    """Count the quantities, whatever the measure, which another guard looks at."""
    counts: Counter[Quantity] = Counter()
    for each, count in Counter(quantities(frame)).items():
        counts[replace(each, measure=Measure.UNCLEAR)] += count
    return counts


def _of_kind(counts: Counter[Quantity], kind: ContrastKind) -> Counter[Quantity]:
    return Counter({each: count for each, count in counts.items() if each.contrast == kind})
