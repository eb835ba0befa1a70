"""Lists and `show`: what the registry holds, restricted by a condition, each number with where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import ConditionError, NotFound, UsageError
from registry.record import Record
from registry.selection.listing import KINDS, listing
from registry.selection.show import show
from registry.store import Store
from registry.writing import declare_overlap, retract, write_estimates
from tests.selection import rows

PAPER = {"first_author": "Smith", "year": 2020, "title": "Ferritin before CAR-T", "doi": "10.1000/smith"}
RECORDS = (
    {
        **PAPER,
        "study": "Smith2020",
        "cohort": "training",
        "disease": "myeloma X",
        "factor": "ferritin",
        "cutoff_operator": ">=",
        "cutoff_value": 550.0,
        "cutoff_unit": "ng/mL",
        "cutoff_method": "median",
        "endpoint": "OS",
        "est": 2.0,
        "ci_low": 1.5,
        "ci_high": 2.7,
        "ci_level": 95.0,
        "est_text": "2.0",
        "ci_low_text": "1.50",
        "ci_high_text": "2.70",
        "n": 120,
        "adjusted": "yes",
        "covariates": "age; sex",
        "source_kind": "article",
        "source_url": "https://doi.org/10.1000/smith",
        "locator": "Table 2",
        "quote": "HR 2.0 (1.50-2.70)",
    },
    {
        **PAPER,
        "study": "Smith2020",
        "cohort": "validation",
        "factor": "ferritin",
        "endpoint": "PFS",
        "effect_direction": "worse",
        "n": 40,
    },
    {
        "study": "lee2021",
        "factor": "NLR",
        "endpoint": "OS",
        "est": 1.2,
        "se_log_hr": 0.1,
        "log_hr": 0.18,
        "disease": "lymphoma Y",
    },
    {"study": "lee2021", "factor": "NLR", "endpoint": "PFS", "est": 1.2, "cutoff_text": "high", "origin": "simulated"},
)


@pytest.fixture
def connection(store: Store) -> Iterator[sa.Connection]:
    rows.prepare(store)
    with store.transaction("Ada", "two studies") as transaction:
        characteristics = [{"dose": 2.0, "source": "academic"}, {}, {}, {"ward": "W"}]
        pairs = zip(RECORDS, characteristics, strict=True)
        write_estimates(transaction, [Record(dict(values), dict(extra)) for values, extra in pairs])
    with store.read() as reading:
        yield reading


def by(listed: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in listed]


def test_studies(connection: sa.Connection) -> None:
    """Studies come by key, case aside, with their report and what is behind them."""
    listed = listing(connection, "studies")
    counts = ("study", "first_author", "year", "doi", "cohorts", "estimates", "poolable", "retracted")
    assert by(listed, *counts) == [
        ("lee2021", None, None, None, 1, 2, 1, False),
        ("Smith2020", "Smith", 2020, "10.1000/smith", 2, 2, 1, False),
    ]


def test_cohorts(connection: sa.Connection) -> None:
    """Cohorts come by study and key, with the largest number of patients."""
    listed = listing(connection, "cohorts")
    assert by(listed, "study", "cohort", "disease", "n", "estimates", "poolable") == [
        ("lee2021", "all", "lymphoma Y", None, 2, 1),
        ("Smith2020", "training", "myeloma X", 120, 1, 1),
        ("Smith2020", "validation", None, 40, 1, 0),
    ]


def test_cutoffs(connection: sa.Connection) -> None:
    """A cutoff is a value or words; what has neither is none."""
    listed = listing(connection, "cutoffs")
    names = ("factor", "cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method")
    assert by(listed, *names, "studies", "cohorts", "estimates", "poolable") == [
        ("ferritin", ">=", 550.0, "ng/mL", None, "median", 1, 1, 1, 1),
        ("NLR", None, None, None, "high", None, 1, 1, 1, 0),
    ]


def test_factors(connection: sa.Connection) -> None:
    """Factors without estimates are listed too, unless a condition asks for some."""
    listed = listing(connection, "factors")
    found = {row["factor"]: row for row in listed}
    assert found["ferritin"]["estimates"] == 2
    assert found["ferritin"]["poolable"] == 1
    assert "serum ferritin" in found["ferritin"]["synonyms"]
    assert found["LDH"]["estimates"] == found["LDH"]["studies"] == 0
    assert [row["factor"] for row in listed] == sorted(found, key=str.casefold)
    assert by(listing(connection, "factors", 'endpoint == "PFS" and n is not None'), "factor", "estimates") == [
        ("ferritin", 1)
    ]


def test_attributes(connection: sa.Connection) -> None:
    """Study characteristics come with their declaration and how many estimates have them."""
    found = {row["attribute"]: row for row in listing(connection, "attributes")}
    assert (found["dose"]["type"], found["dose"]["estimates"]) == ("number", 1)
    assert found["source"]["levels"] == ["commercial", "academic"]
    assert found["n_sites"]["estimates"] == 0
    assert by(listing(connection, "attributes", 'factor == "NLR"'), "attribute", "estimates") == [("ward", 1)]


def test_estimates(connection: sa.Connection) -> None:
    """Estimates come with every column and characteristic, poolable or not, simulated or not."""
    listed = listing(connection, "estimates")
    assert by(listed, "study", "endpoint", "est_text", "n", "not_poolable", "origin", "ward") == [
        ("Smith2020", "OS", "2.0", 120, None, "reported", None),
        ("Smith2020", "PFS", None, 40, "direction-only", "reported", None),
        ("lee2021", "OS", None, None, None, "reported", None),
        ("lee2021", "PFS", None, None, "no-interval", "simulated", "W"),
    ]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"appraisal"}))
def test_condition_restricts_every_list(connection: sa.Connection, kind: str) -> None:
    """Only what has a matching estimate is listed; a condition nothing matches gives an empty list."""
    assert listing(connection, kind, "n > 1000") == []
    few = listing(connection, kind, 'study == "SMITH2020" and dose == 2')
    assert 0 < len(few) <= len(listing(connection, kind))
    assert json.loads(json.dumps(few)) == few


def test_list_that_is_not_there(connection: sa.Connection) -> None:
    """Another word is answered with the lists there are; a faulty condition with its caret."""
    with pytest.raises(UsageError, match="there is no list of papers") as caught:
        listing(connection, "papers")
    assert "studies, cohorts" in caught.value.hint
    with pytest.raises(ConditionError, match="a single = is no comparison"):
        listing(connection, "studies", "n = 3")


def test_list_as_of_a_changeset(store: Store, connection: sa.Connection) -> None:
    """Lists, like selections, can be of an earlier moment."""
    before = listing(connection, "studies")
    number = connection.execute(sa.text("SELECT max(number) FROM changeset")).scalar()
    with store.transaction("Ada", "one more") as transaction:
        write_estimates(transaction, [Record({"study": "Zoe2022", "factor": "NLR", "endpoint": "OS", "est": 2.0})])
    with store.read() as later:
        assert len(listing(later, "studies")) == 3
        assert listing(later, "studies", at=number) == before


def key_of(connection: sa.Connection, where: str) -> str:
    return str(listing(connection, "estimates", where)[0]["key"])


def test_show_estimate_tells_its_whole_provenance(connection: sa.Connection) -> None:
    """As printed, where it stands, in which document, entered by whom, when and why, and what follows from it."""
    key = key_of(connection, "n == 120")
    told = show(connection, key)
    assert told["kind"] == "estimate"
    assert (told["est_text"], told["ci_low_text"], told["ci_high_text"]) == ("2.0", "1.50", "2.70")
    assert (told["locator"], told["quote"]) == ("Table 2", "HR 2.0 (1.50-2.70)")
    assert told["source_url"] == "https://doi.org/10.1000/smith"
    assert (told["derivation"], told["adjusted"], told["covariates"]) == ("ci", "yes", "age; sex")
    assert told["attributes"] == {"dose": 2.0, "source": "academic"}
    assert [report["doi"] for report in told["reports"]] == ["10.1000/smith"]
    assert (told["entered"]["curator"], told["entered"]["message"]) == ("Ada", "two studies")
    assert told["history"] == [told["entered"]]
    assert told["closed"] is None
    assert json.loads(json.dumps(told)) == told
    assert show(connection, key.upper())["key"] == key


def test_show_estimate_tells_its_history(store: Store, connection: sa.Connection) -> None:
    """Each version names the changeset that opened it, the latest being what is shown."""
    key = key_of(connection, "n == 120")
    with store.transaction("Bob", "retracted by the journal") as transaction:
        retract(transaction, "10.1000/smith", "fabricated")
    with store.read() as later:
        told = show(later, key)
    assert told["retracted"] is True
    assert [version["curator"] for version in told["history"]] == ["Ada", "Bob"]
    assert told["reports"][0]["retracted"] is True


def test_show_study_and_cohort(store: Store, connection: sa.Connection) -> None:
    """A study tells its reports, cohorts and estimates; a cohort its patients and whom it shares them with."""
    study = show(connection, "smith2020")
    assert (study["kind"], study["study"]) == ("study", "Smith2020")
    assert [(report["doi"], report["own"]) for report in study["reports"]] == [("10.1000/smith", True)]
    assert by(study["cohorts"], "cohort", "n", "estimates", "poolable") == [
        ("training", 120, 1, 1),
        ("validation", 40, 1, 0),
    ]
    assert by(study["estimates"], "cohort", "endpoint", "not_poolable") == [
        ("training", "OS", None),
        ("validation", "PFS", "direction-only"),
    ]
    with store.transaction("Ada", "same hospital") as transaction:
        declare_overlap(transaction, "Smith2020/training", "lee2021", "suspected", "same hospital and years")
    with store.read() as later:
        cohort = show(later, "Smith2020/training")
    assert (cohort["kind"], cohort["cohort"], cohort["n"], cohort["disease"]) == (
        "cohort",
        "training",
        120,
        "myeloma X",
    )
    assert cohort["overlap_group"] is not None
    assert cohort["overlaps"] == [
        {"study": "lee2021", "cohort": "all", "kind": "suspected", "reason": "same hospital and years"}
    ]
    assert json.loads(json.dumps([study, cohort])) == [study, cohort]


def test_show_factor(connection: sa.Connection) -> None:
    """A factor is found by any of its names and tells what is known of it."""
    factor = show(connection, "Serum  Ferritin")
    assert (factor["kind"], factor["factor"]) == ("factor", "ferritin")
    assert by(factor["endpoints"], "endpoint", "estimates", "poolable") == [("OS", 1, 1), ("PFS", 1, 0)]
    assert by(factor["cutoffs"], "cutoff_value", "estimates") == [(550.0, 1)]
    assert len(factor["estimates"]) == 2
    assert json.loads(json.dumps(factor)) == factor


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("Smth2020", "Smith2020"),
        ("Smith2020/trainin", "Smith2020/training"),
        ("Smith2020/OS/00000000", "Smith2020/OS/"),
        ("feritin", "ferritin"),
        ("qqqqqqqq", "evireg list studies"),
    ],
)
def test_show_unknown_key_names_the_nearest(connection: sa.Connection, key: str, near: str) -> None:
    """What is not there is not found, and what looks like it is named."""
    with pytest.raises(NotFound, match=f"nothing here has the key '{key}'") as caught:
        show(connection, key)
    assert near in caught.value.hint
