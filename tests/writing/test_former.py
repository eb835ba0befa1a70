"""Rows that an earlier version stored under another reading are known again, and make no second row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.handle import Registry
from registry.ingest.load import load
from registry.record import Record
from registry.store import Store
from registry.writing import write_estimates

HEAD = "study_key,factor,endpoint,cutoff_operator,cutoff_value,cutoff_unit,hr,ci_low,ci_high,ci_level,adjusted\n"
ROW = HEAD + "A1,albumin,OS,<,35,g/L,1.60,1.25,2.05,95,yes\n"
#: The same row as an earlier version stored it.
OLD = {
    "study": "A1", "factor": "albumin", "endpoint": "OS", "cutoff_operator": "<", "cutoff_value": 35.0,
    "cutoff_unit": "g/L", "contrast": "above_vs_below", "measure": "hr", "est": 1.6, "ci_low": 1.25, "ci_high": 2.05,
    "ci_level": 95.0, "adjusted": "yes",
}  # fmt: skip


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a file and give its path."""

    def write(content: str) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def store_old(store: Store, **more: Any) -> None:
    with store.transaction("Ada", "as an earlier version read it") as transaction:
        write_estimates(transaction, [Record({**OLD, **more})])


def test_a_row_under_its_old_contrast_is_known_again(store: Store, write: Callable[[str], Path]) -> None:
    """The file imported again makes no second row and names the amendment; amended, it is unchanged without a word."""
    store_old(store)
    reg = Registry(store, curator="Ada")
    stored = reg.estimates()
    loaded = load(store, write(ROW), curator="Ada")
    assert (loaded.created, loaded.unchanged, loaded.changeset) == (0, 1, None)
    (flag,) = loaded.flags
    assert flag.code == "stored-otherwise"
    key = stored["key"].iloc[0]
    assert f"evireg amend {key} contrast=below_vs_above --reason" in flag.message
    reg.amend(key, {"contrast": "below_vs_above"}, reason="the operator says so")
    again = load(store, write(ROW), curator="Ada")
    assert (again.created, again.unchanged, again.flags) == (0, 1, ())


def test_other_numbers_under_the_old_key_are_a_conflict(sqlite_store: Store, write: Callable[[str], Path]) -> None:
    """What is known again is compared like any other row."""
    from registry.errors import Conflict

    store_old(sqlite_store)
    with pytest.raises(Conflict, match="1 value contradicts"):
        load(sqlite_store, write(ROW.replace("1.60", "1.61")), curator="Ada")


def test_a_stored_contradiction_is_not_poolable_until_amended(store: Store) -> None:
    """Above against below beside `<`, stored before it was settled: no pool takes it, and lint says what to amend."""
    store_old(store)
    reg = Registry(store, curator="Ada")
    assert reg.estimates()["not_poolable"].tolist() == ["direction"]
    (finding,) = [each for each in reg.lint().findings if each.code == "direction-contradicts"]
    assert "contrast=below_vs_above" in finding.message
    reg.amend(reg.estimates()["key"].iloc[0], {"contrast": "below_vs_above"}, reason="the operator says so")
    assert reg.estimates()["not_poolable"].tolist() == [None]
    assert "direction-contradicts" not in reg.lint().counts


def test_a_settled_row_is_never_taken_for_another(sqlite_store: Store, write: Callable[[str], Path]) -> None:
    """A row whose direction is stated is another estimate than one of the same cutoff that says the other one."""
    head = HEAD.strip() + ",contrast\n"
    load(sqlite_store, write(head + "A1,albumin,OS,,35,g/L,0.6,0.5,0.72,95,yes,above_vs_below\n"), curator="Ada")
    loaded = load(sqlite_store, write(ROW), curator="Ada")
    assert (loaded.created, loaded.unchanged) == (1, 0)


@pytest.mark.parametrize(
    ("stored", "heading", "known"),
    [
        ("hr", "Odds ratio", True),
        ("unclear", "Odds ratio", True),
        ("or", "Estimate", True),
        ("rr", "Odds ratio", False),
        ("or", "hr", False),
    ],
)
def test_a_row_that_names_its_ratio_is_no_other_one(
    sqlite_store: Store, write: Callable[[str], Path], stored: str, heading: str, known: bool
) -> None:
    """A row is known again under the ratio it was taken for by default; under any that was said, if it names none."""
    store_old(sqlite_store, contrast="below_vs_above", measure=stored)
    text = ROW.replace("hr", heading)
    loaded = load(sqlite_store, write(text), curator="Ada", mapping={"hr": heading})
    assert (loaded.unchanged, loaded.created) == ((1, 0) if known else (0, 1))
