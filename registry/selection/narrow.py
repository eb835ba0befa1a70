"""Matched rows → rows ready to pool, and the flow that says what became of every other one. Frames only, no database.

excluded, disputed, retracted, simulated → not poolable, reason by reason → p-derived unless allowed → doubtful if so
asked → one per cohort → repeated numbers if so asked.
A row goes with the first step that applies to it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.derivation import reason_in_words
from registry.flow import Choice, Flow, FlowStep, Unusable, cohorts, patients, sum_of_largest, units, wholes
from registry.meaning.doubted import by_themselves, excluding, repeated
from registry.meaning.doubts import BEARING
from registry.meaning.equal_numbers import SAME
from registry.selection import priority
from registry.terms import Allow, Derivation, Doubtful, NotPoolable, Origin, Status

if TYPE_CHECKING:
    from registry.frame import Array, Frame

#: Reasons whose estimates are known evidence that cannot be used, and are listed one by one.
UNUSABLE = ("disputed", "not-poolable", "p-derived")


def narrow(
    frame: Frame,
    *,
    simulated: bool = False,
    one_per: str | None = None,
    allow: Collection[str] = (),
    doubtful: str = Doubtful.KEEP,
    missing: Mapping[str, int] | None = None,
) -> tuple[Frame, Flow]:
    """Give the rows ready to pool, in their order, and the flow from all k rows of `frame` to them.

    `simulated` keeps rows of that origin. `one_per` is a rule of `priority`; None keeps every estimate of a cohort.
    `allow` may hold "p-derived"; `doubtful` is keep or exclude (`registry.meaning.doubted`). `missing` is carried into
    the flow. Raises UsageError for a rule or word that cannot be read and PoolRefused for a rule that would choose
    between different quantities. Columns the frame lacks count as not read.
    """
    left_out = excluding(doubtful)
    by = priority.rule(one_per) if one_per is not None else None
    sieve = _Sieve(frame)
    sieve.leave("excluded", "excluded by a curator", _equal(frame, "status", Status.EXCLUDED))
    sieve.leave("disputed", "disputed", _equal(frame, "status", Status.DISPUTED))
    sieve.leave("retracted", "report retracted", _equal(frame, "retracted", True))
    if not simulated:
        sieve.leave(
            "simulated", "simulated; the condition does not name origin", _equal(frame, "origin", Origin.SIMULATED)
        )
    sieve.leave_not_poolable()
    if Allow.P_DERIVED not in allow:
        sieve.leave("p-derived", NotPoolable.P_DERIVED.label, _equal(frame, "derivation", Derivation.P))
    if left_out:
        sieve.leave_doubtful()
    choices = sieve.leave_all_but_one(by) if by else ()
    if left_out:
        sieve.leave_repeated()
    return frame.take(np.flatnonzero(sieve.left)), sieve.flow(choices, missing or {})


class _Sieve:
    """The rows still in: `left`, shape (k,), and the steps that took the others out."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.left = np.ones(len(frame), dtype=np.bool_)
        self.keys = row_keys(frame)
        self.units = units(frame)
        self.cohorts = cohorts(frame)
        self.nested = bool(wholes(frame))  # whose patients a row stands for then depends on the rows beside it
        self.sizes = frame["n"].tolist()
        self.steps: list[FlowStep] = []
        self.unusable: list[tuple[int, str]] = []

    def leave(self, reason: str, label: str, mask: Array) -> None:
        """Take the rows of the mask out, if any of them is still in."""
        rows = np.flatnonzero(self.left & mask).tolist()
        if not rows:
            return
        self.left &= ~mask
        keys = tuple(self.keys[row] for row in rows)
        self.steps.append(FlowStep(reason, label, len(rows), keys, self.patients(rows), self.count_cohorts(rows)))
        if reason in UNUSABLE:
            self.unusable += [(row, label) for row in rows]

    def leave_not_poolable(self) -> None:
        """Take out what has no yi and vi, a step per reason, the commonest first."""
        reasons = _not_poolable(self.frame)
        counts = Counter(reason for reason, left in zip(reasons, self.left.tolist(), strict=True) if left and reason)
        for reason in sorted(counts, key=lambda each: (-counts[each], each)):
            self.leave("not-poolable", reason, np.array([each == reason for each in reasons], dtype=np.bool_))

    def leave_doubtful(self) -> None:
        """Take out what a rule of one row that is blind to the result doubts, a step per rule."""
        blind = [{doubt.rule for doubt in doubts if doubt.blind} for doubts in by_themselves(self.frame)]
        for rule in BEARING:
            mask = np.array([rule in rules for rules in blind], dtype=np.bool_)
            self.leave("doubtful", f"doubtful ({rule}), left out as asked", mask)

    def leave_repeated(self) -> None:
        """Take out, of the rows that print the same numbers, all after the first of those that are still in."""
        rows = np.flatnonzero(self.left)
        mask = np.zeros(len(self.left), dtype=np.bool_)
        mask[rows] = repeated(self.frame.take(rows))
        self.leave("doubtful", f"doubtful ({SAME}), left out as asked", mask)

    def leave_all_but_one(self, by: priority.Rule) -> tuple[Choice, ...]:
        """Keep one row per unit of patients."""
        rows = np.flatnonzero(self.left).tolist()
        left = self.frame.take(np.array(rows, dtype=np.intp))
        keep, choices = priority.choose(left, units(left), [self.keys[row] for row in rows], by)
        mask = np.zeros(len(self.left), dtype=np.bool_)
        mask[rows] = ~keep
        self.leave("one-per", by.label, mask)
        return choices

    def flow(self, choices: tuple[Choice, ...], missing: Mapping[str, int]) -> Flow:
        """Sum up."""
        used = np.flatnonzero(self.left).tolist()
        there = {self.units[row] for row in used}
        listed = sorted(self.unusable)
        lost = [row for row, _ in listed if self.units[row] not in there]
        return Flow(
            matched=len(self.left),
            steps=tuple(self.steps),
            used=len(used),
            unusable=self._list(listed),
            missing=dict(missing),
            used_patients=self.patients(used),
            used_cohorts=self.count_cohorts(used),
            unusable_patients=self.patients(lost),
            unusable_cohorts=self.count_cohorts(lost),
            choices=choices,
        )

    def patients(self, rows: Sequence[int]) -> int | None:
        """Sum the largest n of each unit of patients; None when no n was read."""
        if self.nested:
            return patients(self.frame.take(np.array(rows, dtype=np.intp)))
        return sum_of_largest([self.units[row] for row in rows], [self.sizes[row] for row in rows])

    def count_cohorts(self, rows: Sequence[int]) -> int:
        """Count the cohorts behind these rows."""
        return len({self.cohorts[row] for row in rows})

    def _list(self, listed: Sequence[tuple[int, str]]) -> tuple[Unusable, ...]:
        """List these rows, each for its reason."""
        names = ("study", "cohort", "effect_direction", "contrast")
        study, cohort, direction, contrast = (self.frame[name].tolist() for name in names)
        sizes = [None if math.isnan(n) else int(n) for n in self.sizes]
        return tuple(
            Unusable(self.keys[row], study[row], cohort[row], sizes[row], reason, direction[row], contrast[row])
            for row, reason in listed
        )


