"""Ratios for one step of the factor: a ratio per 1 U/L is the 100th root of one per 100 U/L."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import PoolRefused, UsageError
from registry.meaning.one_unit import converted_or_none, unit_of_each
from registry.meaning.quantity import Quantity, quantities, step_words
from registry.pooling.counted import counted, listed
from registry.terms import ContrastKind, FactorScale
from registry.units import nearest, spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.frame import Array, Frame

#: The steps that can be brought to one another.
STEPS = (ContrastKind.PER_UNIT, ContrastKind.PER_DOUBLING)
#: The base of each logarithm: a step of 1 on it multiplies the factor by that.
BASES = {FactorScale.LN: math.e, FactorScale.LOG2: 2.0, FactorScale.LOG10: 10.0}

_GIVEN = re.compile(r"(?P<step>[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(?P<unit>\S.*)?")
_EXAMPLES = 'a step with its unit, "100 U/L"; without one it is in the factor\'s own; "1 log2" on a logarithm'


@dataclass(frozen=True, slots=True)
class Per:
    """The step ratios are asked for: in `unit` (None: the factor's own), or on a logarithm (`scale`)."""

    step: float
    unit: str | None
    scale: FactorScale


def per_of(given: str | float) -> Per:
    """Read a step: `100 U/L`, `100`, `1 log10`, `doubling`. Raises UsageError for what is none."""
    text = f"{given:g}" if isinstance(given, int | float) else given.strip()
    if text.casefold() == "doubling":
        return Per(1.0, None, FactorScale.LOG2)
    match = _GIVEN.fullmatch(text)
    if match is None or not 0.0 < (step := float(match["step"])) < math.inf:
        raise UsageError(f"per {given!r} is no step of a factor", _EXAMPLES)
    word = (match["unit"] or "").strip()
    if word.casefold() in BASES:
        return Per(step, None, FactorScale(word.casefold()))
    unit = spelled(word) if word else None
    if word and unit is None:
        near = nearest(word)
        raise UsageError(f"per {given!r}: {word!r} is not a UCUM unit", f"is it {near}?" if near else _EXAMPLES)
    return Per(step, unit, FactorScale.RAW)


@dataclass(frozen=True, slots=True)
class Brought:
    """A frame with its ratios per step for one step: `asked` in words, `quantities` as they were.

    `times` (k,) is what log ratios were multiplied by: 1 for ratios of another contrast, nan where the step is not
    stated, is on another scale, or is in a unit that does not convert; these are as they were.
    """

    frame: Frame
    asked: str
    quantities: Sequence[Quantity]
    times: Array


def to_one_step(frame: Frame, given: str | float) -> tuple[Frame, str]:
    """Give the frame with every ratio per step for the step given, and what a reader must know of that.

    Raises UsageError for a step that cannot be read, PoolRefused where no row is per step of the factor, and for rows
    that cannot be brought to this one.
    """
    got = bring(frame, given)
    words = [each.words for each in got.quantities]
    if not any(each.contrast in STEPS for each in got.quantities):
        raise PoolRefused(f"per {given}: no estimate is per step of the factor", "leave --per out", "per")
    if lost := np.flatnonzero(np.isnan(got.times)).tolist():
        keys = frame["key"].tolist()
        names = listed([keys[row] or f"row {row + 1}" for row in lost])
        raise PoolRefused(
            f"cannot be brought to {got.asked}: {counted(Counter(words[row] for row in lost))}; estimates {names}",
            "leave them out in the condition; a step that is not stated is not 1",
            "mixed-units",
        )
    changed = Counter(word for word, times in zip(words, got.times.tolist(), strict=True) if times != 1.0)
    return got.frame, f"ratios brought to one step, {got.asked}" + (f": {counted(changed)}" if changed else "")


def bring(frame: Frame, given: str | float) -> Brought:
    """Bring the ratios per step to one step, as far as they can be.

    log(ratio) and its standard error are multiplied by the ratio of the steps; logarithms of different bases differ by
    a constant. Raises UsageError for a step that cannot be read.
    """
    per = per_of(given)
    found = quantities(frame)
    rows = [row for row, each in enumerate(found) if each.contrast in STEPS]
    units = [unit for unit in unit_of_each(frame).values() if unit is not None]
    aim = per.unit or next(iter(units), None)
    times = np.ones(len(frame))
    times[rows] = [_times(found[row], per, aim) for row in rows]
    kept = [row for row in rows if not math.isnan(times[row])]
    made = _multiplied(_said(frame, kept, per, aim), np.nan_to_num(times, nan=1.0))
    return Brought(made, step_words(per.step, aim, per.scale), found, times)


def _times(found: Quantity, per: Per, aim: str | None) -> float:
    """By what a log ratio is multiplied; nan where the step is not known, or no step of the one asked for."""
    if found.contrast == ContrastKind.PER_DOUBLING:
        own, scale = 1.0, FactorScale.LOG2
    elif found.step is None or found.scale is None:
        return math.nan
    else:
        own, scale = found.step, found.scale
    if (scale == FactorScale.RAW) != (per.scale == FactorScale.RAW):
        return math.nan
    if scale == FactorScale.RAW:
        converted = own if found.unit == aim else converted_or_none(own, found.unit or "1", aim or "1")
        return per.step / converted if converted else math.nan
    same = per.scale == scale
    return per.step / own * (1.0 if same else math.log(BASES[per.scale]) / math.log(BASES[scale]))


def _said(frame: Frame, rows: list[int], per: Per, aim: str | None) -> Frame:
    """Let the rows say the step they are now for."""
    columns = {name: frame[name].copy() for name in ("contrast", "cutoff_value", "cutoff_unit", "scale")}
    for name, value in (
        ("contrast", ContrastKind.PER_UNIT.value),
        ("cutoff_value", per.step),
        ("cutoff_unit", aim if per.scale == FactorScale.RAW else None),
        ("scale", per.scale.value),
    ):
        columns[name][rows] = value
    return frame.replace(**columns)


def _multiplied(frame: Frame, times: Array) -> Frame:
    """Take every number of the result to the power of `times` (k,), or multiply its logarithm."""
    powers = {name: frame[name] ** times for name in ("est", "ci_low", "ci_high") if name in frame}
    logs = {name: frame[name] * times for name in ("log_hr", "se_log_hr") if name in frame}
    return frame.replace(yi=frame["yi"] * times, vi=frame["vi"] * times**2, **powers, **logs)
