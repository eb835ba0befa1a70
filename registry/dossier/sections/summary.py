"""What was found, in a few lines: the first thing a panel reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import Bullets, Notice, Section, Strong
from registry.dossier.material import Absent
from registry.dossier.wording import contrast, joined, without_advice
from registry.report import prose
from registry.report.flow_tables import DIRECTIONS
from registry.report.tables import SHOW_PREDICTION_FROM
from registry.terms import EffectDirection

if TYPE_CHECKING:
    from registry.dossier.document import Words
    from registry.dossier.material import Material, Shared
    from registry.pooling.result import PoolResult


def section(materials: Sequence[Material], _shared: Shared) -> Section:
    """Give each query's result, or why it has none, in a bullet or two."""
    items = tuple(_item(each, several=len(materials) > 1) for each in materials)
    simulated = [each.label for each in materials if each.simulated]
    warning = (Notice(prose.SIMULATED, "simulated"),) if simulated else ()
    return Section("summary", "In short", (*warning, Bullets(items)))


def _item(material: Material, *, several: bool) -> Words:
    name = (Strong(f"{material.label}: "),) if several else ()
    if isinstance(material.pool, Absent):
        return (*name, Strong("nothing could be pooled. "), *_nothing(material, material.pool))
    return (*name, Strong(f"{prose.headline(material.pool)}. "), *_found(material, material.pool))


def _nothing(material: Material, reason: Absent) -> Iterator[str]:
    yield f"{prose.sentence(without_advice(reason.why))} "
    yield directions(material)


def directions(material: Material) -> str:
    """Say what directions the known estimates without a usable number state."""
    listed = material.flow.unusable
    if not listed:
        return "No estimate is known that could not be used."
    stated = Counter(each.direction for each in listed)
    words = {str(word): said for word, said in DIRECTIONS.items()}
    parts = [f"{stated[word]} that the index group {words[word]}" for word in _ORDER if stated[word] and word != _NONE]
    parts += [f"{stated[_NONE]} no association"] if stated[_NONE] else []
    parts += [f"{stated[None]} no direction"] if stated[None] else []
    known = prose.count(len(listed), "known estimate")
    return (
        f"Of {known} that cannot be pooled, {joined(parts)}.".replace(", 1 that", ", 1 states that", 1) if parts else ""
    )


_NONE = EffectDirection.NONE.value
_ORDER = (EffectDirection.WORSE.value, EffectDirection.BETTER.value, _NONE)


def _found(material: Material, result: PoolResult) -> Iterator[str]:
    pool, about = result.pool, result.about
    if about.get("factor") and about.get("contrast"):
        yield f"{about['factor']}, {contrast(about['contrast'])}. "
    if pool.k > 1 and pool.i2 is not None:
        yield f"I² {prose.percent(pool.i2)}, tau² {prose.number(pool.tau2, 3)}. "
    if pool.hr_pi_low is not None and pool.k >= SHOW_PREDICTION_FROM:
        where = prose.interval(pool.hr_pi_low, pool.hr_pi_high)
        yield f"In a new setting the true ratio is expected between {where.replace('–', ' and ')}. "
    if material.flow.unusable:
        yield directions(material)
