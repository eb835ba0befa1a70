"""Many regressions at once as a `Model`: the estimators of tau² work on them as they do on means.

Weighted least squares by modified Gram–Schmidt in the inner product Σ w a b (Björck 1967), which needs no square root,
does not square the condition number, and broadcasts: what all pools share has a last axis of length 1 and is
computed once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from registry.stats.model import Curvature, Forms, Slopes, Traces, Unweighted, inner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.stats.batch import Floats, Ints

# Above this leverage 1 − h has lost four digits, and is computed from the other rows instead.
HEAVY = 1.0 - 1e-4


class Solved(NamedTuple):
    """Weighted least squares fits of m pools: coefficients (p, m) and (X'WX)⁻¹, (p, p, m)."""

    b: Floats
    covariance: Floats


class _Basis(NamedTuple):
    """The columns made orthogonal: p of (k, g, m), themselves, times w, and their squared lengths (g, m).

    `tilt[j][l]` (g, m) is what was taken of basis column l from column j.
    """

    columns: list[Floats]
    weighted: list[Floats]
    squares: list[Floats]
    tilt: list[list[Floats]]


class _Heavy(NamedTuple):
    """Rows i with leverage near 1, n of them: where, w of their pools (k, n), 1 − h_ii (n,), h_ij² for j ≠ i (k, n)."""

    at: tuple[Ints, Ints, Ints]
    w: Floats
    rest: Floats
    shared: Floats


class Linear:
    """Regressions of yi on p columns for m pools of k rows, each pool sorted by ascending vi.

    yi, vi and each of `columns` have shape (k, m), or (k, 1) for what all pools share. `intercept` says that the first
    column is all ones: then yi and the other columns are taken relative to the most precise row, so that a common
    offset (a calendar year, say) loses no digits. The columns must be linearly independent (`check_rank`).
    """

    def __init__(
        self, yi: Floats, vi: Floats, columns: Sequence[Floats], *, intercept: bool, copies: int | None = None
    ) -> None:
        self.given = (yi, vi, tuple(columns))
        self.intercept = intercept
        self.origin = yi[0] if intercept else np.zeros(1)
        self.centre = [column[0] if intercept and j else np.zeros(1) for j, column in enumerate(columns)]
        self.yi, self.vi = yi - self.origin, vi
        self.columns = [column - centre for column, centre in zip(columns, self.centre, strict=True)]
        self.k, self.p = len(yi), len(columns)
        self.df = self.k - self.p
        m = max(array.shape[1] for array in (yi, vi, *columns)) if copies is None else copies
        self.vmin, self.vmax = np.broadcast_to(vi[0], m), np.broadcast_to(vi[-1], m)
        residual = self._residual(self._basis(np.ones((self.k, 1, 1))))
        self.ss: Floats = np.broadcast_to((residual * residual).sum(axis=0)[0], m)
        centred = self.yi - self.yi.mean(axis=0)
        self.total: Floats = np.broadcast_to((centred * centred).sum(axis=0), m)

    @cached_property
    def at_zero(self) -> Forms:
        """Forms at tau² = 0."""
        return self.forms(np.zeros((1, len(self.vmin))))

    def take(self, pools: Ints) -> Linear:
        """Return the model of these pools, which may repeat."""
        yi, vi, columns = self.given
        parts = [array if array.shape[1] == 1 else array[:, pools] for array in (yi, vi, *columns)]
        return Linear(parts[0], parts[1], parts[2:], intercept=self.intercept, copies=len(pools))

    def forms(self, tau2: Floats) -> Forms:
        """Quadratic forms and traces at tau2 (g, m)."""
        w = self._weights(tau2)
        basis = self._basis(w)
        residual = self._residual(basis)
        return self._forms(tau2, basis, residual, w * residual, w)

    def curvature(self, tau2: Floats) -> Curvature:
        """Their derivatives at tau2 (g, m)."""
        w = self._weights(tau2)
        basis = self._basis(w)
        return self._curvature(tau2, w, basis, w * self._residual(basis))

    def bent(self, tau2: Floats) -> tuple[Forms, Curvature]:
        """Forms and their derivatives at tau2 (g, m)."""
        w = self._weights(tau2)
        basis = self._basis(w)
        residual = self._residual(basis)
        weighted = w * residual
        return self._forms(tau2, basis, residual, weighted, w), self._curvature(tau2, w, basis, weighted)

    def _forms(self, tau2: Floats, basis: _Basis, residual: Floats, weighted: Floats, w: Floats) -> Forms:
        q, ypp = inner(weighted, residual), inner(weighted, weighted)
        rest, _ = self._off_leverage(w, basis)
        return Forms(*(np.broadcast_to(part, tau2.shape) for part in (q, ypp, inner(w, rest), w.sum(axis=0))))

    def _curvature(self, tau2: Floats, w: Floats, basis: _Basis, weighted: Floats) -> Curvature:
        yppp = inner(w * weighted, weighted)
        for column, square in zip(basis.weighted, basis.squares, strict=True):
            yppp = yppp - inner(weighted, column) ** 2 / square
        parts = (yppp, self._trace_pp(w, basis), inner(w, w))
        return Curvature(*(np.broadcast_to(part, tau2.shape) for part in parts))

    def traces(self, tau2: Floats) -> Traces:
        """Give tr PP and tr WW at tau2 (g, m)."""
        return Traces(*self.curvature(tau2)[1:])

    def slopes(self, tau2: Floats) -> Slopes:
        """Q and its derivatives at tau2 (g, m)."""
        at, bend = self.bent(tau2)
        return Slopes(at.q, at.ypp, bend.yppp)

    @cached_property
    def unweighted(self) -> Unweighted:
        """Moments of the unweighted residuals."""
        basis, vi = self._basis(np.ones((self.k, 1, 1))), self.vi[:, None]
        residual, (rest, _) = self._residual(basis), self._off_leverage(np.ones((self.k, 1, 1)), basis)
        tr_mvmv = (vi * vi * (2.0 * rest - 1.0)).sum(axis=0)
        for i, one in enumerate(basis.columns):
            for j, other in enumerate(basis.columns):
                tr_mvmv = tr_mvmv + (vi * one * other).sum(axis=0) ** 2 / (basis.squares[i] * basis.squares[j])
        parts = ((vi * rest).sum(axis=0), tr_mvmv, (vi * residual * residual).sum(axis=0))
        return Unweighted(*(np.broadcast_to(part[0], self.vmin.shape) for part in parts))

    def logdets(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Log |W⁻¹| and log |X'WX| at tau2 (g, m)."""
        w = self._weights(tau2)
        of_xwx = sum(np.log(square) for square in self._basis(w).squares)
        return -np.log(w).sum(axis=0), np.broadcast_to(of_xwx, tau2.shape)

    def solve(self, tau2: Floats) -> Solved:
        """Weighted least squares with weights 1/(vi + tau²), tau2 (m,), on the scales yi and the columns came in."""
        basis = self._basis(self._weights(tau2[None]))
        rows = self._back(basis.tilt, len(tau2))
        scores = []
        residual = self.yi[:, None]
        for column, weighted, square in zip(basis.columns, basis.weighted, basis.squares, strict=True):
            scores.append(inner(weighted, residual)[0] / square[0])
            residual = residual - scores[-1] * column
        b = np.stack([sum(row[j] * score for j, score in enumerate(scores)) for row in rows])
        b[0] += self.origin
        roots = [[entry / np.sqrt(square[0]) for entry, square in zip(row, basis.squares, strict=True)] for row in rows]
        half = np.stack([np.stack(row) for row in roots])
        return Solved(b, np.einsum("ijm,ljm->ilm", half, half))

    def _weights(self, tau2: Floats) -> Floats:
        return np.asarray(1.0 / (self.vi[:, None] + tau2))

    def _basis(self, w: Floats) -> _Basis:
        basis = _Basis([], [], [], [])
        for column in self.columns:
            u, tilt = column[:, None], []
            for other, weighted, square in zip(basis.columns, basis.weighted, basis.squares, strict=True):
                tilt.append(inner(weighted, u) / square)
                u = u - tilt[-1] * other
            weighted = w * u
            basis.columns.append(u)
            basis.weighted.append(weighted)
            basis.squares.append(inner(weighted, u))
            basis.tilt.append(tilt)
        return basis

    def _residual(self, basis: _Basis) -> Floats:
        residual = self.yi[:, None]
        for column, weighted, square in zip(basis.columns, basis.weighted, basis.squares, strict=True):
            residual = residual - inner(weighted, residual) / square * column
        return residual

    def _back(self, tilt: list[list[Floats]], m: int) -> list[list[Floats]]:
        """Rows of the matrix (p × p, entries (m,)) that turns scores on the basis into coefficients of the columns."""
        rows = [[np.full(m, float(i == j)) for j in range(self.p)] for i in range(self.p)]
        for j, taken in enumerate(tilt):
            for before, share in enumerate(taken):
                for row in rows[:j]:
                    row[j] = row[j] - share[0] * row[before]
        if self.intercept:
            for centre, row in zip(self.centre[1:], rows[1:], strict=True):
                rows[0] = [entry - centre * moved for entry, moved in zip(rows[0], row, strict=True)]
        return rows

    def _off_leverage(self, w: Floats, basis: _Basis) -> tuple[Floats, _Heavy | None]:
        """1 − h of each row (k, g, m), and how the rows with h near 1 got theirs."""
        rest = np.ones_like(w)
        for column, weighted, square in zip(basis.columns, basis.weighted, basis.squares, strict=True):
            rest = rest - column * weighted / square
        row, g, m = np.nonzero(rest < 1.0 - HEAVY)
        if not len(row):
            return rest, None
        heavy = _heavy(w, basis, (row, g, m))
        rest[heavy.at] = heavy.rest
        return rest, heavy

    def _trace_pp(self, w: Floats, basis: _Basis) -> Floats:
        """ΣP²: over pairs of rows of little leverage from p × p products, over the others from their own entries."""
        rest, heavy = self._off_leverage(w, basis)
        weighted, light = basis.weighted, w
        if heavy is not None:
            weighted, light = [np.array(np.broadcast_to(column, rest.shape)) for column in weighted], w.copy()
            for array in (*weighted, light):
                array[heavy.at] = 0.0
        total = (light * light * (2.0 * rest - 1.0)).sum(axis=0)
        for i, one in enumerate(weighted):
            for j, other in enumerate(weighted[: i + 1]):
                product = inner(one, other) ** 2 / (basis.squares[i] * basis.squares[j])
                total = total + (product if i == j else 2.0 * product)
        if heavy is not None:
            own = heavy.w[heavy.at[0], np.arange(len(heavy.rest))]
            pairs = (heavy.shared * (heavy.w + light[:, heavy.at[1], heavy.at[2]])).sum(axis=0)
            np.add.at(total, heavy.at[1:], own * (own * heavy.rest**2 + pairs))
        return np.asarray(total)


def _heavy(w: Floats, basis: _Basis, at: tuple[Ints, Ints, Ints]) -> _Heavy:
    """1 − h of rows with h near 1: I − H is idempotent, so (1 − h_ii) h_ii = Σ h_ij² over the other rows j."""
    row, g, m = at
    n = np.arange(len(row))
    near = w[:, g, m]
    hat = np.zeros_like(near)
    for column, square in zip(basis.columns, basis.squares, strict=True):
        u = np.broadcast_to(column, w.shape)[:, g, m]
        hat += u * u[row, n] / np.broadcast_to(square, w.shape[1:])[g, m]
    shared = hat * hat * near * near[row, n]
    shared[row, n] = 0.0
    off = shared.sum(axis=0)
    return _Heavy(at, near, 2.0 * off / (1.0 + np.sqrt(1.0 - 4.0 * off)), shared)
