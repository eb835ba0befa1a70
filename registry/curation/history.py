"""What became of a thing: every version, field by field, who changed it, when and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.columns import BY_NAME
from registry.curation.recorded import changesets
from registry.curation.targets import Target, find_target
from registry.errors import NotFound
from registry.models import Change, Changeset, Cohort, Curator, Estimate, Overlap, Report, Study, evidence
from registry.vocabulary import KINDS, Vocabulary, fold
from registry.writing.bulk import select_in

#: What a version is told by beside its fields, or follows from them digit by digit.
_NOT_TOLD = frozenset({"digest"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one thing before and after; None for nothing."""

    entity: str
    key: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Event:
    """What one changeset did to a thing: it `happened` (entered, changed, taken away, …), and its changes.

    `estimates` counts the estimates of a study, cohort, report or name that have a new version by it.
    """

    changeset: int
    at: str
    curator: str
    message: str
    happened: str
    changes: tuple[FieldChange, ...]
    estimates: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """The events of a thing, oldest first: its `kind`, its `key` now, every key it had, and whether it is `live`."""

    kind: str
    key: str
    keys: tuple[str, ...]
    live: bool
    events: tuple[Event, ...]


def history(connection: sa.Connection, key: str) -> History:
    """Tell the history of an estimate, cohort, study, report, of a name of the vocabulary, or of a curator.

    What is not live any more is found too, and an estimate by every key it had. NotFound names the nearest keys.
    """
    wanted = key.strip()
    if connection.execute(sa.select(evidence.c.id).where(evidence.c.key == wanted).limit(1)).first():
        return _of_estimate(connection, wanted)
    try:
        target = find_target(connection, wanted)
    except NotFound as error:
        found = _of_name(connection, wanted) or _of_gone(connection, wanted)
        if found is None:
            raise NotFound(f"nothing here has or had the key {wanted!r}", error.hint) from None
        return found
    return _of_thing(connection, target)


def _of_estimate(connection: sa.Connection, key: str) -> History:
    keys = _all_keys(connection, key)
    query = sa.select(evidence).where(evidence.c.key.in_(keys)).order_by(evidence.c.valid_from, evidence.c.id)
    versions = _line(key, [row._asdict() for row in connection.execute(query)])
    numbers = {row["valid_from"] for row in versions} | {row["valid_to"] for row in versions} - {None}
    told = _told(connection, numbers)
    events: list[Event] = []
    before: Mapping[str, Any] | None = None
    for row in versions:
        if before is not None and before["valid_to"] != row["valid_from"]:
            events.append(_event(told[before["valid_to"]], "taken away", ()))
            before = None
        happened = "changed" if before else ("brought back" if events else "entered")
        events.append(_event(told[row["valid_from"]], happened, _differences(before, row)))
        before = row
    last = versions[-1]
    if last["valid_to"] is not None:
        events.append(_event(told[last["valid_to"]], "taken away", ()))
    had = dict.fromkeys((key, *(row["key"] for row in versions)))
    return History("estimate", str(last["key"]), tuple(had), last["valid_to"] is None, tuple(events))


