"""Cutoffs and steps of one factor in one unit: the factor's own, as far as they convert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import UsageError
from registry.meaning.words import scale_of
from registry.terms import ContrastKind, FactorScale
from registry.units import convert, spelled

if TYPE_CHECKING:
    from registry.frame import Array, Frame

#: The unit of a number that has none.
BARE = "1"
#: Contract columns that say on which scale of the factor a step is taken.
SCALE_COLUMNS = ("scale", "cutoff_unit", "cutoff_text", "index_group")
_STEPS = (ContrastKind.PER_UNIT, ContrastKind.PER_SD)


def in_one_unit(frame: Frame) -> Frame:
    """Give the frame with `cutoff_value` and `cutoff_unit` of each factor in one unit, where they convert to it.

    It is the factor's canonical unit; where the frame does not know that (`Frame.factors`), the one most of its rows
    have. A step on a logarithm is in no unit and stays, and so does what does not convert.
    """
    pairs = _pairs(frame)
    aims = _aims(frame, Counter(pairs.values()))
    other = {(factor, unit) for factor, unit in set(pairs.values()) if unit != aims[factor]}
    if not other:
        return frame
    values, units = frame["cutoff_value"].copy(), frame["cutoff_unit"].copy()
    for row, (factor, unit) in pairs.items():
        if (factor, unit) in other:
            converted = converted_or_none(float(values[row]), unit_of(unit), aims[factor])
            if converted is not None:
                values[row], units[row] = converted, aims[factor]
    return frame.replace(cutoff_value=values, cutoff_unit=units)


def unit_of_each(frame: Frame) -> dict[Any, str]:
    """Give for each factor the unit its cutoffs are compared in."""
    return _aims(frame, Counter(_pairs(frame).values()))


def _aims(frame: Frame, pairs: Counter[tuple[Any, str | None]]) -> dict[Any, str]:
    counts: dict[Any, Counter[str]] = {}
    for (factor, unit), count in pairs.items():
        counts.setdefault(factor, Counter())[unit_of(unit)] += count
    known = {factor: frame.factors[factor].unit if factor in frame.factors else None for factor in counts}
    return {factor: known[factor] or commonest(units) for factor, units in counts.items()}


def commonest(units: Counter[str]) -> str:
    """Give the unit to which most rows convert; among those the one most rows have, then the first by letters."""
    if len(units) == 1:
        return next(iter(units))

    def weight(aim: str) -> tuple[int, int, str]:
        reach = sum(count for unit, count in units.items() if converted_or_none(1.0, unit, aim) is not None)
        return -reach, -units[aim], aim

    return min(units, key=weight)


def converted_or_none(value: float, unit: str, to: str) -> float | None:
    """Give a value in another unit, None where the units do not convert."""
    try:
        return convert(value, unit, to)
    except UsageError:
        return None


def _pairs(frame: Frame) -> dict[int, tuple[Any, str | None]]:
    """Give factor and unit, as it is spelled, of each row that has a cutoff, or a step that is in a unit."""
    given = np.flatnonzero(~np.isnan(frame["cutoff_value"]) & ~_logarithmic(frame))
    pairs = zip(frame["factor"][given].tolist(), frame["cutoff_unit"][given].tolist(), strict=True)
    return dict(zip(given.tolist(), pairs, strict=True))


def unit_of(given: str | None) -> str:
    """Give a unit in its one spelling; that of a number without unit."""
    return BARE if given in (None, "{1}") else spelled(given) or given


def _logarithmic(frame: Frame) -> Array:
    """Mark steps on a logarithm of the factor (k,)."""
    marks = np.array([kind in _STEPS for kind in frame["contrast"].tolist()], dtype=np.bool_)
    if marks.any():
        columns = [frame[name].tolist() for name in SCALE_COLUMNS]
        for row in np.flatnonzero(marks).tolist():
            said = {name: values[row] for name, values in zip(SCALE_COLUMNS, columns, strict=True)}
            marks[row] = scale_stated(said) not in (None, FactorScale.RAW)
    return marks


def scale_stated(values: Mapping[str, Any]) -> FactorScale | None:
    """Give the scale a step is taken on: the one given, the logarithm its words name, untransformed beside a unit."""
    if values["scale"] is not None:
        return FactorScale(values["scale"])
    said = [scale_of(text) for text in (values["cutoff_text"], values["index_group"]) if text]
    named = next((scale for scale in said if scale is not None), None)
    return named or (FactorScale.RAW if values["cutoff_unit"] is not None else None)
