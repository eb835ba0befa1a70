"""A curator who looked into a doubt settles it with a reason; then it is quiet, from that moment on."""

from __future__ import annotations

import pytest

from registry.errors import NotFound, UsageError
from registry.handle import Registry
from registry.pooling.result import PoolResult
from registry.store import Store
from tests.queries.evidence import WHERE, enter


@pytest.fixture
def doubted(store: Store) -> tuple[Registry, str]:
    """Five estimates, one of them with a standard error that 30 patients do not allow."""
    keys = enter(store, ["ash2015", "birch2016", "cedar2017", "elm2018"], contrast="above_vs_below", n=400)
    narrow = enter(store, ["oak2019"], contrast="above_vs_below", n=30, ci_low=1.45, ci_high=1.55)
    return Registry(store, curator="Ada"), {**keys, **narrow}["oak2019"]


def _codes(reg: Registry, key: str) -> set[str]:
    return {each.code for each in reg.lint().findings if each.key == key}


def _doubted(result: PoolResult) -> set[str | None]:
    return {each.key for each in result.doubts.estimates}


def test_settled_doubt_is_quiet_and_says_why(doubted: tuple[Registry, str]) -> None:
    """Lint no longer finds it; the ledger has the reason; the pool's numbers are what they were."""
    reg, key = doubted
    before = reg.pool(WHERE).pool.hr
    assert "se-implausible" in _codes(reg, key)
    done = reg.settle_doubt([key], "se-implausible", reason="300 patients: 30 is the centre")
    assert done.changed == (key,)
    assert "se-implausible" not in _codes(reg, key)
    assert reg.pool(WHERE).pool.hr == before
    entry = reg.log(limit=1)[0]
    assert (entry.changeset, entry.message) == (done.changeset, "300 patients: 30 is the centre")
    reg.verify()


def test_a_pool_reads_what_was_settled_at_its_moment(doubted: tuple[Registry, str]) -> None:
    """Settled today, the doubt still stands beside the pool of yesterday, and leaves its row out there alone."""
    reg, key = doubted
    before = reg.log(limit=1)[0].changeset
    assert key in _doubted(reg.pool(WHERE))
    reg.settle_doubt([key], "se-implausible", reason="read again")
    assert key not in _doubted(reg.pool(WHERE))
    assert key in _doubted(reg.pool(WHERE, at=before))
    kept = [{each.key for each in reg.pool(WHERE, at=at, doubtful="exclude").estimates} for at in (before, None)]
    assert kept[1] - kept[0] == {key}


def test_a_saved_query_leaves_doubtful_rows_out(doubted: tuple[Registry, str]) -> None:
    """Its option is stored, its run is made again alike, and every analysis beside it takes the same rows."""
    reg, key = doubted
    reg.save_query("sound", WHERE, doubtful="exclude", leave_one_out=True)
    ran = reg.run("sound")
    assert key not in ran.keys
    assert reg.verify_run(ran.id).verdict.value == "equal"


def test_settling_twice_changes_nothing_and_reopening_brings_it_back(doubted: tuple[Registry, str]) -> None:
    """The same decision again leaves no changeset; taken back, the doubt speaks again."""
    reg, key = doubted
    reg.settle_doubt([key], "se-implausible", reason="read again")
    assert reg.settle_doubt([key], "se-implausible", reason="once more").changeset is None
    reg.settle_doubt([key], "se-implausible", reason="no, it is per unit", reopen=True)
    assert "se-implausible" in _codes(reg, key)


def test_undo_takes_a_settled_doubt_back(doubted: tuple[Registry, str]) -> None:
    """It is a changeset like any other."""
    reg, key = doubted
    done = reg.settle_doubt([], "se-implausible", reason="all looked into", where=WHERE)
    assert done.changeset is not None
    reg.undo(done.changeset, reason="too soon")
    assert "se-implausible" in _codes(reg, key)
    reg.verify()


def test_only_doubts_that_bear_on_a_number_are_settled(doubted: tuple[Registry, str]) -> None:
    """Another rule, or none, is refused with the nearest; so is an estimate that is not there, and no reason."""
    reg, key = doubted
    with pytest.raises(UsageError, match="did you mean se-implausible"):
        reg.settle_doubt([key], "se-implausibel", reason="x")
    with pytest.raises(NotFound):
        reg.settle_doubt(["nobody/OS/00000000"], "se-implausible", reason="x")
    with pytest.raises(UsageError, match="reason"):
        reg.settle_doubt([key], "se-implausible", reason=" ")
