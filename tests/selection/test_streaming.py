"""Estimates one by one are those of the list."""

from __future__ import annotations

import pytest

from registry.selection import streaming
from registry.selection.listing import listing
from registry.selection.streaming import each_estimate
from registry.store import Store
from registry.writing import write_estimates
from tests.conftest import MakeRecord


@pytest.mark.parametrize("at_once", [1, 3, 900])
def test_each_estimate_is_the_list_piece_by_piece(
    store: Store, record: MakeRecord, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Same rows, same order, with and without a condition, now and as of a changeset."""
    monkeypatch.setattr(streaming, "_AT_ONCE", at_once)
    for place, names in enumerate((["zoë2018", "kim2016", "Li2020"], ["abe1999", "li2020b", "chen2001", "zhu2000"])):
        with store.transaction("Ada", "add") as transaction:
            write_estimates(transaction, [record(study=name, est=2.0 + place) for name in names])
    with store.read() as connection:
        for where, at in ((None, None), ("n > 9", None), (None, 2), ('factor == "NLR"', 2)):
            listed = listing(connection, "estimates", where, at=at)
            assert list(each_estimate(connection, where, at=at)) == listed
        assert len(listing(connection, "estimates")) == 7
