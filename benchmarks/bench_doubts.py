"""The budget for false alarms: what the topic `nlr_cancer`, whose slips are real, is refused for and doubted in.

A question is one meta-analysis of the topic, pooled as its authors did (DerSimonian–Laird, Wald). It counts as doubted
when leaving out one doubtful estimate moves the ratio by more than 10 % or I² by more than 25 points.

    python -m benchmarks.bench_doubts

lists each of these questions with the estimates behind it.
"""

from __future__ import annotations

import csv
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import Figure
from registry.errors import InputRefused, NothingSelected, PoolRefused
from registry.handle import Registry, init
from registry.resources import resource
from registry.store import open_store

if TYPE_CHECKING:
    from registry.pooling.result import PoolResult

TOPIC = "nlr_cancer"
#: Findings that bear on the number and do not look at whether it is large or significant.
DOUBTS = frozenset({"se-implausible", "se-contradicts-ci", "p-contradicts-ci", "counts-oppose"})
AS_PUBLISHED: dict[str, Any] = {"method": "DL", "test": "z", "allow": ["mixed-adjustment"], "leave_one_out": True}
RATIO, I2 = math.log(1.10), 25.0


@dataclass(frozen=True, slots=True)
class Doubted:
    """A question with the estimates whose leaving out moves it: key, codes, factor on the ratio, points of I²."""

    question: str
    k: int
    moved_by: tuple[tuple[str, tuple[str, ...], float, float], ...]


def doubted(reg: Registry) -> Iterator[Doubted]:
    """Pool every question and give each with what is doubtful and moves it, if anything does."""
    codes: dict[str, set[str]] = {}
    for found in reg.lint(most=None).findings:
        codes.setdefault(found.key, set()).add(found.code)
    for question in sorted({name for name in reg.frame()["review_key"].tolist() if name}):
        try:
            fit = reg.pool(f'review_key == "{question}"', **AS_PUBLISHED)
        except (NothingSelected, PoolRefused):
            continue
        if fit.pool.k > 1:
            yield Doubted(question, fit.pool.k, tuple(_moving(fit, codes)))


def _moving(fit: PoolResult, codes: dict[str, set[str]]) -> Iterator[tuple[str, tuple[str, ...], float, float]]:
    for left in fit.leave_one_out or ():
        key = left.estimates[0].key or ""
        doubts = codes.get(key, set()) & DOUBTS
        if not doubts or left.pool.hr is None or fit.pool.hr is None:
            continue
        ratio = abs(math.log(left.pool.hr) - math.log(fit.pool.hr))
        points = abs((left.pool.i2 or 0.0) - (fit.pool.i2 or 0.0))
        if ratio > RATIO or points > I2:
            yield key, tuple(sorted(doubts)), math.exp(ratio), points


def refused(folder: Path) -> tuple[int, int]:
    """Import the topic's rows stripped of the curators' word; give how many are refused, and of how many."""
    with (resource("seeds") / TOPIC / f"{TOPIC}.csv").open(encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    with (folder / "stripped.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "as_printed": ""} for row in rows)
    init(folder / "stripped.db")
    with open_store(folder / "stripped.db") as store:
        try:
            Registry(store, curator="Bench").import_file(folder / "stripped.csv", attributes=True)
        except InputRefused as refusal:
            return len({issue.line for issue in refusal.issues if issue.severity == "error"}), len(rows)
    return 0, len(rows)


def questions(folder: Path) -> list[Doubted]:
    """Seed the topic and look at each of its questions."""
    init(folder / "seeded.db")
    with open_store(folder / "seeded.db") as store:
        reg = Registry(store, curator="Bench")
        reg.seed(TOPIC)
        return list(doubted(reg))


def run() -> Iterator[Figure]:
    """Give the shares, in percent, against the budget."""
    with tempfile.TemporaryDirectory() as folder:
        wrong, rows = refused(Path(folder))
        yield Figure("rows refused as printed", 100 * wrong / rows, "%", 2.0, note=f"{wrong} of {rows} of {TOPIC}")
        asked = questions(Path(folder))
    moved = [each for each in asked if each.moved_by]
    note = f"{len(moved)} of {len(asked)} questions of {TOPIC}"
    yield Figure("questions moved by a doubt", 100 * len(moved) / len(asked), "%", 30.0, note=note)


def main() -> None:
    """List the questions that a doubt moves."""
    with tempfile.TemporaryDirectory() as folder:
        for each in questions(Path(folder)):
            for key, doubts, ratio, points in each.moved_by:
                print(f"{each.question} (k = {each.k}): {key}: {', '.join(doubts)}: × {ratio:.2f}, I² {points:.0f}")


if __name__ == "__main__":
    main()
