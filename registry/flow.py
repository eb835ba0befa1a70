"""The flow of a selection: what was matched, what was left out and why, what was used, what is known but unusable.

Flows are made from frames alone (`registry.selection.narrow`), so that a selection from a registry and a pool of a
plain DataFrame tell the same story.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.frame import Frame


#: The cohort of all patients of a study.
WHOLE = "all"


@dataclass(frozen=True, slots=True)
class FlowStep:
    """Estimates left out for one `reason` (a stable word; `label` says it in full), each in `keys`.

    `patients` sums the largest n of each of their cohorts, cohorts that share patients counted once; cohorts without n
    add nothing, and it is None when no n was read. `cohorts` counts the cohorts behind the estimates, also those of
    which another estimate is used.
    """

    reason: str
    label: str
    left_out: int
    keys: tuple[str, ...]
    patients: int | None
    cohorts: int


@dataclass(frozen=True, slots=True)
class Unusable:
    """A known estimate that cannot be pooled: why, and the `direction` its text states (worse, better, none).

    In the flow of a result the direction is that of the result: where the report has it the other way round it is
    `inverted`. `contrast` is as reported.
    """

    key: str
    study: str | None
    cohort: str | None
    n: int | None
    reason: str
    direction: str | None
    contrast: str | None = None
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One cohort, or group of cohorts that share patients, that had several estimates: the one `kept` and those `left`.

    `by` says for each of `left` the first order of the rule that put it behind; "key" where they tied in all of them.
    """

    kept: str
    left: tuple[str, ...]
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """From `matched` estimates over the `steps` that left some out to `used`: matched = sum of left_out + used.

    `unusable` lists the estimates that are known and cannot be pooled; `unusable_cohorts` and `unusable_patients` count
    those whose patients have no used estimate. `missing` counts, per column the condition mentions, the estimates for
    which the condition is neither true nor false and that column was not read; they are not among the matched, nor are
    those whose cutoff does not compare, counted by their unit: `cutoff_value in pmol/L`.
    `choices` says which estimate stands for a cohort that had several. Patients as in `FlowStep`.
    """

    matched: int
    steps: tuple[FlowStep, ...]
    used: int
    unusable: tuple[Unusable, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    used_patients: int | None = None
    used_cohorts: int = 0
    unusable_patients: int | None = None
    unusable_cohorts: int = 0
    choices: tuple[Choice, ...] = ()

    def left_out(self, reason: str) -> int:
        """Count the estimates left out for this reason; 0 when there were none."""
        return sum(step.left_out for step in self.steps if step.reason == reason)

    def as_dict(self) -> dict[str, Any]:
        """Give the flow as a JSON object: fields by name, lists for tuples, null where unknown."""
        return {part.name: _plain(getattr(self, part.name)) for part in fields(self)}


def units(frame: Frame) -> list[tuple[str, ...]]:
    """Name the patients behind each row: its overlap group, else its cohort, else (no study given) the row itself.

    Where the whole of a study and parts of it are among the rows, the patients are those of the whole.
    """
    own, groups = cohorts(frame), frame["overlap_group"].tolist()
    plain = [mine if group is None else ("overlap", group) for group, mine in zip(groups, own, strict=True)]
    whole = wholes(frame)
    if not whole:
        return plain
    joined: dict[tuple[str, ...], tuple[str, ...]] = {}
    first: dict[tuple[str, ...], tuple[str, ...]] = {}
    for mine, unit in zip(own, plain, strict=True):
        one, other = _root(joined, unit), _root(joined, first.setdefault(whole.get(mine, mine), unit))
        if one != other:
            joined[one] = other
    return [_root(joined, each) for each in plain]


def _root(joined: Mapping[tuple[str, ...], tuple[str, ...]], unit: tuple[str, ...]) -> tuple[str, ...]:
    while unit in joined:
        unit = joined[unit]
    return unit


def wholes(frame: Frame) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Give each cohort that is a part of another one among the rows, and that other one: `all` patients of its study.

    A cohort of more patients than `all` is no part of it, nor is one of which a curator has said so (`frame.apart`).
    """
    own = cohorts(frame)
    named = {each: each[0] for each in own if len(each) == 2 and each[1] != WHOLE}
    there = {(study, WHOLE) for study in named.values()}.intersection(own) if named else set()
    if not there:
        return {}
    sizes: dict[tuple[str, ...], float] = {}
    for cohort, n in zip(own, frame["n"].tolist(), strict=True):
        if not math.isnan(n):
            sizes[cohort] = max(n, sizes.get(cohort, 0.0))
    found = {part: (study, WHOLE) for part, study in named.items() if (study, WHOLE) in there}
    return {
        part: whole
        for part, whole in found.items()
        if sizes.get(part, 0.0) <= sizes.get(whole, math.inf) and frozenset((part, whole)) not in frame.apart
    }


def cohorts(frame: Frame) -> list[tuple[str, ...]]:
    """Name the cohort of each row: study and cohort (`all` unless named), or the row itself where no study is given."""
    pairs = enumerate(zip(frame["study"].tolist(), frame["cohort"].tolist(), strict=True), 1)
    return [(f"row {row}",) if study is None else (study, cohort or WHOLE) for row, (study, cohort) in pairs]


def patients(frame: Frame) -> int | None:
    """Count the patients behind these rows: the largest n of each unit, summed; None when no n was read."""
    return sum_of_largest(units(frame), frame["n"].tolist())


def sum_of_largest(names: Sequence[tuple[str, ...]], sizes: Sequence[float]) -> int | None:
    """Sum the largest size of each name; nan is unknown, and the sum None when all are."""
    largest: dict[tuple[str, ...], float] = {}
    for name, size in zip(names, sizes, strict=True):
        if not math.isnan(size):
            largest[name] = max(size, largest.get(name, 0.0))
    return int(sum(largest.values())) if largest else None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value
