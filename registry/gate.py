"""The one gate for every text that is stored: whatever door a text came by, its row passes here.

Rows come as statements of SQLAlchemy (`guard` looks at each before it is sent) or in bulk (`refuse_rows`). The ledger
asks `registry.texts.refuse` itself for its changes, whose `before` is what was stored already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from registry.errors import InputRefused
from registry.models import Base
from registry.texts import forbidden, named, refuse

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
    table = context.compiled.statement.table
    if table.name in _LOOKED_AT or _carries(connection):
        return
    for parameters in context.compiled_parameters:
        for name, value in parameters.items():
            # what an update asks for, in its condition, has another name than a column
            if (context.isinsert or name in table.columns) and (table.name, name) not in _COMPUTED:
                refuse(value, _what(table.name, name))


def _refuse_unsent(connection: sa.Connection, asked: Sequence[dict[str, Any]]) -> None:
    unsent = _UNSENT[connection.dialect.name]
    for value in (value for parameters in asked for value in parameters.values()):
        for text in value if isinstance(value, list | tuple | set | frozenset) else (value,):
            if isinstance(text, str) and not text.isprintable() and (found := unsent.search(text)):
                raise InputRefused(f"what was asked for holds {named(found[0])}", hint="no text of a registry does")


def refuse_rows(connection: sa.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Look at rows that go in by bulk, JSON as text; InputRefused names column and character."""
    if _carries(connection):
        refuse_unheld(connection, table, columns, rows)
        return
    if table in _LOOKED_AT:
        return
    known = Base.metadata.tables[table].c
    documents = {place for place, name in enumerate(columns) if isinstance(known[name].type, sa.JSON)}
    texts = "".join({each for row in rows for each in row if type(each) is str})
    if forbidden(texts) is None and not (documents and "\\" in texts):  # in JSON such a character is an escape
        return
    for row in rows:
        for place, value in enumerate(row):
            if isinstance(value, str) and (table, columns[place]) not in _COMPUTED:
                refuse(json.loads(value) if place in documents else value, _what(table, columns[place]))


def refuse_unheld(connection: sa.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Refuse history that a database cannot hold: PostgreSQL takes no NUL, and no hash stands without it."""
    if connection.dialect.name != "postgresql":
        return
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            if isinstance(value, str | dict | list) and _holds_nul(value):
                raise InputRefused(
                    f"{_what(table, column)} holds {named(chr(0))}, which PostgreSQL cannot hold, and the hashes of "
                    "the ledger are over it: this history cannot be moved into PostgreSQL",
                    hint="keep it in a SQLite file, or bring the evidence without its history into a registry that "
                    "holds some already: evireg snapshot export, then evireg snapshot import there",
                )


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_nul, value.items()))
    return any(map(_holds_nul, value)) if isinstance(value, list | tuple) else isinstance(value, str) and "\0" in value


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
