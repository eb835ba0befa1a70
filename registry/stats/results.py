"""What the kernel returns: frozen, slotted, nothing computed later."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from registry.stats.reasons import reasons_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry.stats.batch import Floats, Ints

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pools:
    """Results of m pools: every array is (m,), on the analysis scale (log for ratios), I² in percent, nan if undefined.

    `se`, `stat`, `p`, `df`, `ci_*` are those of `ci_basis` ("wald", "t", "hk", "kr", "hc"); `df` nan means the normal
    distribution (under "hc" one of its own). `hk_*` is always the plain Hartung–Knapp interval. `i2`, `h2` come from
    tau², `i2_q`, `h2_q` from Q. `pi_above` is the probability that a new study's true effect exceeds `threshold`.
    """

    k: Ints
    mu: Floats
    se: Floats
    stat: Floats
    p: Floats
    df: Floats
    ci_low: Floats
    ci_high: Floats
    ci_basis: NDArray[np.str_]
    wald_se: Floats
    wald_ci_low: Floats
    wald_ci_high: Floats
    hk_q: Floats
    hk_se: Floats
    hk_ci_low: Floats
    hk_ci_high: Floats
    pi_low: Floats
    pi_high: Floats
    pi_above: Floats
    tau2: Floats
    se_tau2: Floats
    tau2_ci_low: Floats
    tau2_ci_high: Floats
    q: Floats
    q_df: Floats
    q_p: Floats
    i2: Floats
    i2_ci_low: Floats
    i2_ci_high: Floats
    i2_q: Floats
    h2: Floats
    h2_ci_low: Floats
    h2_ci_high: Floats
    h2_q: Floats
    boundary: Bools
    """tau² is estimated as 0."""
    maxima: Ints
    """Local maxima of the likelihood over tau² ≥ 0; 0 for estimators that maximise none."""
    method: str
    test: str
    level: float
    pi_rule: str
    tau2_given: bool = False
    tau2_interval: str = "qp"
    threshold: float = 0.0

    def __len__(self) -> int:
        """Return the number of pools, m."""
        return len(self.k)

    def __getitem__(self, index: int) -> Pool:
        """Return pool `index` as plain numbers, with the reason for each that is nan."""
        values = {name: getattr(self, name)[index].item() for name in ARRAYS}
        options = {name: getattr(self, name) for name in OPTIONS}
        pool = Pool(**values, **options)
        pool.reasons.update(reasons_of(pool))
        return pool

    def __iter__(self) -> Iterator[Pool]:
        return (self[index] for index in range(len(self)))


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool in plain numbers; the fields are those of `Pools`. `reasons` says of each nan why it is undefined."""

    k: int
    mu: float
    se: float
    stat: float
    p: float
    df: float
    ci_low: float
    ci_high: float
    ci_basis: str
    wald_se: float
    wald_ci_low: float
    wald_ci_high: float
    hk_q: float
    hk_se: float
    hk_ci_low: float
    hk_ci_high: float
    pi_low: float
    pi_high: float
    pi_above: float
    tau2: float
    se_tau2: float
    tau2_ci_low: float
    tau2_ci_high: float
    q: float
    q_df: float
    q_p: float
    i2: float
    i2_ci_low: float
    i2_ci_high: float
    i2_q: float
    h2: float
    h2_ci_low: float
    h2_ci_high: float
    h2_q: float
    boundary: bool
    maxima: int
    method: str
    test: str
    level: float
    pi_rule: str
    tau2_given: bool
    tau2_interval: str
    threshold: float
    reasons: dict[str, str] = field(default_factory=dict)


OPTIONS = ("method", "test", "level", "pi_rule", "tau2_given", "tau2_interval", "threshold")
ARRAYS = tuple(entry.name for entry in fields(Pools) if entry.name not in OPTIONS)
