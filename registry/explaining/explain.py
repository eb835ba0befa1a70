"""The conductor: two moments of a query → why their pools differ.

    stored at A ── engine ── A as pooled today ── query's edit ── evidence ── B as pooled today ── engine ── stored at B

The query's edit is measured on the evidence of A, the evidence with the query of B, both with today's evireg. What a
stored run had otherwise than today's evireg gives for the same query and evidence is the engine's.
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from registry.errors import NothingSelected, PoolRefused, UsageError
from registry.explaining import moments
from registry.explaining.attribution import PAIRS, Sharing, in_common, listed, moving, share
from registry.explaining.explanation import (
    Effect,
    Evidence,
    Explanation,
    FieldEdit,
    Idle,
    OrderedStep,
    State,
    told_pool,
)
from registry.explaining.told import told
from registry.explaining.units import find_units, renames
from registry.pooling import pool
from registry.pooling.guards import allowances
from registry.pooling.kernel import Settings
from registry.selection import parse, select
from registry.selection.between import versions_between
from registry.version import VERSION
from registry.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from registry.explaining.attribution import Changes
    from registry.explaining.moments import Moment
    from registry.explaining.units import Unit, Units
    from registry.pooling.result import PoolResult
    from registry.queries.definition import Definition
    from registry.selection.view import At

ENGINE = f"evireg {VERSION}"
#: Options that change the pool itself; the others are told beside it.
_SETTINGS = tuple(entry.name for entry in fields(Settings))
_OPTIONS = (*_SETTINGS, "read_as", "doubtful")
#: Cohorts in use at both ends without which nothing is shared.
COMMON = 2


def explain(
    connection: Connection,
    query: str | None = None,
    *,
    first: At = None,
    last: At = None,
    definition: Definition | None = None,
    pairs: int = PAIRS,
    seed: int = 0,
) -> Explanation:
    """Say why a query, or a definition that is not saved, gives another pool at `last` than at `first`.

    Moments are changesets, names of snapshots, or `run:7`; `first` None is the query's last run, `last` None is now.
    Beyond 12 units `pairs` of orders are drawn from `seed`. A pool that is undefined or refused is told, not raised.
    Raises NotFound for what does not exist, UsageError for moments in the wrong order or that fit no query.
    """
    if definition is None:
        start, end = moments.of_query(connection, query, first, last)
    else:
        start, end = moments.of_definition(connection, definition, first, last)
    if start.changeset > end.changeset:
        raise UsageError(
            f"{start.label} (changeset {start.changeset}) is later than {end.label} (changeset {end.changeset})",
            "exchange --from and --to",
        )
    return _Explaining(connection, start, end, pairs, seed).explained()


class _Explaining:
    """One explanation on its way: three pools by today's evireg, and what is stored of the two moments."""

    def __init__(self, connection: Connection, start: Moment, end: Moment, pairs: int, seed: int) -> None:
        self.connection, self.start, self.end = connection, start, end
        self.pairs, self.seed = pairs, seed
        self.asked = end.definition
        self.edited = _pooling(start.definition) != _pooling(end.definition)
        self.old = _attempt(connection, start.definition, start.changeset)
        self.new = _attempt(connection, self.asked, end.changeset)
        self.between = _attempt(connection, self.asked, start.changeset) if self.edited else self.old

    def explained(self) -> Explanation:
        """Put everything together."""
        start, end = _state(self.start, self.old), _state(self.end, self.new)
        evidence, idle = self._evidence()
        result = self.new.result or self.old.result
        return Explanation(
            query=self.end.saved.name if self.end.saved else None,
            condition=self.asked.where,
            start=start,
            end=end,
            total=_difference(start.values, end.values),
            steps=(*self._edit(), *self._engine(start, end)),
            evidence=evidence,
            without_effect=idle,
            notes=tuple(self._notes()),
            measure=result.measure if result else None,
            about=dict(result.about) if result else {},
            simulated=result.simulated if result else False,
        )

    def _edit(self) -> Iterator[OrderedStep]:
        if not self.edited:
            return
        was, now = self.start.saved, self.end.saved
        label = f"query edited: version {was.version} → {now.version}" if was and now else "query edited"
        effect = _difference(self.old.values, self.between.values)
        why = "" if effect else self.old.why or self.between.why
        edits = tuple(_edits(_pooling(self.start.definition), _pooling(self.asked)))
        yield OrderedStep("query", label, effect, edits, why)

    def _engine(self, start: State, end: State) -> Iterator[OrderedStep]:
        """Compare stored runs with what today's evireg gives for the same query and evidence."""
        runs = [state for state in (start, end) if state.run is not None]
        if not runs:
            return
        engines = list(dict.fromkeys([*(state.engine for state in runs), ENGINE]))
        label = " → ".join(engines) if len(engines) > 1 else f"same evireg ({ENGINE.removeprefix('evireg ')})"
        effect = _sum(_difference(start.values, self.old.values), _difference(self.new.values, end.values))
        yield OrderedStep("engine", label, effect, (), "" if effect else self.old.why or self.new.why)

    def _evidence(self) -> tuple[Evidence, tuple[Idle, ...]]:
        total = _difference(self.between.values, self.new.values)
        if self.start.changeset == self.end.changeset:
            return Evidence("shapley", total, ()), ()
        units = self._units()
        moved = moving(units)
        changes = {unit.label: told(self.connection, unit) for unit in moved}
        idle = tuple(_idle(units, unit) for unit in units.touched if unit not in moved)
        why = self.between.why or self.new.why
        common = in_common(units)
        if not why and common < COMMON:
            cohorts = "no cohort" if common == 0 else "one cohort"
            why = f"{cohorts} in common: what was added and removed is named, nothing is shared among them"
        if why or total is None:
            return Evidence("none", total, listed(units, changes), why=why), idle
        return share(units, total, self._sharing(changes)), idle

    def _units(self) -> Units:
        first, last = self.start.changeset, self.end.changeset
        names = Vocabulary.load(self.connection)
        condition = parse(self.asked.where, names)
        versions = versions_between(self.connection, condition, first, last, names)
        renamed = renames(self.connection, first, last)
        return find_units(versions, self.asked, first, last, renamed, simulated=condition.names_origin)

    def _sharing(self, changes: Changes) -> Sharing:
        settings = Settings(**{name: self.asked.options[name] for name in _SETTINGS})
        return Sharing(settings, allowances(self.asked.allow), self.pairs, self.seed, changes)

    def _notes(self) -> Iterator[str]:
        for moment in (self.start, self.end):
            if moment.younger and moment.saved:
                yield (
                    f"the query was not saved yet at {moment.label}: its version {moment.saved.version}"
                    f" (changeset {moment.saved.changeset}) stands in"
                )


