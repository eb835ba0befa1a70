"""Curators at work at once on one registry, killed at random: `curators.py URL FOLDER CHANGESETS KILLS SEED`.

A nursery forks eight curators, each a process with a connection of its own, which import files, add, amend, declare
overlaps, retract and take snapshots. After its transaction has returned, a curator writes number and content of the
changeset to its log and has that reach the disk: from then on the changeset is acknowledged. The nursery kills curators
(two out of three times one who is inside a transaction), starts another in each place, and ends when enough is
acknowledged and enough were killed. It prints what happened as JSON.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from registry.curation.amend import Amendment, amend
from registry.database import canonical_json
from registry.errors import Conflict, NotFound
from registry.ingest.load import load
from registry.ledger import Transaction
from registry.models import Cohort, Report, Study, evidence
from registry.record import Record
from registry.snapshots.create import create
from registry.store import Store, open_store
from registry.terms import OverlapKind
from registry.writing import declare_overlap, retract, write_estimates

CURATORS = 8
STUDIES = 40
#: A curator's place in the shared memory: whether inside a transaction, and the count of acknowledged changesets.
PLACE = 8


def content(opened: dict[str, str], closed: dict[str, str], changes: list[tuple[object, ...]]) -> str:
    """Give the digest of what a changeset did, from what it recorded or from what is stored."""
    said = canonical_json([sorted(opened.items()), sorted(closed.items()), [list(change) for change in changes]])
    return hashlib.sha256(said.encode()).hexdigest()


class Desk(Store):
    """A store that shows from outside whether it is inside a transaction, and keeps the last one."""

    shared: mmap.mmap
    place: int
    last: Transaction | None = None

    @contextmanager
    def transaction(self, curator: str, message: str) -> Iterator[Transaction]:
        """Do as the store does."""
        self.last = None
        try:
            with super().transaction(curator, message) as transaction:
                self.shared[self.place] = 1
                yield transaction
            if transaction.changed:
                self.last = transaction
        finally:
            self.shared[self.place] = 0


def work(url: str, folder: Path, shared: mmap.mmap, number: int, seed: int) -> None:
    """Do changeset after changeset until killed."""
    place = number * PLACE
    shared[place] = 0
    made = random.Random(seed)  # noqa: S311 - reproducible, not secret
    with open_store(url) as opened:
        desk = Desk(opened.target, opened.engine)
        desk.shared, desk.place = shared, place
        steps = (add, add, bring, change, change, change, overlap, take_back, remember)
        log = os.open(folder / f"{number}-{seed}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for step in range(1_000_000):
            with suppress(Conflict, NotFound):  # another was first; nothing was stored
                made.choice(steps)(desk, made, f"{number}-{seed}-{step}", folder)
            if desk.last is not None:
                last = desk.last
                line = f"{last.number} {content(last.opened, last.closed, list(last.changes))}\n"
                os.write(log, line.encode())
                os.fsync(log)
                count = int.from_bytes(shared[place + 1 : place + 5], "little") + 1
                shared[place + 1 : place + 5] = count.to_bytes(4, "little")
                desk.last = None


def add(desk: Desk, made: random.Random, name: str, _: Path) -> None:
    """Add one or two estimates, at times to a study that is there, filling in what it does not say."""
    records = [
        Record(
            {
                "study": f"study{(study := made.randrange(STUDIES))}",
                "cohort": made.choice(["all", "validation"]),
                "country": made.choice([None, f"Country {study % 7}"]),
                "year": made.choice([None, 2000 + study % 20]),
                "doi": made.choice([None, f"10.9999/study.{study}"]),
                "factor": "NLR",
                "endpoint": made.choice(["OS", "PFS"]),
                "locator": f"{name}-{row}",
                "est": 2.0,
                "ci_low": 1.0,
                "ci_high": 4.0,
                "ci_level": 95.0,
            }
        )
        for row in range(made.randint(1, 2))
    ]
    with desk.transaction(f"curator {name.partition('-')[0]}", "add") as transaction:
        write_estimates(transaction, records)


def bring(desk: Desk, made: random.Random, name: str, folder: Path) -> None:
    """Import a file of a few rows, with a study characteristic."""
    study = made.randrange(STUDIES)
    rows = [
        f"study{study},Country {study % 7},NLR,{made.choice(['OS', 'PFS'])},{name}-{row},2.0,1.0,4.0,95,{study % 3}"
        for row in range(made.randint(2, 6))
    ]
    path = folder / f"{name}.csv"
    header = "study_key,country,biomarker,endpoint,source_locator,hr,ci_low,ci_high,ci_level,product"
    path.write_text("\n".join([header, *rows]) + "\n")
    load(desk, path, curator=f"curator {name.partition('-')[0]}", attributes=True)


def change(desk: Desk, made: random.Random, name: str, _: Path) -> None:
    """Amend an estimate as it was read before, so that one changed meanwhile is a conflict."""
    with desk.read() as connection:
        live = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
        found = connection.execute(live.order_by(sa.func.random()).limit(1)).first()
    if found is None:
        return
    changes = made.choice(
        [
            {"notes": name},
            {"hr": f"{made.uniform(1.2, 3.8):.2f}", "quote": name},
            {"source_locator": f"moved {name}"},
            {"treatment": name},
            {"n_patients": str(made.randint(50, 500)), "design": made.choice(["retrospective", "prospective"])},
        ]
    )
    with desk.transaction(f"curator {name.partition('-')[0]}", "amend") as transaction:
        amend(transaction, [Amendment(found.key, changes, found.digest)])


def overlap(desk: Desk, made: random.Random, name: str, _: Path) -> None:
    """Declare that two cohorts share patients."""
    with desk.read() as connection:
        cohorts = [f"{study}/{key}" for study, key in connection.execute(sa.select(Study.key, Cohort.key).join(Study))]
    if len(cohorts) < 2:
        return
    one, other = made.sample(cohorts, 2)
    kind = made.choice([OverlapKind.PARTIAL, OverlapKind.DISMISSED])
    with desk.transaction(f"curator {name.partition('-')[0]}", "overlap") as transaction:
        declare_overlap(transaction, one, other, kind, name)


def take_back(desk: Desk, made: random.Random, name: str, _: Path) -> None:
    """Retract a report, now and then."""
    with desk.read() as connection:
        reports = list(connection.execute(sa.select(Report.key).where(sa.not_(Report.retracted))).scalars())
    if reports and made.random() < 0.3:
        with desk.transaction(f"curator {name.partition('-')[0]}", "retract") as transaction:
            retract(transaction, made.choice(reports), name)


def remember(desk: Desk, _: random.Random, name: str, __: Path) -> None:
    """Take a snapshot."""
    with desk.transaction(f"curator {name.partition('-')[0]}", "snapshot") as transaction:
        create(transaction, f"snapshot-{name}")


class Nursery:
    """Keeps eight curators at work: `running` maps a curator's number to its process."""

    def __init__(self, url: str, folder: Path) -> None:
        self.running: dict[int, int] = {}
        self._url, self._folder, self._born = url, folder, 0
        self._shared = mmap.mmap(-1, CURATORS * PLACE)

    def start(self, number: int) -> None:
        """Fork a curator, with a seed nobody had before."""
        self._born += 1
        child = os.fork()
        if child == 0:
            try:
                work(self._url, self._folder, self._shared, number, self._born)
            except BaseException:
                sys.excepthook(*sys.exc_info())
            os._exit(1)
        self.running[number] = child

    def kill(self, number: int) -> bool:
        """Kill a curator, and say whether inside a transaction."""
        inside = bool(self._shared[number * PLACE])
        os.kill(self.running[number], signal.SIGKILL)
        os.waitpid(self.running.pop(number), 0)
        return inside

    def inside(self) -> list[int]:
        """Give the curators who are inside a transaction."""
        return [number for number in self.running if self._shared[number * PLACE]]

    def failed(self) -> list[int]:
        """Give the curators who ended: nobody ends by itself."""
        return [number for number, child in self.running.items() if os.waitpid(child, os.WNOHANG)[0]]

    def acknowledged(self) -> int:
        """Count what all of them acknowledged so far."""
        places = (number * PLACE + 1 for number in range(CURATORS))
        return sum(int.from_bytes(self._shared[place : place + 4], "little") for place in places)


