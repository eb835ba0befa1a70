"""How to pool: the options of `fit`, resolved and checked against each other."""

from __future__ import annotations

from dataclasses import dataclass

from registry.errors import StatisticsError
from registry.stats.inference import TESTS, resolve_test
from registry.stats.prediction import resolve_pi_rule
from registry.stats.tau2 import Estimator, estimator

TAU2_INTERVALS = {
    "qp": "Q-profile (Viechtbauer 2007)",
    "pl": "profile likelihood (Hardy & Thompson 1996)",
    "none": "none",
}


@dataclass(frozen=True, slots=True)
class Options:
    """How to pool, resolved and checked; `threshold` is None if no probability was asked for."""

    how: Estimator
    test: str
    level: float
    pi_rule: str
    profile: str
    given: bool
    threshold: float | None = 0.0


def resolved(
    method: str,
    test: str,
    level: float,
    pi_rule: str | None,
    *,
    profile: bool | str,
    given: bool,
    threshold: float | None = 0.0,
    mean: bool = False,
) -> Options:
    """Resolve and check options as `fit` takes them; `mean`: for a single mean, where more tests exist.

    Raises StatisticsError for what is unknown, and for what does not go together.
    """
    how, test = estimator(method), resolve_test(test, mean=mean)
    if how.name == "FE" and test not in {"hk", "z"}:
        raise StatisticsError(f"the common-effect model has the Wald test only: test='z', not {test!r}")
    only = TESTS[test].method
    if only and only != how.name:
        raise StatisticsError(f"test {test!r} is made for method={only!r}, not {how.name!r}")
    if only and given:
        raise StatisticsError(f"test {test!r} allows for estimating tau² from the same rows: it cannot be given")
    check_level(level)
    rule = resolve_pi_rule(pi_rule, test)
    return Options(how, test, float(level), rule, tau2_interval_of(profile, how.name), given, threshold)


def check_level(level: float) -> None:
    """Raise StatisticsError unless `level` is in percent."""
    if not 1.0 <= level < 100.0:  # below 1 a share was meant
        raise StatisticsError(f"level is in percent, from 1 to below 100: got {level}")


def tau2_interval_of(asked: bool | str, method: str) -> str:
    """Resolve the kind of interval for tau²: True is "qp", False "none"."""
    kind = {True: "qp", False: "none"}[asked] if isinstance(asked, bool) else asked.lower()
    if kind not in TAU2_INTERVALS:
        raise StatisticsError(f"unknown interval of tau² {asked!r}: one of {', '.join(TAU2_INTERVALS)}")
    if kind == "pl" and method not in {"REML", "ML"}:
        raise StatisticsError(f"the profile-likelihood interval goes with REML and ML, not {method}")
    return kind
