"""What lies between two moments, estimate by estimate and field by field."""

from __future__ import annotations

import pytest

from registry.errors import ConditionError, NotFound
from registry.handle import Registry
from registry.snapshots.diff import FieldDiff
from registry.store import Store
from tests.curation.estimates import enter


@pytest.fixture
def reg(store: Store) -> Registry:
    """Make a registry of three estimates and snapshot it as first."""
    enter(store, {"locator": "a"}, {"locator": "b"}, {"study": "lee2017"})
    reg = Registry(store, curator="Ada")
    reg.snapshot("first")
    return reg


def _keys(reg: Registry) -> dict[str, str]:
    return {row["locator"] or "c": row["key"] for row in reg.frame().to_rows()}


def test_changes_are_told_field_by_field(reg: Registry, store: Store) -> None:
    """Added, removed and changed, from the first moment to the second, and the other way round."""
    keys = _keys(reg)
    reg.amend(keys["a"], {"n": "99", "quote": "as printed"}, reason="typo")
    enter(store, {"study": "new2020"})
    (added,) = set(_keys(reg).values()) & {row["key"] for row in reg.frame('study == "new2020"').to_rows()} or {""}
    there = reg.diff("first", "now")
    assert (there.a, there.b) == (2, 5)
    assert [(row["key"], row["study"]) for row in there.added] == [(added, "new2020")]
    assert [(each.key, each.was, each.fields) for each in there.changed] == [
        (keys["a"], None, (FieldDiff("quote", None, "as printed"), FieldDiff("n", 120, 99)))
    ]
    back = reg.diff("now", "first")
    assert ([row["key"] for row in back.removed], back.added) == ([added], ())
    assert back.changed[0].fields == (FieldDiff("quote", "as printed", None), FieldDiff("n", 99, 120))


def test_amended_identity_is_the_same_estimate(reg: Registry) -> None:
    """Over several amendments; both keys are told."""
    old = _keys(reg)["a"]
    for endpoint in ("PFS", "DFS"):
        key = _keys(reg)["a"]
        reg.amend(key, {"endpoint": endpoint}, reason="misread")
    (changed,) = reg.diff("first", "now").changed
    assert (changed.was, changed.key) == (old, _keys(reg)["a"])
    assert FieldDiff("endpoint", "OS", "DFS") in changed.fields
    (back,) = reg.diff("now", "first").changed
    assert (back.was, back.key) == (changed.key, old)


def test_what_came_back_is_no_difference(reg: Registry) -> None:
    """A change that was undone, a key amended and amended back, a moment compared with itself."""
    key = _keys(reg)["a"]
    reg.amend(key, {"n": "99"}, reason="typo")
    reg.undo(4, reason="it was right")
    assert len(reg.diff("first", "now")) == len(reg.diff("first", "first")) == 0
    assert len(reg.diff(4, 5)) == 1


def test_condition_holds_at_one_of_the_moments(reg: Registry) -> None:
    """What left or entered the condition is told as well."""
    reg.amend(_keys(reg)["a"], {"n": "99"}, reason="typo")
    assert len(reg.diff("first", "now", "n == 99")) == len(reg.diff("first", "now", "n == 120")) == 1
    assert len(reg.diff("first", "now", "n == 7")) == 0
    with pytest.raises(ConditionError, match="no column 'patients'"):
        reg.diff("first", "now", "patients > 3")


def test_unknown_moment_is_named(reg: Registry) -> None:
    """Neither a snapshot nor a changeset."""
    with pytest.raises(NotFound, match="no snapshot 'frist'\nnearest: first"):
        reg.diff("frist", "now")
    with pytest.raises(NotFound, match="no changeset 77"):
        reg.diff("first", 77)
