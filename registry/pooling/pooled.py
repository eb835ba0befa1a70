"""One pool in plain numbers: None where a number is undefined, and its JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.stats import Pool

#: The fields of `pool` in the JSON, in their order; `reasons` says of each null why it is undefined.
POOL_FIELDS = (
    "k",
    "n",
    "mu",
    "se",
    "ci_low",
    "ci_high",
    "hr",
    "hr_ci_low",
    "hr_ci_high",
    "wald_ci_low",
    "wald_ci_high",
    "tau2",
    "tau2_ci_low",
    "tau2_ci_high",
    "i2",
    "i2_q",
    "h2",
    "q",
    "q_df",
    "q_p",
    "pi_low",
    "pi_high",
    "hr_pi_low",
    "hr_pi_high",
    "pi_above",
    "threshold",
    "pi_rule",
    "method",
    "test",
    "level",
    "p",
    "reasons",
)

#: Ratio-scale fields and the analysis-scale field each is the exponential of.
RATIOS = {
    "hr": "mu",
    "hr_ci_low": "ci_low",
    "hr_ci_high": "ci_high",
    "hr_pi_low": "pi_low",
    "hr_pi_high": "pi_high",
}


@dataclass(frozen=True, slots=True)
class Pooled:
    """One pool: mu, se, ci_*, wald_*, hk_* and pi_* on the log scale, hr_* on the ratio scale, I² in percent.

    `n` is the number of patients; None stands for undefined or unknown, and `reasons` says why. `hk_*` is the plain
    Hartung–Knapp interval, `ci_basis` what the headline interval rests on (wald, t, hk, kr, hc, cr1 or cr2). `pi_above`
    is the probability that the true ratio of a new setting exceeds `threshold`, a ratio.
    """

    k: int
    n: int | None
    mu: float | None
    se: float | None
    stat: float | None
    p: float | None
    df: float | None
    ci_low: float | None
    ci_high: float | None
    ci_basis: str
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    wald_ci_low: float | None
    wald_ci_high: float | None
    hk_ci_low: float | None
    hk_ci_high: float | None
    pi_low: float | None
    pi_high: float | None
    hr_pi_low: float | None
    hr_pi_high: float | None
    pi_above: float | None
    threshold: float
    tau2: float | None
    tau2_ci_low: float | None
    tau2_ci_high: float | None
    q: float | None
    q_df: int | None
    q_p: float | None
    i2: float | None
    i2_q: float | None
    h2: float | None
    maxima: int
    method: str
    test: str
    level: float
    pi_rule: str
    tau2_interval: str
    reasons: Mapping[str, str]

    @classmethod
    def of(cls, pool: Pool, n: int | None, why_no_n: str = "") -> Pooled:
        """Take over a pool of the kernel and its number of patients."""
        names = {entry.name for entry in fields(cls)} - {"n", "reasons", *RATIOS}
        values: dict[str, Any] = {name: _plain(getattr(pool, name)) for name in names}
        values["q_df"] = int(pool.q_df)
        values["threshold"] = _ratio(_plain(pool.threshold)) or 1.0
        ratios: dict[str, Any] = {ratio: _ratio(values[log]) for ratio, log in RATIOS.items()}
        reasons = {name: reason for name, reason in pool.reasons.items() if name in names}
        beyond = "the ratio is beyond the range of a number"
        reasons |= {ratio: reasons.get(log, beyond) for ratio, log in RATIOS.items() if ratios[ratio] is None}
        if n is None:
            reasons["n"] = why_no_n or "no number of patients is known"
        return cls(**values, **ratios, n=n, reasons=reasons)

    @classmethod
    def undefined(cls, k: int, why: str, **options: Any) -> Pooled:
        """Make a pool of k estimates of which no number can be computed; `options` are method, test and the like."""
        names = [entry.name for entry in fields(cls) if entry.name not in ("k", "reasons", "maxima", *options)]
        values: dict[str, Any] = {**dict.fromkeys(names), **options}
        return cls(k=k, maxima=0, reasons=dict.fromkeys(names, why), **values)

    @property
    def has_headline(self) -> bool:
        """Whether the interval may stand alone: not for k = 2 under Hartung–Knapp, where both intervals are shown."""
        return not (self.k == 2 and self.test.startswith("hk") and self.hk_ci_low is not None)

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON, full precision, None for null; `reasons` only for nulls among them."""
        values = {name: getattr(self, name) for name in POOL_FIELDS}
        return values | {"reasons": {name: why for name, why in self.reasons.items() if values.get(name, "") is None}}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _ratio(log: float | None) -> float | None:
    """Exponential, None where it would overflow: no ratio of the field is beyond 1e308."""
    return None if log is None or log > 709.0 else math.exp(log)
