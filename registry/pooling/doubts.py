"""What is doubtful of the estimates of a pool, and what the pool is without them: it stands beside the number.

A doubtful estimate leads when leaving it out moves the ratio by more than 10 % or I² by more than 25 points; then both
answers stand in the headline. Nothing is left out unasked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import StatisticsError
from registry.pooling.kernel import pooled, pooled_without_each
from registry.pooling.names import labels
from registry.pooling.values import Values
from registry.terms import Doubtful
from registry.version import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.frame import Frame
    from registry.meaning.doubts import Doubt
    from registry.pooling.kernel import Settings
    from registry.pooling.pooled import Pooled
    from registry.pooling.prepared import Prepared
    from registry.pooling.result import PooledEstimate

#: A doubtful estimate leads from here on: change of the log ratio, and of I² in percent points.
LEADS_RATIO, LEADS_I2 = math.log(1.10), 25.0
#: So many are told one by one; a model of dependent estimates is fitted anew without so many.
TOLD = 10
#: Stands wherever an estimate with an impossible standard error is left out, or was.
CAUTION = (
    "rows with an impossible SE are often per unit of the factor: leaving them out tends to raise the ratio;"
    " read the source"
)
MARK = "†"
_IMPOSSIBLE = "se-implausible"


@dataclass(frozen=True, slots=True)
class DoubtfulEstimate(Values):
    """One estimate, its place in the pool, its doubts, the pool without it (None of a single one), whether it leads."""

    key: str | None
    label: str
    place: int
    doubts: tuple[Doubt, ...]
    without: Pooled | None
    leads: bool

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        rules = [{"rule": each.rule, "message": each.message, "blind": each.blind} for each in self.doubts]
        without = None if self.without is None else self.without.as_dict()
        return {"key": self.key, "label": self.label, "doubts": rules, "without": without, "leads": self.leads}


@dataclass(frozen=True, slots=True)
class Doubts(Values):
    """The doubtful estimates of a pool, in its order, and the pool without those that lead; None where none does.

    `i2_falls` says by how many points I² is lower without them.
    """

    handling: str = Doubtful.KEEP
    estimates: tuple[DoubtfulEstimate, ...] = ()
    without: Pooled | None = None
    i2_falls: float = 0.0

    @property
    def leading(self) -> tuple[DoubtfulEstimate, ...]:
        """Give the estimates that move the pool."""
        return tuple(each for each in self.estimates if each.leads)

    @property
    def places(self) -> frozenset[int]:
        """Give the places of the doubtful estimates in the pool, from 0."""
        return frozenset(each.place for each in self.estimates)

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON, with the number of the rules they were found by."""
        return {
            "rules": RULES,
            "handling": str(self.handling),
            "estimates": [each.as_dict() for each in self.estimates],
            "without": None if self.without is None else self.without.as_dict(),
        }


def doubts(prepared: Prepared, estimates: Sequence[PooledEstimate], whole: Pooled, settings: Settings) -> Doubts:
    """Pool k prepared rows without each doubtful one, and without all that move the pool."""
    rows = [row for row, found in enumerate(prepared.doubts) if found]
    if not rows:
        return Doubts(prepared.doubtful)
    frame, names = prepared.frame, names_apart(prepared.frame)
    without = _without_each(frame, rows, settings)
    leads = [_moves(whole, each) for each in without]
    if not any(leads) and _moves(whole, _without(frame, rows, settings)):  # none of them alone, but all of them
        leads = [True] * len(rows)
    leading = [row for row, lead in zip(rows, leads, strict=True) if lead]
    rest = without[leads.index(True)] if len(leading) == 1 else _without(frame, leading, settings)
    return Doubts(
        handling=prepared.doubtful,
        estimates=tuple(
            DoubtfulEstimate(estimates[row].key, names[row], row, prepared.doubts[row], one, lead)
            for row, one, lead in zip(rows, without, leads, strict=True)
        ),
        without=rest,
        i2_falls=0.0 if rest is None else _i2_falls(whole, rest),
    )


def names_apart(frame: Frame) -> list[str]:
    """Name each row as tables do, with its key where several have one name."""
    named = labels(frame)
    often = Counter(named)
    keys = [key or f"row {row}" for row, key in enumerate(frame["key"].tolist(), 1)]
    return [f"{name} ({key})" if often[name] > 1 else name for name, key in zip(named, keys, strict=True)]


def _without_each(frame: Frame, rows: Sequence[int], settings: Settings) -> Sequence[Pooled | None]:
    """Pool without each of these rows in turn; None where nothing is left, or no pool can be had."""
    if len(frame) == 1:
        return [None]
    if settings.dependence is not None:
        return [_without(frame, [row], settings) if place < TOLD else None for place, row in enumerate(rows)]
    return pooled_without_each(frame, settings, rows)


def _without(frame: Frame, rows: Sequence[int], settings: Settings) -> Pooled | None:
    if not rows or len(rows) == len(frame):
        return None
    try:
        return pooled(frame.take(np.delete(np.arange(len(frame)), rows)), settings)[0]
    except StatisticsError:  # too few cohorts are left for a model of dependent estimates
        return None


def _moves(whole: Pooled, without: Pooled | None) -> bool:
    if without is None or whole.mu is None or without.mu is None:
        return False
    return abs(_i2_falls(whole, without)) > LEADS_I2 or abs(whole.mu - without.mu) > LEADS_RATIO


def _i2_falls(whole: Pooled, without: Pooled) -> float:
    """Give by how many points I² is lower without; 0 where it is undefined in one of them."""
    before, after = (each.i2_q if each.i2 is None else each.i2 for each in (whole, without))
    return 0.0 if before is None or after is None else before - after


def told(prepared: Prepared, found: Doubts | None) -> Iterator[str]:
    """Say which estimates are doubtful and why, and what must be known of leaving them out."""
    rows = [pair for pair in zip(names_apart(prepared.frame), prepared.doubts, strict=True) if pair[1]]
    for name, each in rows[:TOLD]:
        yield f"{MARK} {name} is doubtful: {'; '.join(f'{one.message} ({one.rule})' for one in each)}"
    if (more := len(rows) - TOLD) > 0:
        yield f"{more} more {'estimate is' if more == 1 else 'estimates are'} doubtful"
    left_out = any(step.reason == "doubtful" and _IMPOSSIBLE in step.label for step in prepared.flow.steps)
    leading = () if found is None else found.leading
    if left_out or any(doubt.rule == _IMPOSSIBLE for each in leading for doubt in each.doubts):
        yield CAUTION
