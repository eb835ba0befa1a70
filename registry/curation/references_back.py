"""Put back what a changeset did to references: records imported, pairs decided, decisions of reviewers, links."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded import net
from registry.errors import NotFound
from registry.literature.screening import SETTLEMENT
from registry.models import Curator, DoubtfulPair, Reference, Report, Screening

if TYPE_CHECKING:
    from registry.curation.reversal import Changes, Reversal


def _id(connection: sa.Connection, key: str | None) -> int | None:
    return connection.execute(sa.select(Reference.id).where(Reference.key == key)).scalar()


def _there(connection: sa.Connection, key: str) -> int:
    number = _id(connection, key)
    if number is None:
        raise NotFound(f"the reference {key} is not there any more", "import it again")
    return number


def reference(back: Reversal, key: str, recorded: Changes) -> None:
    """Take an imported record out or in again; put back what it repeats and which report it is."""
    changes = net(recorded)
    before, after = changes.pop("record", ("", ""))
    if after is None and before:
        _bring_back(back, key, before)
    number = _there(back.desk.connection, key)
    if changes:
        _put_back(back, key, number, changes)
    if before is None:
        _take_out(back, key, number, str(after))


def _bring_back(back: Reversal, key: str, record: str) -> None:
    connection = back.desk.connection
    said = json.loads(record)
    number = back.desk.transaction.next_id("reference")
    said["duplicate_of"] = _id(connection, said.get("duplicate_of"))
    connection.execute(sa.insert(Reference), {"id": number, "key": key, **said})
    back.desk.transaction.change("reference", key, "record", None, record)


def _take_out(back: Reversal, key: str, number: int, record: str) -> None:
    """Delete a record that nothing rests on; what does is an obstacle."""
    connection = back.desk.connection
    resting = {
        "a decision of a reviewer": sa.select(Screening.id).where(Screening.reference_id == number),
        "a record that repeats it": sa.select(Reference.id).where(Reference.duplicate_of == number),
        "a doubtful pair": sa.select(DoubtfulPair.first).where(
            sa.or_(DoubtfulPair.first == number, DoubtfulPair.second == number)
        ),
    }
    used = [what for what, query in resting.items() if connection.execute(query.limit(1)).first()]
    for what in used:
        back.obstacles.used("reference", key, what)
    if not used:
        connection.execute(sa.delete(Reference).where(Reference.id == number))
        back.desk.transaction.change("reference", key, "record", record, None)


def _put_back(back: Reversal, key: str, number: int, changes: dict[str, tuple[str | None, str | None]]) -> None:
    connection = back.desk.connection
    repeated = sa.select(Reference.key).where(Reference.id == _of(Reference.duplicate_of, number)).scalar_subquery()
    report = sa.select(Report.key).where(Report.id == _of(Reference.report_id, number)).scalar_subquery()
    rule = _of(Reference.duplicate_by, number)
    row = connection.execute(sa.select(repeated, rule, report)).one()
    now = dict(zip(("duplicate_of", "duplicate_by", "report"), row, strict=True))
    if not back.untouched("reference", key, now, {name: after for name, (_, after) in changes.items()}):
        return
    wanted = {**now, **{name: before for name, (before, _) in changes.items()}}
    values = {
        "duplicate_of": _id(connection, wanted["duplicate_of"]),
        "duplicate_by": wanted["duplicate_by"],
        "report_id": connection.execute(sa.select(Report.id).where(Report.key == wanted["report"])).scalar(),
    }
    connection.execute(sa.update(Reference).where(Reference.id == number).values(**values))
    _record(back, "reference", key, now, wanted)


def _of(column: Any, number: int) -> Any:
    return sa.select(column).where(Reference.id == number).scalar_subquery()


def _record(back: Reversal, entity: str, key: str, now: dict[str, Any], wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if value != now[name]:
            back.desk.transaction.change(entity, key, name, now[name], value)


def doubtful_pair(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back a doubtful pair, or what was decided about it."""
    connection, changes = back.desk.connection, net(recorded)
    first, second = (_there(connection, each) for each in key.split(" and "))
    place = sa.and_(DoubtfulPair.first == first, DoubtfulPair.second == second)
    row = connection.execute(sa.select(DoubtfulPair.reason, DoubtfulPair.same).where(place)).one_or_none()
    now = {"reason": None, "same": None} if row is None else {"reason": row.reason, "same": _word(row.same)}
    if not back.untouched("doubtful pair", key, now, {name: after for name, (_, after) in changes.items()}):
        return
    wanted = {**now, **{name: before for name, (before, _) in changes.items()}}
    if wanted["reason"] is None:
        connection.execute(sa.delete(DoubtfulPair).where(place))
    else:
        values = {"reason": wanted["reason"], "same": None if wanted["same"] is None else wanted["same"] == "true"}
        if row is None:
            connection.execute(sa.insert(DoubtfulPair), {"first": first, "second": second, **values})
        else:
            connection.execute(sa.update(DoubtfulPair).where(place).values(**values))
    _record(back, "doubtful pair", key, now, wanted)


def _word(same: bool | None) -> str | None:
    return None if same is None else "true" if same else "false"


def screening(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back a reviewer's decision, or a settlement; or give it back to the record it was about."""
    connection, changes = back.desk.connection, net(recorded)
    named, stage, who = key.split(" ", 2)
    about, left = changes.pop("reference", (named, named))
    held = [Screening.reference_id == _there(connection, str(left)), Screening.stage == stage]
    settles = who == SETTLEMENT
    held += [Screening.settles == settles, *([] if settles else [Curator.name == who])]
    query = sa.select(Screening.id, Screening.decision, Screening.reason, Curator.name.label("reviewer"))
    row = connection.execute(query.join(Curator, Curator.id == Screening.reviewer_id).where(*held)).one_or_none()
    now = dict.fromkeys(("decision", "reason", "reviewer")) if row is None else row._asdict()
    if not back.untouched("screening", key, now, {name: after for name, (_, after) in changes.items()}):
        return
    wanted = {**now, **{name: before for name, (before, _) in changes.items()}}
    if wanted["decision"] is None:
        connection.execute(sa.delete(Screening).where(Screening.id == now.get("id")))
    else:
        _store(back, _there(connection, str(about)), stage, who, wanted)
    if about != left:
        back.desk.transaction.change("screening", key, "reference", left, about)
    _record(back, "screening", key, now, wanted)


def _store(back: Reversal, number: int, stage: str, who: str, wanted: dict[str, Any]) -> None:
    connection, settles = back.desk.connection, who == SETTLEMENT
    reviewer = sa.select(Curator.id).where(Curator.name == (wanted["reviewer"] if settles else who))
    values = {
        "reference_id": number,
        "reviewer_id": connection.execute(reviewer).scalar_one(),
        "decision": wanted["decision"],
        "reason": wanted["reason"],
    }
    if "id" in wanted:
        connection.execute(sa.update(Screening).where(Screening.id == wanted["id"]).values(**values))
    else:
        row = {"id": back.desk.transaction.next_id("screening"), "stage": stage, "settles": settles, **values}
        connection.execute(sa.insert(Screening), row)
