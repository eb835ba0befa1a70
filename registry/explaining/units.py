"""Cohorts that belong together, and the rows each of these units had in use after every changeset.

A unit is a cohort, or the cohorts that share patients or passed an estimate on by a new key at any time between the two
moments. One-per rules choose within units, so that what is in use of one does not depend on another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from registry.explaining.coalitions import refusal
from registry.flow import cohorts
from registry.meaning.doubted import excluding
from registry.meaning.equal_numbers import maybe_one_result
from registry.models import Change
from registry.pooling.guards import allowances
from registry.pooling.names import labels
from registry.pooling.orientation import inverted
from registry.pooling.steps import bring
from registry.selection.narrow import narrow
from registry.terms import ReadAs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from registry.frame import Array, Frame
    from registry.queries.definition import Definition
    from registry.selection.between import Versions

#: How many cohorts of a group its label names.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `versions` are the numbers of its rows' versions, `changesets` those that touched them, in order.

    `states` are the versions in use at the start and after each of `stops` (a changeset, or several that make sense
    only together: the last of them). `why` says of a unit without any row in use at the end why not.
    """

    label: str
    cohorts: tuple[str, ...]
    keys: tuple[str, ...]
    changesets: tuple[int, ...]
    states: tuple[tuple[int, ...], ...]
    stops: tuple[int, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Units:
    """All units of a selection: those some changeset touched, and the versions in use of the others, `fixed`.

    `table` holds all versions, every ratio of those in use as the query reads it; `signatures` say of each what a pool
    takes of it.
    """

    table: Frame
    signatures: Sequence[tuple[Any, ...]]
    touched: tuple[Unit, ...]
    fixed: tuple[int, ...]

    def signature(self, state: tuple[int, ...]) -> list[tuple[Any, ...]]:
        """Say what a pool takes of the rows of a state."""
        return sorted(self.signatures[row] for row in state)


def find_units(
    versions: Versions, definition: Definition, first: int, last: int, renamed: Mapping[str, str], *, simulated: bool
) -> Units:
    """Sort the versions of a selection into units, and follow each from changeset to changeset."""
    groups = _linked(versions.frame, renamed, doubtful=definition.options["doubtful"])
    sieve = _Sieve(versions, definition, simulated=simulated)
    names = _labels(versions)
    touched, fixed = [], []
    for rows in groups:
        stops = _stops(versions, rows, first, last)
        if stops:
            touched.append(sieve.followed(rows, stops, first, names))
        else:
            fixed += rows
    used = sieve.used(np.array(fixed, dtype=np.intp), last)[0] if fixed else ()
    table = _oriented(versions.frame, definition)
    return Units(table, _signatures(table, definition), tuple(touched), used)


def renames(connection: sa.Connection, first: int, last: int) -> dict[str, str]:
    """Old key → new key of the estimates whose identity was amended after `first` and up to `last`."""
    query = sa.select(Change.key, Change.after).where(
        Change.entity == "estimate", Change.field == "key", Change.changeset > first, Change.changeset <= last
    )
    return {old: new for old, new in connection.execute(query) if new is not None}


class _Sieve:
    """Versions of one selection and the rules that leave rows out."""

    def __init__(self, versions: Versions, definition: Definition, *, simulated: bool) -> None:
        self.versions = versions
        self.keys = versions.frame["key"].tolist()
        self.selecting = definition.selecting
        self.allowed = allowances(definition.allow)
        self.dependent = definition.options["dependence"] is not None
        self.simulated = simulated

    def used(self, rows: Array, changeset: int) -> tuple[tuple[int, ...], str]:
        """Give which of these versions are in use after a changeset; when none is, why."""
        alive = rows[self.versions.alive(changeset)[rows]]
        part = self.versions.frame.take(alive)
        kept, flow = narrow(part, simulated=self.simulated, **self.selecting)
        place = {self.keys[row]: row for row in alive.tolist()}
        used = tuple(sorted(place[key] for key in kept["key"].tolist()))
        why = "; ".join(dict.fromkeys(step.label for step in flow.steps))
        return used, "" if used else why or "the condition does not match it"

    def followed(self, rows: Sequence[int], changesets: Sequence[int], first: int, names: Mapping[Any, str]) -> Unit:
        """Follow a unit from changeset to changeset; where its rows must not stand together it has no state."""
        members = np.array(rows, dtype=np.intp)
        states, stops = [self.used(members, first)[0]], []
        why = ""
        for place, changeset in enumerate(changesets):
            used, why = self.used(members, changeset)
            ends = place == len(changesets) - 1
            if ends or not used or not refusal(self._rows(used), self.allowed, dependent=self.dependent):
                states.append(used)
                stops.append(changeset)
        theirs = list(dict.fromkeys(_of(self.versions.frame, rows)))
        return Unit(
            label=_joined([names[each] for each in theirs]),
            cohorts=tuple("/".join(each) for each in theirs),
            keys=tuple(dict.fromkeys(self.keys[row] for row in rows)),
            changesets=tuple(changesets),
            states=tuple(states),
            stops=tuple(stops),
            why=why,
        )

    def _rows(self, used: tuple[int, ...]) -> Frame:
        return self.versions.frame.take(np.array(used, dtype=np.intp))


def _linked(frame: Frame, renamed: Mapping[str, str], *, doubtful: str) -> list[list[int]]:
    """Group versions by cohort, joining cohorts of one overlap group and those an estimate went between.

    Where doubtful rows are left out, cohorts with the same numbers are joined too: one of them goes.
    """
    own, keys = cohorts(frame), frame["key"].tolist()
    same = maybe_one_result(frame) if excluding(doubtful) else []
    leader: dict[Any, Any] = {}

    def find(thing: Any) -> Any:
        while leader.setdefault(thing, thing) != thing:
            thing = leader[thing]
        return thing

    for cohort, key, group in zip(own, keys, frame["overlap_group"].tolist(), strict=True):
        links = [("key", key), *([("overlap", group)] if group is not None else [])]
        links += [("key", renamed[key])] if key in renamed else []
        for link in links:
            leader[find(link)] = find(cohort)
    for one, other in same:
        leader[find(own[one])] = find(own[other])
    found: dict[Any, list[int]] = {}
    for row, cohort in enumerate(own):
        found.setdefault(find(cohort), []).append(row)
    return list(found.values())


def _stops(versions: Versions, rows: Sequence[int], first: int, last: int) -> list[int]:
    """Give the changesets between the moments that opened or closed one of these versions."""
    members = np.array(rows, dtype=np.intp)
    numbers = {*versions.opened[members].tolist(), *versions.closed[members].tolist()}
    return sorted(number for number in numbers if first < number <= last)


def _labels(versions: Versions) -> dict[Any, str]:
    """Name every cohort, by its newest version."""
    newest: dict[Any, int] = {}
    for row, cohort in enumerate(cohorts(versions.frame)):
        if cohort not in newest or versions.opened[row] >= versions.opened[newest[cohort]]:
            newest[cohort] = row
    rows = np.array(list(newest.values()), dtype=np.intp)
    return dict(zip(newest, labels(versions.frame.take(rows)), strict=True))


def _of(frame: Frame, rows: Iterable[int]) -> list[tuple[str, ...]]:
    every = cohorts(frame.take(np.array(list(rows), dtype=np.intp)))
    return sorted(every)


def _joined(names: Sequence[str]) -> str:
    more = f" + {len(names) - NAMED} more" if len(names) > NAMED else ""
    return " + ".join(names[:NAMED]) + more


def _oriented(frame: Frame, definition: Definition) -> Frame:
    """Bring ratios to the step the query asks for, turned the way it reads them; what cannot be is in no pool."""
    per, read_as = definition.options["per"], ReadAs(definition.options["read_as"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return inverted(frame if per is None else bring(frame, per).frame, read_as)[0]


def _signatures(frame: Frame, definition: Definition) -> list[tuple[Any, ...]]:
    """Say of each version, turned, what a pool takes of it: its numbers, and whose patients where that matters."""
    dependent = definition.options["dependence"] is not None
    groups = [group or "" for group in frame["overlap_group"].tolist()] if dependent else [""] * len(frame)
    own = [each if dependent else () for each in cohorts(frame)]
    return list(zip(frame["yi"].tolist(), frame["vi"].tolist(), own, groups, strict=True))
