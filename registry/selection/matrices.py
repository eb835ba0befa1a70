"""Two matrices of the matching estimates: what each is adjusted for, and how its risk of bias is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from registry.errors import NotFound, UsageError
from registry.models import Attribute, evidence
from registry.ordering import by_name, natural
from registry.remembered import Remembered
from registry.selection.query import matching
from registry.selection.where import Condition
from registry.terms import Adjusted
from registry.vocabulary import Vocabulary, fold

Rows = list[dict[str, Any]]

#: What stands before a matrix, of each estimate.
_WHICH = ("key", "study", "cohort", "factor", "endpoint")


def adjustment(connection: sa.Connection, condition: Condition, at: int | None, names: Vocabulary) -> Rows:
    """Give per estimate whether each covariate met is adjusted for: True, False, or None where it was not read.

    Nothing is known of an estimate whose adjustment is unclear, or that is adjusted for covariates nobody read. Each
    row has every covariate, the commonest first.
    """
    rows = _estimates(connection, condition, at, "adjusted", "covariates")
    read = Remembered[str | None, Sequence[str]](lambda text: () if text is None else names.covariates(text))
    listed = [read[row["covariates"]] for row in rows]
    met = Counter(code for row, codes in zip(rows, listed, strict=True) if row["adjusted"] == "yes" for code in codes)
    columns = sorted(met, key=lambda code: (-met[code], natural(code)))
    for row, codes in zip(rows, listed, strict=True):
        unknown = row["adjusted"] == Adjusted.UNCLEAR or (row["adjusted"] == Adjusted.YES and not codes)
        held = codes if row["adjusted"] == Adjusted.YES else ()
        row["covariates"] = {code: None if unknown else code in held for code in columns}
    return rows


def appraisal(connection: sa.Connection, condition: Condition, at: int | None, tool: str | None) -> Rows:
    """Give per estimate its judgements by a tool: domain → level, None where it was not judged, domains in order.

    Without `tool` the registry must use just one; nothing is listed when it uses none. UsageError when it uses several;
    NotFound for a tool it does not use.
    """
    used = _used(connection)
    if not used and tool is None:
        return []
    name, domains = _chosen(used, tool)
    rows = _estimates(connection, condition, at, "attributes")
    for row in rows:
        given = row.pop("attributes")
        row["tool"] = name
        row["judgements"] = {domain: given.get(domain) for domain in domains}
    return rows


def _used(connection: sa.Connection) -> dict[str, list[str]]:
    """Give tool → its domains, in their order."""
    query = sa.select(Attribute.tool, Attribute.name).where(Attribute.tool.is_not(None)).order_by(Attribute.id)
    used: dict[str, list[str]] = {}
    for tool, domain in connection.execute(query):
        used.setdefault(str(tool), []).append(domain)
    return used


def _chosen(used: dict[str, list[str]], wanted: str | None) -> tuple[str, list[str]]:
    if wanted is None:
        if len(used) > 1:
            raise UsageError(f"this registry uses {len(used)} appraisal tools", f"name one: --tool {', '.join(used)}")
        return next(iter(used.items()))
    found = next((name for name in used if fold(name) == fold(wanted)), None)
    if found is None:
        raise NotFound(f"this registry uses no appraisal tool {wanted!r}", f"it uses: {', '.join(used) or 'none yet'}")
    return found, used[found]


def _estimates(connection: sa.Connection, condition: Condition, at: int | None, *columns: str) -> Rows:
    chosen = [evidence.c[name] for name in (*_WHICH, *columns)]
    found = connection.execute(sa.select(*chosen).where(matching(connection, condition, at))).mappings()
    return sorted(map(dict, found), key=lambda row: by_name(row["study"], row["cohort"], row["key"]))