def _line(key: str, versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the versions of the one estimate a key means, oldest first.

    A key that an estimate gave up for another can be taken by a new one: then it means the new one.
    """
    lines: list[list[dict[str, Any]]] = []
    for row in versions:
        ended = [line for line in lines if line[-1]["valid_to"] is not None]
        going_on = [line for line in ended if line[-1]["valid_to"] == row["valid_from"]]
        same = [line for line in ended if line[-1]["key"] == row["key"]]
        found = [line for line in going_on if line in same] or going_on or same
        if found:
            found[-1].append(row)
        else:
            lines.append([row])
    return max(lines, key=lambda line: (line[-1]["key"] == key, any(row["key"] == key for row in line)))


def _all_keys(connection: sa.Connection, key: str) -> list[str]:
    """Give every key an estimate had, by the renames in the ledger, this one first."""
    keys, beyond = [key], [key]
    while beyond:
        renames = sa.select(Change.key, Change.after).where(Change.entity == "estimate", Change.field == "key")
        forth = connection.execute(renames.where(Change.key.in_(beyond))).all()
        back = connection.execute(renames.where(Change.after.in_(beyond))).all()
        beyond = sorted({name for row in (*forth, *back) for name in row if name is not None} - set(keys))
        keys += beyond
    return keys


def _differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Give what is in one version and not so in the one before, contract columns first, then characteristics."""
    was = {} if before is None else {**before, **before["attributes"]}
    now = {**after, **after["attributes"]}
    names = [*BY_NAME, *sorted({*(before or {}).get("attributes", {}), *after["attributes"]})]
    return tuple(
        FieldChange("estimate", str(after["key"]), name, was.get(name), now.get(name))
        for name in names
        if name not in _NOT_TOLD and was.get(name) != now.get(name)
    )


def _of_thing(connection: sa.Connection, target: Target) -> History:
    """Tell of a cohort, study or report: what the ledger says of it, and which changesets touched its estimates."""
    names = _ledger_names(connection, target)
    touched = _touched(connection, target)
    events = _ledger_events(connection, names, touched)
    keys = sorted({key for entity, key in names if entity == target.kind} - {target.key})
    return History(target.kind, target.key, (target.key, *keys), True, events)


def _ledger_names(connection: sa.Connection, target: Target) -> list[tuple[str, str]]:
    """Give (entity, key) under which the ledger speaks of a thing and what it is known by."""
    names = [(target.kind, target.key)]
    if target.kind in ("study", "report") and target.report is not None:
        key = connection.execute(sa.select(Report.key).where(Report.id == target.report)).scalar_one()
        names += [("report", each) for each in _report_keys(connection, key)]
    if target.kind in ("study", "cohort"):
        column = Cohort.study_id if target.kind == "study" else Cohort.id
        query = sa.select(Cohort.id, Study.key, Cohort.key).join(Study).where(column == target.id)
        cohorts = {number: f"{study}/{cohort}" for number, study, cohort in connection.execute(query)}
        names += [("cohort", key) for key in cohorts.values()]
        names += [("overlap", key) for key in _overlap_keys(connection, cohorts)]
    return list(dict.fromkeys(names))


def _report_keys(connection: sa.Connection, key: str) -> list[str]:
    keys, beyond = [key], [key]
    while beyond:
        query = sa.select(Change.key).where(
            Change.entity == "report", Change.field == "key", Change.after.in_(beyond), Change.key.not_in(keys)
        )
        beyond = list(dict.fromkeys(connection.execute(query).scalars()))
        keys += beyond
    return keys


def _overlap_keys(connection: sa.Connection, cohorts: Mapping[int, str]) -> list[str]:
    keys = []
    for column, other in ((Overlap.cohort_a, Overlap.cohort_b), (Overlap.cohort_b, Overlap.cohort_a)):
        query = sa.select(column, Study.key, Cohort.key).join(Cohort, Cohort.id == other).join(Study)
        for number, study, cohort in select_in(connection, query, column, sorted(cohorts)):
            pair = (cohorts[number], f"{study}/{cohort}")
            keys.append(" and ".join(pair if column is Overlap.cohort_a else pair[::-1]))
    return keys


def _touched(connection: sa.Connection, target: Target) -> dict[int, int]:
    """Count the versions of estimates of a study, cohort or report that each changeset opened."""
    counted = sa.select(evidence.c.valid_from, sa.func.count()).group_by(evidence.c.valid_from)
    if target.kind == "study":
        test = evidence.c.study == target.study_key
    elif target.kind == "cohort":
        test = sa.and_(evidence.c.study == target.study_key, evidence.c.cohort == target.key.rpartition("/")[2])
    else:
        owned = sa.select(Study.key).where(Study.report_id == target.id)
        read = sa.select(Estimate.key).where(Estimate.report_id == target.id)
        test = sa.or_(evidence.c.study.in_(owned), evidence.c.key.in_(read))
    return _counts(connection, counted.where(test))


def _counts(connection: sa.Connection, query: sa.Select[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _of_gone(connection: sa.Connection, wanted: str) -> History | None:
    """Tell of a study or cohort that is not there any more, by the estimates it had."""
    study, slash, cohort = wanted.rpartition("/")
    tests = [("study", evidence.c.study == wanted)]
    if slash:
        tests.append(("cohort", sa.and_(evidence.c.study == study, evidence.c.cohort == cohort)))
    for kind, test in tests:
        counted = sa.select(evidence.c.valid_from, sa.func.count()).where(test).group_by(evidence.c.valid_from)
        touched = _counts(connection, counted)
        last = connection.execute(sa.select(sa.func.max(evidence.c.valid_to)).where(test)).scalar()
        if touched and last is not None:
            events = _ledger_events(connection, [(kind, wanted)], {**touched, int(last): touched.get(last, 0)})
            return History(kind, wanted, (wanted,), False, events)
    return None


def _of_name(connection: sa.Connection, wanted: str) -> History | None:
    """Tell of a factor, disease, endpoint, covariate, study characteristic or curator; of anything the ledger names."""
    matched = Vocabulary.load(connection).matched
    names = [(kind, matched[kind][fold(wanted)]) for kind in KINDS if fold(wanted) in matched[kind]]
    entities = connection.execute(sa.select(Change.entity).where(Change.key == wanted).distinct()).scalars()
    names += [(entity, wanted) for entity in entities if (entity, wanted) not in names]
    if connection.execute(sa.select(Curator.id).where(Curator.name == wanted)).first():
        names.append(("curator", wanted))
    if not names:
        return None
    kind, key = names[0]
    touched = _used_by(connection, kind, key)
    live = kind not in KINDS or key in matched[kind].values()
    return History(kind, key, (key,), live, _ledger_events(connection, list(dict.fromkeys(names)), touched))


def _used_by(connection: sa.Connection, kind: str, key: str) -> dict[int, int]:
    if kind not in ("factor", "disease", "endpoint"):
        return {}
    counted = sa.select(evidence.c.valid_from, sa.func.count()).where(evidence.c[kind] == key)
    return _counts(connection, counted.group_by(evidence.c.valid_from))


def _ledger_events(
    connection: sa.Connection, names: Iterable[tuple[str, str]], touched: Mapping[int, int]
) -> tuple[Event, ...]:
    changes: dict[int, list[FieldChange]] = {}
    columns = (Change.id, Change.changeset, Change.entity, Change.key, Change.field, Change.before, Change.after)
    found: list[Any] = []
    for entity, key in names:
        found += connection.execute(sa.select(*columns).where(Change.key == key, Change.entity == entity)).all()
    for row in sorted(found, key=lambda row: row.id):
        changes.setdefault(row.changeset, []).append(FieldChange(*row[2:]))
    told = _told(connection, changes.keys() | touched.keys())
    return tuple(
        _event(row, _happened(number, changes, touched), changes.get(number, ()), touched.get(number, 0))
        for number, row in sorted(told.items())
    )


def _happened(number: int, changes: Collection[int], touched: Mapping[int, int]) -> str:
    if number in changes:
        return "changed"
    return "estimates" if touched.get(number) else "taken away"


def _told(connection: sa.Connection, numbers: Collection[int]) -> dict[int, Any]:
    return {row.number: row for row in select_in(connection, changesets(), Changeset.number, sorted(numbers))}


def _event(row: Any, happened: str, changes: Iterable[FieldChange], estimates: int = 0) -> Event:
    return Event(row.number, row.at, row.curator, row.message, happened, tuple(changes), estimates)