class _Attempt:
    """A pool, or why there is none."""

    def __init__(self, result: PoolResult | None, why: str = "") -> None:
        self.result, self.why = result, why
        pool = result.pool if result else None
        numbers = (None,) * 4 if pool is None else (pool.mu, pool.ci_low, pool.ci_high, pool.tau2)
        mu, low, high, self.tau2 = (math.nan if each is None else each for each in numbers)
        self.values = (mu, high - low, self.tau2)
        if pool is not None and pool.k == 1:
            self.why, self.values = "one estimate: nothing is pooled", (math.nan,) * 3


def _attempt(connection: Connection, asked: Definition, changeset: int) -> _Attempt:
    """Pool a definition as of a changeset, without what is told beside a pool."""
    options = {name: asked.options[name] for name in (*_OPTIONS, "per")}
    try:
        chosen = select(connection, asked.where, at=changeset or None, **asked.selecting)
        selected: dict[str, Any] = {"flow": chosen.flow, "provenance": chosen.provenance}
        result = pool(chosen.frame, **options, one_per=asked.one_per, allow=asked.allow, **selected)
    except (NothingSelected, PoolRefused) as error:
        return _Attempt(None, error.message)
    return _Attempt(result)


def _state(moment: Moment, found: _Attempt) -> State:
    ran = moment.ran
    shown: dict[str, Any] | None = None
    if ran is not None:
        shown = told_pool(ran.found["pool"])
    elif found.result is not None:
        shown = told_pool(found.result.pool)
    return State(
        label=moment.label,
        changeset=moment.changeset,
        snapshot=moment.snapshot,
        run=ran.id if ran else None,
        version=moment.saved.version if moment.saved else None,
        engine=ran.engine if ran else ENGINE,
        pool=shown,
        why="" if shown and shown["k"] > 1 else found.why,
    )


def _pooling(definition: Definition) -> dict[str, Any]:
    """Give what of a definition decides the pool."""
    options = {name: definition.options[name] for name in (*_OPTIONS, "per") if name != "threshold"}
    return {"where": definition.where, "one_per": definition.one_per, "allow": list(definition.allow), **options}


def _edits(was: dict[str, Any], now: dict[str, Any]) -> Iterator[FieldEdit]:
    for name, before in was.items():
        if before != now[name]:
            yield FieldEdit(name, before, now[name])


def _difference(before: Sequence[float], after: Sequence[float]) -> Effect | None:
    """Give after − before; None when the log ratio or the width of its CI is undefined in one of them."""
    found = Effect.of([late - early for early, late in zip(before, after, strict=True)])
    return None if found.log_hr is None else found


def _sum(one: Effect | None, other: Effect | None) -> Effect | None:
    if one is None or other is None:
        return None
    return Effect.of([a + b for a, b in zip(one.values, other.values, strict=True)])


def _idle(units: Units, unit: Unit) -> Idle:
    """Say why the changes of a unit do not move the pool."""
    if not unit.states[-1]:
        why = f"left out before and after: {unit.why}"
    elif any(units.signature(state) != units.signature(unit.states[0]) for state in unit.states):
        why = "changed, and changed back"
    else:
        why = "the numbers in use are the same"
    return Idle(unit.label, unit.cohorts, why, unit.changesets)
