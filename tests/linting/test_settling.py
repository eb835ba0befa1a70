"""A curator who looked into a doubt settles it with a reason; then it is quiet, from that moment on."""

from __future__ import annotations

from pathlib import Path

import pytest

import registry
from registry.errors import NotFound, PoolRefused, UsageError
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


def test_a_settlement_is_of_the_values_that_were_looked_into(doubted: tuple[Registry, str]) -> None:
    """A number amended since is doubted anew; with the amendment undone it is settled again."""
    reg, key = doubted
    reg.settle_doubt([key], "se-implausible", reason="read again")
    amended = reg.amend(key, {"ci_low": "1.48", "ci_high": "1.52"}, reason="misprint")
    assert "se-implausible" in _codes(reg, key)
    assert key in _doubted(reg.pool(WHERE))
    reg.undo(amended.changeset, reason="it was right")
    assert "se-implausible" not in _codes(reg, key)


def test_what_no_rule_doubts_is_not_settled(doubted: tuple[Registry, str]) -> None:
    """Of many, those the rule doubts are settled; the others are named and stay as they are."""
    reg, key = doubted
    done = reg.settle_doubt([], "se-implausible", reason="all looked into", where=WHERE)
    assert done.changed == (key,)
    assert len(done.not_doubted) == 4
    assert reg.settle_doubt([key], "ratio-extreme", reason="x").not_doubted == (key,)


def test_one_of_a_pair_settles_the_pair(store: Store) -> None:
    """Two studies print the same numbers: settled of either, both stay, in lint, beside the pool and in its guard."""
    keys = enter(store, ["ash2015", "elm2018"], contrast="above_vs_below", n=4000, est=1.5, ci_low=1.2, ci_high=1.875)
    reg = Registry(store, curator="Ada")
    with pytest.raises(PoolRefused, match="same result under two names"):
        reg.pool(WHERE)
    assert reg.pool(WHERE, doubtful="exclude").pool.k == 1
    reg.settle_doubt([keys["ash2015"]], "same-numbers", reason="two cohorts, by coincidence")
    assert reg.pool(WHERE).doubts.estimates == ()
    assert reg.pool(WHERE, doubtful="exclude").pool.k == 2
    assert not [each for each in reg.lint().findings if each.code == "same-numbers"]


def test_a_settlement_travels_with_a_snapshot(doubted: tuple[Registry, str], tmp_path: Path) -> None:
    """An archive carries it, so that another registry is quiet too."""
    reg, key = doubted
    reg.settle_doubt([key], "se-implausible", reason="read again")
    reg.snapshot("settled")
    archive = tmp_path / "a.zip"
    reg.export_snapshot("settled", archive)
    registry.init(tmp_path / "b.db")
    with registry.open(tmp_path / "b.db", curator="Bo") as other:
        other.import_archive(archive)
        assert key not in _doubted(other.pool(WHERE))
