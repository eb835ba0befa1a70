"""Which way round a result is read, in words: the one source of headlines, axes, tables, prose and JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from registry.errors import UsageError
from registry.meaning.direction import ABOVE, BELOW, CONTINUOUS
from registry.terms import NOT_STATED, ContrastKind, FactorScale, ReadAs

#: Each kind of contrast with which of its ratios go against the other way of reading.
TURNED: Mapping[ReadAs, frozenset[ContrastKind]] = {
    ReadAs.HIGH_VS_LOW: frozenset({BELOW}),
    ReadAs.LOW_VS_HIGH: frozenset({ABOVE, *CONTINUOUS, ContrastKind.EXTREMES}),
}


def same_sense(contrast: str | None, pooled: str | None) -> bool:
    """Whether what a row states of its index group is of the index group of a pool, once it is turned."""
    turnable = TURNED[ReadAs.HIGH_VS_LOW] | TURNED[ReadAs.LOW_VS_HIGH]
    if pooled in turnable:
        return contrast in turnable
    return contrast == pooled if pooled == ContrastKind.CATEGORY else True


def reading(read_as: str) -> ReadAs:
    """Read which way round ratios are to be read. UsageError naming both ways."""
    words = [each.value for each in ReadAs]
    if read_as not in words:
        raise UsageError(f"read_as is {read_as!r}", f"one of: {', '.join(words)}")
    return ReadAs(read_as)


@dataclass(frozen=True, slots=True)
class Direction:
    """What a ratio above 1 is of: its `contrast` as it is read, `less` where it is read towards less of the factor.

    `step` is that of a continuous ratio (`100 U/L`), None where it is not stated. `index` and `reference` name the
    categories, or the levels of a factor that is no number, as they are compared.
    """

    contrast: ContrastKind | None
    factor: str | None = None
    less: bool = False
    step: str | None = None
    scale: FactorScale | None = None
    index: str | None = None
    reference: str | None = None

    @property
    def stated(self) -> bool:
        """Whether it is known what is compared with what."""
        return self.contrast not in (None, ContrastKind.UNCLEAR)

    @property
    def continuous(self) -> bool:
        """Whether the ratio is one per step of the factor."""
        return self.contrast in CONTINUOUS

    @property
    def text(self) -> str:
        """Say it: `high ferritin vs low`, `per 100 U/L more LDH`, `not stated`."""
        if not self.stated:
            return NOT_STATED
        if self.continuous:
            return self._per()
        index, reference = self.sides
        name = self.factor or ""
        if self.contrast is ContrastKind.EXTREMES:
            return f"{index} vs {reference} group" + (f" of {name}" if name else "")
        if self.contrast is ContrastKind.CATEGORY and None in (self.index, self.reference):
            return "index vs reference category" + (f" of {name}" if name else "")
        if self.index and self.reference:
            return " ".join(filter(None, (name, index, "vs", reference)))
        return " ".join(filter(None, (index, name, "vs", reference)))

    @property
    def sides(self) -> tuple[str, str]:
        """Name the two groups, the index group first: `high` and `low`, `index category` and `reference category`."""
        if self.index and self.reference:
            return self.index, self.reference
        if self.contrast is ContrastKind.CATEGORY:
            return "index category", "reference category"
        names = ("top", "bottom") if self.contrast is ContrastKind.EXTREMES else ("high", "low")
        if self.contrast in (ABOVE, BELOW, ContrastKind.EXTREMES):
            return names[::-1] if self.less else names
        return "index group", "reference group"

    @property
    def towards(self) -> str:
        """Name what goes with a ratio above 1: `high ferritin`, `each 100 U/L more LDH`, `the index group`."""
        if self.continuous:
            return f"each {self._per().removeprefix('per ').removeprefix('a ')}"
        name = self.factor or ""
        if not self.stated:
            return "the index group"
        if self.contrast is ContrastKind.EXTREMES:
            return f"the {self.sides[0]} group" + (f" of {name}" if name else "")
        if self.index:
            return " ".join(filter(None, (name, self.index)))
        if self.contrast is ContrastKind.CATEGORY:
            return "the index category" + (f" of {name}" if name else "")
        return " ".join(filter(None, (self.sides[0], name)))

    @property
    def who(self) -> str:
        """Name those of whom better or worse is said: `high albumin`, `more LDH`; `the index group` if that is all."""
        if self.factor is None:
            return "the index group"
        return f"{'less' if self.less else 'more'} {self.factor}" if self.continuous else self.towards

    def _per(self) -> str:
        """Say per which step: never `per unit`, which says nothing."""
        logged = self.scale not in (None, FactorScale.RAW)
        of = f"{self.scale} {self.factor or 'factor'}" if logged else self.factor or "the factor"
        if self.contrast is ContrastKind.PER_DOUBLING:
            return f"per {'halving' if self.less else 'doubling'} of {of}"
        if self.contrast is ContrastKind.PER_UNIT and self.step is not None and not logged:
            return f"per {self.step} {'less' if self.less else 'more'}{f' {self.factor}' if self.factor else ''}"
        step = "SD" if self.contrast is ContrastKind.PER_SD else self.step
        per = f"per {step} of {of}" if step else f"per a step of {of} that is not stated"
        return f"{per}{', less' if not step else ' less'}" if self.less else per


def step_text(value: float, unit: str | None, scale: str | None) -> str | None:
    """Write the step of a continuous ratio: `100 U/L`, `1`, `1 unit` of a logarithm; None where it was not read."""
    if math.isnan(value):
        return None
    if scale not in (None, FactorScale.RAW):
        return f"{value:g} {'unit' if value == 1.0 else 'units'}"
    if unit is None:
        return None
    return f"{value:g}" if unit in ("1", "{1}") else f"{value:g} {unit}"


def direction_of(about: Mapping[str, str]) -> Direction:
    """Give the direction of a result from what its rows have in common (`registry.pooling.prepared.about`)."""
    kind, scale = about.get("contrast"), about.get("scale")
    return Direction(
        contrast=ContrastKind(kind) if kind else None,
        factor=about.get("factor"),
        less=about.get("read_as") == ReadAs.LOW_VS_HIGH,
        step=about.get("step"),
        scale=FactorScale(scale) if scale else None,
        index=about.get("index_group"),
        reference=about.get("reference_group"),
    )