def row_keys(frame: Frame) -> list[str]:
    """Name each row by its key; one without by its place, from 1: `row 3`."""
    return [key if key is not None else f"row {row}" for row, key in enumerate(frame["key"].tolist(), 1)]


def _equal(frame: Frame, column: str, value: object) -> Array:
    return np.array([each == value for each in frame[column].tolist()], dtype=np.bool_)


def _not_poolable(frame: Frame) -> list[str | None]:
    """Say of each row why it cannot be pooled: what the registry found, else what its yi and vi show.

    An SE derived from a p-value is for the caller to allow, so it is no reason here.
    """
    labels = {term.value: term.label for term in NotPoolable} | {NotPoolable.P_DERIVED.value: None}
    reasons = frame["not_poolable"].tolist()
    found = [labels.get(why, why) for why in reasons]
    for row in (row for row, why in enumerate(reasons) if why == NotPoolable.NO_INTERVAL):
        found[row] = reason_in_words({name: _read(frame[name][row]) for name in _OF_REASON})
    rows = zip(found, frame["yi"].tolist(), frame["vi"].tolist(), strict=True)
    return [why or _numbers_fault(yi, vi) for why, yi, vi in rows]


#: What tells why a row without CI and SE has none.
_OF_REASON = ("not_poolable", "est", "log_hr", "p_value", "p_operator")


def _read(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _numbers_fault(yi: float, vi: float) -> str | None:
    if not (math.isfinite(yi) and math.isfinite(vi)):
        return "no log ratio with a variance"
    return None if vi > 0 else "the variance is not above 0"
