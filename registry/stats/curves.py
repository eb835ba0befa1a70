"""From a published Kaplan–Meier pair with numbers at risk to a log hazard ratio: rebuild the patients, then Cox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import StatisticsError
from registry.stats.cox import cox
from registry.stats.routes import LogRatio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from registry.stats.batch import Floats

MOST_ROUNDS = 100
# A curve printed in percent has values above this.
LARGEST_SURVIVAL = 1.05


@dataclass(frozen=True, slots=True)
class Curve:
    """One digitised curve: survival (n,) between 0 and 1 at times (n,), and the table of numbers at risk below it.

    `at_risk` (r,) are the patients at risk at `risk_times` (r,), ascending and from 0; `events` the printed total.
    """

    times: ArrayLike
    survival: ArrayLike
    risk_times: ArrayLike
    at_risk: ArrayLike
    events: int | None = None


@dataclass(frozen=True, slots=True)
class Patients:
    """Reconstructed patients: time and event (0/1), both (n,), ascending in time; `notes` says what did not fit."""

    time: Floats
    event: Floats
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _State:
    """What has been rebuilt so far; `km` is the curve of the rebuilt patients after their last event."""

    alive: int
    km: float = 1.0
    events: list[tuple[float, int]] = field(default_factory=list)
    censored: list[Floats] = field(default_factory=list)

    def deaths(self) -> int:
        return sum(count for _, count in self.events)


def from_curves(index: Curve, reference: Curve) -> LogRatio:
    """Estimate the log hazard ratio of the index against the reference curve: `reconstruct` both, then `cox`.

    The standard error is that of the rebuilt patients; reading errors of the curves are not in it. Raises
    StatisticsError as both do.
    """
    first, second = reconstruct(index), reconstruct(reference)
    times, events = (np.concatenate(pair) for pair in ((first.time, second.time), (first.event, second.event)))
    fitted = cox(times, events, np.repeat([1.0, 0.0], [len(first.time), len(second.time)]))
    rebuilt = f"rebuilt from curves: {fitted.events[0]} and {fitted.events[1]} events"
    return LogRatio(fitted.log_hr, fitted.se**2, "curve", (rebuilt, *first.notes, *second.notes))


def reconstruct(curve: Curve) -> Patients:
    """Rebuild individual patients from a digitised Kaplan–Meier curve and its numbers at risk (Guyot et al. 2012).

    Between two columns of the table the number censored is varied, evenly spread, until the patients left at its end
    are those of the table; events at each digitised point are those that bring the rebuilt curve to it. After the last
    column, `events` decides the number censored, else the rate of the time before. Differs from the authors' program:
    readings that rise are levelled by isotonic regression rather than by hand, and a table that cannot be met (more
    left than the curve allows) is noted.

    Raises StatisticsError for readings out of range, a table that does not start at 0, or one that rises.
    """
    times, survival = _levelled(curve)
    starts, at_risk = _table(curve)
    state, notes = _State(int(at_risk[0])), []
    for column in range(len(starts) - 1):
        inside = (times >= starts[column]) & (times < starts[column + 1])
        points = list(zip(times[inside].tolist(), survival[inside].tolist(), strict=True))
        aim = int(at_risk[column + 1])
        found = _fitting(state, points, (starts[column], starts[column + 1]), aim)
        if found.alive != aim:
            notes.append(f"{found.alive} instead of {aim} at risk at {starts[column + 1]:g}")
        state = found
    state = _last(state, times, survival, starts, curve.events)
    if curve.events is not None and state.deaths() != curve.events:
        notes.append(f"{state.deaths()} events instead of {curve.events}")
    return _patients(state, max(float(times[-1]), float(starts[-1])), tuple(notes))


def _interval(state: _State, points: list[tuple[float, float]], span: tuple[float, float], censored: int) -> _State:
    """Go through the points of one interval with this many censored, evenly spread over it."""
    leaving = span[0] + (span[1] - span[0]) * np.arange(1, censored + 1) / (censored + 1)
    km, dead, found = state.km, 0, list(state.events)
    for moment, survival in points:
        left = state.alive - dead - int(np.searchsorted(leaving, moment))
        if left <= 0 or km <= 0.0:
            break
        count = min(left, round(left * (1.0 - min(1.0, survival / km))))
        if count:
            found.append((moment, count))
            km, dead = km * (1.0 - count / left), dead + count
    leaving = leaving[: state.alive - dead]
    return _State(state.alive - dead - len(leaving), km, found, [*state.censored, leaving])


def _fitting(state: _State, points: list[tuple[float, float]], span: tuple[float, float], aim: int) -> _State:
    """Vary the number censored until `aim` patients are left; the nearest if none does it."""
    censored, best = 0, _interval(state, points, span, 0)
    tried: set[int] = set()
    found = best
    for _ in range(MOST_ROUNDS):
        tried.add(censored)
        if abs(found.alive - aim) < abs(best.alive - aim):
            best = found
        censored = max(0, censored + found.alive - aim)
        if found.alive == aim or censored in tried:
            break
        found = _interval(state, points, span, censored)
    return best


def _last(state: _State, times: Floats, survival: Floats, starts: Floats, events: int | None) -> _State:
    """Finish the curve after the last column of the table."""
    inside, span = times >= starts[-1], (float(starts[-1]), float(times[-1]))
    points = list(zip(times[inside].tolist(), survival[inside].tolist(), strict=True))
    if not points or span[1] <= span[0]:
        return state
    if events is None:
        gone = sum(len(part) for part in state.censored)
        rate = gone / span[0] if span[0] > 0.0 else 0.0
        return _interval(state, points, span, min(state.alive, round(rate * (span[1] - span[0]))))
    found = (_interval(state, points, span, censored) for censored in _halving(state, points, span, events))
    return min(found, key=lambda one: abs(one.deaths() - events))


def _halving(state: _State, points: list[tuple[float, float]], span: tuple[float, float], events: int) -> Iterator[int]:
    """Numbers censored to try: more of them leave fewer for events."""
    low, high = 0, state.alive
    yield low
    while low < high:
        middle = (low + high) // 2
        yield middle
        low, high = (middle + 1, high) if _interval(state, points, span, middle).deaths() > events else (low, middle)
    yield low


def _patients(state: _State, end: float, notes: tuple[str, ...]) -> Patients:
    dead = np.array([moment for moment, count in state.events for _ in range(count)])
    censored = np.concatenate([*state.censored, np.full(state.alive, end)])
    times = np.concatenate([dead, censored])
    events = np.repeat([1.0, 0.0], [len(dead), len(censored)])
    order = np.lexsort((-events, times))
    return Patients(times[order], events[order], notes)


def _levelled(curve: Curve) -> tuple[Floats, Floats]:
    """Give the readings in the order of time, from (0, 1) on, levelled where they rise."""
    times, survival = (np.asarray(part, dtype=np.float64) for part in (curve.times, curve.survival))
    if times.ndim != 1 or times.shape != survival.shape or not len(times):
        raise StatisticsError("a curve needs as many survival readings as times, and at least one")
    if not (np.isfinite(times) & (times >= 0.0) & (survival >= -0.05) & (survival <= LARGEST_SURVIVAL)).all():
        raise StatisticsError("times must not be negative, survival between 0 and 1 (divide percent by 100)")
    order = np.lexsort((-survival, times))
    times, survival = np.append(0.0, times[order]), np.append(1.0, np.clip(survival[order], 0.0, 1.0))
    return times, _falling(survival)


def _falling(values: Floats) -> Floats:
    """Closest sequence that never rises: pool adjacent violators (Ayer et al. 1955)."""
    blocks: list[list[float]] = []
    for value in values.tolist():
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            mean, size = blocks.pop()
            before, count = blocks.pop()
            blocks.append([(mean * size + before * count) / (size + count), size + count])
    return np.concatenate([np.full(int(size), mean) for mean, size in blocks])


def _table(curve: Curve) -> tuple[Floats, Floats]:
    starts, at_risk = (np.asarray(part, dtype=np.float64) for part in (curve.risk_times, curve.at_risk))
    if starts.ndim != 1 or starts.shape != at_risk.shape or not len(starts):
        raise StatisticsError("the table of numbers at risk needs as many numbers as times, and at least one")
    if starts[0] != 0.0 or (np.diff(starts) <= 0.0).any():
        raise StatisticsError("the times of the numbers at risk must ascend from 0")
    if at_risk[0] < 1.0 or at_risk[-1] < 0.0 or (np.diff(at_risk) > 0.0).any() or (at_risk != np.round(at_risk)).any():
        raise StatisticsError("numbers at risk must be whole, positive at 0 and never rise")
    return starts, at_risk
