"""What an explanation is: two states, the ordered steps and the contributions between them, and its JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Self

from registry.meaning.direction_words import direction_of

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled

#: What of a pool is told of a state.
POOL_FIELDS = ("k", "n", "hr", "hr_ci_low", "hr_ci_high", "mu", "ci_low", "ci_high", "tau2", "i2", "level")


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference between two pools: of the log ratio, the width of its CI on that scale, tau²; None is undefined."""

    log_hr: float | None
    ci_width: float | None
    tau2: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Take three numbers, nan for what is undefined."""
        return cls(*(None if math.isnan(value) else float(value) for value in values))

    @property
    def values(self) -> tuple[float, float, float]:
        """Give the three numbers, nan for what is undefined."""
        log_hr, ci_width, tau2 = (
            math.nan if value is None else value for value in (self.log_hr, self.ci_width, self.tau2)
        )
        return log_hr, ci_width, tau2

    @property
    def factor(self) -> float | None:
        """What the ratio is multiplied by."""
        return None if self.log_hr is None else math.exp(self.log_hr)


@dataclass(frozen=True, slots=True)
class State:
    """A moment and its pool: `label` names it, `pool` holds `POOL_FIELDS` (None when there was none: `why`)."""

    label: str
    changeset: int
    snapshot: str | None
    run: int | None
    version: int | None
    engine: str
    pool: Mapping[str, Any] | None
    why: str = ""

    @property
    def values(self) -> tuple[float, float, float]:
        """Give log ratio, width of the CI, tau²; nan where undefined."""
        found = self.pool or {}
        log_hr, low, high, tau2 = (_number(found.get(name)) for name in ("mu", "ci_low", "ci_high", "tau2"))
        return log_hr, high - low, tau2


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field of the query, or of a thing, before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class OrderedStep:
    """What is told before the evidence: the query's edit (`query`) or another version of evireg (`engine`).

    `effect` is None when one of the two pools it lies between is undefined: `why`.
    """

    kind: str
    label: str
    effect: Effect | None
    edits: tuple[FieldEdit, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One field of one estimate that a changeset changed."""

    key: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What one changeset did to the rows of a contribution; `effect` None: told together with `together_with`."""

    changeset: int
    at: str
    curator: str
    message: str
    happened: tuple[str, ...]
    fields: tuple[Told, ...]
    effect: Effect | None = None
    together_with: int | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one cohort, or group of cohorts that share patients, does to the pool.

    `happened` is added, removed or changed; `se` is the standard error of a sampled contribution. The effects of
    `changes` sum to `effect`.
    """

    label: str
    cohorts: tuple[str, ...]
    happened: str
    effect: Effect | None
    se: Effect | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Undefined:
    """Mixtures of old and new evidence that have no pool: how many of how many, and some of them.

    An example names who was in its new state, and says why there is no pool.
    """

    count: int
    of: int
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The part of the evidence, `total`, and how it was shared.

    `method` is shapley, sampled (orders and seed are given), ordered (one after the other as the ledger has them) or
    none (`why` says so of the last two).
    """

    method: str
    total: Effect | None
    contributions: tuple[Contribution, ...]
    why: str = ""
    orders: int | None = None
    seed: int | None = None
    undefined: Undefined | None = None


@dataclass(frozen=True, slots=True)
class Idle:
    """A cohort or group whose changes do not move the pool, and why."""

    label: str
    cohorts: tuple[str, ...]
    why: str
    changesets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pool of `start` and one of `end` differ: `total` = ordered `steps` + `evidence`."""

    query: str | None
    condition: str | None
    start: State
    end: State
    total: Effect | None
    steps: tuple[OrderedStep, ...]
    evidence: Evidence
    without_effect: tuple[Idle, ...]
    notes: tuple[str, ...]
    measure: str | None
    about: Mapping[str, str]
    simulated: bool

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON: full double precision, None where undefined."""
        return {**_plain(self), "direction": self.direction}

    @property
    def direction(self) -> str:
        """Which way round both pools are: `high ferritin vs low`."""
        return direction_of(self.about).text


def told_pool(pool: Pooled | Mapping[str, Any]) -> dict[str, Any]:
    """Take of a pool, or of its JSON, what an explanation tells."""
    whole = pool if isinstance(pool, Mapping) else {name: getattr(pool, name) for name in POOL_FIELDS}
    return {name: whole.get(name) for name in POOL_FIELDS}


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, Mapping) else value