def main() -> None:
    """Keep curators at work, kill them, evenly over the changesets wanted, and tell what happened."""
    url, folder, (changesets, kills, seed) = sys.argv[1], Path(sys.argv[2]), map(int, sys.argv[3:6])
    made = random.Random(seed)  # noqa: S311
    nursery = Nursery(url, folder)
    started, killed, inside = time.monotonic(), 0, 0
    for number in range(CURATORS):
        nursery.start(number)
    while killed < kills or nursery.acknowledged() < changesets:
        time.sleep(made.uniform(0.0, 0.004))
        if nursery.failed() or time.monotonic() - started > 1200:
            sys.exit("a curator failed, or time is up")
        if killed == kills or nursery.acknowledged() < killed * changesets // kills:
            continue
        at_work = nursery.inside()
        if not at_work and made.random() < 0.95:  # often between two: wait for one who is at work
            continue
        victim = made.choice(at_work) if at_work and made.random() < 0.67 else made.randrange(CURATORS)
        inside += nursery.kill(victim)
        killed += 1
        nursery.start(victim)
    for number in list(nursery.running):  # those still at work are killed as well
        nursery.kill(number)
    told = {"acknowledged": nursery.acknowledged(), "kills": killed, "inside": inside}
    print(json.dumps({**told, "seconds": round(time.monotonic() - started, 1)}))  # noqa: T201


if __name__ == "__main__":
    main()
