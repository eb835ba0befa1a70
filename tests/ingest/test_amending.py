"""What an amendment leaves of the direction of a row: who is a witness then, and who was never one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.errors import InputRefused
from registry.handle import Registry
from registry.ingest.load import load
from registry.store import Store
from tests.ingest.test_comparing import ALBUMIN, STEPS, row

Write = Callable[..., Path]


def test_an_amended_witness_settles_the_contrast_anew(store: Store, write: Write) -> None:
    """The operator amended turns a contrast that followed from it; against a contrast that is stated it is refused."""
    load(store, write(ALBUMIN), curator="Ada")
    reg = Registry(store, curator="Ada")
    key = row(store, "A1")["key"]
    (key,) = reg.amend(key, {"cutoff_operator": ">="}, reason="as printed").changed
    assert (row(store, "A1")["contrast"], row(store, "A1")["contrast_basis"]) == ("above_vs_below", "operator")
    (key,) = reg.amend(key, {"contrast": "above_vs_below"}, reason="so in the text").changed
    assert row(store, "A1")["contrast_basis"] == "stated"
    with pytest.raises(InputRefused, match="contradicts itself"):
        reg.amend(key, {"cutoff_operator": "<"}, reason="a slip")


def amended(store: Store, write: Write, cells: str, changes: dict[str, str], **more: Any) -> dict[str, Any]:
    load(store, write(f"{STEPS}kim,albumin,OS,1.5,{cells}\n"), curator="Ada", **more)
    Registry(store, curator="Ada").amend(row(store, "kim")["key"], changes, reason="compared with the source")
    return row(store, "kim")


def test_an_amended_contrast_that_is_outvoted_is_refused(sqlite_store: Store, write: Write) -> None:
    """A curator who gives a contrast is never answered with the other one."""
    with pytest.raises(InputRefused, match="read as above vs below"):
        amended(sqlite_store, write, ",,35,g/L,low,high vs low albumin", {"contrast": "below_vs_above"})
    assert row(sqlite_store, "kim")["contrast"] == "above_vs_below"


@pytest.mark.parametrize(
    ("cells", "more"),
    [(",,<35,g/L,,", {"read_as": "high-vs-low"}), ("above_vs_below,,<35,g/L,,", {})],
)
def test_an_operator_that_was_turned_is_no_witness_later(
    sqlite_store: Store, write: Write, cells: str, more: dict[str, Any]
) -> None:
    """An operator that only marks the cutoff follows the contrast, and does not vote for it when that is amended."""
    found = amended(sqlite_store, write, cells, {"contrast": "below_vs_above"}, **more)
    assert (found["contrast"], found["contrast_basis"], found["cutoff_operator"]) == ("below_vs_above", "stated", "<")


def test_a_quote_against_a_stated_contrast_is_not_outvoted_by_a_turned_operator(
    sqlite_store: Store, write: Write
) -> None:
    """One witness against one is for the curator to decide, whatever side the operator was turned to."""
    with pytest.raises(InputRefused, match="contradicts itself"):
        amended(sqlite_store, write, "above_vs_below,,<35,g/L,,", {"quote": "low vs high albumin"})


def test_words_that_are_amended_settle_what_was_said_of_a_file(sqlite_store: Store, write: Write) -> None:
    """Where the direction was said of a file, the words of a row decide it, and its operator has no voice."""
    more = {"read_as": "high-vs-low"}
    found = amended(sqlite_store, write, ",,<35,g/L,,", {"reference_group": "high"}, **more)
    assert (found["contrast"], found["contrast_basis"], found["cutoff_operator"]) == ("below_vs_above", "stated", "<")


@pytest.mark.parametrize("cells", ["below_vs_above,,35,g/L,,", ",<,35,g/L,,"])
def test_a_cutoff_amended_with_its_operator_leaves_the_direction(sqlite_store: Store, write: Write, cells: str) -> None:
    """The operator before an amended cutoff marks the groups as it does in an import."""
    found = amended(sqlite_store, write, cells, {"cutoff_value": "≥40"})
    assert (found["contrast"], found["cutoff_operator"], found["cutoff_value"]) == ("below_vs_above", "<", 40.0)
