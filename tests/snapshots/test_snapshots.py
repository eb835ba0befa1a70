"""Snapshots: a name for a state of the evidence, and what proves it."""

from __future__ import annotations

import hashlib
import json

import pytest

from registry.errors import Conflict, NotFound, UsageError
from registry.handle import Registry
from registry.store import Store
from registry.writing.digest import BUCKETS, bucket
from tests.curation.estimates import enter


def _registry(store: Store) -> Registry:
    return Registry(store, curator="Ada")


def _naive_root(reg: Registry, at: int | str | None = None) -> str:
    """Write the definition down a second time."""
    rows = reg.frame(at=at).to_rows()
    lines: list[list[tuple[str, str]]] = [[] for _ in range(BUCKETS)]
    for row in rows:
        lines[bucket(row["key"])].append((row["key"], row["digest"]))
    digests = [hashlib.sha256("".join(f"{k}\t{d}\n" for k, d in sorted(each)).encode()).hexdigest() for each in lines]
    return hashlib.sha256(json.dumps(digests, separators=(",", ":")).encode()).hexdigest()


def test_snapshot_names_the_latest_changeset_and_the_next_one_records_it(store: Store) -> None:
    """Its root is that of the documented encoding, the ledger holds it, and it can be read by name."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    reg = _registry(store)
    made = reg.snapshot("2026-06", message="before the review")
    assert (made.changeset, made.recorded, made.estimates, made.stored, made.parent) == (2, 3, 2, BUCKETS, None)
    assert (made.message, made.curator, made.root) == ("before the review", "Ada", _naive_root(reg))
    assert {(each.entity, each.key, each.field) for each in reg.changeset(3).changes} == {
        ("snapshot", "2026-06", name) for name in ("root", "changeset", "estimates")
    }
    reg.amend(keys[0], {"n": "99"}, reason="typo")
    assert {row["n"] for row in reg.frame(at="2026-06").to_rows()} == {120}
    assert {row["n"] for row in reg.frame().to_rows()} == {99, 120}
    assert reg.snapshots() == (made,)


def test_later_snapshot_stores_only_buckets_that_changed(store: Store) -> None:
    """Its root is that of all, also when a bucket became empty or came back to what it was."""
    keys = enter(store, *({"locator": str(place)} for place in range(6)))
    reg = _registry(store)
    first = reg.snapshot("first")
    reg.amend(keys[0], {"n": "99"}, reason="typo")
    reg.amend(keys[1], {"endpoint": "PFS"}, reason="misread")
    second = reg.snapshot("second")
    changed = {bucket(keys[0]), bucket(keys[1])} | {
        bucket(key) for key in {row["key"] for row in reg.frame().to_rows()} - set(keys)
    }
    assert (second.stored, second.parent, second.root) == (len(changed), "first", _naive_root(reg))
    reg.undo(5, reason="it was right")
    reg.undo(4, reason="it was right")
    third = reg.snapshot("third")
    assert (third.root, third.stored) == (first.root, len(changed))
    assert reg.snapshot("fourth").stored == 0
    assert [_naive_root(reg, each.name) for each in reg.snapshots()] == [each.root for each in reg.snapshots()]
    assert reg.verify_snapshots().snapshots == 4


@pytest.mark.parametrize("name", ["", " ", "12", "now", "Latest", "-x", "a b", "../x", "x" * 101, "a\n", "٣"])
def test_name_that_means_something_else_is_refused(sqlite_store: Store, name: str) -> None:
    """A number is a changeset, `now` is the registry as it is, and a name is one word."""
    with pytest.raises(UsageError, match="cannot name a snapshot"):
        _registry(sqlite_store).snapshot(name)


def test_name_is_given_once(store: Store) -> None:
    """A snapshot is never moved, and two do not differ by case alone."""
    reg = _registry(store)
    reg.snapshot("June")
    with pytest.raises(Conflict, match="there is a snapshot 'June' already"):
        reg.snapshot("june")
    assert [each.name for each in reg.snapshots()] == ["June"]


def test_unknown_moment_names_the_nearest(store: Store) -> None:
    """Wherever a moment is asked for."""
    enter(store)
    reg = _registry(store)
    with pytest.raises(NotFound, match="there is none yet"):
        reg.frame(at="June")
    reg.snapshot("June-2026")
    for read in (lambda: reg.frame(at="June"), lambda: reg.pool("n > 1", at="June"), lambda: reg.snapshots("June")):
        with pytest.raises(NotFound, match="no snapshot 'June'\nnearest: June-2026"):
            read()
    with pytest.raises(NotFound, match="no changeset 99\nthe registry has 1 to 3"):
        reg.listing("estimates", at="99")
    assert reg.frame(at="2").to_rows() == reg.frame(at=2).to_rows() == reg.frame(at="June-2026").to_rows()


def test_pool_names_the_snapshot_it_was_made_from(store: Store) -> None:
    """By name when asked by name; the same numbers as by its changeset."""
    keys = enter(store, {"locator": "a"}, {"study": "lee2017", "n": 200})
    reg = _registry(store)
    reg.snapshot("June")
    reg.amend(keys[0], {"hr": "3.0"}, reason="typo")
    then, numbered, now = (reg.pool('factor == "NLR"', at=at).as_dict() for at in ("June", 2, None))
    assert then["provenance"]["snapshot"] == "June"
    assert numbered["provenance"]["snapshot"] is None
    assert then["pool"] == numbered["pool"] != now["pool"]
