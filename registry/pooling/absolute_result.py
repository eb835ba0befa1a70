"""What a pooled ratio means for patients, in numbers: risks of both groups, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.meaning.direction_words import direction_of
from registry.pooling.values import Values, plain


@dataclass(frozen=True, slots=True)
class Ranged(Values):
    """A number with its confidence and its prediction interval; None where undefined."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    pi_low: float | None
    pi_high: float | None


@dataclass(frozen=True, slots=True)
class Corner(Values):
    """What comes of one combination of the ends of ranges; `difference` as in `AbsoluteResult`."""

    survival: float
    prevalence: float | None
    survival_low: float | None
    survival_high: float | None
    difference: Ranged


@dataclass(frozen=True, slots=True)
class AbsoluteResult:
    """Survival of both groups (shares), risks and their difference per `per` patients, by the time `at_time`.

    `survival` and `prevalence` are what was assumed; of a range the middle, and `corners` its ends. `difference` is the
    risk of the index group less that of the reference group: of the high less the low one, or the other way round where
    the pool is read low against high. Of categories the index category is the high group. `ratio` is what was pooled,
    `about` as in `PoolResult`. `assumed` says, clause by clause, what has to hold for the numbers to hold.
    """

    ratio: Ranged
    measure: str
    baseline: str
    survival: float
    prevalence: float | None
    at_time: str
    source: str | None
    per: int
    survival_low: Ranged
    survival_high: Ranged
    risk_low: Ranged
    risk_high: Ranged
    difference: Ranged
    corners: tuple[Corner, ...]
    k: int
    level: float
    about: Mapping[str, str]
    simulated: bool
    provenance: Mapping[str, Any]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]
    reasons: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON: full double precision, None where undefined."""
        return {name: plain(getattr(self, name)) for name in self.__slots__} | {"direction": self.direction}

    @property
    def direction(self) -> str:
        """Which way round `ratio` and `difference` are: `high ferritin vs low`."""
        return direction_of(self.about).text
