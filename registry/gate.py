"""The one gate for every text that is stored: whatever door a text came by, its row passes here.

Rows come as statements of SQLAlchemy (`guard` looks at each before it is sent) or in bulk (`refuse_rows`). The ledger
asks `registry.texts.refuse` itself for its changes, whose `before` is what was stored already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from registry.errors import InputRefused
from registry.models import Base
from registry.texts import named, refuse

#: What follows from other tables (every text of them has passed), and what the ledger looks at itself.
_LOOKED_AT = frozenset({"evidence", "change"})
#: The result of a run is computed from stored texts.
_COMPUTED = frozenset({("run", "result")})
_CARRIES = "evireg_carries"

#: What a driver cannot send, by dialect: an error of its own would be told as one of the database.
_UNSENT = {"sqlite": re.compile("[\ud800-\udfff]"), "postgresql": re.compile("[\0\ud800-\udfff]")}


def guard(engine: sa.Engine) -> None:
    """Let nothing be written through an engine that holds a character no text may hold."""
    event.listen(engine, "before_cursor_execute", _look)


@contextmanager
def carrying(connection: sa.Connection) -> Iterator[None]:
    """Let through, inside the block, what is history already: a copy of it must be what its hashes say."""
    connection.execution_options(**{_CARRIES: True})
    try:
        yield
    finally:
        connection.execution_options(**{_CARRIES: False})


def _carries(connection: sa.Connection) -> bool:
    return bool(connection.get_execution_options().get(_CARRIES))


def _look(
    connection: sa.Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    if context is None or context.compiled is None:  # plain SQL of ours; rows in bulk passed `refuse_rows`
        return
    writes = context.isinsert or context.isupdate
    if not writes:
        _refuse_unsent(connection, context.compiled_parameters)
        return
    table = context.compiled.statement.table.name
    if table in _LOOKED_AT or _carries(connection):
        return
    for parameters in context.compiled_parameters:
        for name, value in parameters.items():
            if (table, name) not in _COMPUTED:
                refuse(value, _what(table, name))


def _refuse_unsent(connection: sa.Connection, asked: Sequence[dict[str, Any]]) -> None:
    unsent = _UNSENT[connection.dialect.name]
    for value in (value for parameters in asked for value in parameters.values()):
        for text in value if isinstance(value, list | tuple | set | frozenset) else (value,):
            if isinstance(text, str) and not text.isprintable() and (found := unsent.search(text)):
                raise InputRefused(f"what was asked for holds {named(found[0])}", hint="no text of a registry does")


def refuse_rows(connection: sa.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Look at rows that go in by bulk, JSON as text; InputRefused names column and character."""
    if table in _LOOKED_AT or _carries(connection):
        return
    known = Base.metadata.tables[table].c
    documents = {place for place, name in enumerate(columns) if isinstance(known[name].type, sa.JSON)}
    if not documents and "".join([each for row in rows for each in row if type(each) is str]).isprintable():
        return
    for row in rows:
        for place, value in enumerate(row):
            if isinstance(value, str) and (table, columns[place]) not in _COMPUTED:
                refuse(json.loads(value) if place in documents else value, _what(table, columns[place]))


_WORDS = {
    ("changeset", "message"): "the message of the change",
    ("curator", "name"): "the name of the curator",
    ("attachment_link", "name"): "the name of the attached file",
    ("column_map", "headings"): "a heading of the column map",
    ("attribute_value", "value"): "the value of a study characteristic",
    ("attribute", "name"): "the name of a study characteristic",
}


def _what(table: str, column: str) -> str:
    plain = re.sub(r"_[0-9]+$", "", column)  # a parameter of a condition has the column's name and a number
    told = f"the {plain.replace('_', ' ')} of the {table.replace('_', ' ')}"
    return _WORDS.get((table, plain), told)
