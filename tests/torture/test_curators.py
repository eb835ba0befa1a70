"""Eight processes write to one registry and are killed at random: what is acknowledged stays, nothing is in part."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.keeping.doctor import examine
from registry.models import AttributeValue, Change, Cohort, Estimate, Study, evidence
from registry.store import Store, open_store
from registry.writing import project, verify_rows

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("curators.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="curators are forked and killed by SIGKILL")


@pytest.fixture(scope="module")
def content() -> Callable[..., str]:
    """Give the function by which curators tell what a changeset did."""
    spec = importlib.util.spec_from_file_location("curators", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.content  # type: ignore[no-any-return]


def run(url: str, folder: Path, changesets: int, kills: int) -> dict[str, Any]:
    """Let curators work, and give what happened."""
    command = [sys.executable, str(SCRIPT), url, str(folder), str(changesets), str(kills), "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def verify(store: Store, folder: Path, content: Callable[..., str]) -> int:
    """Compare what is stored with what was acknowledged, and give the number of changesets."""
    acknowledged = [line.split() for log in folder.glob("*.log") for line in log.read_text().splitlines()]
    with store.read() as connection:
        last = verify_ledger(connection)  # every number from 1 on, every hash
        for number, said in acknowledged:
            assert content(*_recorded(connection, int(number))) == said
        assert len({number for number, _ in acknowledged}) == len(acknowledged)
        verify_rows(connection)
        _compare(connection)
    return last


def _recorded(connection: sa.Connection, number: int) -> tuple[dict[str, str], dict[str, str], list[tuple[Any, ...]]]:
    """Give what a changeset opened, closed and changed beside."""
    rows = sa.select(evidence.c.key, evidence.c.digest)
    changes = sa.select(Change.entity, Change.key, Change.field, Change.before, Change.after)
    return (
        {row.key: row.digest for row in connection.execute(rows.where(evidence.c.valid_from == number))},
        {row.key: row.digest for row in connection.execute(rows.where(evidence.c.valid_to == number))},
        [tuple(row) for row in connection.execute(changes.where(Change.changeset == number).order_by(Change.id))],
    )


def _compare(connection: sa.Connection) -> None:
    """Rebuild the evidence rows from the normalised tables, and look for what a half-done changeset would leave."""
    live = connection.execute(sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))).all()
    rebuilt = project(connection, list(connection.execute(sa.select(Estimate.id)).scalars()))
    assert {row["key"]: row["digest"] for row in rebuilt} == {row.key: row.digest for row in live}
    assert len(rebuilt) == len(live)
    for column, owner in ((Estimate.cohort_id, Cohort), (Cohort.study_id, Study)):
        childless = sa.select(sa.func.count()).select_from(owner).where(owner.id.not_in(sa.select(column)))
        assert connection.scalar(childless) == 0
    owners = sa.select(sa.func.count()).where(AttributeValue.cohort_id.is_(None), AttributeValue.estimate_id.is_(None))
    assert connection.scalar(owners.where(AttributeValue.study_id.is_(None))) == 0


def test_curators_killed_at_random_lose_nothing(database_url: str, tmp_path: Path, content: Callable[..., str]) -> None:
    """80 acknowledged changesets and 12 kills."""
    _torture(database_url, tmp_path, content, changesets=80, kills=12)


@pytest.mark.torture
def test_curators_killed_at_random_lose_nothing_in_the_long_run(
    database_url: str, tmp_path: Path, content: Callable[..., str]
) -> None:
    """2,000 acknowledged changesets and 200 kills."""
    _torture(database_url, tmp_path, content, changesets=2000, kills=200)


def _torture(url: str, folder: Path, content: Callable[..., str], *, changesets: int, kills: int) -> None:
    with open_store(url) as store:
        shipped = verify(store, folder, content)
    told = run(url, folder, changesets, kills)
    with open_store(url) as store:
        last = verify(store, folder, content)
    found = examine(url)
    assert found.sound, found
    assert told["acknowledged"] >= changesets
    assert told["kills"] >= kills
    assert told["inside"] >= kills // 4  # kills that hit nobody at work would show nothing
    # beyond what was acknowledged there can be what a curator was killed right after, one for each of them
    assert 0 <= last - shipped - told["acknowledged"] <= told["kills"] + 8
    print(  # noqa: T201 - `make torture` shows it
        f"{'postgresql' if '://' in url else 'sqlite'}: "
        f"{told['acknowledged']} changesets acknowledged, {last - shipped} in the ledger, {told['kills']} kills, "
        f"{told['inside']} of them inside a transaction, {told['seconds']} s"
    )


_AMEND = """
import sys, time
from pathlib import Path
from registry.curation.amend import Amendment, amend
from registry.errors import Conflict
from registry.store import open_store
url, key, digest, value, folder = sys.argv[1:]
with open_store(url) as store:
    Path(folder, value).touch()
    while len(list(Path(folder).iterdir())) < 4:
        time.sleep(0.01)
    try:
        with store.transaction(f"curator {value}", "at once") as transaction:
            amend(transaction, [Amendment(key, {"hr": value}, digest)])
    except Conflict as conflict:
        print(conflict)
        sys.exit(conflict.exit_code)
print("stored", value)
"""


def test_of_amendments_of_one_version_at_once_one_is_stored(
    store: Store, database_url: str, tmp_path: Path, record: Callable[..., Any]
) -> None:
    """Four processes amend what all have seen: one is stored, three are refused with both values and exit code 5."""
    from registry.writing import write_estimates

    with store.transaction("Ada", "add") as transaction:
        write_estimates(transaction, [record()])
        key, digest = next(iter(transaction.opened.items()))
    ready = tmp_path / "ready"
    ready.mkdir()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _AMEND, database_url, key, digest, value, str(ready)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for value in ("1.5", "1.6", "1.7", "1.8")
    ]
    told = [(process.communicate(timeout=120)[0], process.returncode) for process in running]
    stored = [said.split()[-1] for said, code in told if code == 0]
    refused = [said for said, code in told if code == 5]
    assert (len(stored), len(refused)) == (1, 3), told
    mine = {"1.5", "1.6", "1.7", "1.8"} - set(stored)
    for said in refused:
        assert f"{stored[0]} is stored now" in said
        assert any(value in said for value in mine)
    with store.read() as connection:
        assert verify_ledger(connection) == 3
