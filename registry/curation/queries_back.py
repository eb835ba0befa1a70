"""Put back what a changeset did to a saved query: by a further version, as everything that happens to a query."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.curation.recorded import net
from registry.models import SavedQuery

if TYPE_CHECKING:
    from registry.curation.reversal import Changes, Reversal

_FIELDS = ("definition", "description", "prespecified", "removed")
_JSON = ("definition", "removed")


def query(back: Reversal, key: str, recorded: Changes) -> None:
    """Add the version that says what was said before the changeset; of a query it saved first, that it is removed."""
    connection, changes = back.desk.connection, net(recorded)
    last = sa.select(SavedQuery.__table__).where(SavedQuery.name == key).order_by(SavedQuery.version.desc()).limit(1)
    row = connection.execute(last).one()._asdict()
    before, after = changes["version"]
    if not back.still("query", key, "version", row["version"], int(str(after))):
        return
    fields = {name: changes[name][0] for name in _FIELDS if name in changes}
    wanted = {name: json.loads(text) if name in _JSON and text else text for name, text in fields.items()}
    if before is None:
        wanted = {"removed": True}
    number, version = back.desk.transaction.next_id("saved_query"), row["version"] + 1
    new = {**row, **wanted, "id": number, "version": version, "changeset": back.desk.transaction.number}
    connection.execute(sa.insert(SavedQuery), new)
    back.desk.transaction.change("query", key, "version", row["version"], version)
    for name in _FIELDS:
        if new[name] != row[name]:
            back.desk.transaction.change("query", key, name, row[name], new[name])
