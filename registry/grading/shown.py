"""The figures each domain of GRADE rests on, as they are shown beside a rating; None where undefined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.pooling.values import Values


@dataclass(frozen=True, slots=True)
class Judged(Values):
    """One domain of risk of bias: share of weight, in percent, by level, and of estimates nobody judged."""

    name: str
    label: str
    tool: str
    levels: Mapping[str, float]
    not_judged: float


@dataclass(frozen=True, slots=True)
class RiskOfBias(Values):
    """Shares of weight, in percent: the best level in every domain, the worst in any, and not judged at all.

    Of the `k` estimates `not_appraised` were judged in no domain: of these nothing is known, neither good nor bad.
    """

    best_in_all: float
    worst_in_any: float
    not_judged: float
    k: int
    not_appraised: int
    domains: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Inconsistency(Values):
    """How far the estimates disagree.

    The prediction interval is at `level` percent. `common` says whether all intervals have a value in common, `apart`
    counts the pairs, of `pairs`, that have none; `above` and `below` count the ratios on either side of 1. `doubtful`
    names the estimates that rules of lint doubt, those that move the pool where any does, and `without` are ratio,
    bounds and I² without these; None where none does.
    """

    k: int
    level: float
    i2: float | None
    tau2: float | None
    tau2_ci_low: float | None
    tau2_ci_high: float | None
    q_p: float | None
    hr_pi_low: float | None
    hr_pi_high: float | None
    common: bool
    apart: int
    pairs: int
    above: int
    below: int
    doubtful: tuple[str, ...] = ()
    without: tuple[float | None, float | None, float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class Indirectness(Values):
    """What was studied: share of weight, in percent, by value of a column, and how far cutoffs lie apart, by unit."""

    spread: Mapping[str, Mapping[str, float]]
    cutoffs: Mapping[str, tuple[float, float]]
    without_cutoff: int


@dataclass(frozen=True, slots=True)
class Imprecision(Values):
    """How exact the pool is; `events` of `events_known` estimates, `crosses` whether its interval holds a ratio.

    The ratios are 1 and the threshold that the query declares, where it declares another one.
    """

    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    level: float
    k: int
    n: int | None
    events: int | None
    events_known: int
    crosses: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class PublicationBias(Values):
    """Tests for small-study effects that were run (name → p), why others were not, and what is known and not pooled.

    `directions` counts cohorts without a pooled estimate by the direction their texts state of the index group of the
    result, named in `group`.
    """

    k: int
    tests: Mapping[str, float | None]
    reason: str | None
    unusable_cohorts: int
    unusable_patients: int | None
    directions: Mapping[str, int]
    group: str


@dataclass(frozen=True, slots=True)
class LargeEffect(Values):
    """The largest of the ratios 2 and 5 (or their inverse) that the pooled ratio reaches, and all of its interval."""

    hr: float | None
    ratio_reaches: float | None
    interval_reaches: float | None


@dataclass(frozen=True, slots=True)
class ExposureResponse(Values):
    """Whether the ratio rises with the cutoff: the line through it (`slope` per `per`), or why there is none."""

    contrast: str | None
    cutoffs: int
    per: str | None = None
    slope: float | None = None
    slope_ci_low: float | None = None
    slope_ci_high: float | None = None
    p: float | None = None
    reason: str | None = None


Figures = RiskOfBias | Inconsistency | Indirectness | Imprecision | PublicationBias | LargeEffect | ExposureResponse
