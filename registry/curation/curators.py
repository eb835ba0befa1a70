"""Curators as rows: who they are, and what else binds them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.errors import Conflict, NotFound, UsageError
from registry.models import Changeset, Curator
from registry.ordering import natural

if TYPE_CHECKING:
    from registry.ledger import Transaction


@dataclass(frozen=True, slots=True)
class CuratorFacts:
    """A curator: `registered` by the team or known from changes only; how many `changesets`, the first and the last."""

    name: str
    orcid: str | None
    competing_interests: str | None
    registered: bool
    changesets: int
    first: str | None
    last: str | None


def add_curator(
    transaction: Transaction, name: str, *, orcid: str | None = None, competing_interests: str | None = None
) -> bool:
    """Register a curator, or fill in what was not known of one; give whether anything changed.

    UsageError for a name that is none or an ORCID iD whose check digit is wrong, Conflict for another value of a
    registered curator or an ORCID iD that somebody else has.
    """
    connection = transaction.connection
    plain = " ".join(name.split())
    if not plain or not plain.isprintable():
        raise UsageError(f"{name!r} is no name of a curator", "give the name that signs changes, such as Ada Lovelace")
    given = {"orcid": orcid_of(orcid), "competing_interests": (competing_interests or "").strip() or None}
    _refuse_shared_orcid(connection, plain, given["orcid"])
    row = connection.execute(sa.select(Curator.__table__).where(Curator.name == plain)).one_or_none()
    stored = row._asdict() if row is not None else {"orcid": None, "competing_interests": None, "registered": False}
    for field, value in given.items():
        if value is not None and stored[field] is not None and stored[field] != value and field == "orcid":
            raise Conflict(
                f"{plain} has the ORCID iD {stored[field]} already, not {value}", hint="undo the changeset that gave it"
            )
    after = {field: value if value is not None else stored[field] for field, value in given.items()}
    after["registered"] = True
    if row is None:
        number = transaction.next_id("curator")
        connection.execute(sa.insert(Curator), {"id": number, "name": plain, **after})
    else:
        connection.execute(sa.update(Curator).where(Curator.name == plain).values(**after))
    changed = [field for field in after if after[field] != stored[field]]
    for field in changed:
        transaction.change("curator", plain, field, stored[field], after[field])
    return bool(changed)


def _refuse_shared_orcid(connection: sa.Connection, name: str, orcid: str | None) -> None:
    if orcid is None:
        return
    other = connection.execute(sa.select(Curator.name).where(Curator.orcid == orcid, Curator.name != name)).scalar()
    if other is not None:
        raise Conflict(f"the ORCID iD {orcid} is that of {other}", hint="one person, one name: sign as that curator")


_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])", re.IGNORECASE)


def orcid_of(given: str | None) -> str | None:
    """Give an ORCID iD as 0000-0002-1825-0097 from itself or its address; None for nothing.

    UsageError unless its last sign is the check digit of the others (ISO/IEC 7064:2003, MOD 11-2).
    """
    if given is None or not given.strip():
        return None
    found = _ORCID.fullmatch(given.strip())
    if found is None:
        raise UsageError(f"{given!r} is not an ORCID iD", "expected such as 0000-0002-1825-0097")
    digits = "".join(found.groups()).upper()
    if check_digit(digits[:-1]) != digits[-1]:
        raise UsageError(
            f"{given.strip()} is not an ORCID iD: its check digit would be {check_digit(digits[:-1])}",
            "compare it with the curator's page on orcid.org",
        )
    return "-".join(digits[place : place + 4] for place in range(0, 16, 4))


def check_digit(digits: str) -> str:
    """Give the check digit of a row of digits by ISO/IEC 7064:2003, MOD 11-2: 0 to 9, or X for ten."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    found = (12 - total % 11) % 11
    return "X" if found == 10 else str(found)


def curators(connection: sa.Connection, name: str | None = None) -> tuple[CuratorFacts, ...]:
    """Tell of all curators by name, or of one. NotFound names the nearest."""
    counts = (sa.func.count(Changeset.number), sa.func.min(Changeset.at), sa.func.max(Changeset.at))
    columns = (Curator.name, Curator.orcid, Curator.competing_interests, Curator.registered)
    query = sa.select(*columns, *counts).outerjoin(Changeset, Changeset.curator_id == Curator.id)
    rows = [CuratorFacts(*row) for row in connection.execute(query.group_by(Curator.id, *columns))]
    found = sorted(rows, key=lambda each: natural(each.name))
    if name is None:
        return tuple(found)
    wanted = " ".join(name.split()).casefold()
    matching = tuple(each for each in found if each.name.casefold() == wanted)
    if not matching:
        near = get_close_matches(name, [each.name for each in found], n=3, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else "see: evireg curator list"
        raise NotFound(f"there is no curator {name!r}", hint)
    return matching
