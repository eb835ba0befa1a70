"""The rules of one registry, kept in it: what they may be, and who may change them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.errors import NotFound, UsageError
from registry.ledger import REQUIRE_CURATOR
from registry.models import Curator, Setting

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: Name → its meaning; each is "true" or "false", and "false" until it is set.
SETTINGS = {REQUIRE_CURATOR: "changes are taken only from curators who are registered"}


def settings(connection: sa.Connection) -> dict[str, str]:
    """Give the value of every setting."""
    stored = {row.name: row.value for row in connection.execute(sa.select(Setting.name, Setting.value))}
    return {**dict.fromkeys(SETTINGS, "false"), **stored}


def setting(connection: sa.Connection, name: str) -> str:
    """Give the value of one setting. NotFound names the nearest."""
    found = settings(connection)
    if name not in found:
        near = get_close_matches(name, found, n=3, cutoff=0.5) or sorted(found)
        raise NotFound(f"there is no setting {name!r}", f"there is {', '.join(near)}")
    return found[name]


def configure(transaction: Transaction, name: str, value: str) -> bool:
    """Set a setting; give whether it is another than before.

    UsageError for a value it cannot have, and when a curator who is not registered demands registered ones.
    """
    connection = transaction.connection
    before = setting(connection, name)
    after = value.strip().casefold()
    if name not in SETTINGS:
        raise UsageError(f"{name} is set by the commands it is about", "see: evireg config list")
    if after not in ("true", "false"):
        raise UsageError(f"{name} is true or false, not {value!r}", f"give evireg config set {name} true")
    if after == before:
        return False
    if name == REQUIRE_CURATOR and after == "true":
        _refuse_lockout(transaction)
    connection.execute(sa.delete(Setting).where(Setting.name == name))
    connection.execute(sa.insert(Setting), {"name": name, "value": after})
    transaction.change("setting", name, "value", before, after)
    return True


def _refuse_lockout(transaction: Transaction) -> None:
    """Refuse to lock the one who asks out."""
    registered = sa.select(Curator.id).where(Curator.name == transaction.curator, Curator.registered)
    if not transaction.connection.execute(registered).first():
        raise UsageError(
            f"{transaction.curator} is not registered and would be locked out",
            f"register first: evireg curator add '{transaction.curator}'",
        )
