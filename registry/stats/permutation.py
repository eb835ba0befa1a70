"""Permutation test of moderators: whether they go with the effects more than chance assignments do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial, prod

import numpy as np
from numpy.typing import ArrayLike

from registry.errors import StatisticsError
from registry.stats import inference
from registry.stats.batch import CHUNK, Floats, Ints
from registry.stats.linear import Linear
from registry.stats.moderators import DesignMatrix
from registry.stats.pool import checked
from registry.stats.regression import as_design, single
from registry.stats.seeded import generator
from registry.stats.tau2 import Estimator, estimator

# All arrangements are gone through up to this many: those of eight different rows, 40,320, are among them.
EXACT = 50_000
# Statistics this close (relative to 1 + their size) are equal: the same arrangement summed in another order.
TIE = 1.5e-8
# Hartung–Knapp's q where the estimates lie on the regression: its statistics are then larger than any other's.
EXACT_FIT = 1e-30


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """Permutation p-values: `p` (p,) of the coefficients in the order of `names`, `omnibus_p` of all but the intercept.

    `exact` says whether all `arrangements` of the rows were gone through or `arrangements` random ones from `seed`;
    `stat` (p,) and `omnibus` are the observed statistics, `p_se` the Monte Carlo standard error of `p` (0 if exact).
    """

    names: tuple[str, ...]
    stat: Floats
    p: Floats
    p_se: Floats
    omnibus: float
    omnibus_p: float
    exact: bool
    arrangements: int
    seed: int | None
    method: str
    test: str


def permutation_test(
    yi: ArrayLike,
    vi: ArrayLike,
    moderators: DesignMatrix | Mapping[str, ArrayLike] | ArrayLike,
    *,
    method: str = "REML",
    test: str = "hk",
    permutations: int = 10_000,
    seed: int = 0,
) -> PermutationTest:
    """Refit the regression with the rows of the design matrix assigned to the estimates anew, over and over.

    The null hypothesis is that no moderator matters (Higgins & Thompson 2004); p is the share of
    arrangements with |statistic| not below the observed one. Exact when there are at most 50,000 different
    arrangements (rows that are equal are not told apart), else from `permutations` seeded random ones, with the
    observed one counted among them (Phipson & Smyth 2010). Statistics: b/se of `test`, with "hk" as hk-adhoc; omnibus:
    its chi² or F. Other arguments and errors as `regress`.

    Equals metafor's `permutest`, which is exact only when asked or below 1,000 arrangements, and stops counting a
    permutation where its REML fails; ours never does.
    """
    effects, variances = checked(yi, vi)
    design, how, name = as_design(moderators), estimator(method), inference.resolve_test(test)
    model = single(effects, variances, design)
    if permutations < 1:
        raise StatisticsError(f"at least one permutation is needed: got {permutations}")
    patterns = np.unique(design.matrix, axis=0, return_inverse=True)[1].ravel()
    exact = _count(patterns) <= EXACT
    n = _count(patterns) if exact else permutations
    blocks = _exact_blocks(_arrangements(patterns)) if exact else _random_blocks(n, model.k, seed)
    observed, reached = _statistics(model, how, name), np.zeros(model.p + 1)
    for block in blocks:
        statistics = _statistics(_rearranged(model, design, block), how, name)
        reached += (statistics >= observed - TIE * (1.0 + observed)).sum(axis=1)
    share = reached / n if exact else (1.0 + reached) / (1.0 + n)
    return PermutationTest(
        names=design.names,
        stat=np.copysign(observed[:-1, 0], model.solve(how.solve(model).tau2).b[:, 0]),
        p=share[:-1],
        p_se=np.zeros(model.p) if exact else np.sqrt(share * (1.0 - share) / n)[:-1],
        omnibus=float(observed[-1, 0]),
        omnibus_p=float(share[-1]),
        exact=exact,
        arrangements=n,
        seed=None if exact else seed,
        method=how.name,
        test=name,
    )


def _rearranged(model: Linear, design: DesignMatrix, rows: Ints) -> Linear:
    """Assign the design's rows (k, m) to the same estimates."""
    yi, vi, columns = model.given
    moved = [columns[0] if design.intercept and not j else column[rows] for j, column in enumerate(design.matrix.T)]
    return Linear(yi, vi, moved, intercept=design.intercept, copies=rows.shape[1])


def _statistics(model: Linear, how: Estimator, test: str) -> Floats:
    """|b/se| of each coefficient and the omnibus statistic, (p + 1, m)."""
    tau2 = how.solve(model).tau2
    solved = model.solve(tau2)
    scale = np.ones(len(tau2))
    if test.startswith("hk") and how.name != "FE":
        q = model.forms(tau2[None]).q[0] / model.df
        scale = np.sqrt(np.maximum(EXACT_FIT if test == "hk-plain" else 1.0, q))
    variances = np.einsum("jjm->jm", solved.covariance)
    first = int(model.intercept and model.p > 1)
    b, covariance = solved.b[first:], solved.covariance[first:, first:]
    if len(b) == 1:
        omnibus = b[0] ** 2 / covariance[0, 0]
    else:
        inner = np.linalg.solve(covariance.transpose(2, 0, 1), b.T[:, :, None])
        omnibus = (inner[:, :, 0] * b.T).sum(axis=1)
    return np.vstack([np.abs(solved.b) / (np.sqrt(variances) * scale), omnibus / (len(b) * scale**2)])


def _count(patterns: Ints) -> int:
    """How many different arrangements k rows have, of which some are equal."""
    return factorial(len(patterns)) // prod(factorial(int(size)) for size in np.bincount(patterns))


def _arrangements(patterns: Ints) -> Ints:
    """All different arrangements (n, k) of rows: for each place the number of one row with the pattern put there."""
    k = len(patterns)
    placed = np.full((1, k), -1, dtype=np.intp)
    for pattern in range(int(patterns.max()) + 1):
        row, size = int(np.argmax(patterns == pattern)), int((patterns == pattern).sum())
        free = np.nonzero(placed < 0)[1].reshape(len(placed), -1)
        choices = np.array(list(combinations(range(free.shape[1]), size)))
        slots = free[:, choices].reshape(-1, size)
        placed = np.repeat(placed, len(choices), axis=0)
        np.put_along_axis(placed, slots, row, axis=1)
    return placed


def _exact_blocks(rows: Ints) -> Iterator[Ints]:
    """Give arrangements (n, k) out as (k, m), m at a time so that the work stays in the cache."""
    step = max(1, CHUNK // rows.shape[1])
    for first in range(0, len(rows), step):
        yield rows[first : first + step].T


def _random_blocks(n: int, k: int, seed: int) -> Iterator[Ints]:
    """Draw n arrangements of k rows, likewise."""
    step, random = max(1, CHUNK // k), generator(seed)
    for first in range(0, n, step):
        yield random.permuted(np.broadcast_to(np.arange(k), (min(step, n - first), k)), axis=1).T
