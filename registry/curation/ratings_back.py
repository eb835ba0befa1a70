"""Put back what a changeset did to a rating of certainty."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.curation.recorded import net
from registry.curation.recorded_ratings import ENTITY, stored
from registry.models import Curator, Rating

if TYPE_CHECKING:
    from registry.curation.recorded_ratings import Told
    from registry.curation.reversal import Changes, Reversal


def rating(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back a rating as it was before, with who gave it and on what; one that was new goes."""
    connection, changes = back.desk.connection, net(recorded)
    number, now = stored(connection, key)
    if not back.untouched(ENTITY, key, now, {name: after for name, (_, after) in changes.items()}):
        return
    wanted = {**now, **{name: before for name, (before, _) in changes.items()}}
    if number is not None:
        connection.execute(sa.delete(Rating).where(Rating.id == number))
    if wanted["judgement"] is not None:
        number = back.desk.transaction.next_id("rating") if number is None else number
        connection.execute(sa.insert(Rating), _row(connection, number, key, wanted))
    for name, value in wanted.items():
        if value != now[name]:
            back.desk.transaction.change(ENTITY, key, name, now[name], value)


def _row(connection: sa.Connection, number: int, key: str, wanted: Told) -> dict[str, object]:
    query, _, domain = key.rpartition(" ")
    basis = json.loads(str(wanted["basis"]))
    curator = connection.execute(sa.select(Curator.id).where(Curator.name == basis.pop("curator"))).scalar_one()
    said = {name: wanted[name] for name in ("judgement", "reason")}
    return {"id": number, "query": query, "domain": domain, "curator_id": curator, **said, **basis}
