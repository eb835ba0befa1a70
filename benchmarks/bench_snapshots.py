"""What snapshots cost, and what a registry answers as of one: `python -m benchmarks.bench_snapshots [--million]`.

The same registries on SQLite and on a PostgreSQL of its own: 1,000 and 100,000 estimates, with `--million` 1,000,000.
Changes go through the code that writes evidence. The subset that is read has 200 estimates of a disease of its own.
Times are those of Python calls in an open registry, medians of several, in ms; the fastest third where reads are
compared.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from benchmarks import Figure
from benchmarks.bench_import import postgresql, registry_of
from registry.handle import Registry
from registry.models import Base, Estimate, create_triggers, drop_triggers
from registry.record import Record
from registry.store import Store, init, open_store
from registry.writing import refresh, write_estimates
from registry.writing.bulk import batched, insert_rows

SUBSET = 'factor == "NLR" and disease == "amyloidosis" and endpoint == "OS"'

#: How many estimates the subset has.
READ = 200


def prepare(store: Store) -> None:
    """Add the subset."""
    typical = {"factor": "NLR", "disease": "amyloidosis", "endpoint": "OS", "ci_level": 95.0, "adjusted": "no"}
    rows = [
        {"study": f"bench{n}", "est": 1.5 + n / 500, "ci_low": 1.1 + n / 500, "ci_high": 2.2 + n / 500, **typical}
        for n in range(READ)
    ]
    with store.transaction("benchmark", "subset") as transaction:
        write_estimates(transaction, [Record(row, {}, "subset", n) for n, row in enumerate(rows)])


def change(store: Store, count: int, value: int) -> None:
    """Give `count` estimates from all over the registry another number of patients, and the evidence its versions."""
    with store.transaction("benchmark", f"{count} changed") as transaction:
        connection = transaction.connection
        last = connection.execute(sa.select(sa.func.max(Estimate.id))).scalar_one()
        ids = sorted({1 + place * last // count for place in range(count)})
        for piece in batched(ids, 1000):
            connection.execute(sa.update(Estimate).where(Estimate.id.in_(piece)).values(n=value))
        refresh(transaction, ids)


def timed(verb: Callable[[], object]) -> float:
    """Give how many ms a call takes."""
    start = time.perf_counter()
    verb()
    return 1000 * (time.perf_counter() - start)


def measure(target: str, name: str, size: int) -> Iterator[Figure]:
    """Measure one registry, which is changed by it."""
    large = size == 1_000_000
    with open_store(target) as store:
        reg = Registry(store, curator="benchmark")
        prepare(store)
        yield Figure(f"{name}: first snapshot", timed(lambda: reg.snapshot("first")), "ms")
        few = []
        for turn in range(5):
            change(store, 20, 1000 + turn)
            few.append(timed(lambda turn=turn: reg.snapshot(f"few{turn}")))  # type: ignore[misc]
        yield Figure(f"{name}: snapshot, 20 changed", statistics.median(few), "ms", goal=50)
        change(store, max(20, size // 100), 2000)
        yield Figure(f"{name}: snapshot, 1 % changed", timed(lambda: reg.snapshot("percent")), "ms")
        change(store, min(1000, size // 10), 3000)
        spent = statistics.median(timed(lambda: reg.diff("percent", "now")) for _ in range(5))
        found = len(reg.diff("percent", "now"))
        yield Figure(f"{name}: diff, {found:,} changes", spent, "ms", goal=100)
        yield from reading(reg, name)
        start = time.perf_counter()
        versions = reg.verify_snapshots().versions
        note = f"{versions:,} versions, {len(reg.snapshots())} snapshots" + (", in full" if large else "")
        yield Figure(f"{name}: verify", versions / (time.perf_counter() - start), "rows/s", note=note)


def reading(reg: Registry, name: str) -> Iterator[Figure]:
    """Measure the subset as it is and as of the oldest snapshot, in turns, and its pool."""
    live, then, pooled = [], [], []
    for _ in range(15):
        live.append(timed(lambda: reg.frame(SUBSET)))
        then.append(timed(lambda: reg.frame(SUBSET, at="first")))
        pooled.append(timed(lambda: reg.pool(SUBSET)))
    low, old = (statistics.median(sorted(times)[:5]) for times in (live, then))
    assert len(reg.frame(SUBSET, at="first")) == READ
    yield Figure(f"{name}: subset as of / live", old / low, "times", goal=1.2, note=f"{old:.1f} / {low:.1f} ms")
    yield Figure(f"{name}: filter and pool", statistics.median(sorted(pooled)[:5]), "ms", goal=20)


def copied(source: Path, target: str) -> None:
    """Copy a SQLite registry into an empty one elsewhere, table by table."""
    init(target)
    with open_store(source) as old, open_store(target) as new:
        with old.read() as reader, new.engine.begin() as writer:
            drop_triggers(writer)
            for table in reversed(Base.metadata.sorted_tables):
                writer.execute(sa.delete(table))
            for table in Base.metadata.sorted_tables:
                names = [column.name for column in table.columns]
                rows = reader.execute(sa.select(*_texts(table)).execution_options(yield_per=5000))
                for piece in batched(rows, 5000):
                    insert_rows(writer, table.name, names, [tuple(row) for row in piece])
            create_triggers(writer)
        with new.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _texts(table: sa.Table) -> list[sa.ColumnElement[object]]:
    """Give the columns of a table as COPY wants them: JSON as its text."""
    return [sa.type_coerce(each, sa.String) if isinstance(each.type, sa.JSON) else each for each in table.columns]


def run(sizes: tuple[int, ...] = (1_000, 100_000)) -> list[Figure]:
    """Measure both databases at these sizes."""
    figures: list[Figure] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, postgresql() as url:
            path = Path(folder, "evidence.db")
            shutil.copy(registry_of(size), path)
            copied(path, url)
            for target, database in ((str(path), "SQLite"), (url, "PostgreSQL")):
                for figure in measure(target, f"{database} {size:,}", size):
                    figures.append(figure)
                    print(f"{figure.name:<44} {figure.value:>10,.1f} {figure.unit:<7} {figure.note}", flush=True)
    return figures


def main() -> int:
    """Print what was measured; the exit code is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description="Time snapshots and what is read as of them.")
    parser.add_argument("--million", action="store_true", help="measure 1,000,000 estimates as well")
    parser.add_argument("--only", type=int, help="measure this size alone")
    options = parser.parse_args()
    sizes = (1_000, 100_000, 1_000_000) if options.million else (1_000, 100_000)
    figures = run((options.only,) if options.only else sizes)
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
