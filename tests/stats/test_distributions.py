"""Distribution functions: the few values computed here are those of scipy.special."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from registry.stats import distributions

DFS = [0.3, 1, 1.5, 2, 3, 4, 5.7, 7, 10, 19, 30, 60.5, 100, 447, 1e3, 1e4, 1e6]
TS = [0.0, 0.01, 0.3, 0.7, 1, 1.96, 2.5, 4, 8, 20, 37, 150, 1e4]
PS = [1e-300, 1e-40, 1e-12, 1e-6, 0.001, 0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.975, 0.99, 0.999]
XS = [0.0, 1e-9, 1e-3, 0.1, 0.5, 1, 2, 3.84, 7, 15, 36, 80, 200, 700, 1200]

GRIDS = {
    "ndtr": [([*TS, *(-t for t in TS)],)],
    "ndtri": [(PS,)],
    "stdtr": [(DFS, [*TS, *(-t for t in TS)])],
    "stdtrit": [(DFS[1:], PS[2:])],
    "chdtr": [(DFS, XS)],
    "chdtrc": [(DFS, XS)],
    "chdtri": [(DFS, PS[1:])],
    "fdtrc": [([1, 2, 3, 5.5, 12], [1, 2, 4, 6.2, 30, 500, 1e5], [0.0, 0.01, 0.4, 1, 2.7, 9, 60, 800])],
}


@pytest.mark.parametrize(("name", "grid"), [(name, grid) for name, grids in GRIDS.items() for grid in grids])
def test_value_is_that_of_scipy(name: str, grid: tuple[list[float], ...]) -> None:
    """Every value, far tails included, agrees with scipy.special."""
    for row in itertools.product(*grid):
        ours, theirs = getattr(distributions, name)(*row), getattr(special, name)(*row)
        assert ours == pytest.approx(theirs, rel=2e-12, abs=1e-305), (name, row)


@pytest.mark.parametrize("name", GRIDS)
def test_nan_in_gives_nan_out(name: str) -> None:
    """What is undefined stays undefined, in silence."""
    arguments = [3.0] * len(GRIDS[name][0])
    for place in range(len(arguments)):
        row = [math.nan if place == each else value for each, value in enumerate(arguments)]
        assert math.isnan(getattr(distributions, name)(*row))


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("ndtri", (0.0,)),
        ("ndtri", (1.0,)),
        ("ndtri", (1.5,)),
        ("stdtr", (math.inf, 1.2)),
        ("stdtr", (4.0, math.inf)),
        ("stdtr", (4.0, -math.inf)),
        ("stdtrit", (4.0, 0.5)),
        ("chdtrc", (4.0, math.inf)),
        ("chdtri", (4.0, 0.0)),
        ("chdtri", (4.0, 1.0)),
    ],
)
def test_edge_is_that_of_scipy(name: str, row: tuple[float, ...]) -> None:
    """Ends of the range and infinities are those of scipy.special."""
    ours, theirs = getattr(distributions, name)(*row), getattr(special, name)(*row)
    assert ours == pytest.approx(theirs, nan_ok=True)


@given(st.floats(0.2, 1e5), st.floats(1e-10, 1 - 1e-10))
def test_quantile_of_t_inverts_its_distribution(df: float, p: float) -> None:
    """Back and forth is where it was."""
    assert distributions.stdtr(df, distributions.stdtrit(df, p)) == pytest.approx(p, rel=1e-10)


@given(st.floats(0.2, 1e4), st.floats(1e-10, 1 - 1e-10))
def test_quantile_of_chi_squared_inverts_its_tail(df: float, p: float) -> None:
    """Back and forth is where it was."""
    assert distributions.chdtrc(df, distributions.chdtri(df, p)) == pytest.approx(p, rel=1e-10)


@pytest.mark.parametrize("t", [1e-12, 1e-8, 1e-5])
def test_centre_of_t_is_right_where_scipy_is_not(t: float) -> None:
    """For one degree of freedom the distribution function is known: 1/2 + atan(t)/π (scipy 1.17 is off by 1e-9)."""
    assert distributions.stdtr(1.0, t) - 0.5 == pytest.approx(math.atan(t) / math.pi, rel=1e-3, abs=2e-16)


def test_few_and_many_values_agree_and_broadcast() -> None:
    """Beyond `FEW` values scipy.special answers, with the same shape and the same numbers."""
    dfs, ts = np.arange(1.0, 41.0)[:, None], np.linspace(-5, 5, 20)
    many = distributions.stdtr(dfs, ts)
    few = np.array([[distributions.stdtr(df, t) for t in ts] for df in dfs[:, 0]])
    assert many.shape == (40, 20)
    assert distributions.stdtr(dfs[:2], ts).shape == (2, 20)
    np.testing.assert_allclose(few, many, rtol=1e-12)


def test_scalar_in_gives_scalar_out() -> None:
    """A number stays a number."""
    assert isinstance(distributions.ndtr(1.0), float)
    assert distributions.ndtri(0.975) == pytest.approx(1.959963984540054, rel=1e-15)


def test_few_values_do_not_import_scipy() -> None:
    """That is what these functions are for."""
    script = (
        "import sys; from registry.stats import distributions as d; d.stdtrit(7.0, 0.975); d.chdtri(7, 0.05);"
        "d.fdtrc(1, 6, 2.0); assert not [name for name in sys.modules if name.startswith('scipy')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
