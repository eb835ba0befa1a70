"""What the database itself refuses: to change, delete or add history behind the program's back.

Evidence rows, changesets, changes and snapshots are written by the changeset being written alone: the one whose hash
still begins with "unfinished". Afterwards nothing but the end of a version (`valid_to`) is ever set. Runs and versions
of saved queries are added and stay; a curator who changed something keeps the name. Whoever owns the database can
remove these triggers; what is changed then is found by verification, which does not rely on them.

On SQLite each is a trigger per row. On PostgreSQL what is written in bulk is checked once per statement, on its
transition table, so that COPY stays quick.
"""

# ruff: noqa: S608 - statements out of our own names and words, no values

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event

from registry.models.base import Base
from registry.models.evidence import evidence

#: Columns of evidence that never change: all but the one that ends a version. In alphabetical order, so that a
#: migration that adds one makes the same statement.
_FIXED = ", ".join(f'"{name}"' for name in sorted({column.name for column in evidence.columns} - {"valid_to"}))

#: Table → the column with the changeset that writes it.
_WRITTEN_BY = {"change": "changeset", "snapshot": "recorded", "saved_query": "changeset"}

#: Tables whose rows never change and never go.
_KEPT = ("change", "snapshot", "snapshot_bucket", "saved_query", "run")

_STAYS = "is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)"
_WRITES = "is written by evireg alone, in a changeset of its own"
_NAME = "a curator who changed something keeps the name"


def _sqlite() -> dict[str, str]:
    def unfinished(number: str) -> str:
        return f"EXISTS (SELECT 1 FROM changeset WHERE number = {number} AND substr(hash, 1, 10) = 'unfinished')"

    def trigger(name: str, when: str, table: str, condition: str, said: str) -> str:
        guard = f" WHEN {condition}" if condition else ""
        # AFTER costs a bulk insert half as much: the wide row is put together once. ABORT takes the statement back.
        moment = "AFTER" if name == "evidence_insert" else "BEFORE"
        return (
            f'CREATE TRIGGER {name} {moment} {when} ON "{table}" FOR EACH ROW{guard}'
            f" BEGIN SELECT RAISE(ABORT, '{table} {said}'); END"
        )

    ended = f"OLD.valid_to IS NOT NULL OR NEW.valid_to IS NULL OR NOT {unfinished('NEW.valid_to')}"
    foreign = f"NOT {unfinished('NEW.valid_from')} OR (NEW.valid_to IS NOT NULL AND NOT {unfinished('NEW.valid_to')})"
    finished = "substr(OLD.hash, 1, 10) <> 'unfinished'"
    bucket = unfinished("(SELECT recorded FROM snapshot WHERE id = NEW.snapshot_id)")
    used = "NEW.name <> OLD.name AND EXISTS (SELECT 1 FROM changeset WHERE curator_id = OLD.id)"
    found = [
        ("evidence_insert", "INSERT", "evidence", foreign, _WRITES),
        ("evidence_update", f"UPDATE OF {_FIXED}", "evidence", "", _STAYS),
        ("evidence_end", "UPDATE OF valid_to", "evidence", ended, _STAYS),
        ("evidence_delete", "DELETE", "evidence", f"NOT {unfinished('OLD.valid_from')}", _STAYS),
        ("changeset_insert", "INSERT", "changeset", "substr(NEW.hash, 1, 10) <> 'unfinished'", _WRITES),
        ("changeset_update", "UPDATE", "changeset", finished, _STAYS),
        ("changeset_delete", "DELETE", "changeset", "", _STAYS),
        ("curator_name", "UPDATE OF name", "curator", used, f"name stays: {_NAME}"),
        ("snapshot_bucket_insert", "INSERT", "snapshot_bucket", f"NOT {bucket}", _WRITES),
    ]
    for table, column in _WRITTEN_BY.items():
        found.append((f"{table}_insert", "INSERT", table, f"NOT {unfinished(f'NEW.{column}')}", _WRITES))
    for table in _KEPT:
        found += [(f"{table}_{verb}", verb.upper(), table, "", _STAYS) for verb in ("update", "delete")]
    return {name: trigger(name, when, table, condition, said) for name, when, table, condition, said in found}


_RAISE = "RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' ||"

_UNFINISHED = "SELECT FROM changeset c WHERE c.number = {} AND left(c.hash, 10) = 'unfinished'"

