"""Risk of bias: judgements of estimates by the domains of a tool, each with the words it rests on; never a score."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.appraisal import Tool, read_tools, shipped, shipped_with
from registry.curation.chosen import chosen_estimates
from registry.errors import Conflict, InputRefused, NotFound, UsageError
from registry.ingest.issues import Problem
from registry.ingest.words import one_of
from registry.issues import Issue
from registry.models import AppraisalTool, Attribute, AttributeValue
from registry.terms import AttributeLevel, AttributeType
from registry.vocabulary import AttributeDeclaration, fold
from registry.writing import declare_attributes
from registry.writing.bulk import select_in
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from registry.ledger import Transaction


@dataclass(frozen=True, slots=True)
class Appraised:
    """What an appraisal did: estimates it is about, the keys of those it `changed`, and tools taken up by it."""

    changeset: int | None
    estimates: int
    changed: tuple[str, ...]
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A tool as `tools` lists it: whether this registry `uses` it."""

    tool: Tool
    uses: bool


def tools(connection: sa.Connection) -> tuple[Listed, ...]:
    """Give the tools this registry uses, then the shipped ones it does not use yet."""
    used = _used(connection)
    there = {fold(each.name) for each in used}
    unused = [Listed(each, uses=False) for each in shipped() if fold(each.name) not in there]
    return (*(Listed(each, uses=True) for each in used), *unused)


def brought(path_or_name: str | Path) -> tuple[Tool, ...]:
    """Give the shipped tool of this name, or else the tools of this file. NotFound when it is neither."""
    named = next((each for each in shipped() if fold(each.name) == fold(str(path_or_name))), None)
    if named is not None:
        return (named,)
    if not Path(path_or_name).exists():
        names = ", ".join(each.name for each in shipped())
        raise NotFound(f"{path_or_name} is neither a shipped tool nor a file", f"shipped tools: {names}")
    return read_tools(Path(path_or_name))


def take_up(transaction: Transaction, tool: Tool) -> bool:
    """Let the registry use a tool: keep it and declare its domains. Gives whether it is new.

    Conflict when a tool of this name is there with other domains, or a domain's name is something else already.
    """
    stored = next((each for each in _used(transaction.connection) if fold(each.name) == fold(tool.name)), None)
    if stored is not None:
        if [(each.name, each.levels) for each in stored.domains] == [(each.name, each.levels) for each in tool.domains]:
            return False
        raise Conflict(
            f"this registry uses a tool {stored.name} with other domains or levels",
            hint="give the new one another name, such as the name with a year",
        )
    row = {"name": tool.name, "title": tool.title, "source": tool.source}
    transaction.connection.execute(sa.insert(AppraisalTool), row)
    for field, value in row.items():
        if value is not None:
            transaction.change("appraisal tool", tool.name, field, None, value)
    declare_attributes(transaction, tool.domains)
    return True


def appraise(
    transaction: Transaction,
    keys: Collection[str],
    judgements: Mapping[str, str | None],
    support: Mapping[str, str] | None = None,
    *,
    where: str | None = None,
) -> Appraised:
    """Judge estimates, by domain and level; keys of a study or cohort mean all its estimates.

    None or an empty text takes a judgement back. `support` holds the words a judgement rests on, by domain. A domain of
    a shipped tool takes the tool up. A judgement that was there is replaced, and the ledger keeps it. InputRefused for
    a level the domain does not have, NotFound for a domain that no tool has.
    """
    connection = transaction.connection
    chosen = chosen_estimates(connection, keys, where)
    named = {**dict.fromkeys(support or ()), **judgements}
    if not named:
        raise UsageError("nothing was judged", "give a domain and a level, such as quips_participation=low")
    new, domains = _domains(transaction, named)
    levels = _levels(domains, judgements)
    words = {domains[name].name: " ".join(text.split()) or None for name, text in (support or {}).items()}
    stored = _stored(connection, list(chosen.values()), {each.name for each in domains.values()})
    changed = [each for each in chosen.items() if _judge(transaction, each, levels, words, stored)]
    refresh(transaction, [number for _, number in changed])
    made = transaction.number if transaction.changed else None
    return Appraised(made, len(chosen), tuple(key for key, _ in changed), tuple(new))


