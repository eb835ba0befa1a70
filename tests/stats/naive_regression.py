"""A second implementation of regressions and dependence, as plain as the matrices: dense, one data set at a time."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from scipy import linalg, optimize, stats

Matrix = list[list[Fraction]]


def projection(x: np.ndarray, v: np.ndarray) -> np.ndarray:
    """P = V⁻¹ − V⁻¹X(X'V⁻¹X)⁻¹X'V⁻¹ for a covariance matrix V."""
    w = np.linalg.inv(v)
    return w - w @ x @ np.linalg.inv(x.T @ w @ x) @ x.T @ w


def q(yi: np.ndarray, vi: np.ndarray, x: np.ndarray, tau2: float) -> float:
    return float(yi @ projection(x, np.diag(vi + tau2)) @ yi)


def dersimonian_laird(yi: np.ndarray, vi: np.ndarray, x: np.ndarray) -> float:
    p = projection(x, np.diag(vi))
    return max(0.0, (float(yi @ p @ yi) - (len(yi) - x.shape[1])) / float(np.trace(p)))


def paule_mandel(yi: np.ndarray, vi: np.ndarray, x: np.ndarray) -> float:
    df = len(yi) - x.shape[1]
    if q(yi, vi, x, 0.0) <= df:
        return 0.0
    high = 1.0
    while q(yi, vi, x, high) > df:
        high *= 4.0
    return float(optimize.brentq(lambda t: q(yi, vi, x, t) - df, 0.0, high, xtol=1e-15, rtol=1e-14))


def log_likelihood(yi: np.ndarray, v: np.ndarray, x: np.ndarray, *, restricted: bool = True) -> float:
    """With the constants metafor adds."""
    w = np.linalg.inv(v)
    n, xwx = len(yi) - x.shape[1] if restricted else len(yi), x.T @ w @ x
    residual = yi - x @ np.linalg.solve(xwx, x.T @ w @ yi)
    total = n * math.log(2.0 * math.pi) + np.linalg.slogdet(v)[1] + float(residual @ w @ residual)
    if restricted:
        total += np.linalg.slogdet(xwx)[1] - np.linalg.slogdet(x.T @ x)[1]
    return -0.5 * float(total)


def highest(yi: np.ndarray, vi: np.ndarray, x: np.ndarray, *, restricted: bool) -> float:
    """Best of a fine grid of tau², then a bounded search between its neighbours."""

    def fall(t: float) -> float:
        return -log_likelihood(yi, np.diag(vi + t), x, restricted=restricted)

    top = float(np.ptp(yi) ** 2 + vi.max())
    grid = np.concatenate([[0.0], vi.min() * 1e-3 * (top / vi.min() * 1e3) ** np.linspace(0.0, 1.0, 200)])
    heights = [fall(t) for t in grid]
    best = int(np.argmin(heights))
    bounds = (grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)])
    found = optimize.minimize_scalar(fall, bounds=bounds, method="bounded", options={"xatol": 1e-13})
    return 0.0 if heights[0] <= found.fun else float(found.x)


def fitted(yi: np.ndarray, v: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and their covariance."""
    w = np.linalg.inv(v)
    covariance = np.linalg.inv(x.T @ w @ x)
    return covariance @ x.T @ w @ yi, covariance


def inverse_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(np.where(values > 1e-12 * values.max(), values, np.inf) ** -0.5) @ vectors.T


def cr2(yi: np.ndarray, v: np.ndarray, x: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """CR2 standard errors and Satterthwaite degrees of freedom by k × k matrices (Pustejovsky & Tipton 2018)."""
    w = np.linalg.inv(v)
    b, m = fitted(yi, v, x)
    residual, hat = yi - x @ b, x @ m @ x.T @ w
    meat, toward = np.zeros_like(m), []
    for label in np.unique(clusters):
        at = np.flatnonzero(clusters == label)
        theta = v[np.ix_(at, at)]
        root = linalg.sqrtm(theta).real
        left = np.eye(len(yi))[at] - hat[at]
        adjust = root @ inverse_root(root @ (left @ v @ left.T) @ root) @ root
        score = x[at].T @ w[np.ix_(at, at)] @ adjust
        meat += score @ np.outer(residual[at], residual[at]) @ score.T
        toward.append(left.T @ score.T @ m)
    variances = []
    for j in range(x.shape[1]):
        sides = np.array([side[:, j] for side in toward])
        g = sides @ v @ sides.T
        variances.append(np.trace(g) ** 2 / (g**2).sum())
    return np.sqrt(np.diagonal(m @ meat @ m)), np.array(variances)


def block_covariance(
    vi: np.ndarray, clusters: np.ndarray, s1: float, s2: float, correlation: Callable[[int, int], float]
) -> np.ndarray:
    """Build the k × k covariance from the correlation of any two estimates of a cluster and both variances."""
    k = len(vi)
    v = np.zeros((k, k))
    for i in range(k):
        for j in range(k):
            if clusters[i] == clusters[j]:
                v[i, j] = s1 + math.sqrt(vi[i] * vi[j]) * (1.0 if i == j else correlation(i, j))
        v[i, i] += s2
    return v


def exact_forms(yi: np.ndarray, vi: np.ndarray, x: np.ndarray, tau2: float) -> list[float]:
    """y'Py, y'PPy, tr P, tr W, y'PPPy, tr PP, tr WW and log |X'WX| in exact rational arithmetic."""
    n = len(yi)
    w = [1 / (Fraction(v) + Fraction(tau2)) for v in vi.tolist()]
    rows = [[Fraction(value) for value in row] for row in x.tolist()]
    xw = [[w[i] * rows[i][j] for i in range(n)] for j in range(len(rows[0]))]
    inverse, determinant = inverted(product(xw, rows))
    hat = product(transposed(xw), product(inverse, xw))
    p = [[(w[i] if i == j else 0) - hat[i][j] for j in range(n)] for i in range(n)]
    once = product(p, [[Fraction(y)] for y in yi.tolist()])
    twice = product(p, once)
    numbers = [
        sum(Fraction(y) * a[0] for y, a in zip(yi.tolist(), once, strict=True)),
        sum(a[0] * a[0] for a in once),
        sum(p[i][i] for i in range(n)),
        sum(w),
        sum(a[0] * b[0] for a, b in zip(once, twice, strict=True)),
        sum(value * value for row in p for value in row),
        sum(value * value for value in w),
    ]
    return [*map(float, numbers), math.log(determinant)]


def product(left: Matrix, right: Matrix) -> Matrix:
    return [
        [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in zip(*right, strict=True)]
        for row in left
    ]


def transposed(matrix: Matrix) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def inverted(matrix: Matrix) -> tuple[Matrix, Fraction]:
    """Inverse and determinant by Gauss and Jordan."""
    n = len(matrix)
    rows = [[*row, *(Fraction(int(i == j)) for j in range(n))] for i, row in enumerate(matrix)]
    determinant = Fraction(1)
    for i in range(n):
        determinant *= rows[i][i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(n):
            if j != i:
                rows[j] = [value - rows[j][i] * own for value, own in zip(rows[j], rows[i], strict=True)]
    return [row[n:] for row in rows], determinant


def t_interval(estimate: float, se: float, df: float, level: float = 95.0) -> tuple[float, float]:
    half = float(stats.t.ppf(0.5 + level / 200.0, df)) * se
    return estimate - half, estimate + half
