"""Matrices: what estimates are adjusted for, and how their risk of bias is judged."""

from __future__ import annotations

import pytest

from registry.errors import NotFound, UsageError
from registry.selection.listing import listing
from registry.store import Store
from registry.vocabulary import AttributeDeclaration
from registry.writing import declare_attributes
from tests.selection import rows


def test_adjustment_says_yes_no_or_not_read(store: Store) -> None:
    """Adjusted and listed, adjusted and not listed or unadjusted, and what nobody read; the commonest first."""
    rows.prepare(store)
    rows.add(
        store,
        {"key": "a", "adjusted": "yes", "covariates": "age; sex"},
        {"key": "b", "adjusted": "yes", "covariates": "sex; stage"},
        {"key": "c", "adjusted": "yes"},
        {"key": "d", "adjusted": "no"},
        {"key": "e", "adjusted": "unclear", "covariates": "age"},
    )
    with store.read() as connection:
        found = {row["key"]: row["covariates"] for row in listing(connection, "adjustment")}
        one = listing(connection, "adjustment", 'adjusts_for("gender", "stage")')
    assert list(found["a"]) == ["sex", "age", "stage"]
    assert found["a"] == {"sex": True, "age": True, "stage": False}
    assert found["b"] == {"sex": True, "age": False, "stage": True}
    assert set(found["c"].values()) == {None}
    assert set(found["d"].values()) == {False}
    assert set(found["e"].values()) == {None}
    assert [row["key"] for row in one] == ["b"]


def test_appraisal_lists_domains_of_one_tool(store: Store) -> None:
    """In the order of the tool, None where not judged; one of several tools is named."""
    rows.prepare(store)
    with store.read() as connection:
        assert listing(connection, "appraisal") == []
    with store.transaction("tester", "tools") as transaction:
        declare_attributes(transaction, [AttributeDeclaration(name, tool="A") for name in ("z_one", "a_two")])
    rows.add(store, {"attributes": {"z_one": "low"}})
    with store.read() as connection:
        (row,) = listing(connection, "appraisal")
    assert (row["tool"], list(row["judgements"].items())) == ("A", [("z_one", "low"), ("a_two", None)])
    with store.transaction("tester", "tools") as transaction:
        declare_attributes(transaction, [AttributeDeclaration("b_one", tool="B")])
    with store.read() as connection:
        with pytest.raises(UsageError, match="uses 2 appraisal tools"):
            listing(connection, "appraisal")
        assert listing(connection, "appraisal", tool="b")[0]["judgements"] == {"b_one": None}
        with pytest.raises(NotFound, match="uses no appraisal tool 'C'"):
            listing(connection, "appraisal", tool="C")
