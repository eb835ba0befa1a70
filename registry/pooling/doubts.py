"""What is doubtful of the estimates of a pool, and what the pool is without them: it stands beside the number.

A doubtful estimate leads when leaving it out moves the ratio by more than 10 % or I² by more than 25 points; then both
answers stand in the headline. Nothing is left out unasked. Asked (`doubtful="exclude"`), only rules that are blind to
the result decide: the direction or size of a ratio never does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.meaning.doubts import BEARING, Doubt, doubts_of
from registry.pooling.analysis import one_of
from registry.pooling.kernel import pooled, pooled_without_each
from registry.pooling.values import Values, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.frame import Array, Frame
    from registry.pooling.kernel import Settings
    from registry.pooling.pooled import Pooled
    from registry.pooling.prepared import Prepared
    from registry.pooling.result import PooledEstimate

#: What becomes of doubtful estimates: they stay, with what they do to the pool said; or those of blind rules go.
KEEP, EXCLUDE = "keep", "exclude"
#: A doubtful estimate leads from here on: change of the log ratio, and of I² in percent points.
LEADS_RATIO, LEADS_I2 = math.log(1.10), 25.0

#: Stands beside every pool without doubtful estimates.
CAUTION = (
    "rows with an impossible SE are often per unit of the factor: leaving them out tends to raise the ratio;"
    " read the source"
)

#: The columns that rules look at.
_LOOKED_AT = (
    *("yi", "vi", "est", "ci_low", "ci_high", "est_text", "ci_low_text", "ci_high_text", "p_text", "flags", "settled"),
    *("n", "n_events", "n_index", "n_reference", "contrast", "measure", "effect_direction", "key"),
)


@dataclass(frozen=True, slots=True)
class Doubtful(Values):
    """One estimate with its doubts, the pool without it (None of a single one), and whether it leads."""

    key: str | None
    label: str
    doubts: tuple[Doubt, ...]
    without: Pooled | None
    leads: bool

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        rules = [{"rule": each.rule, "message": each.message, "blind": each.blind} for each in self.doubts]
        return {
            "key": self.key,
            "label": self.label,
            "doubts": rules,
            "without": plain(self.without),
            "leads": self.leads,
        }


@dataclass(frozen=True, slots=True)
class Doubts(Values):
    """The doubtful estimates of a pool, in its order, and the pool without those that lead; None where none does."""

    estimates: tuple[Doubtful, ...]
    without: Pooled | None

    @property
    def leading(self) -> tuple[Doubtful, ...]:
        """Give the estimates that move the pool."""
        return tuple(each for each in self.estimates if each.leads)


def doubts(frame: Frame, estimates: Sequence[PooledEstimate], whole: Pooled, settings: Settings) -> Doubts:
    """Find what is doubtful of k pooled rows, and pool without each doubtful one."""
    found = row_doubts(frame)
    places = [row for row, each in enumerate(found) if each]
    if not places:
        return Doubts((), None)
    without = pooled_without_each(frame, settings) if len(frame) > 1 else [None]
    listed = tuple(
        Doubtful(estimates[row].key, estimates[row].label, tuple(found[row]), without[row], _leads(whole, without[row]))
        for row in places
    )
    leading = [row for row, each in zip(places, listed, strict=True) if each.leads]
    return Doubts(listed, _without(frame, leading, settings))


def row_doubts(frame: Frame) -> list[list[Doubt]]:
    """Give the doubts of each of k rows."""
    columns = {name: [_known(value) for value in frame[name].tolist()] for name in _LOOKED_AT}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    found = [doubts_of(row) for row in rows]
    for row, others in _same_numbers(rows).items():
        if "same-numbers" not in (rows[row]["settled"] or "").split("; "):
            found[row].append(Doubt("same-numbers", f"same ratio and CI as {', '.join(others)}", blind=True))
    return found


def excluded(prepared: Prepared, doubtful: str) -> Prepared:
    """Leave out what blind rules doubt, if asked; of rows that print the same numbers the first stays.

    UsageError for another word than keep and exclude.
    """
    if one_of("doubtful", doubtful, (KEEP, EXCLUDE)) == KEEP:
        return prepared
    kept = np.array([not any(each.blind for each in found) for found in row_doubts(prepared.frame)], dtype=np.bool_)
    kept |= _firsts(prepared.frame)
    return prepared.take(kept, "doubtful", "doubtful by rules that do not look at the result, left out on request")


def _firsts(frame: Frame) -> Array:
    """Mark rows whose one blind doubt is that a later row prints the same numbers."""
    found = row_doubts(frame)
    printed = list(zip(*(frame[name].tolist() for name in ("est", "ci_low", "ci_high")), strict=True))
    return np.array(
        [
            [each.rule for each in own if each.blind] == ["same-numbers"] and printed.index(printed[row]) == row
            for row, own in enumerate(found)
        ],
        dtype=np.bool_,
    )


def _same_numbers(rows: list[dict[str, Any]]) -> dict[int, list[str]]:
    """Give the rows that print the same ratio and interval as others, with the keys of these."""
    together: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        printed = (row["est"], row["ci_low"], row["ci_high"])
        if None not in printed:
            together[printed].append(place)
    names = [row["key"] or f"row {place}" for place, row in enumerate(rows, 1)]
    return {
        place: [names[other] for other in places if other != place]
        for places in together.values()
        if len(places) > 1
        for place in places
    }


def _without(frame: Frame, rows: list[int], settings: Settings) -> Pooled | None:
    if not rows or len(rows) == len(frame):
        return None
    return pooled(frame.take(np.delete(np.arange(len(frame)), rows)), settings)[0]


def _leads(whole: Pooled, without: Pooled | None) -> bool:
    if without is None or whole.mu is None or without.mu is None:
        return False
    spread = [each.i2_q if each.i2 is None else each.i2 for each in (whole, without)]
    moved = None not in spread and abs((spread[0] or 0.0) - (spread[1] or 0.0)) > LEADS_I2
    return moved or abs(whole.mu - without.mu) > LEADS_RATIO


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def told(found: Doubts) -> Iterator[str]:
    """Say the doubts as notes: of each rule, which estimates it doubts and why."""
    for rule in BEARING:
        listed = [
            f"{each.label} ({doubt.message})" for each in found.estimates for doubt in each.doubts if doubt.rule == rule
        ]
        if listed:
            yield f"doubtful, {rule}: {'; '.join(listed)}"
