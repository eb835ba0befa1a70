"""How fast a snapshot becomes a file and a registry again: `python -m benchmarks.bench_archive [--million]`.

Export and restore of 1,000 and 100,000 estimates, with `--million` 1,000,000, on SQLite and on a PostgreSQL of its own;
each in a process of its own, so that the peak memory is that verb's. A restore verifies every digest before it commits.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Figure
from benchmarks.bench_import import postgresql, registry_of
from registry.handle import open as open_registry
from registry.store import init

_ALONE = "import sys; from benchmarks.bench_archive import alone; alone(*sys.argv[1:])"


def alone(verb: str, target: str, file: str) -> None:
    """Export or restore, and print seconds and peak memory in MB."""
    start = time.perf_counter()
    with open_registry(target, curator="benchmark") as reg:
        if verb == "export":
            reg.export_snapshot("bench", file, force=True)
        else:
            reg.import_archive(file)
    print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def timed(verb: str, target: str, file: Path, name: str, size: int) -> list[Figure]:
    """Give the figures of one verb on one registry."""
    command = [sys.executable, "-c", _ALONE, verb, target, str(file)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, memory = map(float, printed.split())
    note = f"{seconds:.1f} s, peak memory {memory:,.0f} MB"
    if verb == "export":
        note += f", {file.stat().st_size / size:,.0f} bytes a row"
    return [Figure(f"{name} {size:,}: {verb}", size / seconds, "rows/s", note=note)]


def measure(size: int) -> list[Figure]:
    """Export from SQLite, restore into both databases, export from PostgreSQL: the same bytes again."""
    with tempfile.TemporaryDirectory() as folder, postgresql() as url:
        source, restored = Path(folder, "evidence.db"), Path(folder, "restored.db")
        first, again = Path(folder, "first.zip"), Path(folder, "again.zip")
        shutil.copy(registry_of(size), source)
        with open_registry(source, curator="benchmark") as reg:
            reg.snapshot("bench")
        for target in (restored, url):
            init(target)
        figures = [
            *timed("export", str(source), first, "SQLite", size),
            *timed("restore", str(restored), first, "SQLite", size),
            *timed("restore", url, first, "PostgreSQL", size),
            *timed("export", url, again, "PostgreSQL", size),
        ]
        with first.open("rb") as one, again.open("rb") as other:
            while piece := one.read(1 << 20):
                assert piece == other.read(1 << 20), "the two databases export different bytes"
    for figure in figures:
        print(f"{figure.name:<32} {figure.value:>10,.0f} {figure.unit:<7} {figure.note}", flush=True)
    return figures


def run(sizes: tuple[int, ...] = (1_000, 100_000)) -> list[Figure]:
    """Measure these sizes."""
    return [figure for size in sizes for figure in measure(size)]


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description="Time archives of snapshots.")
    parser.add_argument("--million", action="store_true", help="measure 1,000,000 estimates as well")
    run((1_000, 100_000, 1_000_000) if parser.parse_args().million else (1_000, 100_000))


if __name__ == "__main__":
    main()
