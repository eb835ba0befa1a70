"""Laws of writing, on invented records that share studies, cohorts and reports in every way they can."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from registry.chain import verify_ledger
from registry.errors import Conflict, NotFound
from registry.models import Changeset, Estimate, evidence
from registry.record import Record
from registry.store import open_store
from registry.writing import declare_overlap, project, retract, verify_rows, write_estimates
from tests.effort import tries


def sometimes(*values: Any) -> st.SearchStrategy[Any]:
    """Draw one of these, or not read."""
    return st.sampled_from([None, None, *values])


RECORD = st.fixed_dictionaries(
    {
        "study": st.sampled_from("ab"),
        "cohort": st.sampled_from(["all", "x"]),
        "factor": st.sampled_from(["NLR", "ferritin", "new one"]),
        "endpoint": st.sampled_from(["OS", "PFS"]),
        "est": st.sampled_from([1.5, 2.0]),
        "ci_low": sometimes(1.0),
        "ci_high": sometimes(4.0),
        "country": sometimes("Korea"),
        "disease": sometimes("AML", "acute myeloid leukemia"),
        "followup_median_months": sometimes(12.5),
        "first_author": sometimes("Kim"),
        "title": sometimes("A title"),
        "doi": sometimes("10.1000/a", "10.1000/b"),
        "pmid": sometimes("1"),
        "source_kind": sometimes("article", "review"),
        "source_url": sometimes("https://doi.org/10.1000/A", "https://pubmed.ncbi.nlm.nih.gov/1/", "https://x.org/1"),
        "cutoff_value": sometimes(3, 3.0),
        "timepoint": sometimes("diagnosis"),
        "locator": st.integers(0, 9).map(lambda number: f"row {number}"),
    }
).map(lambda values: {name: value for name, value in values.items() if value is not None})

LAWS = settings(
    max_examples=tries(25), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Registry:
    """A fresh registry that says whether it took what it was given."""

    def __init__(self, template: Path, folder: str) -> None:
        path = Path(tempfile.mkdtemp(dir=folder)) / "evidence.db"
        shutil.copy(template, path)
        self.store = open_store(path)

    def write(self, records: list[dict[str, Any]], *, chunk: int) -> bool:
        """Import records and say whether they were taken."""
        try:
            with self.store.transaction("Ada", "import") as transaction:
                characterised = [
                    Record(each, {"product_source": "mixed"} if "title" in each else {}, "f.csv", line)
                    for line, each in enumerate(records, 2)
                ]
                write_estimates(transaction, characterised, chunk=chunk)
        except Conflict:
            return False
        return True

    def curate(self, one: dict[str, Any], other: dict[str, Any], number: int) -> None:
        """Declare an overlap, or retract a report, of what is there."""
        keys = [f"{each['study']}/{each['cohort']}" for each in (one, other)]
        with contextlib.suppress(NotFound), self.store.transaction("Ada", "curate") as transaction:
            if number % 2 == 0 and keys[0] != keys[1]:
                declare_overlap(transaction, *keys, "partial", "same centre")
            elif "doi" in one:
                retract(transaction, one["doi"], "notice")

    def digests(self) -> dict[str, str]:
        """Give the digest of each live row by its key."""
        with self.store.read() as connection:
            live = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
            return dict(connection.execute(live).all())

    def changesets(self) -> int:
        """Count the changesets."""
        with self.store.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(Changeset)) or 0

    def check(self) -> None:
        """Compare what is stored with what follows from the tables, and with its digests."""
        with self.store.read() as connection:
            rows = project(connection, list(connection.execute(sa.select(Estimate.id)).scalars()))
            verify_rows(connection)
            verify_ledger(connection)
        assert {row["key"]: row["digest"] for row in rows} == self.digests()


@LAWS
@given(imports=st.lists(st.lists(RECORD, min_size=1, max_size=4), min_size=1, max_size=4), chunk=st.integers(1, 4))
def test_live_rows_are_always_what_the_tables_say(
    initialised_file: Path, imports: list[list[dict[str, Any]]], chunk: int
) -> None:
    """After any imports, overlaps and retractions, refused or taken, the projection, digests and chain hold."""
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(initialised_file, folder)
        with registry.store:
            for number, records in enumerate(imports):
                registry.write(records, chunk=chunk)
                registry.curate(records[0], records[-1], number)
                registry.check()


@LAWS
@given(records=st.lists(RECORD, min_size=1, max_size=8), chunk=st.integers(1, 4))
def test_import_twice_changes_nothing(initialised_file: Path, records: list[dict[str, Any]], chunk: int) -> None:
    """What was taken once is taken again without a changeset, whatever it held."""
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(initialised_file, folder)
        with registry.store:
            assume(registry.write(records, chunk=chunk))
            before = registry.digests()
            assert registry.write(records, chunk=9)
            assert (registry.digests(), registry.changesets()) == (before, 2)


@LAWS
@given(records=st.lists(RECORD, min_size=2, max_size=8), chunk=st.integers(1, 4), data=st.data())
def test_order_and_chunks_do_not_matter(
    initialised_file: Path, records: list[dict[str, Any]], chunk: int, data: st.DataObject
) -> None:
    """The same records in another order, or cut otherwise, give the same rows, if both are taken."""
    shuffled = data.draw(st.permutations(records))
    with tempfile.TemporaryDirectory() as folder:
        first, second = Registry(initialised_file, folder), Registry(initialised_file, folder)
        with first.store, second.store:
            assume(first.write(records, chunk=9))
            assume(second.write(list(shuffled), chunk=chunk))
            assert first.digests() == second.digests()
