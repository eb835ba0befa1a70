"""How fast the statistics are: `python -m benchmarks.bench_stats [--peers PYTHON]`.

Beside a bare numpy sketch, the floor, and beside peers in the same run: R metafor where Rscript has it, PyMARE and
statsmodels where this interpreter (or the one named by --peers) has them.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import Figure
from registry import pool_many
from registry.stats import fit, leave_each_out, permutation_test
from registry.stats.gosh import gosh
from registry.stats.moderators import design_matrix

Floats = NDArray[np.float64]

PEERS = Path(__file__).parent / "peers"
POOLS, ROWS = 10_000, 10


def best(*works: Callable[[], object], repeats: int = 15) -> list[float]:
    """Give the shortest wall time of each, in seconds, run in turn: what each costs when nothing is in the way."""
    times = [float("inf")] * len(works)
    for _ in range(repeats):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            times[index] = min(times[index], time.perf_counter() - start)
    return times


def rows(count: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Make log hazard ratios and their variances."""
    made = np.random.default_rng(seed)
    return made.normal(0.5, 0.4, count), made.uniform(0.01, 0.25, count)


def sketch(yi: Floats, vi: Floats, k: int) -> tuple[Floats, ...]:
    """Pool rows that stand k by k by DerSimonian–Laird with nothing around it: no groups, no checks, seven numbers."""
    yi, vi = yi.reshape(-1, k).T.copy(), vi.reshape(-1, k).T.copy()
    w = 1.0 / vi
    total = w.sum(axis=0)
    mean = (w * yi).sum(axis=0) / total
    q = (w * (yi - mean) ** 2).sum(axis=0)
    tau2 = np.maximum(0.0, (q - k + 1) / (total - (w * w).sum(axis=0) / total))
    w = 1.0 / (vi + tau2)
    total = w.sum(axis=0)
    mean, se = (w * yi).sum(axis=0) / total, 1.0 / np.sqrt(total)
    return mean, se, tau2, q, mean - 1.96 * se, mean + 1.96 * se


def peers(python: str | None = None) -> dict[str, float]:
    """Seconds of every peer that is installed, by name."""
    commands = [[python or sys.executable, str(PEERS / "python.py")]]
    if rscript := shutil.which("Rscript"):
        commands.append([rscript, str(PEERS / "metafor.R")])
    found: dict[str, float] = {}
    for command in commands:
        printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        found |= {name: float(value) for name, value in map(str.split, printed.splitlines())}
    return found


def run(python: str | None = None) -> list[Figure]:
    """Measure many pools, large pools, leave-one-out, GOSH and permutations."""
    times = peers(python)
    return [*_many(times), *_ragged(), *_large(times), *_sweeps(times)]


def _beside(times: dict[str, float], here: float, **names: str) -> str:
    """Say how many times as long the peers take."""
    return ", ".join(f"{peer} {times[key] / here:,.0f} ×" for peer, key in names.items() if key in times)


def _many(times: dict[str, float]) -> list[Figure]:
    yi, vi = rows(POOLS * ROWS)
    groups = np.random.default_rng(2).permutation(np.repeat(np.arange(POOLS), ROWS))
    table = partial(pool_many, yi, vi, groups)
    floor, dl = best(lambda: sketch(yi, vi, ROWS), partial(table, method="DL", test="z"), repeats=40)
    hk, profiled, reml = best(
        partial(table, method="DL"),
        partial(table, method="DL", test="z", tau2_interval="qp"),
        partial(table, method="REML"),
    )
    note = _beside(times, dl, metafor="pools_DL", PyMARE="PyMARE_DL", statsmodels="statsmodels_DL")
    return [
        Figure("bare numpy sketch of DL", 1e3 * floor, "ms", note=f"{POOLS:,} pools of {ROWS}, like those below"),
        Figure("pool_many, DL, z", 1e3 * dl, "ms", goal=4e3 * floor, note=f"goal: 4 × sketch; {note}"),
        Figure("pool_many, DL, hk", 1e3 * hk, "ms", note=f"{hk / floor:.1f} × sketch"),
        Figure("pool_many, DL, Q-profile", 1e3 * profiled, "ms", note=f"{profiled / floor:.1f} × sketch"),
        Figure(
            "pool_many, REML",
            1e3 * reml,
            "ms",
            goal=120,
            note=_beside(times, reml, metafor="pools_REML", PyMARE="PyMARE_REML"),
        ),
    ]


