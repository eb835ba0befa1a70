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
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Figure
from registry.columns import COLUMNS
from registry.ingest.load import load
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


def measure(count: int, *, target: str | None = None, seed: int = 1) -> tuple[float, float, float]:
    """Import `count` rows into a fresh registry, and again: give rows per second of both, and the peak memory in MB.

    The memory is that of this process so far.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.csv")
        write(path, count, seed=seed)
        place = target or str(Path(folder, "evidence.db"))
        init(place)
        with open_store(place) as store:
            speeds = []
            for _ in range(2):
                start = time.perf_counter()
                load(store, path, curator="benchmark", attributes=True)
                speeds.append(count / (time.perf_counter() - start))
    return speeds[0], speeds[1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run() -> list[Figure]:
    """Measure an import of 10,000 rows in a process of its own, so that the memory is the import's."""
    command = [sys.executable, "-m", "benchmarks.bench_import", "10000", "--plain"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    first, again, memory = map(float, printed.split())
    return [
        Figure("import of 10,000 rows", first, "rows/s", goal=5_000, at_least=True),
        Figure("the same file again", again, "rows/s"),
        Figure("peak memory of an import", memory, "MB", goal=500),
    ]


def main() -> None:
    """Print rows per second and peak memory of one size."""
    parser = argparse.ArgumentParser(description="Time the import of invented rows.")
    parser.add_argument("rows", type=int, nargs="?", default=10_000)
    parser.add_argument("--db", help="import into this empty registry instead of a fresh SQLite file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="print the three numbers alone")
    options = parser.parse_args()
    first, again, memory = measure(options.rows, target=options.db, seed=options.seed)
    if options.plain:
        print(first, again, memory)
    else:
        print(f"{options.rows:,} rows: {first:,.0f} rows/s; again: {again:,.0f} rows/s; peak memory {memory:,.0f} MB")


if __name__ == "__main__":
    main()
