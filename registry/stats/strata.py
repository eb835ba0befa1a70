"""Several means with one tau²: the model of subgroups whose heterogeneity is common."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from registry.stats.model import Curvature, Forms, Slopes, Traces, Unweighted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.stats.batch import Floats, Ints
    from registry.stats.model import Mean


class Strata:
    """Several means with one tau²: a single pool (m = 1) whose forms are the sums over its strata's.

    X'WX of group means is diagonal, so every form, trace and log determinant adds up over the groups.
    """

    def __init__(self, parts: Sequence[Mean], copies: int = 1) -> None:
        self.parts = parts
        self.k = sum(part.k * part.yi.shape[1] for part in parts)
        self.df = sum(part.df * part.yi.shape[1] for part in parts)
        self.vmin = np.full(copies, min(part.vmin.min() for part in parts))
        self.vmax = np.full(copies, max(part.vmax.max() for part in parts))
        self.ss = np.full(copies, sum(part.ss.sum() for part in parts))
        sizes = np.concatenate([np.full(part.yi.shape[1], part.k) for part in parts])
        means = np.concatenate([part.origin + part.yi.mean(axis=0) for part in parts])
        apart = means - np.average(means, weights=sizes)
        self.total = self.ss + float((sizes * apart * apart).sum())

    @cached_property
    def at_zero(self) -> Forms:
        """Forms at tau² = 0."""
        return self.forms(np.zeros((1, len(self.vmin))))

    def take(self, pools: Ints) -> Strata:
        """Return as many copies of the one pool."""
        return Strata(self.parts, len(pools))

    def forms(self, tau2: Floats) -> Forms:
        """Quadratic forms and traces at tau2."""
        return Forms(*_summed([part.forms(tau2.reshape(-1, 1)) for part in self.parts], tau2.shape))

    def curvature(self, tau2: Floats) -> Curvature:
        """Their derivatives at tau2."""
        return Curvature(*_summed([part.curvature(tau2.reshape(-1, 1)) for part in self.parts], tau2.shape))

    def logdets(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Log |W⁻¹| and log |X'WX| at tau2."""
        of_w, of_xwx = _summed([part.logdets(tau2.reshape(-1, 1)) for part in self.parts], tau2.shape)
        return of_w, of_xwx

    def bent(self, tau2: Floats) -> tuple[Forms, Curvature]:
        """Forms and their derivatives."""
        return self.forms(tau2), self.curvature(tau2)

    def traces(self, tau2: Floats) -> Traces:
        """Give tr PP and tr WW at tau2."""
        return Traces(*_summed([part.traces(tau2.reshape(-1, 1)) for part in self.parts], tau2.shape))

    def slopes(self, tau2: Floats) -> Slopes:
        """Q and its derivatives at tau2."""
        return Slopes(*_summed([part.slopes(tau2.reshape(-1, 1)) for part in self.parts], tau2.shape))

    @cached_property
    def unweighted(self) -> Unweighted:
        """Moments of the unweighted residuals."""
        sums = _summed([part.unweighted for part in self.parts], (1,))
        return Unweighted(*(np.broadcast_to(entry, self.vmin.shape) for entry in sums))


def _summed(results: Sequence[Sequence[Floats]], shape: tuple[int, ...]) -> list[Floats]:
    """Add each entry over pools and parts; give it back the shape of the tau² it was computed at."""
    return [sum(entry.sum(axis=-1) for entry in entries).reshape(shape) for entries in zip(*results, strict=True)]
