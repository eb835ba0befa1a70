"""Whether an amendment costs the same in a large registry: `python -m benchmarks.bench_amend [--million]`.

`evireg amend` end to end, a process from start to exit, in a registry of 1,000 estimates and in a large one. The large
one is imported once and kept among the temporary files; one of a million takes minutes and 5 GB to make.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from benchmarks import Figure
from benchmarks.bench_import import registry_of

#: Amendments of each registry; they take turns, so that a slow moment of the machine hits both.
TURNS = 15

_CLI = "import sys; from cli.app import main; sys.exit(main(sys.argv[1:]))"


def keys(path: Path) -> list[str]:
    """Give keys from all over a registry."""
    made = random.Random(1)  # noqa: S311 - reproducible, not secret
    with closing(sqlite3.connect(path)) as connection:
        (last,) = connection.execute("SELECT max(id) FROM estimate").fetchone()
        wanted = [made.randint(1, last) for _ in range(TURNS)]
        return [connection.execute("SELECT key FROM estimate WHERE id = ?", [each]).fetchone()[0] for each in wanted]


def amend(path: Path, key: str, notes: str) -> float:
    """Give the seconds one amendment takes."""
    arguments = ["amend", key, f"notes={notes}", "--reason", "benchmark", "--as", "benchmark", "--db", str(path)]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", _CLI, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def measure(large: int) -> tuple[float, float]:
    """Give the median seconds of an amendment among 1,000 estimates and among many."""
    places = [registry_of(1_000), registry_of(large)]
    seconds: list[list[float]] = [[], []]
    for turn, chosen in enumerate(zip(*map(keys, places), strict=True)):
        for path, key, spent in zip(places, chosen, seconds, strict=True):
            spent.append(amend(path, key, f"{turn} {time.time()}"))
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def run(large: int = 100_000) -> list[Figure]:
    """Compare the two."""
    small_seconds, large_seconds = measure(large)
    note = "" if large >= 1_000_000 else "1,000,000: bench_amend --million"
    return [
        Figure("amend among 1,000", small_seconds, "s"),
        Figure(f"amend among {large:,}", large_seconds, "s"),
        Figure("the second over the first", large_seconds / small_seconds, "", goal=1.2, note=note),
    ]


def main() -> int:
    """Print the comparison; the exit code is 1 when the goal is missed."""
    from benchmarks.__main__ import line

    parser = argparse.ArgumentParser(description="Time amendments of a small and a large registry.")
    parser.add_argument("--million", action="store_true", help="compare with 1,000,000 estimates, not 100,000")
    figures = run(1_000_000 if parser.parse_args().million else 100_000)
    print(*map(line, figures), sep="\n")
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
