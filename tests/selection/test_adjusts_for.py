"""What an estimate is adjusted for: three answers, also for lists stored before they were taken apart."""

from __future__ import annotations

import pytest

from registry.record import Record
from registry.selection import select
from registry.selection.listing import listing
from registry.store import Store
from registry.writing import write_estimates

#: Study, adjusted, covariates as stored: S2 to S4 as an earlier version stored them.
ROWS = (
    ("S1", "yes", "age; ISS; sex"),
    ("S2", "yes", "age, sex, ISS"),
    ("S3", "yes", "age (continuous); ISS III"),
    ("S4", "yes", "age >= 65; R-ISS"),
    ("S5", "unclear", "age; sex"),
    ("S6", "yes", None),
    ("S7", "unclear", None),
    ("S8", "no", None),
    ("S9", "yes", "stage"),
)


@pytest.fixture
def filled(store: Store) -> Store:
    with store.transaction("ada", "rows") as transaction:
        records = [
            Record({"study": study, "factor": "NLR", "endpoint": "OS", "est": 2.0, "ci_low": 1.4, "ci_high": 2.9,
                    "ci_level": 95.0, "adjusted": adjusted, "covariates": covariates})
            for study, adjusted, covariates in ROWS
        ]  # fmt: skip
        write_estimates(transaction, records)
    return store


@pytest.mark.parametrize(
    ("where", "studies", "unread"),
    [
        ('adjusts_for("age")', ["S1", "S2", "S3", "S4"], 3),
        ('not adjusts_for("age")', ["S8", "S9"], 3),
        ('adjusts_for("ISS")', ["S1", "S2", "S3"], 3),
        ('adjusts_for("age", "gender")', ["S1", "S2"], 3),
        ('adjusts_for("R-ISS")', ["S4"], 3),
        ('adjusted == "yes" and not adjusts_for("age")', ["S9"], 1),
    ],
)
def test_unread_lists_are_neither_and_are_counted(filled: Store, where: str, studies: list[str], unread: int) -> None:
    """A list that was not read, or whose adjustment is unclear, is no yes and no no."""
    with filled.read() as connection:
        selection = select(connection, where)
    assert selection.frame["study"].tolist() == studies
    assert selection.flow.missing == {"covariates": unread}


def test_matrix_says_the_same(filled: Store) -> None:
    """What the condition takes is marked, what it cannot know is not."""
    with filled.read() as connection:
        rows = {row["study"]: row["covariates"] for row in listing(connection, "adjustment")}
    assert [study for study, codes in rows.items() if codes["age"]] == ["S1", "S2", "S3", "S4"]
    assert [study for study, codes in rows.items() if codes["age"] is None] == ["S5", "S6", "S7"]
    assert [study for study, codes in rows.items() if codes["ISS"]] == ["S1", "S2", "S3"]