#: Name → body of the functions PostgreSQL's triggers call; their argument is what to say, or a column.
_FUNCTIONS = {
    "evireg_refuse": f"{_RAISE} TG_ARGV[0];",
    "evireg_evidence_added": f"""
        IF EXISTS (
            SELECT FROM (SELECT valid_from AS n FROM added UNION SELECT valid_to FROM added) a
            WHERE a.n IS NOT NULL AND NOT EXISTS ({_UNFINISHED.format("a.n")})
        ) THEN {_RAISE} '{_WRITES}'; END IF;
        RETURN NULL;""",
    "evireg_evidence_ended": f"""
        IF EXISTS (SELECT FROM gone WHERE valid_to IS NOT NULL) OR EXISTS (
            SELECT FROM (SELECT DISTINCT valid_to AS n FROM added) a
            WHERE a.n IS NULL OR NOT EXISTS ({_UNFINISHED.format("a.n")})
        ) THEN {_RAISE} '{_STAYS}'; END IF;
        RETURN NULL;""",
    "evireg_evidence_removed": f"""
        IF EXISTS (
            SELECT FROM (SELECT DISTINCT valid_from AS n FROM gone) a
            WHERE NOT EXISTS ({_UNFINISHED.format("a.n")})
        ) THEN {_RAISE} '{_STAYS}'; END IF;
        RETURN NULL;""",
    "evireg_written": f"""
        IF NOT EXISTS ({_UNFINISHED.format("(to_jsonb(NEW)->>TG_ARGV[0])::integer")})
        THEN {_RAISE} '{_WRITES}'; END IF;
        RETURN NEW;""",
    "evireg_bucket_written": f"""
        IF NOT EXISTS ({_UNFINISHED.format("(SELECT recorded FROM snapshot WHERE id = NEW.snapshot_id)")})
        THEN {_RAISE} '{_WRITES}'; END IF;
        RETURN NEW;""",
    "evireg_curator_named": f"""
        IF EXISTS (SELECT FROM changeset WHERE curator_id = OLD.id)
        THEN {_RAISE} 'name stays: {_NAME}'; END IF;
        RETURN NEW;""",
}


def _postgresql() -> dict[str, str]:
    per_row, per_statement = "FOR EACH ROW", "FOR EACH STATEMENT"
    old, new = "OLD TABLE AS gone", "NEW TABLE AS added"
    finished = "WHEN (left(OLD.hash, 10) <> 'unfinished')"
    started = "WHEN (left(NEW.hash, 10) <> 'unfinished')"
    stays, writes = f"evireg_refuse('{_STAYS}')", f"evireg_refuse('{_WRITES}')"
    ended = f"AFTER UPDATE ON evidence REFERENCING {old} {new} {per_statement}"
    removed = f"AFTER DELETE ON evidence REFERENCING {old} {per_statement}"
    named = f"BEFORE UPDATE OF name ON curator {per_row} WHEN (NEW.name <> OLD.name)"
    found = {
        "evidence_insert": (f"AFTER INSERT ON evidence REFERENCING {new} {per_statement}", "evireg_evidence_added()"),
        "evidence_update": (f"BEFORE UPDATE OF {_FIXED} ON evidence {per_statement}", stays),
        "evidence_end": (ended, "evireg_evidence_ended()"),
        "evidence_delete": (removed, "evireg_evidence_removed()"),
        "changeset_insert": (f"BEFORE INSERT ON changeset {per_row} {started}", writes),
        "changeset_update": (f"BEFORE UPDATE ON changeset {per_row} {finished}", stays),
        "changeset_delete": (f"BEFORE DELETE ON changeset {per_row}", stays),
        "curator_name": (named, "evireg_curator_named()"),
        "snapshot_bucket_insert": (f"BEFORE INSERT ON snapshot_bucket {per_row}", "evireg_bucket_written()"),
    }
    for table, column in _WRITTEN_BY.items():
        found[f"{table}_insert"] = (f"BEFORE INSERT ON {table} {per_row}", f"evireg_written('{column}')")
    for table in _KEPT:
        found[f"{table}_update"] = (f"BEFORE UPDATE ON {table} {per_row}", stays)
        found[f"{table}_delete"] = (f"BEFORE DELETE ON {table} {per_row}", stays)
    for table in ("evidence", "changeset", *_KEPT):
        found[f"{table}_truncate"] = (f"BEFORE TRUNCATE ON {table} {per_statement}", stays)
    return {name: f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {what}" for name, (when, what) in found.items()}


#: Dialect → name → statement that creates the trigger.
TRIGGERS = {"sqlite": _sqlite(), "postgresql": _postgresql()}

FUNCTIONS = {
    name: f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    for name, body in _FUNCTIONS.items()
}


def create_triggers(connection: sa.Connection) -> None:
    """Create every trigger, and on PostgreSQL the functions they call."""
    if connection.dialect.name == "postgresql":
        for statement in FUNCTIONS.values():
            connection.exec_driver_sql(statement)
    for statement in TRIGGERS[connection.dialect.name].values():
        connection.exec_driver_sql(statement)


def drop_triggers(connection: sa.Connection) -> None:
    """Remove every trigger, for what builds a registry out of a copy; create them again in the same transaction."""
    if connection.dialect.name == "postgresql":
        for name in FUNCTIONS:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
        return
    for name in TRIGGERS["sqlite"]:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


@event.listens_for(Base.metadata, "after_create")
def _create(_metadata: sa.MetaData, connection: sa.Connection, **_: object) -> None:
    create_triggers(connection)
