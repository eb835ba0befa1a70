"""How long one amendment takes, end to end, in a small and a large registry: `python -m benchmarks.bench_amend [ROWS]`.

End to end is what a curator waits for: `evireg amend` from its start to its exit. The two registries take turns, so
that whatever else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Figure
from benchmarks.bench_import import write

SMALL, LARGE, TURNS = 1_000, 1_000_000, 15


def registry(folder: Path, count: int) -> str:
    """Import `count` rows into a fresh registry and give its place."""
    from registry.ingest.load import load
    from registry.store import init, open_store

    path, place = folder / f"{count}.csv", str(folder / f"{count}.db")
    write(path, count)
    init(place)
    with open_store(place) as store:
        load(store, path, curator="benchmark", attributes=True)
    return place


def keys(place: str, count: int) -> list[str]:
    """Give keys of estimates from all over a registry."""
    import sqlalchemy as sa

    from registry.models import evidence
    from registry.store import open_store

    with open_store(place) as store, store.read() as connection:
        most = connection.execute(sa.select(sa.func.max(evidence.c.id))).scalar_one()
        wanted = [1 + number * (most - 1) // count for number in range(count)]
        return list(connection.execute(sa.select(evidence.c.key).where(evidence.c.id.in_(wanted))).scalars())


def amend(place: str, key: str, text: str) -> float:
    """Amend one estimate and give the seconds it took."""
    command = [sys.executable, "-m", "cli.app", "amend", key, f"notes={text}", "--reason", "x", "--as", "Ada"]
    start = time.perf_counter()
    subprocess.run([*command, "--db", place], check=True, capture_output=True)
    return time.perf_counter() - start


def measure(large: int) -> tuple[float, float]:
    """Give the median seconds of an amendment in a registry of 1,000 estimates, and in a large one."""
    with tempfile.TemporaryDirectory() as folder:
        places = [registry(Path(folder), count) for count in (SMALL, large)]
        chosen = [keys(place, TURNS) for place in places]
        times: list[list[float]] = [[], []]
        for turn in range(TURNS):
            for which, place in enumerate(places):
                times[which].append(amend(place, chosen[which][turn], f"turn {turn}"))
    return statistics.median(times[0]), statistics.median(times[1])


def run() -> list[Figure]:
    """Measure amendments at 1,000 and 1,000,000 estimates."""
    small, large = measure(LARGE)
    return [
        Figure(f"amend at {SMALL:,} estimates", small, "s"),
        Figure(f"amend at {LARGE:,} estimates", large, "s", goal=1.2 * small, note=f"{large / small:.2f} times"),
    ]


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description="Time an amendment in a small and a large registry.")
    parser.add_argument("rows", type=int, nargs="?", default=LARGE)
    small, large = measure(parser.parse_args().rows)
    print(f"{small:.3f} s, {large:.3f} s, {large / small:.2f} times")


if __name__ == "__main__":
    main()
