"""Saved queries as TOML, to live beside a protocol or in a repository.

    [query.nlr-os]
    where = 'factor == "NLR" and endpoint == "OS"'
    one_per = "cohort:adjusted,largest_n"
    allow = ["mixed-adjustment"]
    description = "…"
    prespecified = "CRD42024512345"
    options = { method = "DL", test = "z" }

    [query.nlr-os.analyses]
    subgroups = ["adjusted", "year:2015"]

Only `where` is needed: an option that is not given is as by default. What is written names every option, so that it
reads the same in years.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import InputRefused, UsageError
from registry.queries.definition import Definition, define, read_options
from registry.queries.saved import edit, latest, load, queries, save
from registry.texts import refuse
from registry.toml import TOMLFault, read_toml
from registry.vocabulary import Vocabulary
from registry.workbook.files import replacing

if TYPE_CHECKING:
    import sqlalchemy as sa

    from registry.ledger import Transaction
    from registry.queries.saved import Saved

#: What a query has in TOML, each with the type of its value.
_FIELDS: Mapping[str, type] = {
    "where": str,
    "one_per": str,
    "allow": list,
    "description": str,
    "prespecified": str,
    "options": dict,
    "analyses": dict,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing queries did: names by what became of them; `changeset` is None when nothing is different."""

    changeset: int | None
    saved: tuple[str, ...]
    edited: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One query as written in TOML."""

    name: str
    definition: Definition
    description: str | None
    prespecified: str | None


def export_queries(connection: sa.Connection, names: Collection[str] = ()) -> str:
    """Give queries in use as TOML, those named or all, by name. Raises NotFound for a name."""
    chosen = [load(connection, name) for name in names] if names else queries(connection)
    return to_toml(sorted(chosen, key=lambda each: each.name))


def to_toml(chosen: Collection[Saved | Written]) -> str:
    """Write queries as TOML; what is empty is left out."""
    import tomli_w

    return tomli_w.dumps({"query": {each.name: _table(each) for each in chosen}})


def _table(saved: Saved | Written) -> dict[str, Any]:
    asked = saved.definition
    table = {
        "where": asked.where,
        "one_per": asked.one_per,
        "allow": list(asked.allow),
        "description": saved.description,
        "prespecified": saved.prespecified,
        "options": {name: value for name, value in asked.options.items() if value is not None},
        "analyses": dict(asked.analyses),
    }
    return {name: value for name, value in table.items() if value not in (None, [], {})}


def read_queries(text: str, vocabulary: Vocabulary, *, source: str = "TOML") -> list[Written]:
    """Read queries out of TOML. InputRefused names the query, and what of it cannot be read."""
    try:
        content = read_toml(text)
    except TOMLFault as error:
        raise InputRefused(f"{source} is not TOML: {error}", hint="see: evireg query export") from None
    tables = content.get("query")
    if not isinstance(tables, dict) or set(content) != {"query"}:
        raise InputRefused(f"{source} holds no queries", hint="each is a table [query.NAME]; see: evireg query export")
    return [_read(name, table, vocabulary, source) for name, table in tables.items()]


def _read(name: str, table: Any, vocabulary: Vocabulary, source: str) -> Written:
    where = f"{source}, query {name!r}"
    if not isinstance(table, dict):
        raise InputRefused(f"{where} is not a table", hint=f"begin it with [query.{name}]")
    for field, value in table.items():
        if field not in _FIELDS:
            raise InputRefused(f"{where}: there is no {field!r}", hint=f"there is {', '.join(_FIELDS)}")
        refuse(value, f"{where}: {field}")
        if not isinstance(value, _FIELDS[field]):
            raise InputRefused(f"{where}: {field} is {value!r}", hint=f"it is a {_FIELDS[field].__name__} in TOML")
    try:
        asked = define(
            vocabulary,
            table.get("where"),
            one_per=table.get("one_per"),
            allow=[str(word) for word in table.get("allow", ())],
            analyses=table.get("analyses"),
            **read_options(table.get("options", {})),
        )
    except UsageError as error:
        raise InputRefused(f"{where}: {error.message}", hint=error.hint) from error
    return Written(name, asked, table.get("description"), table.get("prespecified"))


def import_queries(transaction: Transaction, text: str, *, source: str = "TOML") -> Imported:
    """Save the queries of a TOML text: all or none, a new version only of what is different, none is removed.

    Raises InputRefused for what cannot be read, UsageError for a name that cannot be typed.
    """
    written = read_queries(text, Vocabulary.load(transaction.connection), source=source)
    done: dict[str, list[str]] = {"saved": [], "edited": [], "unchanged": []}
    for each in written:
        done[_store(transaction, each)].append(each.name)
    changeset = transaction.number if done["saved"] or done["edited"] else None
    return Imported(changeset, *(tuple(names) for names in done.values()))


def _store(transaction: Transaction, each: Written) -> str:
    last = latest(transaction.connection, each.name)
    said = {"description": each.description, "prespecified": each.prespecified}
    if last is None or last.removed:
        save(transaction, each.name, each.definition, **said)
        return "saved"
    made = edit(transaction, each.name, each.definition, **said)
    return "edited" if made.version != last.version else "unchanged"


def write_file(path: str | Path, text: str) -> Path:
    """Write a TOML text into a file. UsageError and StoreError when it cannot be written."""
    target = Path(path)
    with replacing(target) as place:
        place.write_text(text, encoding="utf-8")
    return target


def read_file(path: str | Path) -> str:
    """Read a TOML file. InputRefused when it is not there or no text."""
    target = Path(path)
    try:
        return target.read_text(encoding="utf-8")
    except OSError as error:
        raise InputRefused(f"{target} cannot be read: {error.strerror}", hint="give the path of a TOML file") from error
    except UnicodeDecodeError as error:
        raise InputRefused(f"{target} is not text in UTF-8", hint="give the path of a TOML file") from error
