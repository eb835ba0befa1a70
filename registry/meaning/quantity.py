"""Which quantity a ratio is: estimates of different quantities are never pooled, nor does one stand for the other.

A quantity is a kind of ratio (measure) for a contrast. Above and below one cutoff are one contrast; a ratio per step is
of that step on that scale; a category is of its index and its reference, after synonyms. What the source did not say is
not known to be the same as anything that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.meaning.direction import TWO_GROUPS
from registry.meaning.levels import groups_of, level_of, other_of_two
from registry.meaning.one_unit import SCALE_COLUMNS, in_one_unit, scale_stated
from registry.terms import NOT_STATED, ContrastKind, CutoffOperator, FactorScale, Measure

if TYPE_CHECKING:
    from registry.frame import Frame

#: Ratios of named groups, which hold for these two.
NAMED_GROUPS = (ContrastKind.CATEGORY, ContrastKind.EXTREMES)
#: Contract columns that say which quantity a ratio is.
COLUMNS = ("factor", "measure", "contrast", "cutoff_operator", "cutoff_value", "reference_group", *SCALE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity; equal ones are the same as far as is known.

    `contrast` is `above_vs_below` for both directions and `unclear` where nobody says. Of a ratio per step: `step` in
    `unit`, on `scale` (in its own steps on a logarithm, where the unit says nothing). Of named groups: `index` and
    `reference`, one spelling for all names of a level; `shown` is how the source has them.
    """

    measure: Measure
    contrast: ContrastKind
    step: float | None = None
    unit: str | None = None
    scale: FactorScale | None = None
    index: str | None = None
    reference: str | None = None
    shown: str = field(default="", compare=False)

    @property
    def stated(self) -> bool:
        """Whether all is known that makes it this quantity."""
        if self.contrast in NAMED_GROUPS:
            return self.index is not None and self.reference is not None
        if self.contrast == ContrastKind.PER_UNIT:
            return self.step is not None and self.scale is not None
        return self.scale is not None if self.contrast == ContrastKind.PER_SD else self.contrast != ContrastKind.UNCLEAR

    @property
    def words(self) -> str:
        """Say what is compared: `per 100 U/L`, `III vs I`, `above or below a cutoff`."""
        if self.contrast in TWO_GROUPS:
            return "above or below a cutoff"
        if self.contrast in NAMED_GROUPS:
            return self.shown
        if self.contrast == ContrastKind.PER_SD:
            scale = {None: " (scale not stated)", FactorScale.RAW: ""}
            return f"per SD{scale.get(self.scale, f' of {self.scale}')}"
        if self.contrast == ContrastKind.PER_UNIT:
            return step_words(self.step, self.unit, self.scale)
        return NOT_STATED if self.contrast == ContrastKind.UNCLEAR else self.contrast.label


def step_words(step: float | None, unit: str | None, scale: FactorScale | None) -> str:
    """Say a step: `per 100 U/L`, `per 1 log10`, `per a step that is not stated`."""
    if step is None:
        on = f" of {scale}" if scale not in (None, FactorScale.RAW) else ""
        return f"per a step{on} that is {NOT_STATED}"
    if scale not in (None, FactorScale.RAW):
        return f"per {step:g} {scale}"
    return f"per {step:g}{'' if unit == '1' else f' {unit}' if unit else f', unit {NOT_STATED}'}"


def quantity(values: Mapping[str, Any], levels: Sequence[Sequence[str]] | None = None) -> Quantity:
    """Give the quantity of a row by contract names, its step in one unit already; None and nan are not stated.

    `levels` are the names of the factor's groups.
    """
    return _quantity(tuple(_known(values.get(name)) for name in COLUMNS), _hashable(levels))


