"""A session of PostgreSQL: one schema, UTF-8, and the settings evireg needs, whatever else its user has set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import StoreError

if TYPE_CHECKING:
    from registry.database import Target

#: The first name in the search path as the server reads it, and the schema that is in use.
_SCHEMA = """
    SELECT first, schema, to_regnamespace(first) = to_regnamespace(quote_ident(schema))
    FROM (SELECT trim(split_part(current_setting('search_path'), ',', 1)) AS first, current_schema() AS schema) AS path
"""

_SETTINGS = """
    SELECT set_config('lock_timeout', %s, false), set_config('TimeZone', 'UTC', false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('search_path', quote_ident(current_schema()), false)
"""


def prepare_session(driver: Any, place: Target, patience: int) -> None:
    """Make a new connection one of evireg; options its user gave (`?options=`, PGOPTIONS, a service) stay.

    A registry is one schema, the first of the search path: names that are not found there are not looked for in
    another, which may hold another team's registry. StoreError where there is no such schema, and for a database
    whose encoding takes any bytes for text.
    """
    if driver.info.parameter_status("server_encoding") == "SQL_ASCII":
        raise StoreError(
            f"{place} has the encoding SQL_ASCII, which takes any bytes for text",
            "create the database with UTF-8: createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME",
        )
    before, driver.autocommit = driver.autocommit, True
    try:
        driver.execute("SELECT set_config('client_encoding', 'UTF8', false)")
        first, schema, same = driver.execute(_SCHEMA).fetchone()
        if schema is None or (first != '"$user"' and not same):
            raise StoreError(
                f"there is no schema {first or 'in the search path'} in {place} that you may use",
                "create it, or have its owner let you in: CREATE SCHEMA NAME; GRANT USAGE ON SCHEMA NAME TO YOU",
            )
        driver.execute(_SETTINGS, [f"{patience}s"])
    finally:
        driver.autocommit = before


def refuse_narrow_text(place: Target, connection: sa.Connection) -> None:
    """Refuse a database that cannot fold the case of every script: text in conditions would not match."""
    if connection.dialect.name == "postgresql" and connection.scalar(sa.text("SELECT lower('Ä') = 'ä'")) is not True:
        raise StoreError(
            f"{place} does not know upper and lower case beyond ASCII",
            "create the database with a UTF-8 locale: createdb --template=template0 --locale=C.UTF-8 NAME",
        )
