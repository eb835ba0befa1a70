"""How fast the statistics are: beside a bare numpy sketch, and beside R metafor in the same run where it is there."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import Figure
from registry import pool_many
from registry.stats import fit, leave_each_out, permutation_test
from registry.stats.gosh import gosh
from registry.stats.moderators import design_matrix

Floats = NDArray[np.float64]

#: 200 pools of 10 by metafor, in milliseconds each: the loop a user would write.
R_POOLS = """
suppressPackageStartupMessages(library(metafor))
set.seed(1); yi <- matrix(rnorm(2000, 0.5, 0.4), 10); vi <- matrix(runif(2000, 0.01, 0.25), 10)
each <- function(method) system.time(for (i in 1:200)
  try(rma(yi[, i], vi[, i], method = method, test = "knha", control = list(maxiter = 1000)), silent = TRUE))[[3]] / 200
cat(each("DL"), each("REML"))
"""


def best(work: Callable[[], object], repeats: int = 5) -> float:
    """Give the shortest wall time of `work` in seconds: what it costs when nothing else is in the way."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def rows(count: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Make log hazard ratios and their variances."""
    made = np.random.default_rng(seed)
    return made.normal(0.5, 0.4, count), made.uniform(0.01, 0.25, count)


def sketch(yi: Floats, vi: Floats) -> Floats:
    """Pool equal-sized pools by DerSimonian–Laird with nothing around it: the floor (k, m) → mu, se."""
    w = 1.0 / vi
    total = w.sum(axis=0)
    mean = (w * yi).sum(axis=0) / total
    q = (w * (yi - mean) ** 2).sum(axis=0)
    tau2 = np.maximum(0.0, (q - len(yi) + 1) / (total - (w * w).sum(axis=0) / total))
    w = 1.0 / (vi + tau2)
    return np.stack([(w * yi).sum(axis=0) / w.sum(axis=0), np.sqrt(1.0 / w.sum(axis=0))])


def run() -> list[Figure]:
    """Measure many pools, large pools, leave-one-out, GOSH and permutations."""
    return [*_many(), *_large(), *_sweeps()]


def _many() -> list[Figure]:
    yi, vi = rows(100_000)
    equal = np.repeat(np.arange(10_000), 10)
    sizes = np.random.default_rng(2).integers(2, 51, 10_000)
    ragged = np.repeat(np.arange(10_000), sizes)[:100_000]
    floor = best(lambda: sketch(yi.reshape(10_000, 10).T.copy(), vi.reshape(10_000, 10).T.copy()))
    times = {
        (method, name): best(lambda m=method, g=groups: pool_many(yi, vi, g, method=m), 3)  # type: ignore[misc]
        for method in ("DL", "REML")
        for name, groups in (("equal", equal), ("ragged", ragged))
    }
    in_r = _metafor()
    figures = [
        Figure("numpy sketch, 10,000 DL", 1e3 * floor, "ms"),
        Figure("10,000 pools of 10, DL", 1e3 * times["DL", "equal"], "ms", goal=4e3 * floor, note="goal: 4 × sketch"),
        Figure("10,000 pools of 10, REML", 1e3 * times["REML", "equal"], "ms", goal=120),
    ]
    for method in ("DL", "REML"):
        slower = times[method, "ragged"] / times[method, "equal"]
        figures.append(Figure(f"ragged 2–50 / equal, {method}", slower, "×", goal=1.5, note="of the same rows"))
        if in_r:
            faster = 1e4 * in_r[method] / times[method, "equal"]
            figures.append(Figure(f"metafor / evireg, {method}", faster, "×", note="10,000 pools of 10"))
    return figures


def _metafor() -> dict[str, float]:
    """Give seconds per pool of metafor, empty where there is no R with it."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    done = subprocess.run([rscript, "-e", R_POOLS], capture_output=True, text=True, check=False)
    return dict(zip(("DL", "REML"), map(float, done.stdout.split()), strict=True)) if done.returncode == 0 else {}


def _large() -> list[Figure]:
    yi, vi = rows(10_000)
    one: dict[str, Any] = {"tau2_interval": False}
    return [
        Figure("one pool of 10,000, DL", 1e3 * best(lambda: fit(yi, vi, method="DL", **one)), "ms", goal=0.3),
        Figure("one pool of 10,000, REML", 1e3 * best(lambda: fit(yi, vi, **one)), "ms", goal=4),
    ]


def _sweeps() -> list[Figure]:
    yi, vi = rows(1_000)
    design = design_matrix({"x": np.random.default_rng(3).normal(size=40)})
    return [
        Figure("leave-one-out of 1,000, DL", 1e3 * best(lambda: leave_each_out(yi, vi, method="DL")), "ms", goal=1),
        Figure("leave-one-out of 1,000, REML", best(lambda: leave_each_out(yi, vi)), "s", goal=0.3),
        Figure("GOSH of 15, DL", best(lambda: gosh(yi[:15], vi[:15], method="DL")), "s", goal=0.06),
        Figure("GOSH of 15, REML", best(lambda: gosh(yi[:15], vi[:15], method="REML"), 2), "s", goal=2),
        Figure("GOSH of 20, FE", best(lambda: gosh(yi[:20], vi[:20], method="FE"), 2), "s", goal=0.5),
        Figure("GOSH of 20, DL", best(lambda: gosh(yi[:20], vi[:20], method="DL"), 2), "s", goal=2),
        Figure(
            "100,000 permutations, DL",
            best(lambda: permutation_test(yi[:40], vi[:40], design, method="DL", permutations=100_000), 2),
            "s",
            goal=1,
        ),
    ]
