"""How long a user waits before anything happens: `--help`, and a pool beside R."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Figure

POOL = ["pool", "--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]

#: The same pool in R: metafor loaded, one model fitted, one line printed.
R_POOL = """
suppressPackageStartupMessages(library(metafor))
yi <- log(c(2.52, 1.56, 2.12, 1.09, 0.89, 2.23, 2.89, 1.36))
sei <- c(0.371, 0.189, 0.196, 0.021, 0.768, 0.216, 0.405, 0.410)
fit <- rma(yi, sei = sei, method = "REML", test = "knha")
cat(exp(fit$b), exp(fit$ci.lb), exp(fit$ci.ub), "\\n")
"""


def seconds(command: list[str], repeats: int = 7) -> float:
    """Give the shortest wall time of a command: what it costs when nothing else is in the way."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        best = min(best, time.perf_counter() - start)
    return best


def run() -> list[Figure]:
    """Measure start-up."""
    python = [sys.executable, "-c"]
    evireg = [sys.executable, "-m", "cli.app"]
    bare = seconds([*python, "import typer"])
    shown = seconds([*evireg, "--help"])
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "evireg.db")
        for command in (["init"], ["seed", "nlr_myeloma"]):
            subprocess.run([*evireg, *command, "--db", database], check=True, capture_output=True)
        pools = {
            "evireg pool": [*evireg, *POOL, "--db", database],
            "evireg pool --json": [*evireg, *POOL, "--json", "--db", database],
        }
        pooled = against_r(pools)
    return [
        Figure("python -c 'import typer'", bare, "s"),
        Figure("evireg --help", shown, "s", goal=2.5 * bare, note="goal: 2.5 × import typer"),
        *pooled,
    ]


def against_r(pools: dict[str, list[str]]) -> list[Figure]:
    """Time these commands, each beside R in turn, so that both meet the same machine."""
    rscript = shutil.which("Rscript")
    if rscript is None or subprocess.run([rscript, "-e", "library(metafor)"], capture_output=True).returncode:  # noqa: PLW1510
        note = "no R with metafor here to compare with"
        return [Figure(name, seconds(command), "s", note=note) for name, command in pools.items()]
    figures = []
    for name, command in pools.items():
        both = [(seconds(command, repeats=1), seconds([rscript, "-e", R_POOL], repeats=1)) for _ in range(9)]
        here, in_r = (min(times) for times in zip(*both, strict=True))
        note = f"goal: 0.7 × Rscript with metafor, {in_r:.2f} s"
        figures.append(Figure(name, here, "s", goal=0.7 * in_r, note=note))
    return figures
