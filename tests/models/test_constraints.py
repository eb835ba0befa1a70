"""What the database itself refuses, whoever writes to it, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.errors import Conflict
from registry.models import Base, Estimate, evidence
from registry.record import Record
from registry.store import Store
from registry.writing import write_estimates

Make = Callable[..., Record]


def change(store: Store, table: str, **values: Any) -> None:
    """Change the only row of a table past all our checks."""
    with store.transaction("Ada", "by hand") as transaction:
        transaction.connection.execute(sa.update(Base.metadata.tables[table]).values(**values))


@pytest.fixture
def written(store: Store, record: Make) -> Store:
    """Give a registry with one estimate."""
    with store.transaction("Ada", "one") as transaction:
        write_estimates(transaction, [record(cutoff_value=3.0, cutoff_unit="1", source_url="https://example.org")])
    return store


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("estimate", {"est": -1.0}),
        ("estimate", {"ci_low": 0.0}),
        ("estimate", {"se_log_hr": 0.0}),
        ("estimate", {"ci_low": 3.0}),
        ("estimate", {"ci_high": 1.5}),
        ("estimate", {"ci_low": 2.0, "ci_high": 2.0}),
        ("estimate", {"ci_level": 0.95}),
        ("estimate", {"ci_level": 100.0}),
        ("estimate", {"p_value": 1.5}),
        ("estimate", {"n": -1}),
        ("estimate", {"measure": "smd"}),
        ("estimate", {"adjusted": "maybe"}),
        ("estimate", {"adjusted": None}),
        ("estimate", {"cohort_id": 999}),
        ("evidence", {"yi": None}),
        ("evidence", {"vi": 0.0}),
        ("evidence", {"not_poolable": "because"}),
        ("evidence", {"bucket": 1024}),
        ("evidence", {"valid_to": 2}),
        ("evidence", {"valid_from": 999}),
        ("cohort", {"followup_median_months": -1.0}),
        ("cutoff", {"operator": "=="}),
        ("contrast", {"kind": "high_vs_low"}),
        ("report", {"kind": "book"}),
    ],
)
def test_database_refuses(written: Store, table: str, values: dict[str, Any]) -> None:
    """A number out of range, a word that is not one, a reference to nothing."""
    with pytest.raises(Conflict, match="contradicts what it holds"):
        change(written, table, **values)


@pytest.mark.parametrize("values", [{"est": 9.0}, {"ci_low": 0.0}, {"ci_low": 4.0, "ci_high": 1.0}, {"ci_level": 0.95}])
def test_disputed_rows_may_be_wrong_as_printed(written: Store, values: dict[str, Any]) -> None:
    """What a source prints can be kept, as disputed."""
    change(written, "estimate", status="disputed", **values)


def test_a_key_has_one_live_version(written: Store) -> None:
    """Two open versions of one estimate are impossible, even by hand."""
    with written.read() as connection:
        second = {**connection.execute(sa.select(evidence)).one()._asdict(), "id": 99, "valid_from": 1}
    with (
        pytest.raises(Conflict, match="contradicts what it holds"),
        written.transaction("Ada", "by hand") as transaction,
    ):
        transaction.connection.execute(sa.insert(evidence), second)


def test_overlap_of_a_pair_is_declared_in_one_order(written: Store) -> None:
    """The smaller cohort first, so that a pair has one row."""
    values = {"id": 1, "cohort_a": 1, "cohort_b": 1, "kind": "same", "reason": "x"}
    with (
        pytest.raises(Conflict, match="contradicts what it holds"),
        written.transaction("Ada", "by hand") as transaction,
    ):
        transaction.connection.execute(sa.insert(Base.metadata.tables["overlap"]), values)


def test_evidence_holds_the_contract() -> None:
    """Every column of the contract, in its order, then what makes history."""
    names = [column.name for column in evidence.columns]
    assert names == ["id", *(column.name for column in COLUMNS), "attributes", "valid_from", "valid_to", "bucket"]


def test_every_input_of_an_estimate_has_a_place() -> None:
    """What a file can say of an estimate is a column of a normalised table, so that rows can be made again from it."""
    elsewhere = {
        *("study", "cohort", "first_author", "year", "title", "journal", "doi", "pmid", "source_kind", "source_url"),
        *("country", "design", "disease", "treatment", "recruited_from", "recruited_to", "centres"),
        *("followup_median_months", "factor", "timepoint", "contrast", "index_group", "reference_group", "scale"),
        "endpoint",
    }
    given = {column.name for column in COLUMNS if column.inputs and not column.name.startswith("cutoff_")}
    assert given - elsewhere <= set(Estimate.__table__.columns.keys())