def quantities(frame: Frame, rows: Sequence[int] | None = None) -> list[Quantity]:
    """Give the quantity of each row (or of these), cutoffs and steps of a factor brought to one unit."""
    asked = frame if rows is None else frame.take(np.array(rows, dtype=np.intp))
    pairs = zip(asked["measure"].tolist(), asked["contrast"].tolist(), strict=True)
    found = [_by_contrast(measure, contrast) for measure, contrast in pairs]
    open_ones = [row for row, each in enumerate(found) if each is None]
    if open_ones:
        for row, each in zip(open_ones, _in_detail(asked.take(np.array(open_ones, dtype=np.intp))), strict=True):
            found[row] = each
    return found  # type: ignore[return-value]  # none is left open


@lru_cache(maxsize=256)
def _by_contrast(measure: str | None, contrast: str | None) -> Quantity | None:
    """Give the quantity that follows from the contrast alone, for frames are long; None where more columns say it."""
    detailed = (ContrastKind.PER_UNIT, ContrastKind.PER_SD, *NAMED_GROUPS)
    return None if contrast in detailed else quantity({"measure": measure, "contrast": contrast})


def _in_detail(frame: Frame) -> list[Quantity]:
    asked = in_one_unit(frame)
    levels = {name: facts.levels for name, facts in frame.factors.items()}
    columns = zip(*(asked[name].tolist() for name in COLUMNS), strict=True)
    return [_quantity(tuple(map(_known, row)), levels.get(row[0])) for row in columns]


def _known(value: Any) -> Any:
    return None if value is None or value != value else value  # noqa: PLR0124 - nan alone differs from itself


def _hashable(levels: Sequence[Sequence[str]] | None) -> tuple[tuple[str, ...], ...] | None:
    return None if levels is None else tuple(map(tuple, levels))


@lru_cache(maxsize=65536)
def _quantity(row: tuple[Any, ...], levels: tuple[tuple[str, ...], ...] | None) -> Quantity:
    values = dict(zip(COLUMNS, row, strict=True))
    measure = Measure(values["measure"] or Measure.UNCLEAR)
    contrast = ContrastKind(values["contrast"] or ContrastKind.UNCLEAR)
    if contrast in TWO_GROUPS:
        return Quantity(measure, ContrastKind.ABOVE_VS_BELOW)
    if contrast in NAMED_GROUPS:
        return _of_groups(measure, contrast, values, levels)
    if contrast in (ContrastKind.PER_UNIT, ContrastKind.PER_SD):
        return _of_step(measure, contrast, values)
    return Quantity(measure, contrast)


def _of_step(measure: Measure, contrast: ContrastKind, values: Mapping[str, Any]) -> Quantity:
    scale, step, unit = scale_stated(values), values["cutoff_value"], values["cutoff_unit"]
    if contrast == ContrastKind.PER_SD:
        return Quantity(measure, contrast, scale=scale)
    if scale == FactorScale.LOG2 and step == 1.0:
        return Quantity(measure, ContrastKind.PER_DOUBLING)
    if scale is None and step is not None:
        scale = FactorScale.RAW
    return Quantity(measure, contrast, step, unit if scale == FactorScale.RAW else None, scale)


def _of_groups(
    measure: Measure, contrast: ContrastKind, values: Mapping[str, Any], levels: tuple[tuple[str, ...], ...] | None
) -> Quantity:
    """Take the groups as they are named, else from both sides of a `vs`; a bare number names a cutoff, no group."""
    before, after = groups_of(values["cutoff_text"])
    texts = (values["index_group"] or before, values["reference_group"] or after)
    index, reference = (level_of(text, levels, values["factor"]) for text in texts)
    shown = [text and " ".join(text.split()) for text in texts]
    if index is None and values["cutoff_value"] is not None:
        unit = values["cutoff_unit"]
        sign = CutoffOperator(values["cutoff_operator"]).label if values["cutoff_operator"] else "cutoff"
        index = shown[0] = f"{sign} {values['cutoff_value']:g}{f' {unit}' if unit not in (None, '1') else ''}"
    if index is None and reference is not None:
        index = shown[0] = other_of_two(reference, levels)
    elif reference is None and index is not None:
        reference = shown[1] = other_of_two(index, levels)
    words = " vs ".join(text or NOT_STATED for text in shown)
    return Quantity(measure, contrast, index=index, reference=reference, shown=words)
