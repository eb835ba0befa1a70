"""What was found, in a few lines: the first thing a panel reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import Bullets, Section, Strong
from registry.dossier.material import Absent
from registry.dossier.ranges import range_of
from registry.dossier.wording import joined, without_advice
from registry.meaning.direction_words import direction_of, same_sense
from registry.report import prose
from registry.report.directions import FARES
from registry.report.headline import agreement, headline, not_judged, size
from registry.report.sentences import NEW_SETTING_FROM, new_setting
from registry.report.tables import SHOW_PREDICTION_FROM
from registry.terms import EffectDirection

if TYPE_CHECKING:
    from registry.dossier.document import Words
    from registry.dossier.material import Analysis, Material, Shared
    from registry.flow import Unusable
    from registry.pooling.result import PoolResult


def section(materials: Sequence[Material], _shared: Shared) -> Section:
    """Give each query's result, or why it has none, in a bullet."""
    items = tuple(_item(each, several=len(materials) > 1) for each in materials)
    return Section("summary", "In short", (Bullets(items),))


def _item(material: Material, *, several: bool) -> Words:
    name = f"{material.label}: " if several else ""
    if isinstance(material.pool, Absent):
        return (Strong(prose.sentence(f"{name}nothing could be pooled")), f" {why_none(material.pool)} ",
                directions(material))  # fmt: skip
    judged = None if isinstance(material.findings, Absent) else material.findings.certainty
    said = _found(material, material.pool)
    return (Strong(f"{name}{headline(material.pool, judged)}"), f" {' '.join(filter(None, said))} {NOT_A_CAUSE}")


def why_none(reason: Absent) -> str:
    """Say why there is no pool, in a sentence that does not say first that there is none."""
    return prose.sentence(without_advice(reason.why.removeprefix("nothing to pool: ")))


def directions(material: Material) -> str:
    """Say what directions the known estimates without a usable number state."""
    listed = material.flow.unusable
    if not listed:
        return "No estimate is known that could not be used."
    stated = Counter(_stated(each, material) for each in listed)
    words = [each for each in (*FARES, _UNCLEAR, None) if stated[each]]
    said = [f"{_states(stated[each])} {_what(each, direction_of(material.about).who)}" for each in words]
    known = prose.count(len(listed), "estimate")
    verb = "is" if len(listed) == 1 else "are"
    return f"{known} {verb} known and cannot be pooled: {joined(said)}. This is not evidence of no association."


def _states(count: int) -> str:
    return f"{count} {'states' if count == 1 else 'state'}"


#: The last words on every result.
NOT_A_CAUSE = "An association, not a cause."
#: A direction of which nobody knows which group it is of.
_UNCLEAR = "unclear"


def _stated(each: Unusable, material: Material) -> str | None:
    """Give the direction an estimate states of the groups of this report."""
    known = each.direction in (None, EffectDirection.NONE) or same_sense(each.contrast, material.about.get("contrast"))
    return each.direction if known else _UNCLEAR


def _what(direction: str | None, who: str) -> str:
    """Say of whom which direction is stated."""
    if direction is None:
        return "no direction"
    if direction == _UNCLEAR:
        return "a direction, and not of these groups"
    if direction == EffectDirection.NONE:
        return "that there is no association"
    return f"that {who} {FARES[EffectDirection(direction)]}"


def _found(material: Material, result: PoolResult) -> Iterator[str]:
    pool = result.pool
    yield not_judged(None if isinstance(material.findings, Absent) else material.findings.certainty)
    yield size(result)
    if pool.k > 1 and pool.i2 is not None:
        yield f"{prose.sentence(agreement(result))} I² {prose.percent(pool.i2)}, tau² {prose.number(pool.tau2, 3)}."
    if pool.k < NEW_SETTING_FROM or pool.k >= SHOW_PREDICTION_FROM:
        yield new_setting(pool)
    if not isinstance(material.sensitivity, Absent) and not isinstance(material.sensitivity.leave_one_out, Absent):
        pools = [each.pool for each in material.sensitivity.leave_one_out.leave_one_out or ()]
        yield prose.sentence(range_of(result, pools))
    if tested := [difference for each in material.subgroups if (difference := _difference(each))]:
        yield f"P for difference between subgroups: {', '.join(tested)}."
    if not isinstance(material.findings, Absent) and material.findings.certainty is not None:
        yield f"Certainty: {material.findings.certainty.label}."
    if material.flow.unusable:
        yield directions(material)


def _difference(analysis: Analysis) -> str:
    """Say the P of a subgroup analysis, empty where there is none."""
    if isinstance(analysis.found, Absent) or (p := analysis.found.subgroups.test.p) is None:
        return ""
    return f"{analysis.found.subgroups.title} {prose.p_value(p)}"
