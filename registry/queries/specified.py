"""Whether the ledger proves that a query is older than the evidence it uses.

A query is prespecified when its author names the protocol it was written in, such as a PROSPERO record. The proof is of
one kind only: the changeset that saved this definition with this protocol came before the changeset that entered an
estimate. Everything else rests on the author's word; where no protocol is named, there is not even that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded_queries import query_fault, told_versions
from registry.errors import VerificationFailed
from registry.models import Change, evidence
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from registry.queries.saved import Saved


@dataclass(frozen=True, slots=True)
class Specified:
    """What the ledger says: `protocol`, the `changeset` that saved the query so, and how much evidence is younger.

    `entered_later` of the `used` estimates were entered after that changeset.
    """

    protocol: str | None
    changeset: int
    used: int
    entered_later: int

    @property
    def post_hoc(self) -> bool:
        """Whether no protocol is named."""
        return self.protocol is None

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {
            "protocol": self.protocol,
            "post_hoc": self.post_hoc,
            "changeset": self.changeset,
            "used": self.used,
            "entered_later": self.entered_later,
            "said": self.said,
        }

    @property
    def said(self) -> str:
        """Say it in a sentence, without a full stop."""
        some = f"{self.entered_later} of the {self.used} estimates used were entered"
        if self.protocol is None:
            return f"no protocol is named; the query was saved in changeset {self.changeset}"
        saved = f"prespecified ({self.protocol}): saved in changeset {self.changeset}"
        if self.entered_later == 0:
            return f"{saved}, after every estimate used was entered: that it is older rests on the protocol alone"
        return f"{saved}, before {some}"


def specified(connection: sa.Connection, saved: Saved, keys: Collection[str]) -> Specified:
    """Compare the changeset that first saved this definition and protocol with those that entered estimates.

    `keys` are the estimates used. Raises VerificationFailed when the stored query is not what the ledger says of it.
    """
    since = first_saved(connection, saved)
    entered = entered_in(connection, keys)
    later = sum(number > since for number in entered.values())
    return Specified(saved.prespecified, since, len(keys), later)


def first_saved(connection: sa.Connection, saved: Saved) -> int:
    """Give the first changeset that saved this definition with this protocol under this name, out of the ledger."""
    if fault := query_fault(connection, saved.name):
        raise VerificationFailed(fault, "it was changed behind the program's back: restore it from a backup")
    told = list(told_versions(connection, saved.name))
    [mine] = [each for each in told if each["version"] == str(saved.version)]
    same = ("definition", "prespecified")
    return min(int(each["changeset"]) for each in told if all(each[name] == mine[name] for name in same))


def entered_in(connection: sa.Connection, keys: Collection[str]) -> dict[str, int]:
    """Give the changeset that entered each estimate, whatever it was called then."""
    found: dict[str, int] = {}
    called = {key: key for key in keys}
    while called:
        first = sa.select(evidence.c.key, sa.func.min(evidence.c.valid_from).label("first")).group_by(evidence.c.key)
        opened = {
            row.key: row.first for row in select_in(connection, first, evidence.c.key, sorted(set(called.values())))
        }
        found |= {key: opened[name] for key, name in called.items() if name in opened}
        before = _called_before(connection, opened)
        called = {key: before[name] for key, name in called.items() if name in before}
    return found


def _called_before(connection: sa.Connection, opened: Mapping[str, int]) -> dict[str, str]:
    """Give what estimates were called before the changeset that opened their keys, if it renamed them."""
    renamed = sa.select(Change.changeset, Change.key, Change.after).where(
        Change.entity == "estimate", Change.field == "key"
    )
    rows = select_in(connection, renamed, Change.changeset, sorted(set(opened.values())))
    return {row.after: row.key for row in rows if row.after is not None and opened.get(row.after) == row.changeset}
