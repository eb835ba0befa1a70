"""A registry made by any released evireg upgrades, keeps what it holds, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.curation.verify import verify
from registry.handle import Registry
from registry.keeping.doctor import examine
from registry.models import REVISION, evidence
from registry.record import Record
from registry.store import Store, init, open_store
from registry.writing import write_estimates
from tests.migrations.old import REVISIONS, all_rows, kept, make_old
from tests.migrations.test_upgrade import make_newer, run_newer

pytestmark = pytest.mark.parametrize("revision", REVISIONS)


def _counts(store: Store, names: list[str]) -> dict[str, int]:
    with store.read() as connection:
        count = sa.select(sa.func.count())
        return {name: connection.execute(count.select_from(sa.table(name))).scalar_one() for name in names}


def test_old_registry_upgrades_and_keeps_everything(revision: str, empty_url: str) -> None:
    """Counts, the digest of every version, the pooled number; it verifies, the doctor finds nothing."""
    then = kept(revision)
    make_old(revision, empty_url)
    done = init(empty_url)
    assert (done.upgraded_from, done.revision) == (revision, REVISION)
    with open_store(empty_url) as store:
        # the vocabulary shipped since is added by a changeset of its own, and rules that changed by another
        added = {"changeset", "change", "synonym", "factor", "disease", "endpoint", "attribute", "curator", "evidence"}
        now = _counts(store, list(then["counts"]))
        assert {name: now[name] for name in now.keys() - added} == {
            name: count for name, count in then["counts"].items() if name not in added
        }
        assert all(now[name] >= then["counts"][name] for name in added)
        with store.read() as connection:
            assert (
                connection.execute(sa.select(evidence.c.digest).order_by(evidence.c.id))
                .scalars()
                .all()[: len(then["digests"])]
                == then["digests"]
            )
            verify(connection)
        options = {"method": "DL", "test": "z", "allow": ["mixed-adjustment"]}
        fit = Registry(store).pool(then["where"], one_per="cohort:adjusted,largest_n", **options)
        pooled = fit.as_dict()["pool"]
        assert {name: pooled[name] for name in then["pool"]} == then["pool"]
    assert examine(empty_url).sound


def test_ledger_of_an_old_registry_goes_on(revision: str, empty_url: str) -> None:
    """The next changeset follows the last of the old evireg, and a snapshot can be taken."""
    make_old(revision, empty_url)
    before = kept(revision)["counts"]["changeset"]
    report = init(empty_url)
    assert report.changeset in (None, before + 1)
    last = report.rederived_by or report.changeset or before
    with open_store(empty_url) as store:
        with store.transaction("Grace", "a new study") as transaction:
            values = {"study": "new2030", "factor": "NLR", "endpoint": "OS", "est": 2.0, "ci_low": 1.0, "ci_high": 4.0}
            write_estimates(transaction, [Record(values)])
        assert transaction.number == last + 1
        Registry(store, curator="Grace").snapshot("upgraded")
        with store.read() as connection:
            assert verify(connection).changesets == transaction.number + 1


def test_failed_upgrade_leaves_an_old_registry_as_it_was(revision: str, empty_url: str, tmp_path: Path) -> None:
    """A migration that breaks after all others have run is undone with them: not a row is another."""
    make_old(revision, empty_url)
    before = all_rows(empty_url)
    newer = make_newer(tmp_path / "newer", then='op.execute("SELECT * FROM no_such_table")')
    failed = run_newer(newer, "init", empty_url)
    assert failed.returncode != 0
    assert "no_such_table" in failed.stderr
    assert all_rows(empty_url) == before
    assert init(empty_url).upgraded_from == revision
