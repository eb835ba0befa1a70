"""Whether the tables, indexes and triggers of a database are those of the models."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from registry.models import Base, create_triggers, drop_triggers
from registry.models.triggers import TRIGGERS


def shape_faults(connection: sa.Connection) -> list[str]:
    """Name what is missing of tables, columns and constraints; what is there beside is nobody's fault."""
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names())
    return [fault for table in Base.metadata.sorted_tables for fault in _of_table(inspector, table, there)]


def _of_table(inspector: sa.Inspector, table: sa.Table, there: set[str]) -> Iterator[str]:
    if table.name not in there:
        yield f"table {table.name} is missing"
        return
    columns = {column["name"] for column in inspector.get_columns(table.name)}
    yield from (
        f"column {table.name}.{column.name} is missing" for column in table.columns if column.name not in columns
    )
    checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
    wanted = sorted(str(each.name) for each in table.constraints if isinstance(each, sa.CheckConstraint))
    yield from (f"constraint {name} of {table.name} is missing" for name in wanted if name not in checks)
    uniques = {unique["name"] for unique in inspector.get_unique_constraints(table.name)}
    alone = sorted(str(each.name) for each in table.constraints if isinstance(each, sa.UniqueConstraint))
    yield from (f"constraint {name} of {table.name} is missing" for name in alone if name not in uniques)
    references = {key["name"] for key in inspector.get_foreign_keys(table.name)}
    keys = sorted(str(each.name) for each in table.foreign_key_constraints)
    yield from (f"reference {name} of {table.name} is missing" for name in keys if name not in references)


def index_faults(connection: sa.Connection) -> list[str]:
    """Name the indexes that are missing, or that PostgreSQL does not use because making them was interrupted."""
    inspector = sa.inspect(connection)
    there = {index["name"] for name in inspector.get_table_names() for index in inspector.get_indexes(name)}
    wanted = sorted(str(index.name) for table in Base.metadata.sorted_tables for index in table.indexes)
    faults = [f"index {name} is missing" for name in wanted if name not in there]
    if connection.dialect.name == "postgresql":
        broken = sa.text(
            "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace ORDER BY 1"
        )
        faults += [f"index {name} is not valid" for name in connection.execute(broken).scalars()]
    return faults


def mend(connection: sa.Connection) -> None:
    """Make missing indexes and all triggers anew, in the transaction of the connection; they hold no evidence."""
    make_indexes(connection)
    drop_triggers(connection)
    create_triggers(connection)


def make_indexes(connection: sa.Connection) -> None:
    """Make the indexes that are missing."""
    lost = {fault.split()[1] for fault in index_faults(connection) if fault.endswith("missing")}
    for table in Base.metadata.sorted_tables:
        for index in table.indexes:
            if index.name in lost:
                index.create(connection)


_THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
    " AND tgenabled <> 'D' AND relnamespace = current_schema()::regnamespace",
}


def trigger_faults(connection: sa.Connection) -> list[str]:
    """Name the triggers that would refuse a change of history, but are missing or switched off."""
    there = set(connection.exec_driver_sql(_THERE[connection.dialect.name]).scalars())
    return [f"trigger {name} is missing or off" for name in TRIGGERS[connection.dialect.name] if name not in there]


def orphans(connection: sa.Connection) -> list[str]:
    """Name the tables with rows that refer to a row that is not there."""
    return [fault for table in Base.metadata.sorted_tables for fault in _orphans_of(connection, table)]


def _orphans_of(connection: sa.Connection, table: sa.Table) -> Iterator[str]:
    for reference in table.foreign_key_constraints:
        parent = reference.referred_table.alias("parent")
        pairs = [(key.parent, parent.c[key.column.name]) for key in reference.elements]
        known = sa.exists().where(*(child == other for child, other in pairs))
        lost = sa.select(sa.func.count()).select_from(table).where(~known, *(child.is_not(None) for child, _ in pairs))
        if count := connection.execute(lost).scalar_one():
            names = ", ".join(child.name for child, _ in pairs)
            yield f"{count} of {table.name} name a {reference.referred_table.name} that is not there ({names})"
