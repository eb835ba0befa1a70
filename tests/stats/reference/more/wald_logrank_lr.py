"""How far apart the Wald, log-rank and likelihood-ratio z of one two-group comparison lie, by simulation.

Gives the figures behind the margins of `registry.stats.agreement`: exponential survival, 30 to 400 patients, 15 to 85 %
of them exposed, hazard ratio exp(N(0.5, 0.5)), random censoring, sets with at least 10 events. Run it as a script.
"""

import sys

import numpy as np

Sums = tuple[float, float, float]


def partial_likelihood(beta: float, x: np.ndarray, event: np.ndarray) -> Sums:
    """Return score, information and log partial likelihood of Cox's model; rows are sorted by time, without ties."""
    risk = np.exp(beta * x)
    at_risk, exposed = np.cumsum(risk[::-1])[::-1], np.cumsum((risk * x)[::-1])[::-1]
    share = (exposed / at_risk)[event]
    log_likelihood = (beta * x[event] - np.log(at_risk[event])).sum()
    return (x[event] - share).sum(), (share * (1 - share)).sum(), log_likelihood


def study(rng: np.random.Generator) -> tuple[float, float, float] | None:
    """Simulate one study: the three z, or None without 10 events or a finite estimate."""
    n = int(np.exp(rng.uniform(np.log(30), np.log(400))))
    x = (np.arange(n) < rng.uniform(0.15, 0.85) * n).astype(float)
    died = rng.exponential(np.exp(-rng.normal(0.5, 0.5) * x))
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
    return abs(beta) * np.sqrt(curvature), abs(score) / np.sqrt(information), likelihood_ratio


def main() -> None:
    """Print how often the other two z lie beyond 0.3 + 0.2 z of Wald's, and on the other side of 1.96."""
    rng = np.random.default_rng(3)
    z = np.array([found for _ in range(12_000) if (found := study(rng)) is not None])
    wald, near = z[:, 0], np.abs(z[:, 0] - 2.0) < 0.3
    for name, other in (("log-rank", z[:, 1]), ("likelihood ratio", z[:, 2])):
        beyond = np.abs(other - wald) > 0.3 + 0.2 * np.maximum(other, wald)
        across = (wald[near] > 1.96) != (other[near] > 1.96)
        sys.stdout.write(f"{name}: {beyond.mean():.5f} beyond; near 2 {across.mean():.3f} across ({len(z)} studies)\n")


if __name__ == "__main__":
    main()
