"""Whether evidence, ledger and snapshots agree, and if not, which bucket of which snapshot, or which snapshot.

Three things say what a snapshot holds: the versions of evidence rows, the buckets stored of it, and the root in the
ledger. Where two agree the third was changed: that is how a fault is laid at the right door.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from registry.chain import ledger_faults
from registry.errors import VerificationFailed
from registry.models import Change, Snapshot
from registry.selection.view import no_snapshot
from registry.snapshots.digest import EMPTY, Bucket, root_of
from registry.snapshots.recompute import Compared, recompute
from registry.writing.digest import BUCKETS
from registry.writing.verify import row_faults

#: How many snapshots or buckets a fault names one by one.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared and found right: changesets, versions of estimates, snapshots."""

    changesets: int
    versions: int
    snapshots: int


def verify_snapshots(connection: sa.Connection, name: str | None = None) -> Verified:
    """Check chain, digests of rows, and every snapshot, or one; VerificationFailed names all that differ.

    NotFound for a name that neither a snapshot nor the ledger has.
    """
    changesets, of_ledger = ledger_faults(connection)
    versions, of_rows = row_faults(connection)
    count, of_snapshots = snapshot_faults(connection, name)
    if faults := [*of_rows, *of_ledger, *of_snapshots]:
        raise VerificationFailed.of(faults)
    return Verified(changesets, versions, count)


def snapshot_faults(connection: sa.Connection, name: str | None = None) -> tuple[int, list[str]]:
    """Give how many snapshots there are (or 1, with a name), and what is wrong with them."""
    rows = list(connection.execute(sa.select(Snapshot.__table__).order_by(Snapshot.id)))
    recorded = _recorded(connection)
    if name is not None and name not in {row.name for row in rows} | {each for _, each in recorded}:
        raise no_snapshot(connection, name)
    faults = _unlike_ledger(rows, recorded, name)
    checks = [_Check(row, recorded.get((row.recorded, row.name), {}).get("root", row.root)) for row in rows]
    strangers: set[int] = set()
    if rows:
        order = sorted(range(len(rows)), key=lambda place: rows[place].changeset)
        for compared in recompute(connection, [rows[place].changeset for place in order]):
            _compare(compared, [checks[place] for place in order])
            strangers |= compared.stored.keys() - {row.id for row in rows}
    asked = [check for check in checks if name in (None, check.row.name)]
    faults += _of_evidence(asked) + [fault for check in asked for fault in check.of_buckets()]
    faults += [f"buckets are stored of a snapshot that is not there (its number is {each})" for each in strangers]
    return len(asked), faults


@dataclass(slots=True)
class _Check:
    """One snapshot: what it stores, what the evidence gives, and what differs."""

    row: sa.Row[Any]
    root: str
    computed: list[Bucket] = field(default_factory=list)
    effective: list[Bucket] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def evidence_holds(self) -> bool:
        return root_of(self.computed) == self.root

    @property
    def unlike(self) -> list[int]:
        """Buckets that the evidence gives otherwise than they are stored."""
        return [number for number in range(BUCKETS) if self.computed[number].digest != self.effective[number].digest]

    def of_buckets(self) -> list[str]:
        """Give what is wrong with the stored buckets; nothing can be said of them where all else is in doubt."""
        if self.evidence_holds:
            count = sum(bucket.estimates for bucket in self.computed)
            wrong = [f"snapshot {self.row.name} has {count} estimates, not {self.row.estimates}"]
            return self.wrong + (wrong if count != self.row.estimates else [])
        if root_of(self.effective) == self.root:
            return []
        said = f"snapshot {self.row.name} is neither what the evidence gives nor what its buckets give"
        return [f"{said}: its root, its changeset, or both were changed ({_listed('bucket', self.unlike)})"]


def _compare(compared: Compared, checks: Sequence[_Check]) -> None:
    """Take up one bucket, for snapshots in the order of their changesets: what is stored too much, not, or other."""
    before: Bucket | None = None
    effective = EMPTY
    for check, bucket in zip(checks, compared.computed, strict=True):
        found = compared.stored.get(check.row.id)
        effective = found or effective
        wanted = bucket if bucket != before else None
        if found != wanted:
            what = "was added" if wanted is None else "was deleted" if found is None else "was changed"
            check.wrong.append(f"bucket {compared.number} of snapshot {check.row.name} {what}")
        check.computed.append(bucket)
        check.effective.append(effective)
        before = bucket


def _of_evidence(checks: Sequence[_Check]) -> list[str]:
    """Name the buckets whose evidence is not what the snapshots say, each with the snapshots that say so."""
    found: dict[int, list[str]] = defaultdict(list)
    for check in checks:
        if not check.evidence_holds and root_of(check.effective) == check.root:
            for number in check.unlike:
                found[number].append(check.row.name)
    return [
        f"bucket {number}: the evidence is not what it was by {_listed('snapshot', names)}"
        for number, names in sorted(found.items())
    ]


def _listed(what: str, items: Sequence[Any]) -> str:
    shown = ", ".join(map(str, items[:_NAMED]))
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return f"{what}{'s' if len(items) != 1 else ''} {shown}{more}" if items else f"no {what}"


#: Number of the changeset and name → what the ledger says of a snapshot, by field.
_Recorded = Mapping[tuple[int, str], Mapping[str, Any]]


def _recorded(connection: sa.Connection) -> _Recorded:
    query = sa.select(Change.changeset, Change.key, Change.field, Change.after).where(Change.entity == "snapshot")
    found: dict[tuple[int, str], dict[str, Any]] = defaultdict(dict)
    for changeset, name, what, after in connection.execute(query):
        found[changeset, name][what] = after if what == "root" or after is None else json.loads(after)
    return found


def _unlike_ledger(rows: Sequence[sa.Row[Any]], recorded: _Recorded, name: str | None) -> list[str]:
    """Compare the rows of snapshots with what the ledger recorded of them when they were taken."""
    faults = []
    there = {(row.recorded, row.name) for row in rows}
    for changeset, lost in recorded.keys() - there:
        faults.append(f"snapshot {lost} is gone: changeset {changeset} recorded it")
    before = None
    for row in rows:
        said = recorded.get((row.recorded, row.name))
        if said is None:
            faults.append(f"snapshot {row.name} was added: changeset {row.recorded} does not tell of it")
        elif differing := [each for each in ("root", "changeset", "estimates") if said.get(each) != getattr(row, each)]:
            faults.append(f"snapshot {row.name} is not what the ledger says: {', '.join(differing)} was changed")
        if row.parent_id != before:
            faults.append(f"snapshot {row.name} does not follow the snapshot before it: its parent was changed")
        before = row.id
    return [fault for fault in sorted(faults) if name is None or f"snapshot {name} " in fault]
