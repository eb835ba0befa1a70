"""What a meta-regression returns: log scale, with `hr*` on the ratio scale; None with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.pooling.analysis import Analysis, Basis
from registry.pooling.values import FOR_FIGURES, Values


@dataclass(frozen=True, slots=True)
class Coefficient(Values):
    """One coefficient: `hr` is the ratio at the reference for the intercept, else a ratio of ratios.

    `moderator` is its column, `level` the level a category is compared at. `permutation_p` is None unless asked for.
    """

    name: str
    moderator: str | None
    level: str | None
    b: float | None
    se: float | None
    stat: float | None
    p: float | None
    ci_low: float | None
    ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    permutation_p: float | None


@dataclass(frozen=True, slots=True)
class ModeratorTest(Values):
    """Whether all coefficients of a moderator (`name`; `omnibus` for all moderators) are 0: Wald, and Hartung–Knapp."""

    name: str
    chi2: float | None
    chi2_p: float | None
    f: float | None
    f_p: float | None
    df1: int
    df2: int


@dataclass(frozen=True, slots=True)
class Permutations(Values):
    """A permutation test: `exact`, or from `arrangements` random ones by `seed`; p-values stand with coefficients."""

    exact: bool
    arrangements: int
    seed: int | None
    omnibus_p: float | None


@dataclass(frozen=True, slots=True)
class Prediction(Values):
    """The ratio expected at stated values, its CI, and the interval for the true ratio of a new study."""

    at: Mapping[str, str | float]
    mu: float | None
    se: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    hr_pi_low: float | None
    hr_pi_high: float | None


@dataclass(frozen=True, slots=True)
class RegressedEstimate(Values):
    """One estimate of a meta-regression: `at` are its values of the moderators, `weight` is in percent."""

    key: str | None
    study: str | None
    cohort: str | None
    label: str
    yi: float
    vi: float
    hr: float
    weight: float
    at: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class RegressResult(Analysis):
    """A meta-regression of k estimates; tests and intervals are those of `ci_basis` (wald, t, hk) on `df`.

    `r2` is the share of tau² that the moderators explain, in percent, `tau2_without` the tau² without them. `curves`
    maps each moderator to predictions along its observed range, or at each of its levels, the others at their means;
    they are for figures, and not in the JSON.
    """

    k: int
    coefficients: tuple[Coefficient, ...]
    tests: tuple[ModeratorTest, ...]
    df: float | None
    ci_basis: str
    tau2: float | None
    se_tau2: float | None
    tau2_ci_low: float | None
    tau2_ci_high: float | None
    tau2_without: float | None
    r2: float | None
    i2: float | None
    h2: float | None
    qe: float | None
    qe_df: int
    qe_p: float | None
    method: str
    test: str
    level: float
    permutations: Permutations | None
    predictions: tuple[Prediction, ...]
    estimates: tuple[RegressedEstimate, ...]
    reasons: Mapping[str, str]
    basis: Basis
    curves: Mapping[str, tuple[Prediction, ...]] = field(repr=False, metadata=FOR_FIGURES)