def _ragged() -> list[Figure]:
    sizes = np.random.default_rng(3).integers(2, 51, POOLS)
    yi, vi = rows(int(sizes.sum()))
    ragged, equal = np.repeat(np.arange(POOLS), sizes), np.arange(len(yi)) // 26
    figures = []
    for method in ("DL", "REML"):
        one, other = best(
            partial(pool_many, yi, vi, ragged, method=method),
            partial(pool_many, yi, vi, equal, method=method),
            repeats=8,
        )
        name = f"sizes 2–50 / equal sizes, {method}"
        figures.append(Figure(name, one / other, "×", goal=1.5, note=f"{POOLS:,} pools of the same rows"))
    return figures


def _large(times: dict[str, float]) -> list[Figure]:
    yi, vi = rows(10_000)
    figures = []
    for method, goal in (("DL", 0.3), ("REML", 4.0)):
        pooled = partial(fit, method=method, test="z", tau2_interval=False)
        whole, part = best(partial(pooled, yi, vi), partial(pooled, yi[:1000], vi[:1000]), repeats=40)
        note = _beside(times, part, metafor=f"one_{method}")
        figures.append(
            Figure(
                f"one pool of 10,000, {method}", 1e3 * whole, "ms", goal=goal, note=f"at 1,000: {note}" if note else ""
            )
        )
    few, many = (_memory(partial(fit, *rows(count))) for count in (10_000, 100_000))
    figures.append(Figure("memory, 100,000 / 10,000 rows", many / few, "×", goal=12, note=f"{many / 1e6:.0f} MB"))
    return figures


def _memory(work: Callable[[], object]) -> float:
    """Peak of what Python and numpy allocate, in bytes."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return float(peak)


def _sweeps(times: dict[str, float]) -> list[Figure]:
    yi, vi = rows(1_000)
    design = design_matrix({"x": np.random.default_rng(3).normal(size=40)})
    works: list[tuple[str, str, float, float, Callable[[], object]]] = [
        ("leave-one-out of 1,000, DL", "loo_DL", 1e-3, 1e3, partial(leave_each_out, yi, vi, method="DL", test="z")),
        ("leave-one-out of 1,000, REML", "loo_REML", 0.3, 1.0, partial(leave_each_out, yi, vi, test="z")),
        ("GOSH of 15, FE", "gosh_FE", 0.06, 1.0, partial(gosh, yi[:15], vi[:15], method="FE")),
        ("GOSH of 15, DL", "gosh_DL", 0.06, 1.0, partial(gosh, yi[:15], vi[:15], method="DL")),
        ("GOSH of 15, REML", "gosh_REML", 2.0, 1.0, partial(gosh, yi[:15], vi[:15], method="REML")),
        ("GOSH of 20, FE", "", 0.5, 1.0, partial(gosh, yi[:20], vi[:20], method="FE")),
        ("GOSH of 20, DL", "", 2.0, 1.0, partial(gosh, yi[:20], vi[:20], method="DL")),
        (
            "100,000 permutations, DL",
            "permutations_DL",
            1.0,
            1.0,
            partial(permutation_test, yi[:40], vi[:40], design, method="DL", permutations=100_000),
        ),
    ]
    figures = []
    for name, key, goal, scale, work in works:
        (here,) = best(work, repeats=30 if scale > 1.0 else 3)
        unit = "ms" if scale > 1.0 else "s"
        figures.append(Figure(name, here * scale, unit, goal=goal * scale, note=_beside(times, here, metafor=key)))
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time the statistics beside their peers.")
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has PyMARE or statsmodels")
    for figure in run(parser.parse_args().peers):
        verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
        goal = "" if figure.goal is None else f"≤ {figure.goal:,.3g} {figure.unit}"
        print(
            f"{figure.name:<32} {figure.value:>9,.3g} {figure.unit:<3} {goal:<12} {verdict:<7} {figure.note}".rstrip()
        )


if __name__ == "__main__":
    main()
