"""Which saved queries would give another result now than at their last run, by how much, and what was crossed.

The last run of a query is the one of the latest state of the evidence; of several of one state, the one stored last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.reversal import current_key
from registry.errors import NothingSelected, PoolRefused
from registry.models import evidence
from registry.queries.running import execute, pooled_rows_digest, runs
from registry.queries.saved import load, queries
from registry.queries.verifying import ROUNDING
from registry.selection.view import at_changeset
from registry.version import VERSION
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from registry.queries.running import Ran
    from registry.queries.saved import Saved

#: What is compared: pool fields of the JSON.
NUMBERS = (
    "k",
    "hr",
    "hr_ci_low",
    "hr_ci_high",
    "hr_pi_low",
    "hr_pi_high",
    "tau2",
    "i2",
)

#: What may cross a threshold → the fields between which it lies.
_CROSSES = {
    "ratio": ("hr", "hr"),
    "confidence interval": ("hr_ci_low", "hr_ci_high"),
    "prediction interval": ("hr_pi_low", "hr_pi_high"),
}


#: Ratio read the other way round → the number it is the reciprocal of.
_TURNED = {
    "hr": "hr",
    "hr_ci_low": "hr_ci_high",
    "hr_ci_high": "hr_ci_low",
    "hr_pi_low": "hr_pi_high",
    "hr_pi_high": "hr_pi_low",
}


class State(StrEnum):
    """How a query stands to its last run."""

    NEVER_RUN = "never run"
    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Crossing:
    """`what` lay `before` a threshold ratio otherwise than it does now: above, below, or across it."""

    what: str
    threshold: float
    before: str
    now: str

    @property
    def said(self) -> str:
        """Say it; a ratio of 1 is looked at again and again, and no interval allows for that."""
        looks = " (uncorrected for repeated looks)" if self.threshold == 1.0 else ""
        return f"the {self.what} was {self.before} {self.threshold:g} and is {self.now} it now{looks}"

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {
            "what": self.what,
            "threshold": self.threshold,
            "before": self.before,
            "now": self.now,
            "corrected": self.threshold != 1.0,
        }


@dataclass(frozen=True, slots=True)
class Watched:
    """One query: its last run, what its numbers were and are, what crossed a threshold, what was retracted since.

    `before` and `now` hold `NUMBERS`, both the way round the query is read now; `direction` names it, None where no run
    says. `why` says why there is no result now. `retracted` maps estimates that the run used to the study they are of.
    """

    query: Saved
    state: State
    changeset: int
    run: Ran | None = None
    before: Mapping[str, Any] | None = None
    now: Mapping[str, Any] | None = None
    crossings: tuple[Crossing, ...] = ()
    retracted: Mapping[str, str] | None = None
    why: str = ""
    direction: str | None = None

    @property
    def edited(self) -> bool:
        """Whether the query was edited since that run."""
        return self.run is not None and self.run.query.version != self.query.version

    @property
    def engine_changed(self) -> bool:
        """Whether the run was made by another version of evireg."""
        return self.run is not None and self.run.engine != f"evireg {VERSION}"

    @property
    def changed(self) -> bool:
        """Whether there is something to look at."""
        return self.state in (State.CHANGED, State.REFUSED) or bool(self.retracted)

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        ran = self.run
        return {
            "query": self.query.name,
            "version": self.query.version,
            "state": str(self.state),
            "changed": self.changed,
            "changeset": self.changeset,
            "run": None if ran is None else {"id": ran.id, "version": ran.query.version, "changeset": ran.at_changeset},
            "edited": self.edited,
            "engine_changed": self.engine_changed,
            "read_as": self.query.definition.options["read_as"],
            "direction": self.direction,
            "before": None if self.before is None else dict(self.before),
            "now": None if self.now is None else dict(self.now),
            "crossings": [each.as_dict() for each in self.crossings],
            "retracted": [{"estimate": key, "study": study} for key, study in (self.retracted or {}).items()],
            "why": self.why,
        }


def watch(connection: sa.Connection, names: Collection[str] = (), *, crossing_one: bool = False) -> list[Watched]:
    """Compare what queries would give now with their last runs, of those named or of all.

    A crossing of the threshold a query declares is told; that of 1 only with `crossing_one`. A query whose rows are
    those of its last run is not pooled again. Raises NotFound for a name.
    """
    chosen = [load(connection, name) for name in names] if names else queries(connection)
    changeset = at_changeset(connection, None)
    last = _last_runs(connection)
    return [_watch(connection, each, last.get(each.name), changeset, crossing_one=crossing_one) for each in chosen]


def _last_runs(connection: sa.Connection) -> dict[str, Ran]:
    found = sorted(runs(connection), key=lambda each: (each.at_changeset, each.id))
    return {each.query.name: each for each in found}


def _watch(connection: sa.Connection, query: Saved, ran: Ran | None, changeset: int, *, crossing_one: bool) -> Watched:
    if ran is None:
        return Watched(query, State.NEVER_RUN, changeset)
    found = ran.found
    before, retracted = _before(ran, found["pool"], query), _retracted(connection, ran)
    try:
        now, way = (before, found.get("direction")) if _same_rows(connection, query, ran) else _now(connection, query)
    except (PoolRefused, NothingSelected) as refusal:
        return Watched(query, State.REFUSED, changeset, ran, before, None, retracted=retracted, why=refusal.message)
    state = State.SAME if _alike(before, now) else State.CHANGED
    thresholds = [each for each in (query.definition.threshold, 1.0 if crossing_one else None) if each is not None]
    crossings = tuple(each for ratio in thresholds for each in _crossings(before, now, ratio))
    return Watched(query, state, changeset, ran, before, now, crossings, retracted, direction=way)


def _same_rows(connection: sa.Connection, query: Saved, ran: Ran) -> bool:
    """Whether the same engine would pool the same rows in the same way: the result is known then."""
    if ran.query.definition.of_pool != query.definition.of_pool or ran.engine != f"evireg {VERSION}":
        return False
    return pooled_rows_digest(connection, query.definition) == ran.rows_digest


def _now(connection: sa.Connection, query: Saved) -> tuple[dict[str, Any], str]:
    """Give the numbers a query gives now, and which way round its ratio is."""
    result, _ = execute(connection, query)
    return _numbers(result.pool.as_dict()), result.direction


def _numbers(pool: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pool.get(name) for name in NUMBERS}


def _before(ran: Ran, pool: Mapping[str, Any], query: Saved) -> dict[str, Any]:
    """Give the numbers of a run, the way round the query is read now."""
    found = _numbers(pool)
    if ran.query.definition.options["read_as"] == query.definition.options["read_as"]:
        return found
    return {**found, **{name: _reciprocal(found[other]) for name, other in _TURNED.items()}}


def _reciprocal(ratio: float | None) -> float | None:
    return 1.0 / ratio if ratio else None


def _alike(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return all(_equal(before[name], now[name]) for name in NUMBERS)


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= ROUNDING * max(abs(one), abs(other))


def _crossings(before: Mapping[str, Any], now: Mapping[str, Any], threshold: float) -> Iterator[Crossing]:
    for what, (low, high) in _CROSSES.items():
        then, here = (_place(each[low], each[high], threshold) for each in (before, now))
        if then and here and then != here:
            yield Crossing(what, threshold, then, here)


def _place(low: float | None, high: float | None, threshold: float) -> str:
    """Say where an interval lies of a threshold; nothing when it is undefined."""
    if low is None or high is None:
        return ""
    return "above" if low > threshold else "below" if high < threshold else "across" if low != high else "at"


def _retracted(connection: sa.Connection, ran: Ran) -> dict[str, str]:
    """Name the estimates the run used whose report is retracted now: it would not have used them had it been then."""
    keys = [current_key(connection, key, ran.at_changeset + 1) for key in ran.keys]
    live = sa.select(evidence.c.key, evidence.c.study).where(evidence.c.valid_to.is_(None), evidence.c.retracted)
    return {row.key: row.study for row in select_in(connection, live, evidence.c.key, sorted(keys))}
