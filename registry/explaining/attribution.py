"""Who moved the pool: contributions of units, by Shapley values or, where these are undefined, one after the other.

A mixture has each unit either in its old or in its new state. Its contribution is the mean, over all orders in which
units go from old to new, of what the pool moves when it goes (Shapley 1953). Within a unit the changes of the ledger
happen in their order, so that each has the mean of what the pool moves by it, and they sum to the contribution.

A mixture without a pool is never imputed: then the value is undefined, and the contributions are those of the one order
that happened, the ledger's. There a change after which there is no pool is told together with the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from registry.explaining.coalitions import pool_mixtures
from registry.explaining.explanation import Change, Contribution, Effect, Evidence, Undefined
from registry.stats.shapley import Sampled, averaged, coalitions, orders, sampled, shapley, without

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from registry.explaining.coalitions import Pools
    from registry.explaining.units import Unit, Units
    from registry.pooling.guards import Allowed
    from registry.pooling.kernel import Settings
    from registry.stats.batch import Floats, Ints

#: Up to this many units every mixture is pooled.
EXACT = 12
#: Pairs of orders beyond.
PAIRS = 200
#: How many mixtures without a pool are named.
EXAMPLES = 5

Changes = Mapping[str, tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Sharing:
    """How units are to be shared among: the pool's settings, what is allowed, and the sample of orders beyond `EXACT`.

    `changes` are what the ledger says, by the label of the unit.
    """

    settings: Settings
    allowed: Allowed
    pairs: int
    seed: int
    changes: Changes


def moving(units: Units) -> tuple[Unit, ...]:
    """Give the units of which a pool takes other numbers at the end than at the start."""
    return tuple(unit for unit in units.touched if units.signature(unit.states[0]) != units.signature(unit.states[-1]))


def in_common(units: Units) -> int:
    """Count the units in use at the start and at the end; of the untouched, estimates."""
    return len(units.fixed) + sum(bool(unit.states[0]) and bool(unit.states[-1]) for unit in units.touched)


def share(units: Units, total: Effect, how: Sharing) -> Evidence:
    """Share the difference that the evidence makes among the units that moved."""
    players = moving(units)
    if not players:
        return Evidence("shapley", total, ())
    mixtures = _Mixtures(units, players)
    found = (_exact if len(players) <= EXACT else _sampled)(mixtures, players, how)
    return replace(found, total=total)


def listed(units: Units, changes: Changes) -> tuple[Contribution, ...]:
    """Name the units that moved, without effects."""
    return tuple(_contribution(unit, None, None, changes[unit.label]) for unit in moving(units))


class _Mixtures:
    """States of players → rows of a table; a state that a pool cannot tell from an earlier one is that one."""

    def __init__(self, units: Units, players: Sequence[Unit]) -> None:
        idle = {unit.label for unit in units.touched} - {unit.label for unit in players}
        fixed = [*units.fixed, *(row for unit in units.touched if unit.label in idle for row in unit.states[-1])]
        rows = sorted({*fixed, *(row for unit in players for state in unit.states for row in state)})
        place = {row: column for column, row in enumerate(rows)}
        self.table = units.table.take(np.array(rows, dtype=np.intp))
        self.base = np.zeros(len(rows), dtype=np.bool_)
        self.base[[place[row] for row in fixed]] = True
        self.states = [[[place[row] for row in state] for state in unit.states] for unit in players]
        self.same = [_same(units, unit) for unit in players]
        self.last = np.array([same[-1] for same in self.same], dtype=np.intp)

    def members(self, states: Ints) -> NDArray[np.bool_]:
        """Say which rows (m, k) mixtures of these states (m, n) hold."""
        found = np.repeat(self.base[None, :], len(states), axis=0)
        for player, rows in enumerate(self.states):
            for state in set(self.same[player]):
                here = np.flatnonzero(states[:, player] == state)
                found[np.ix_(here, np.array(rows[state], dtype=np.intp))] = True
        return found

    def pools(self, states: Sequence[Ints], how: Sharing) -> tuple[list[Floats], Pools, Ints]:
        """Pool blocks of states, each (m, n), in one batch: the values (m, 3) of each block, all, and all states."""
        together = np.concatenate(states)
        found = pool_mixtures(self.table, self.members(together), how.settings, how.allowed)
        ends = np.cumsum([len(block) for block in states])
        return np.split(found.values, ends[:-1]), found, together


def _same(units: Units, unit: Unit) -> list[int]:
    """Give, for each state, the first one of which a pool takes the same."""
    signatures = [units.signature(state) for state in unit.states]
    return [signatures.index(each) for each in signatures]


def _exact(mixtures: _Mixtures, players: Sequence[Unit], how: Sharing) -> Evidence:
    n = len(players)
    extremes = np.where(coalitions(n), mixtures.last, 0)
    blocks, middles = [extremes], []
    for player in range(n):
        for state in _middle(mixtures, player):
            block = extremes[without(n, player)]
            block[:, player] = state
            blocks.append(block)
            middles.append((player, state))
    (values, *rest), pools, _ = mixtures.pools(blocks, how)
    if _undefined_in(values):
        return _one_after_another(mixtures, players, how, _undefined(players, pools, extremes, mixtures))
    means = {where: averaged(block) for where, block in zip(middles, rest, strict=True)}
    for player in range(n):
        others = without(n, player)
        means[player, 0] = averaged(values[others])
        means[player, int(mixtures.last[player])] = averaged(values[others + (1 << player)])
    shares = shapley(values)
    exact = Sampled(shares, np.full_like(shares, np.nan))
    return Evidence("shapley", None, _contributions(mixtures, players, exact, means, how.changes))


def _sampled(mixtures: _Mixtures, players: Sequence[Unit], how: Sharing) -> Evidence:
    n = len(players)
    ranks = np.argsort(orders(n, how.pairs, how.seed), axis=1)
    blocks, where = [], []
    for player in range(n):
        before = np.where(ranks < ranks[:, player, None], mixtures.last, 0)
        for state in (0, *_middle(mixtures, player), int(mixtures.last[player])):
            block = before.copy()
            block[:, player] = state
            blocks.append(block)
            where.append((player, state))
    values, pools, states = mixtures.pools(blocks, how)
    found = dict(zip(where, values, strict=True))
    marginals = np.stack([found[p, int(mixtures.last[p])] - found[p, 0] for p in range(n)], axis=1)
    if _undefined_in(marginals):
        return _one_after_another(mixtures, players, how, _undefined(players, pools, states, mixtures))
    drawn = sampled(marginals)
    means = {place: block.mean(axis=0) for place, block in found.items()}
    contributions = _contributions(mixtures, players, drawn, means, how.changes)
    return Evidence("sampled", None, contributions, orders=2 * how.pairs, seed=how.seed)


def _undefined_in(values: Floats) -> bool:
    """Whether a log ratio or a width among (…, 3) is undefined; some models have no tau²."""
    return bool(np.isnan(values[..., :2]).any())


def _middle(mixtures: _Mixtures, player: int) -> list[int]:
    """Give the numbers of the states of a player that are neither its first nor its last."""
    return sorted({*mixtures.same[player]} - {0, int(mixtures.last[player])})


def _contributions(
    mixtures: _Mixtures,
    players: Sequence[Unit],
    shares: Sampled,
    means: Mapping[tuple[int, int], Floats],
    changes: Changes,
) -> tuple[Contribution, ...]:
    """Put together what each player adds and, of that, each of its changes; the largest first."""
    found = []
    for player, unit in enumerate(players):
        along = [means[player, state] for state in mixtures.same[player]]
        steps = _steps(unit, along, changes[unit.label])
        error = None if np.isnan(shares.se[player, 0]) else Effect.of(shares.se[player].tolist())
        found.append(_contribution(unit, Effect.of(shares.values[player].tolist()), error, steps))
    return tuple(sorted(found, key=lambda each: -abs((each.effect or Effect(0.0, 0.0, 0.0)).values[0])))


def _steps(unit: Unit, along: Sequence[Floats], changes: Sequence[Change]) -> tuple[Change, ...]:
    """Give each change its step along the states; one that leaves no pool is told together with the next that does."""
    effects: dict[int, Effect] = {}
    here = along[0]
    for stop, value in zip(unit.stops, along[1:], strict=True):
        if not _undefined_in(value):
            effects[stop] = Effect.of((value - here).tolist())
            here = value
    return tuple(_with_effect(change, effects) for change in changes)


def _with_effect(change: Change, effects: Mapping[int, Effect]) -> Change:
    if change.changeset in effects:
        return replace(change, effect=effects[change.changeset])
    later = min((stop for stop in effects if stop > change.changeset), default=None)
    return replace(change, together_with=later)


def _contribution(unit: Unit, effect: Effect | None, error: Effect | None, changes: tuple[Change, ...]) -> Contribution:
    happened = "added" if not unit.states[0] else "changed" if unit.states[-1] else "removed"
    return Contribution(unit.label, unit.cohorts, happened, effect, error, changes)


def _undefined(players: Sequence[Unit], pools: Pools, states: Ints, mixtures: _Mixtures) -> Undefined:
    """Count the mixtures of old and new without a pool, each once, and name some."""
    whole = {}
    for row, state in enumerate(states.tolist()):
        if all(each in (0, last) for each, last in zip(state, mixtures.last.tolist(), strict=True)):
            whole[tuple(state)] = pools.why.get(row)
    missing = {state: why for state, why in whole.items() if why is not None}
    examples = tuple(
        {"new": [unit.label for unit, each in zip(players, state, strict=True) if each], "why": why}
        for state, why in list(missing.items())[:EXAMPLES]
    )
    return Undefined(len(missing), len(whole), examples)


def _one_after_another(mixtures: _Mixtures, players: Sequence[Unit], how: Sharing, undefined: Undefined) -> Evidence:
    """Follow the ledger: the contribution of a change is what the pool moves from before it to after it."""
    steps = sorted(
        (stop, player, number) for player, unit in enumerate(players) for number, stop in enumerate(unit.stops)
    )
    states = np.zeros((len(steps) + 1, len(players)), dtype=np.intp)
    for row, (_, player, number) in enumerate(steps, 1):
        states[row:, player] = mixtures.same[player][number + 1]
    [values], _, _ = mixtures.pools([states], how)
    found, waiting, here = [], [], values[0]
    for row, (stop, player, _) in enumerate(steps, 1):
        waiting.append((stop, players[player]))
        if not _undefined_in(values[row]):
            found.append(_joint(waiting, Effect.of((values[row] - here).tolist()), how.changes))
            here, waiting = values[row], []
    why = "some mixtures of old and new evidence have no pool, so that Shapley values are undefined"
    return Evidence("ordered", None, tuple(found), why=why, undefined=undefined)


def _joint(steps: Sequence[tuple[int, Unit]], effect: Effect, changes: Changes) -> Contribution:
    """Tell steps that have a pool only together as one contribution."""
    units = list({unit.label: unit for _, unit in steps}.values())
    stops = [stop for stop, _ in steps]
    made = [
        change for unit in units for change in changes[unit.label] if any(change.changeset == stop for stop in stops)
    ]
    happened = "added" if all(not unit.states[0] for unit in units) else "changed"
    happened = "removed" if all(not unit.states[-1] for unit in units) else happened
    label = " and ".join(unit.label for unit in units)
    cohorts = tuple(cohort for unit in units for cohort in unit.cohorts)
    return Contribution(label, cohorts, happened, effect, None, tuple(dict.fromkeys(made)))
