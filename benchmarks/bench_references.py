"""Importing references: 10,000 and 20,000 invented records told apart, and how the thresholds do on known pairs."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from benchmarks import Figure
from registry.store import init, open_store

_FAMILIES = ["Wang", "Li", "Zhang", "Chen", "Kim", "Lee", "Müller", "Rossi", "García", "Silva", "Tanaka", "Smith"]
_TEXT = """serum ferritin lymphocyte neutrophil ratio prognostic value survival outcome patients multiple myeloma
lymphoma leukemia transplantation cohort retrospective prospective analysis impact elevated baseline marker relapse
refractory newly diagnosed therapy response treatment mortality risk score validation model platelet albumin protein
receptor expression mutation genetic imaging tumor burden cell kinetics toxicity infusion conditioning donor"""
_WORDS = _TEXT.split()


def _ris(count: int, share: float, seed: int = 1) -> Iterator[str]:
    """Give records of a search, `share` of them a second time as another database writes them."""
    made = random.Random(seed)  # noqa: S311 - invented records, not secrets
    for number in range(count):
        title = " ".join(made.choices(_WORDS, k=made.randint(8, 18))).capitalize()
        author = f"{made.choice(_FAMILIES)}{made.choice(['', 'ova', 'sen', 'ini'])}, {chr(65 + number % 26)}."
        year, volume, page = made.randint(2005, 2025), made.randint(1, 200), made.randint(1, 3000)
        doi = f"DO  - 10.1000/{number}\n" if made.random() < 0.7 else ""
        again = made.random() < share
        abstract = " ".join(made.choices(_WORDS, k=200))
        body = f"AU  - {author}\nPY  - {year}\nVL  - {volume}\nSP  - {page}\nAB  - {abstract}\n"
        yield f"TY  - JOUR\nTI  - {title}\n{doi}{body}ER  -\n"
        if again:
            yield f"TY  - JOUR\nTI  - {title.upper()}.\n{body}ER  -\n"


def _timed(count: int) -> tuple[float, int]:
    """Import `count` records of which a third repeat another; give seconds and how many were found to repeat one."""
    from registry.literature.importing import import_references

    with tempfile.TemporaryDirectory() as folder:
        records = list(_ris(count, 0.5))[:count]
        path = Path(folder) / "search.ris"
        path.write_text("\n".join(records), encoding="utf-8")
        init(Path(folder) / "evireg.db")
        with open_store(Path(folder) / "evireg.db") as store:
            start = time.perf_counter()
            with store.transaction("Bench", "import") as transaction:
                done = import_references(transaction, [path], found_in="Embase")
            return time.perf_counter() - start, sum(done.files[0].duplicates.values())


def sweep() -> Iterator[tuple[float, float, int, int, int]]:
    """For thresholds: same and alike title, pairs of one document merged, of two merged, persons asked."""
    from registry.literature.matching import compare
    from tests.literature.pairs import NEAR_MISSES, known, variations

    for same, alike in ((80.0, 70.0), (85.0, 75.0), (90.0, 80.0), (95.0, 85.0), (98.0, 90.0), (100.0, 95.0)):
        module = "registry.literature.matching"
        with patch(f"{module}.SAME_TITLE", same), patch(f"{module}.ALIKE_TITLE", alike):
            true = [compare(known(one, 1), known(other, 2)) for _, one, other in variations()]
            false = [compare(known(one, 1), known(other, 2)) for (one, other), _ in NEAR_MISSES.values()]
        merged = sum(verdict is not None and verdict.same for verdict in true)
        wrong = sum(verdict is not None and verdict.same for verdict in false)
        yield same, alike, merged, wrong, sum(v is not None and not v.same for v in [*true, *false])


def run() -> Iterator[Figure]:
    """Give seconds per import, and pairs merged at each threshold."""
    for count in (10_000, 20_000):
        seconds, duplicates = _timed(count)
        note = f"{duplicates:,} duplicates found"
        yield Figure(f"import of {count:,} references (RIS)", seconds, "s", count / 500, note=note)
    for same, alike, merged, wrong, asked in sweep():
        note = f"one document: {merged} merged; two documents: {wrong} merged; {asked} pairs asked about"
        yield Figure(f"titles the same from {same:g}, alike from {alike:g}", wrong, "wrong", 0.0, note=note)
