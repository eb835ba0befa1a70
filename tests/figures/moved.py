"""Explanations to draw: a pool that moved by steps of cohorts."""

from __future__ import annotations

from typing import Any

from registry.explaining.explanation import Contribution, Effect, Evidence, Explanation, State


def explanation(n: int) -> Explanation:
    """Make an explanation with n cohorts, each moving the log ratio by alternating steps."""
    moves = [0.1 / (place + 1) * (-1) ** place for place in range(n)]
    total = Effect(sum(moves), 0.0, 0.0)
    effects = [Effect(move, 0.0, 0.0) for move in moves]
    contributions = tuple(
        Contribution(f"Study {place} with a name that is rather long", (f"s{place}/all",), "changed", effect, None, ())
        for place, effect in enumerate(effects)
    )
    start, end = (
        State(label, 1, None, None, None, "evireg", _pool(mu))
        for label, mu in (("run 1", 0.4), ("now", 0.4 + sum(moves)))
    )
    evidence = Evidence("shapley", total, contributions)
    return Explanation("q", None, start, end, total, (), evidence, (), (), "hr", {}, simulated=False)


def _pool(mu: float) -> dict[str, Any]:
    numbers = {"mu": mu, "ci_low": mu - 0.3, "ci_high": mu + 0.3, "tau2": 0.0, "i2": 0.0}
    return {**numbers, "k": 5, "n": 100, "hr": 1.5, "hr_ci_low": 1.1, "hr_ci_high": 2.0, "level": 95.0}
