"""Which values of tau a mixture over tau is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from registry.stats.batch import Floats
    from registry.stats.marginal import Panels
    from registry.stats.posterior import Posterior

# bayesmeta's: the largest divergence between neighbours, and the probability left out above the last one.
DIVERGENCE = 0.01
LEFT_OUT = 1e-4
# Weights below this add nothing.
NEGLIGIBLE = 1e-18
MOST_VALUES = 500
CUTS = 64
ROUNDS = 9


def fine_grid(panels: Panels) -> tuple[Floats, Floats]:
    """Take all points of the integration over tau, and their weights; both (n,)."""
    kept = panels.masses > NEGLIGIBLE
    weights = panels.masses[kept]
    return np.exp(panels.nodes[kept]), weights / weights.sum()


def direct_grid(posterior: Posterior, panels: Panels) -> tuple[Floats, Floats] | None:
    """Discretise tau by restricted divergence: values (n,) and their weights (n,) (Röver & Friede 2017).

    The first bin begins at 0, which stands for it. Each further bin, the value that stands for it and its end, is as
    far on as the conditional distributions (of mu, a new effect and each study's own effect) stay within a symmetrised
    divergence of 0.01. The last one holds the quantile 1 − 10⁻⁴; weights are the probabilities of the bins. None if it
    would take more than 500 values: then the estimates are in such conflict that with tau a study's own effect moves by
    hundreds of its standard deviations.
    """
    last = panels.quantile(1.0 - LEFT_OUT)
    values, ends = [0.0], [_further(posterior, 0.0)]
    while ends[-1] <= last or len(values) < 2:
        if len(values) == MOST_VALUES:
            return None
        values.append(_further(posterior, ends[-1]))
        ends.append(_further(posterior, values[-1]))
    below = np.array([panels.cdf(float(np.log(end))) for end in ends])
    return np.array(values), np.diff(below, prepend=0.0) / below[-1]


def _further(posterior: Posterior, tau: float) -> float:
    """Find the value above tau at which the divergence reaches its limit: cut the bracket in 64, nine times."""
    width = max(tau, float(np.sqrt(posterior.vi.min())))
    while _divergence(posterior, tau, np.array([tau + width]))[0] <= DIVERGENCE:
        width *= 2.0
    low, high = tau, tau + width
    for _ in range(ROUNDS):
        points = np.linspace(low, high, CUTS + 1)
        first = int(np.argmax(_divergence(posterior, tau, points[1:]) > DIVERGENCE))
        low, high = float(points[first]), float(points[first + 1])
    return 0.5 * (low + high)


def _divergence(posterior: Posterior, tau: float, others: Floats) -> Floats:
    """Largest symmetrised Kullback–Leibler divergence of the distributions given others (n,) from those given tau."""
    means, sds = _conditional(posterior, np.concatenate([[tau], others]))
    v0, v1 = sds[:1] ** 2, sds[1:] ** 2
    apart = 0.5 * (means[1:] - means[0]) ** 2 * (1.0 / v0 + 1.0 / v1) + (v1 - v0) ** 2 / (2.0 * v0 * v1)
    return np.asarray(apart.max(axis=1))


def _conditional(posterior: Posterior, tau: Floats) -> tuple[Floats, Floats]:
    """Means and standard deviations (n, k + 2) of mu, a new effect and each study's effect, given tau (n,)."""
    _, mean, sd = posterior.given_tau(tau)
    share = posterior.vi / (posterior.vi + (tau * tau)[:, None])
    own = posterior.yi + share * (mean[:, None] - posterior.yi)
    own_sd = np.sqrt(posterior.vi * (1.0 - share) + (share * sd[:, None]) ** 2)
    return np.column_stack([mean, mean, own]), np.column_stack([sd, np.hypot(sd, tau), own_sd])
