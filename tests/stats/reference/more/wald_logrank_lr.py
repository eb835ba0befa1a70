"""How far apart Wald, log-rank and likelihood-ratio test of one two-group comparison lie, by simulation.

Gives the figures behind the margins of `registry.stats.agreement`: exponential survival, 30 to 400 patients, 15 to 85 %
of them exposed, hazard ratio exp(N(0.5, 0.5)), random censoring, sets with at least 10 events; and the same with hazard
ratio exp(N(1, 0.5)) and every p printed in full, for what is far out. Run it as a script.
"""

import math
import sys
from typing import NamedTuple

import numpy as np

from registry.stats.agreement import FACTOR, log_spans, p_contradicts
from registry.stats.agreement import _p_of_z as p_of_z
from registry.stats.agreement import _z_of_ci as z_of_ci
from registry.stats.agreement import _z_of_p as z_of_p

Sums = tuple[float, float, float]
Z = 1.959963984540054


class Study(NamedTuple):
    """One simulated study: its events, log hazard ratio with standard error, and z by log-rank and likelihood ratio."""

    events: int
    beta: float
    se: float
    logrank: float
    lr: float


def partial_likelihood(beta: float, x: np.ndarray, event: np.ndarray) -> Sums:
    """Return score, information and log partial likelihood of Cox's model; rows are sorted by time, without ties."""
    risk = np.exp(beta * x)
    at_risk, exposed = np.cumsum(risk[::-1])[::-1], np.cumsum((risk * x)[::-1])[::-1]
    share = (exposed / at_risk)[event]
    log_likelihood = (beta * x[event] - np.log(at_risk[event])).sum()
    return (x[event] - share).sum(), (share * (1 - share)).sum(), log_likelihood


def study(rng: np.random.Generator, log_ratio: float) -> Study | None:
    """Simulate one study; None without 10 events or a finite estimate."""
    n = int(np.exp(rng.uniform(np.log(30), np.log(400))))
    x = (np.arange(n) < rng.uniform(0.15, 0.85) * n).astype(float)
    died = rng.exponential(np.exp(-rng.normal(log_ratio, 0.5) * x))
    left = rng.exponential(rng.uniform(0.3, 3.0), n)
    order = np.argsort(np.minimum(died, left))
    x, event = x[order], (died <= left)[order]
    score, information, null = partial_likelihood(0.0, x, event)
    if event.sum() < 10 or information <= 0:
        return None
    beta = 0.0
    for _ in range(30):
        slope, curvature, _ = partial_likelihood(beta, x, event)
        if curvature < 1e-9 or abs(beta) > 5:
            return None
        beta += float(np.clip(slope / curvature, -1, 1))
    _, curvature, best = partial_likelihood(beta, x, event)
    likelihood_ratio = np.sqrt(2 * max(0.0, best - null))
    logrank = abs(score) / np.sqrt(information)
    return Study(int(event.sum()), beta, 1.0 / np.sqrt(curvature), float(logrank), float(likelihood_ratio))


def printed(p: float, *, full: bool) -> tuple[str, str]:
    """Print a p-value as journals do, or in full with two digits: its operator and its text."""
    if full:
        return "=", f"{p:.2g}"
    return ("<", "0.001") if p < 0.001 else ("=", f"{p:.3f}" if p < 0.1 else f"{p:.2f}")


def report(log_ratio: float, *, full: bool) -> None:
    """Print how often an honest p of another test is a doubt beside the Wald interval, and by which rule."""
    rng = np.random.default_rng(3)
    studies = [found for _ in range(12_000) if (found := study(rng, log_ratio)) is not None]
    for name in ("logrank", "lr"):
        rows = []
        for one in studies:
            texts = [f"{math.exp(one.beta + step * Z * one.se):.2f}" for step in (0, -1, 1)]
            if texts[1] == texts[2]:
                continue
            operator, text = printed(math.erfc(getattr(one, name) / math.sqrt(2.0)), full=full)
            of_ci, of_p = z_of_ci(*log_spans(*texts), 95.0), z_of_p(text, operator)
            near, far = min(of_ci.high, of_p.high), max(of_ci.low, of_p.low)
            by_factor = far > near and p_of_z(near) > FACTOR * p_of_z(far)
            doubts = [
                p_contradicts(*texts, text, p_operator=operator, p_test=test) is not None for test in ("unclear", name)
            ]
            rows.append((one.events, abs(one.beta) / one.se, far > near, by_factor, *doubts))
        table = np.array(rows, dtype=float)
        sets = {"all": table[:, 0] > 0, "below 30 events": table[:, 0] < 30, "z from 3.3 to 5": table[:, 1] > 3.3}
        sets["z from 3.3 to 5"] &= table[:, 1] < 5.0
        for label, rows_of in sets.items():
            shares = table[rows_of][:, 2:].mean(axis=0)
            told = "beyond rounding {:.3f}, by more than the factor {:.4f}, a doubt {:.4f}, named {:.4f}".format(
                *shares
            )
            sys.stdout.write(f"{name}, {label} ({int(rows_of.sum())}): {told}\n")


def main() -> None:
    """Print both reports."""
    sys.stdout.write("p as journals print it\n")
    report(0.5, full=False)
    sys.stdout.write("p in full\n")
    report(1.0, full=True)


if __name__ == "__main__":
    main()
