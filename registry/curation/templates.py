"""Files for a second extraction: what is to be read, by identity alone, and such a file filled in."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import BY_INPUT, BY_NAME
from registry.curation.fields import read_changes
from registry.curation.readers import readers
from registry.errors import EviregError, InputRefused, UsageError
from registry.escaping import escaped
from registry.ingest.files import Row, open_table
from registry.ingest.header import input_name
from registry.issues import Issue
from registry.models import Curator, Estimate, Extraction, evidence
from registry.selection.query import matching
from registry.selection.where import parse
from registry.terms import Status
from registry.texts import shown
from registry.vocabulary import Vocabulary, fold
from registry.writing.keys import IDENTITY, estimate_key
from registry.writing.things import same

if TYPE_CHECKING:
    from pathlib import Path

#: What says which number is meant; none of it is read blind.
ADDRESS = ("study", "cohort", "doi", *(name for name in IDENTITY if name not in ("study", "cohort")))
#: What is read: left empty.
READ = (
    "n", "n_events", "n_index", "n_reference", "events_index", "events_reference", "est", "ci_low", "ci_high",
    "ci_level", "ci_type", "log_hr", "se_log_hr", "p_value", "p_test", "effect_direction", "quote",
)  # fmt: skip


def template(connection: sa.Connection, where: str | None, curator: str) -> tuple[str, int]:
    """Give a CSV of what a curator is to read blind, and how many estimates it has: identity only, no number of any.

    Left out are estimates this curator entered, or has extracted already, and those that are excluded.
    """
    test = matching(connection, parse(where, Vocabulary.load(connection)), None)
    columns = [evidence.c[name] for name in ("key", *ADDRESS)]
    query = sa.select(*columns).where(test, evidence.c.status != Status.EXCLUDED.value)
    rows = [dict(row) for row in connection.execute(query.order_by(evidence.c.study, evidence.c.key)).mappings()]
    first = readers(connection, [row["key"] for row in rows])
    done = sa.select(Estimate.key).join(Extraction, Extraction.estimate_id == Estimate.id)
    mine = done.join(Curator, Extraction.curator_id == Curator.id).where(Curator.name == curator)
    read = set(connection.execute(mine).scalars())
    left = [row for row in rows if row["key"] not in read and fold(first[row["key"]]) != fold(curator)]
    return _written(left), len(left)


def _written(rows: Sequence[Mapping[str, Any]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["key", *map(input_name, ADDRESS), *map(input_name, READ)])
    for row in rows:
        writer.writerow([_cell(row[name]) for name in ("key", *ADDRESS)] + [""] * len(READ))
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return escaped(shown(value))
    return "" if value is None else f"{value:.15g}"


def read_template(connection: sa.Connection, path: str | Path) -> dict[str, dict[str, str]]:
    """Read a filled-in file: key of the estimate → field → text; rows in which nothing was read are passed over.

    A row says which estimate it means by the column `key`, or by the columns that identify one. InputRefused with file
    and line of every row that means none, or whose identity is not that of its key.
    """
    table = open_table(path)
    names = [name.strip() for name in table.header]
    vocabulary = Vocabulary.load(connection)
    found: dict[str, dict[str, str]] = {}
    issues: list[Issue] = []
    for row in table.rows():
        if isinstance(row, Issue):
            issues.append(row)
            continue
        cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=True) if cell.strip()}
        fields = {name: text for name, text in cells.items() if _contract(name) not in (*ADDRESS, "key")}
        if fields:
            issues += _take(connection, vocabulary, found, (table.file, row, cells, fields))
    if issues:
        raise InputRefused(f"{table.file} was not taken; nothing was stored", issues)
    if not found:
        raise InputRefused(
            f"{table.file} holds nothing that was read", hint="fill in hr, ci_low, ci_high, n_patients …"
        )
    return found


def _contract(name: str) -> str:
    column = BY_INPUT.get(name.casefold())
    return column.name if column else name.casefold()


def _take(
    connection: sa.Connection,
    vocabulary: Vocabulary,
    found: dict[str, dict[str, str]],
    given: tuple[str, Row, Mapping[str, str], dict[str, str]],
) -> Iterator[Issue]:
    file, row, cells, fields = given
    try:
        key = _key(connection, vocabulary, cells)
    except EviregError as error:
        yield Issue("extract-address", error.message, "error", file, row.line, "key", cells.get("key", ""), error.hint)
        return
    if key in found:
        yield Issue(
            "extract-repeated", f"{key} is in the file twice", "error", file, row.line, "key", key, "one row each"
        )
    found[key] = fields


def _key(connection: sa.Connection, vocabulary: Vocabulary, cells: Mapping[str, str]) -> str:
    """Give the key a row means. UsageError when it means none, or its identity is another's."""
    identity = {name: text for name, text in cells.items() if _contract(name) in IDENTITY}
    typed = read_changes(identity, vocabulary) if identity else None
    if typed and typed.problems:
        raise UsageError(typed.problems[0].message, typed.problems[0].expected)
    values = {} if typed is None else typed.values
    key = cells.get("key")
    if key is None:
        if any(not values.get(name) for name in ("study", "factor", "endpoint")):
            raise UsageError(
                "the row does not say which estimate it means", "key; or study_key, biomarker, endpoint, …"
            )
        key = estimate_key(values)
    live = sa.select(evidence).where(evidence.c.key == key, evidence.c.valid_to.is_(None))
    stored = connection.execute(live).mappings().one_or_none()
    if stored is None:
        hint = "a key of evireg extract --template" if "key" in cells else "the identity as the template gives it"
        raise UsageError(f"the registry has no estimate {key}", hint)
    for name, value in values.items():
        if name in IDENTITY and value is not None and not same(stored[name], value):
            field = input_name(name) if name in BY_NAME else name
            raise UsageError(
                f"{field} is not that of {key}; these columns say which estimate is meant",
                f"them as they are; if the report says otherwise: evireg extract {key} {field}={cells.get(field, '…')}",
            )
    return key
