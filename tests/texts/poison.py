"""A registry as an evireg without the gate could leave it: characters in its texts that no text may hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import registry.database
import registry.ledger
import registry.queries.exchange
import registry.writing.bulk
from registry.handle import Registry
from registry.store import open_store
from registry.writing import write_estimates
from tests.conftest import MakeRecord

#: What a reason of old could be: NUL, a sequence that sets the title of a terminal, and one that turns the writing.
POISON = "same\x00 \x1b]0;owned\x07 hospital \u202e4102 nehC"


@contextmanager
def ungated() -> Iterator[None]:
    """Write as evireg did before there was a gate."""
    with (
        mock.patch.object(registry.database, "guard"),
        mock.patch.object(registry.ledger, "refuse"),
        mock.patch.object(registry.writing.bulk, "refuse_rows"),
        mock.patch.object(registry.queries.exchange, "refuse"),
    ):
        yield


def poisoned(url: str | Path, record: MakeRecord, *, poison: str = POISON, curator: str = "Ada") -> None:
    """Fill a fresh registry with evidence whose reasons, descriptions, notes and messages hold `poison`."""
    with ungated(), open_store(url) as store:
        reg = Registry(store, curator=curator)
        with store.transaction(curator, f"import {poison}") as transaction:
            write_estimates(
                transaction, [record(notes=poison, study_label="Kim 2016"), record(study="lee2017", line=3)]
            )
        reg.declare_overlap("kim2016/all", "lee2017/all", "dismissed", poison)
        reg.save_query("nlr-os", 'factor == "NLR" and endpoint == "OS"', description=poison)
        reg.grade("nlr-os", "imprecision", "serious", reason=poison)
        reg.run("nlr-os")
