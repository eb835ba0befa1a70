"""Distribution functions under the names of `scipy.special`, without its import where few numbers are asked for.

Importing `scipy.special` takes a quarter of the time of a whole `evireg pool`, which asks for a few dozen values. Up to
`FEW` values are computed here, one by one; more go to `scipy.special`, whose loops are compiled, and so do degrees of
freedom above `LARGE`. Which of the two answers depends on the question alone, so the same question always gets the same
digits. They agree to 2e-12 relative (tests/stats/test_distributions.py).

Incomplete beta and gamma functions: continued fractions by the modified Lentz method (Press et al. 2007, Numerical
Recipes, 3rd ed.); differences of log-gamma at large arguments by Stirling's series (Abramowitz
& Stegun 1964, 6.1.40). Quantiles: Newton's method on the log of the probability, held in a bracket.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

#: The most values that are computed one by one.
FEW = 256

#: Quantiles are asked for again and again: the same level and degrees of freedom for every interval of a result.
REMEMBERED = 256

#: Degrees of freedom of t and F from which on the continued fraction loses digits.
LARGE = 2000.0

#: Where a continued fraction or series has settled, and what stands for 0 in Lentz's method.
SETTLED, TINY = 1e-16, 1e-300


def ndtr(x: Any) -> Any:
    """Give the normal distribution function at x."""
    return _values("ndtr", _normal, x)


def ndtri(p: Any) -> Any:
    """Give the normal quantile of p: −inf at 0, inf at 1, nan outside."""
    return _values("ndtri", _normal_quantile, p)


def stdtr(df: Any, t: Any) -> Any:
    """Give the distribution function of Student's t with df > 0 degrees of freedom at t."""
    return _values("stdtr", _student, df, t)


def stdtrit(df: Any, p: Any) -> Any:
    """Give the quantile of p of Student's t with df > 0 degrees of freedom."""
    return _values("stdtrit", _student_quantile, df, p)


def chdtr(df: Any, x: Any) -> Any:
    """Give the probability that chi-squared with df degrees of freedom is at most x."""
    return _values("chdtr", lambda v, x: _gamma(v / 2, x / 2)[0], df, x)


def chdtrc(df: Any, x: Any) -> Any:
    """Give the probability that chi-squared with df degrees of freedom exceeds x."""
    return _values("chdtrc", lambda v, x: _gamma(v / 2, x / 2)[1], df, x)


def chdtri(df: Any, p: Any) -> Any:
    """Give the x that chi-squared with df degrees of freedom exceeds with probability p."""
    return _values("chdtri", _chi_squared_quantile, df, p)


def fdtrc(df1: Any, df2: Any, x: Any) -> Any:
    """Give the probability that F with df1 and df2 degrees of freedom exceeds x."""
    return _values("fdtrc", _f_tail, df1, df2, x)


def _values(name: str, one: Callable[..., float], *given: Any) -> Any:
    """Evaluate elementwise with broadcasting, as the function of this name in `scipy.special` would."""
    arrays = [np.asarray(each, dtype=np.float64) for each in given]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    if math.prod(shape) > FEW:
        from scipy import special

        return getattr(special, name)(*arrays)
    rows = zip(*(np.broadcast_to(array, shape).ravel().tolist() for array in arrays), strict=True)
    found = np.array([math.nan if any(map(math.isnan, row)) else one(*row) for row in rows], dtype=np.float64)
    return found.reshape(shape)[()]


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@lru_cache(maxsize=REMEMBERED)
def _normal_quantile(p: float) -> float:
    if not 0.0 < p < 1.0:
        return {0.0: -math.inf, 1.0: math.inf}.get(p, math.nan)
    tail = min(p, 1.0 - p)
    if tail == 0.5:
        return 0.0

    def step(x: float) -> tuple[float, float]:
        beyond = _normal(-x)
        density = math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
        return math.log(beyond / tail) if beyond > 0.0 else -math.inf, -density / max(beyond, TINY)

    return math.copysign(_root(step, math.sqrt(-math.log(2.0 * tail))), p - 0.5)


def _student(df: float, t: float) -> float:
    if df <= 0.0:
        return math.nan
    tail = _student_tail(df, abs(t))
    return tail if t < 0.0 else 1.0 - tail


def _student_tail(df: float, t: float) -> float:
    """Give the probability beyond t >= 0."""
    if math.isinf(df):
        return _normal(-t)
    if math.isinf(t):
        return 0.0
    if df > LARGE:
        from scipy.special import stdtr as student

        return float(student(df, -t))
    square = t * t
    return 0.5 * _beta(df / 2, 0.5, df / (df + square), square / (df + square))


@lru_cache(maxsize=REMEMBERED)
def _student_quantile(df: float, p: float) -> float:
    if df <= 0.0 or not 0.0 <= p <= 1.0:
        return math.nan
    tail = min(p, 1.0 - p)
    if tail in (0.0, 0.5):
        return 0.0 if tail else math.copysign(math.inf, p - 0.5)
    if math.isinf(df):
        return _normal_quantile(p)
    if df < 1.0:  # so far out that Newton's method leaves the range of a float
        from scipy.special import stdtrit as student

        return float(student(df, p))

    def step(log: float) -> tuple[float, float]:
        t = math.exp(log)
        beyond = _student_tail(df, t)
        density = math.exp(-_log_beta(df / 2, 0.5) - 0.5 * math.log(df) - (df + 1) / 2 * math.log1p(t * t / df))
        return math.log(beyond / tail) if beyond > 0.0 else -math.inf, -t * density / max(beyond, TINY)

    return math.copysign(math.exp(_root(step, math.log(-_normal_quantile(tail)))), p - 0.5)


