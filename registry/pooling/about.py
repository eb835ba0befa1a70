"""What the rows of a result have in common: its question, and which way round its ratios are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from registry.meaning.direction_words import TURNED, step_text
from registry.meaning.words import plain
from registry.pooling.guards import INVERTIBLE
from registry.terms import ContrastKind, ReadAs

if TYPE_CHECKING:
    from registry.frame import Frame

#: Names of both levels of a factor that is no number.
Levels = Sequence[Sequence[str]]

#: What a figure or table says of the question, when all rows agree on it.
ABOUT = ("factor", "endpoint", "disease", "contrast", "measure")
_CATEGORIES = ("index_group", "reference_group", "cutoff_text")


def about(frame: Frame, read_as: ReadAs = ReadAs.HIGH_VS_LOW) -> dict[str, str]:
    """Say what all rows have in common, with the contrast as it is read and what `direction_words` need beside it.

    `read_as` is named only where ratios are read low against high, `step` and `scale` of a continuous ratio,
    `index_group` and `reference_group` of categories and of a factor whose levels have names.
    """
    found = {name: {value for value in frame[name].tolist() if value is not None} for name in ABOUT}
    found["contrast"] = {_as_read(str(kind), read_as) for kind in found["contrast"]}
    shared = {name: values.pop() for name, values in found.items() if len(values) == 1}
    kind = shared.get("contrast")
    if kind in INVERTIBLE:
        shared |= _levels(frame, shared.get("factor"), read_as)
    elif kind == ContrastKind.CATEGORY:
        shared |= _categories(frame, _names(frame, shared.get("factor")))
    elif kind in (ContrastKind.PER_UNIT, ContrastKind.PER_SD):
        shared |= _step(frame, per_unit=kind == ContrastKind.PER_UNIT)
    return shared if read_as is ReadAs.HIGH_VS_LOW else {**shared, "read_as": str(read_as)}


def _as_read(kind: str, read_as: ReadAs) -> str:
    """Give a contrast of two groups the way round it is read; any other is named as it was reported."""
    if kind not in INVERTIBLE:
        return kind
    [other] = [str(each) for each in INVERTIBLE if each != kind]
    return other if kind in TURNED[read_as] else kind


def _levels(frame: Frame, factor: str | None, read_as: ReadAs) -> dict[str, str]:
    """Name the two groups of a factor that is no number: amplified, not amplified."""
    levels = _names(frame, factor)
    if not levels:
        return {}
    high, low = (names[0] for names in levels)
    return _groups(high, low) if read_as is ReadAs.HIGH_VS_LOW else _groups(low, high)


def _names(frame: Frame, factor: str | None) -> Levels:
    """Give the names of the two levels of a factor, the higher first; nothing where it has no two."""
    facts = frame.factors.get(factor or "")
    levels = (facts.levels if facts else None) or ()
    return levels if len(levels) == len(INVERTIBLE) else ()


def _groups(index: str, reference: str) -> dict[str, str]:
    return {"index_group": index, "reference_group": reference}


def _categories(frame: Frame, levels: Levels) -> dict[str, str]:
    """Name the two categories, where every row names the same; else none of them."""
    rows = zip(*(frame[name].tolist() for name in _CATEGORIES), strict=True)
    pairs = {_of_two(*_compared(*each), levels) for each in rows}
    index, reference = pairs.pop() if len(pairs) == 1 else (None, None)
    return _groups(index, reference) if index and reference else {}


def _of_two(index: str | None, reference: str | None, levels: Levels) -> tuple[str | None, str | None]:
    """Name both by the levels of the factor; of two levels the one that is not named is the other."""
    places = [_place(text, levels) for text in (index, reference)]
    first, second = (None if place is None else levels[place][0] for place in places)
    if index is None and places[1] is not None:
        first = levels[1 - places[1]][0]
    if reference is None and places[0] is not None:
        second = levels[1 - places[0]][0]
    return first or index, second or reference


def _place(text: str | None, levels: Levels) -> int | None:
    """Say which level a text names."""
    named = plain(text).casefold() if text else None
    return next((place for place, names in enumerate(levels) if named in {plain(n).casefold() for n in names}), None)


def _compared(index: str | None, reference: str | None, text: str | None) -> tuple[str | None, str | None]:
    """Give index and reference category of a row: its own, else the words before and after `vs` in its cutoff."""
    before, versus, after = (text or "").partition(" vs ")
    first, second = (before, after) if versus else (text, None)
    return _spaced(index or first), _spaced(reference or second)


def _spaced(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None


def _step(frame: Frame, *, per_unit: bool) -> dict[str, str]:
    """Say the step and the scale of a continuous ratio, where every row has the same."""
    scales = set(frame["scale"].tolist())
    scale = scales.pop() if len(scales) == 1 else None
    found = {"scale": str(scale)} if scale else {}
    if not per_unit:
        return found
    columns = (frame[name].tolist() for name in ("cutoff_value", "cutoff_unit", "scale"))
    steps = {step_text(*each) for each in zip(*columns, strict=True)}
    step = steps.pop() if len(steps) == 1 else None
    return {**found, "step": step} if step else found
