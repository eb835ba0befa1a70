"""Laws of curation: whatever is done in whatever order, the registry verifies, and an undo of an undo is nothing."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.errors import EviregError
from registry.handle import Registry
from registry.models import evidence
from registry.store import open_store
from tests.curation.estimates import enter
from tests.effort import tries

FIELDS = {
    "hr": ["2.0", "2.00", "2.5"],
    "n": ["100", ""],
    "endpoint": ["OS", "PFS"],
    "factor": ["NLR", "ferritin"],
    "source_locator": ["a", "b", ""],
    "country": ["Korea", "Japan", ""],
    "disease": ["AML", "gout", ""],
    "year": ["2016", "2017", ""],
    "doi": ["10.1000/a", "10.1000/b", ""],
    "title": ["A", "B", ""],
    "source_url": ["https://doi.org/10.1000/a", "https://x.org/1", ""],
    "source_kind": ["article", "review"],
}

Action = tuple[str, int, dict[str, int]]

AMEND: st.SearchStrategy[Action] = st.tuples(
    st.just("amend"),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from(sorted(FIELDS)), st.integers(0, 2), min_size=1, max_size=3),
)
UNDO: st.SearchStrategy[Action] = st.tuples(st.just("undo"), st.integers(0, 9), st.builds(dict))
ENTER: st.SearchStrategy[Action] = st.tuples(st.just("enter"), st.integers(0, 3), st.builds(dict))
OVERLAP: st.SearchStrategy[Action] = st.tuples(st.just("overlap"), st.integers(0, 1), st.builds(dict))
RETRACT: st.SearchStrategy[Action] = st.tuples(st.just("retract"), st.integers(0, 1), st.builds(dict))


def live(reg: Registry) -> dict[str, str]:
    with reg.store.read() as connection:
        query = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
        return {row.key: row.digest for row in connection.execute(query)}


def do(reg: Registry, what: str, which: int, fields: dict[str, int]) -> None:
    """Do one thing a curator may do."""
    keys = sorted(live(reg))
    if what == "enter":
        enter(reg.store, {"study": "lee2017" if which % 2 else "kim2016", "locator": "ab"[which // 2]})
    elif what == "undo":
        number = max(reg.log(limit=1)[0].changeset - which, 2)
        reg.undo(number, reason="x")
    elif what == "overlap":
        reg.declare_overlap("kim2016", "lee2017", ["same", "partial"][which], "x")
    elif what == "retract":
        reg.retract("10.1000/" + "ab"[which], reason="x")
    elif keys:
        changes = {name: FIELDS[name][place % len(FIELDS[name])] for name, place in fields.items()}
        reg.amend(keys[which % len(keys)], changes, reason="x")


@settings(
    max_examples=tries(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=st.lists(st.one_of(AMEND, AMEND, UNDO, ENTER, OVERLAP, RETRACT), max_size=8), last=st.integers(0, 5))
def test_registry_verifies_whatever_is_done(initialised_file: Path, actions: list[Action], last: int) -> None:
    """Each action is done whole or refused whole; after an undo and its undo every live digest is what it was."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.db"
        shutil.copy(initialised_file, path)
        with open_store(path) as store:
            reg = Registry(store, curator="Ada")
            enter(store, {"locator": "a"})
            for action in actions:
                with contextlib.suppress(EviregError):
                    do(reg, *action)
                reg.verify()
            before = live(reg)
            done = None
            with contextlib.suppress(EviregError):
                done = reg.undo(max(reg.log(limit=1)[0].changeset - last, 2), reason="x")
            if done is not None and done.changeset is not None:
                reg.undo(done.changeset, reason="x")
            assert live(reg) == before
            reg.verify()