@lru_cache(maxsize=REMEMBERED)
def _chi_squared_quantile(df: float, p: float) -> float:
    if df <= 0.0 or not 0.0 <= p <= 1.0:
        return math.nan
    if p in (0.0, 1.0):
        return math.inf if p == 0.0 else 0.0
    upper = p <= 0.5
    wanted = p if upper else 1.0 - p

    def step(log: float) -> tuple[float, float]:
        x = math.exp(log)
        found = _gamma(df / 2, x / 2)[1 if upper else 0]
        density = math.exp(-x / 2 + (df / 2) * math.log(x / 2) - math.lgamma(df / 2))  # times x
        slope = -density if upper else density
        return math.log(found / wanted) if found > 0.0 else -math.inf, slope / max(found, TINY)

    return math.exp(_root(step, math.log(_wilson_hilferty(df, p)), falling=upper))


def _wilson_hilferty(df: float, p: float) -> float:
    """Give the quantile to a few percent: the cube root of chi-squared is nearly normal (Wilson & Hilferty 1931)."""
    cube = 1.0 - 2.0 / (9.0 * df) - _normal_quantile(p) * math.sqrt(2.0 / (9.0 * df))
    return df * cube**3 if cube > 0.1 else df * 1e-3


def _f_tail(df1: float, df2: float, x: float) -> float:
    if df1 <= 0.0 or df2 <= 0.0 or x < 0.0:
        return math.nan
    if max(df1, df2) > LARGE:
        from scipy.special import fdtrc as tail

        return float(tail(df1, df2, x))
    total = df2 + df1 * x
    return 0.0 if math.isinf(x) else _beta(df2 / 2, df1 / 2, df2 / total, df1 * x / total)


def _root(step: Callable[[float], tuple[float, float]], start: float, *, falling: bool = True) -> float:
    """Find where a monotone function is 0, from its value and slope: Newton's method, halving where it leaves."""
    low, high, here = -math.inf, math.inf, start
    for _ in range(200):
        value, slope = step(here)
        if (value > 0.0) is falling:
            low = here
        else:
            high = here
        there = here - value / slope if slope and math.isfinite(value) else math.nan
        if not low < there < high:
            there = _between(low, high)
        if abs(there - here) <= 4e-16 * max(1.0, abs(there)):
            return there
        here = there
    return here


def _between(low: float, high: float) -> float:
    if math.isinf(low):
        return high - 2.0
    return low + 2.0 if math.isinf(high) else 0.5 * (low + high)


def _beta(a: float, b: float, x: float, y: float) -> float:
    """Give the regularised incomplete beta function at x, with y = 1 − x known without cancellation."""
    if x <= 0.0 or y <= 0.0:
        return 0.0 if x <= 0.0 else 1.0
    front = math.exp(a * _log(x, y) + b * _log(y, x) - _log_beta(a, b))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _beta_fraction(a, b, x) / a
    return 1.0 - front * _beta_fraction(b, a, y) / b


def _log(x: float, y: float) -> float:
    """Give ln x from the smaller of x and y = 1 − x: the larger was rounded."""
    return math.log(x) if x < y else math.log1p(-y)


def _beta_fraction(a: float, b: float, x: float) -> float:
    def terms(m: int) -> tuple[float, float]:
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return even, odd

    c, d = 1.0, 1.0 / _kept(1.0 - (a + b) * x / (a + 1.0))
    fraction = d
    for m in range(1, 10_000):
        for term in terms(m):
            d = 1.0 / _kept(1.0 + term * d)
            c = _kept(1.0 + term / c)
            fraction *= c * d
        if abs(c * d - 1.0) <= SETTLED:
            break
    return fraction


def _gamma(a: float, x: float) -> tuple[float, float]:
    """Give the regularised incomplete gamma functions P and Q, each without cancellation where it is small."""
    if a <= 0.0 or x < 0.0:
        return math.nan, math.nan
    if x == 0.0 or math.isinf(x):
        return (0.0, 1.0) if x == 0.0 else (1.0, 0.0)
    front = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1.0:
        lower = front * _gamma_series(a, x)
        return lower, 1.0 - lower
    upper = front * _gamma_fraction(a, x)
    return 1.0 - upper, upper


def _gamma_series(a: float, x: float) -> float:
    term = total = 1.0 / a
    for n in range(1, 100_000):
        term *= x / (a + n)
        total += term
        if term <= SETTLED * total:
            break
    return total


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1.0 - a
    c, d = 1.0 / TINY, 1.0 / _kept(b)
    fraction = d
    for n in range(1, 100_000):
        b += 2.0
        d = 1.0 / _kept(n * (a - n) * d + b)
        c = _kept(b + n * (a - n) / c)
        fraction *= c * d
        if abs(c * d - 1.0) <= SETTLED:
            break
    return fraction


def _kept(value: float) -> float:
    """Keep a denominator of Lentz's method away from 0."""
    return value if abs(value) > TINY else TINY


def _log_beta(a: float, b: float) -> float:
    small, large = sorted((a, b))
    return math.lgamma(small) - _log_gamma_step(large, small)


def _log_gamma_step(a: float, b: float) -> float:
    """Give lnΓ(a + b) − lnΓ(a) for b <= a; for large a by Stirling's series, where the difference would cancel."""
    if a < 30.0:
        return math.lgamma(a + b) - math.lgamma(a)
    return (a - 0.5) * math.log1p(b / a) + b * math.log(a + b) - b + _stirling(a + b) - _stirling(a)


def _stirling(z: float) -> float:
    square = 1.0 / (z * z)
    return (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / z
