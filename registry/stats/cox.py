"""Cox regression of survival on one binary covariate: the log hazard ratio of two groups of patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from registry.errors import StatisticsError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from registry.stats.batch import Floats

MOST_STEPS = 100
# A log hazard ratio that is as good as infinite.
INFINITE = 1e6


@dataclass(frozen=True, slots=True)
class CoxFit:
    """Log hazard ratio of index against reference group and its standard error; events and patients of each."""

    log_hr: float
    se: float
    events: tuple[int, int]
    patients: tuple[int, int]


def cox(time: ArrayLike, event: ArrayLike, index: ArrayLike) -> CoxFit:
    """Fit Cox's model with one binary covariate: time (n,) ≥ 0, event (n,) and index (n,) 0/1; ties by Efron (1977).

    Newton's method on the partial likelihood, which is concave; the standard error is from the observed information.
    Raises StatisticsError for unequal lengths, values out of range, and when the likelihood has no maximum: no events
    in a group, or every event of one while nobody of the other is at risk.
    """
    times, events, group = _checked(time, event, index)
    ones, zeros, in_ones = _risk_sets(times, events, group)
    total = float(in_ones)
    if not len(ones):
        raise StatisticsError("no events: there is no hazard ratio")
    if not _rising(ones, zeros, total, -INFINITE) or total >= _share(ones, zeros, INFINITE).sum():
        raise StatisticsError("the hazard ratio is 0 or infinite: while both groups are at risk, one alone has events")
    b = _maximum(ones, zeros, total)
    share = _share(ones, zeros, b)
    se = 1.0 / np.sqrt((share * (1.0 - share)).sum())
    counts = [(int(part[group == 1].sum()), int(part[group == 0].sum())) for part in (events, np.ones(len(times)))]
    return CoxFit(b, float(se), *counts)


def _checked(time: ArrayLike, event: ArrayLike, index: ArrayLike) -> tuple[Floats, Floats, Floats]:
    times, events, group = (np.asarray(part, dtype=np.float64) for part in (time, event, index))
    if times.ndim != 1 or not times.shape == events.shape == group.shape:
        raise StatisticsError("time, event and index must be one-dimensional and equally long")
    if not (np.isfinite(times) & (times >= 0.0)).all():
        raise StatisticsError("survival times must be finite and not negative")
    if not (np.isin(events, (0.0, 1.0)) & np.isin(group, (0.0, 1.0))).all():
        raise StatisticsError("event and index must be 0 or 1")
    return times, events, group


def _risk_sets(times: Floats, events: Floats, group: Floats) -> tuple[Floats, Floats, float]:
    """At risk at each event, index and reference group, both (events,), less Efron's share of the tied; index events.

    The l-th of d tied events sees the risk set less l/d of the tied ones.
    """
    ones, zeros, in_ones = [], [], 0.0
    for moment in np.unique(times[events == 1.0]):
        now, later = (times == moment) & (events == 1.0), times >= moment
        tied, tied_ones = now.sum(), group[now].sum()
        gone = np.arange(tied) / tied
        ones.append(group[later].sum() - gone * tied_ones)
        zeros.append((1.0 - group[later]).sum() - gone * (tied - tied_ones))
        in_ones += tied_ones
    return np.concatenate([*ones, []]), np.concatenate([*zeros, []]), in_ones


def _share(ones: Floats, zeros: Floats, b: float) -> Floats:
    """Probability that an event is of the index group, at each event, at log hazard ratio b."""
    with np.errstate(divide="ignore"):
        odds = np.log(ones) - np.log(zeros)
    return np.asarray(expit(odds + b))


def _rising(ones: Floats, zeros: Floats, total: float, b: float) -> bool:
    """Whether the likelihood rises at b: more events of the index group were observed than expected."""
    return bool(total > _share(ones, zeros, b).sum())


def _maximum(ones: Floats, zeros: Floats, total: float) -> float:
    low, high = -1.0, 1.0
    while not _rising(ones, zeros, total, low):
        low *= 2.0
    while _rising(ones, zeros, total, high):
        high *= 2.0
    b = 0.0
    for _ in range(MOST_STEPS):
        share = _share(ones, zeros, b)
        score = total - share.sum()
        low, high = (b, high) if score > 0.0 else (low, b)
        newton = b + score / (share * (1.0 - share)).sum()
        following = newton if low < newton < high else 0.5 * (low + high)
        if abs(following - b) <= 1e-14 * (1.0 + abs(b)):
            break
        b = following
    return float(b)