def _domains(transaction: Transaction, names: Collection[str]) -> tuple[list[str], dict[str, AttributeDeclaration]]:
    """Find the declaration of each domain; the shipped tools they belong to are taken up, and named first."""
    new: list[str] = []
    known = {fold(each.name): each for tool in _used(transaction.connection) for each in tool.domains}
    for name in names:
        if fold(name) in known:
            continue
        tool = shipped_with(name)
        if tool is None:
            raise _no_domain(transaction.connection, name)
        if take_up(transaction, tool):
            new.append(tool.name)
        known |= {fold(each.name): each for each in tool.domains}
    return new, {name: known[fold(name)] for name in names}


def _no_domain(connection: sa.Connection, name: str) -> NotFound:
    names = [each.name for listed in tools(connection) for each in listed.tool.domains]
    near = get_close_matches(fold(name), names, n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(near)}" if near else "see: evireg appraisal tools"
    return NotFound(f"no appraisal tool has a domain {name!r}", hint)


def _levels(domains: Mapping[str, AttributeDeclaration], judgements: Mapping[str, str | None]) -> dict[str, str | None]:
    issues, levels = [], {}
    for name, text in judgements.items():
        given = (text or "").strip()
        read: str | Problem | None = one_of(domains[name].levels or ())(given) if given else None
        if isinstance(read, Problem):
            issues.append(Issue(read.code, read.message, column=name, value=given, expected=read.expected))
        else:
            levels[domains[name].name] = read
    if issues:
        raise InputRefused("nothing was appraised, nothing was stored", issues)
    return levels


Stored = dict[tuple[int, str], Any]


def _stored(connection: sa.Connection, estimates: Sequence[int], domains: Collection[str]) -> Stored:
    columns = (AttributeValue.id, AttributeValue.estimate_id, AttributeValue.value, AttributeValue.support)
    query = sa.select(*columns, Attribute.name).join(Attribute).where(Attribute.name.in_(domains))
    found = select_in(connection, query, AttributeValue.estimate_id, estimates)
    return {(row.estimate_id, row.name): row for row in found}


def _judge(
    transaction: Transaction,
    estimate: tuple[str, int],
    levels: Mapping[str, str | None],
    words: Mapping[str, str | None],
    stored: Stored,
) -> bool:
    """Put the judgements and their support of one estimate in place; give whether anything is different."""
    (key, number), done = estimate, False
    for name in dict.fromkeys((*levels, *words)):
        row = stored.get((number, name))
        before = (None, None) if row is None else (row.value, row.support)
        level = levels.get(name, before[0])
        after = (level, words.get(name, before[1]) if level is not None else None)
        if name in words and level is None and words[name] is not None:
            raise UsageError(f"{key} has no judgement of {name} that words could support", f"give one: {name}=…")
        if after != before:
            _put(transaction, number, name, row, after)
            _record(transaction, key, name, before, after)
            done = True
    return done


def _put(transaction: Transaction, number: int, name: str, row: Any, after: tuple[str | None, str | None]) -> None:
    connection, (value, support) = transaction.connection, after
    if value is None:
        connection.execute(sa.delete(AttributeValue).where(AttributeValue.id == row.id))
    elif row is not None:
        update = sa.update(AttributeValue).where(AttributeValue.id == row.id)
        connection.execute(update.values(value=value, support=support))
    else:
        attribute = sa.select(Attribute.id).where(Attribute.name == name).scalar_subquery()
        values = {"id": transaction.next_id("attribute_value"), "estimate_id": number}
        insert = sa.insert(AttributeValue).values(attribute_id=attribute, value=value, support=support, **values)
        connection.execute(insert)


def _record(
    transaction: Transaction,
    key: str,
    name: str,
    before: tuple[str | None, str | None],
    after: tuple[str | None, str | None],
) -> None:
    for field, old, new in ((name, before[0], after[0]), (f"{name} support", before[1], after[1])):
        if old != new:
            transaction.change("estimate", key, field, old, new)


def _used(connection: sa.Connection) -> tuple[Tool, ...]:
    domains: dict[str, list[AttributeDeclaration]] = {}
    query = sa.select(Attribute.__table__).where(Attribute.tool.is_not(None)).order_by(Attribute.id)
    for row in connection.execute(query):
        domains.setdefault(row.tool, []).append(_declaration(row))
    rows = connection.execute(sa.select(AppraisalTool.__table__).order_by(AppraisalTool.name))
    return tuple(Tool(row.name, row.title, row.source, tuple(domains.get(row.name, ()))) for row in rows)


def _declaration(row: Any) -> AttributeDeclaration:
    levels = None if row.levels is None else tuple(row.levels)
    return AttributeDeclaration(
        row.name,
        row.label,
        AttributeType(row.type),
        row.unit,
        levels,
        AttributeLevel(row.level),
        row.tool,
        row.guidance,
    )
