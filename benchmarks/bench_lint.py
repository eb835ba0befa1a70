"""How long lint takes over imported rows, and in how much memory: `python -m benchmarks.bench_lint [ROWS]`.

The rows are those of `bench_import`: about 40 % of the estimates have a study of their own, so that overlaps are
proposed among 40,000 cohorts.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Figure
from benchmarks.bench_import import write

#: Runs in a process of its own, so that the memory is that of lint.
_ALONE = "import sys; from benchmarks.bench_lint import alone; alone(sys.argv[1])"


def alone(target: str) -> None:
    """Lint a registry, and print estimates, findings, seconds and peak memory in MB."""
    from registry.handle import open as open_registry

    start = time.perf_counter()
    with open_registry(target) as reg:
        linted = reg.lint(most=5)
    seconds = time.perf_counter() - start
    found = sum(sum(counts.values()) for counts in linted.counts.values())
    print(linted.estimates, found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measure(count: int) -> tuple[float, ...]:
    """Import `count` rows into a fresh registry and lint it: estimates, findings, seconds, MB."""
    from registry.ingest.load import load
    from registry.store import init, open_store

    with tempfile.TemporaryDirectory() as folder:
        path, place = Path(folder, "rows.csv"), str(Path(folder, "evidence.db"))
        write(path, count)
        init(place)
        with open_store(place) as store:
            load(store, path, curator="benchmark", attributes=True)
        command = [sys.executable, "-c", _ALONE, place]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(map(float, printed.split()))


def run() -> list[Figure]:
    """Measure lint of 100,000 estimates."""
    _, found, seconds, memory = measure(100_000)
    return [
        Figure("lint of 100,000 estimates", seconds, "s", goal=20, note=f"{found:,.0f} findings"),
        Figure("peak memory of lint", memory, "MB", goal=800),
    ]


def main() -> None:
    """Print the figures of one size."""
    parser = argparse.ArgumentParser(description="Time lint over invented rows.")
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    estimates, found, seconds, memory = measure(parser.parse_args().rows)
    print(f"{estimates:,.0f} estimates: {found:,.0f} findings in {seconds:.1f} s, peak memory {memory:,.0f} MB")


if __name__ == "__main__":
    main()
