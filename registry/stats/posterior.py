"""The normal–normal model with its priors: likelihood and posterior of tau, and of mu where tau is held fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import StatisticsError
from registry.stats.marginal import Panels

if TYPE_CHECKING:
    from registry.stats.batch import Floats

TAU_PRIORS = ("half-normal", "half-cauchy", "uniform")
DEFAULT_SCALE = 0.5
LOG_2PI = float(np.log(2.0 * np.pi))
# Log densities this far below the highest are nothing beside it.
NOTHING = 60.0
# The posterior of log(tau) is looked for at points a step apart, from REACH below the smallest scale to REACH above the
# largest.
STEP, REACH = 0.1, 75.0
# At most about this many numbers per array, so that memory is bounded whatever the number of studies.
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class MuPrior:
    """A normal prior on the mean."""

    mean: float
    sd: float

    def pdf(self, mu: float) -> float:
        """Return the density at mu."""
        z = (mu - self.mean) / self.sd
        return float(np.exp(-0.5 * (z * z + LOG_2PI)) / self.sd)


@dataclass(frozen=True, slots=True)
class TauPrior:
    """A prior on tau; `scale` nan is the improper uniform. `tail` is the power with which its density falls."""

    name: str
    scale: float
    tail: float

    @classmethod
    def named(cls, name: str, scale: float | None) -> TauPrior:
        """Look a prior of `TAU_PRIORS` up; raises StatisticsError for an unknown one and for a scale not positive."""
        if name not in TAU_PRIORS:
            raise StatisticsError(f"unknown prior on tau {name!r}: one of {', '.join(TAU_PRIORS)}")
        if scale is not None and not 0.0 < scale < np.inf:
            raise StatisticsError(f"the scale of the prior on tau must be positive: got {scale}")
        if name == "uniform":
            return cls(name, np.nan, 0.0) if scale is None else cls(name, scale, np.inf)
        return cls(name, DEFAULT_SCALE if scale is None else scale, np.inf if name == "half-normal" else 2.0)

    @property
    def proper(self) -> bool:
        """Whether the prior is a probability."""
        return not np.isnan(self.scale)

    def log_density(self, tau: Floats) -> Floats:
        """Return the log density at tau ≥ 0, (n,); 0 where it is improper."""
        if not self.proper:
            return np.zeros_like(tau)
        z = tau / self.scale
        if self.name == "half-normal":
            return np.asarray(0.5 * np.log(2.0 / np.pi) - np.log(self.scale) - 0.5 * z * z)
        if self.name == "half-cauchy":
            return np.asarray(np.log(2.0 / np.pi) - np.log(self.scale) - np.log1p(z * z))
        return np.where(z > 1.0, -np.inf, -np.log(self.scale))

    def label(self) -> str:
        """Name the prior with its scale."""
        return f"{self.name}({self.scale:g})" if self.proper else self.name


class Posterior:
    """The model for yi, vi (k,): with tau held fixed, mu is normal and its likelihood known (Röver 2020)."""

    def __init__(self, yi: Floats, vi: Floats, tau_prior: TauPrior, mu_prior: MuPrior | None) -> None:
        self.yi, self.vi, self.tau_prior, self.mu_prior = yi, vi, tau_prior, mu_prior

    def given_tau(self, tau: Floats) -> tuple[Floats, Floats, Floats]:
        """Log likelihood of tau (n,) with mu integrated out, and the mean and sd of mu given tau."""
        rows = max(1, CHUNK // len(self.yi))
        parts = [self._given_tau(tau[first : first + rows]) for first in range(0, len(tau), rows)]
        log_likelihood, means, sds = (np.concatenate(column) for column in zip(*parts, strict=True))
        return log_likelihood, means, sds

    def _given_tau(self, tau: Floats) -> tuple[Floats, Floats, Floats]:
        total = self.vi + (tau * tau)[:, None]
        w = 1.0 / total
        sum_w = w.sum(axis=1)
        origin = self.yi[np.argmin(self.vi)]
        mean = origin + (w * (self.yi - origin)).sum(axis=1) / sum_w
        spread = (w * (self.yi - mean[:, None]) ** 2).sum(axis=1)
        at_mean = -0.5 * (len(self.yi) * LOG_2PI + np.log(total).sum(axis=1) + spread)
        if self.mu_prior is None:
            return at_mean + 0.5 * (LOG_2PI - np.log(sum_w)), mean, 1.0 / np.sqrt(sum_w)
        centre, sd = self.mu_prior.mean, self.mu_prior.sd
        between = sd * sd + 1.0 / sum_w
        log_likelihood = at_mean - 0.5 * (np.log(sum_w * between) + (mean - centre) ** 2 / between)
        precision = sum_w + 1.0 / (sd * sd)
        return log_likelihood, centre + (mean - centre) * sum_w / precision, 1.0 / np.sqrt(precision)

    def log_density(self, u: Floats) -> Floats:
        """Log of the unnormalised posterior density of u = log(tau), (n,)."""
        tau = np.exp(u)
        return np.asarray(self.tau_prior.log_density(tau) + self.given_tau(tau)[0] + u)

    def tail(self) -> float:
        """Power with which the posterior density of tau falls: a study adds one, a flat prior on mu takes one."""
        return self.tau_prior.tail + len(self.yi) - (self.mu_prior is None)

    def missing_moments(self) -> dict[str, str]:
        """Name the moments that do not exist: moment r does if the density of tau falls faster than tau^−(r + 1)."""
        reason = "the posterior of tau falls too slowly for it to exist"
        return {name: reason for name, r in (("mean", 1), ("sd", 2)) if self.tail() <= r + 1.0}

    def panels(self) -> Panels:
        """Cut the posterior of log(tau) into panels, between the points where it is nothing."""
        scales = [np.sqrt(self.vi.min()), np.sqrt(self.vi.max()), np.ptp(self.yi) + np.sqrt(self.vi.min())]
        scales += [self.tau_prior.scale] if self.tau_prior.proper else []
        grid = np.arange(np.log(min(scales)) - REACH, np.log(max(scales)) + REACH, STEP)
        if self.tau_prior.name == "uniform" and self.tau_prior.proper:
            end = np.log(self.tau_prior.scale)
            grid = np.concatenate([grid[grid < end], [end]])
        logs = self.log_density(grid)
        inside = np.flatnonzero(logs > logs.max() - NOTHING)
        first, last = max(0, inside[0] - 1), min(len(grid) - 1, inside[-1] + 1)
        return Panels(self.log_density, float(grid[first]), float(grid[last]))
