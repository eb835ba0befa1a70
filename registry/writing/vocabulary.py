"""Add names: factors, diseases, endpoints, covariates, and declarations of study characteristics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import Conflict, UsageError
from registry.models import Attribute, Base, Factor, Synonym
from registry.terms import AttributeLevel, AttributeType
from registry.toml import read_toml
from registry.vocabulary import KINDS, AttributeDeclaration, Vocabulary, fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from registry.ledger import Transaction

#: What a table of a kind holds beside `id` and `key`; covariates have no table of their own.
_FIELDS: dict[str, tuple[str, ...]] = {
    "factor": (
        *("label", "canonical_unit", "dimensionless", "loinc", "plausible_low", "plausible_high"),
        *("read_as", "levels"),
    ),
    "endpoint": ("label", "definition", "time_origin"),
    "disease": (),
    "covariate": (),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a vocabulary: its `kind`, `key`, `synonyms`, and the fields of its table (label, definition, …)."""

    kind: str
    key: str
    synonyms: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"there is no vocabulary {self.kind!r}", f"there are: {', '.join(KINDS)}")
        if not fold(self.key):
            raise UsageError(f"a {self.kind} needs a name")
        unknown = sorted(set(self.fields) - set(_FIELDS[self.kind]))
        if unknown:
            raise UsageError(f"a {self.kind} has no {', '.join(unknown)}", f"it has: {', '.join(_FIELDS[self.kind])}")


def add_vocabulary(transaction: Transaction, entries: Iterable[Entry], *, keep: bool = False) -> int:
    """Add what is not there yet, keys and synonyms, and give how many names were added; no field is overwritten.

    A name that stands for another key already is a Conflict, or stays as it is with `keep` (how a registry takes the
    vocabulary that a newer version of evireg ships; ranges, levels and the way they are read, where its factors lack
    them, are then filled in).
    """
    known = list(entries)
    matched = {kind: dict(names) for kind, names in Vocabulary.load(transaction.connection).matched.items()}
    if keep:
        _fill(transaction, known)
    return sum(_add(transaction, entry, matched[entry.kind], keep=keep) for entry in known)


def _fill(transaction: Transaction, entries: Iterable[Entry]) -> None:
    """Give factors that are there what the entries say of them and they lack; no range of another unit."""
    shipped = {entry.key: entry.fields for entry in entries if entry.kind == "factor"}
    for row in transaction.connection.execute(sa.select(Factor.__table__)).all():
        fields = shipped.get(row.key, {})
        wanted = [name for name in ("read_as", "levels") if getattr(row, name) is None]
        if row.plausible_low is row.plausible_high is None and row.canonical_unit == fields.get("canonical_unit"):
            wanted += ["plausible_low", "plausible_high"]
        given = {name: fields[name] for name in wanted if name in fields}
        if given:
            transaction.connection.execute(sa.update(Factor).where(Factor.id == row.id).values(**given))
            for name, value in given.items():
                transaction.change("factor", row.key, name, None, value)


def _add(transaction: Transaction, entry: Entry, known: dict[str, str], *, keep: bool) -> int:
    key = known.get(fold(entry.key))
    if key is None:
        key = " ".join(entry.key.split())
        _insert(transaction, entry, key)
    elif fold(key) != fold(entry.key) and not keep:
        raise Conflict(
            f"{entry.kind} {entry.key!r} is a synonym of {key!r} already",
            hint=f"use {key!r}, or another name",
        )
    added = 0
    for name in (entry.key, *entry.synonyms):
        added += _name(transaction, entry.kind, " ".join(name.split()), key, known, keep=keep)
    return added


def _insert(transaction: Transaction, entry: Entry, key: str) -> None:
    fields = {"label": key, "dimensionless": False, **entry.fields}
    values = {name: fields.get(name) for name in _FIELDS[entry.kind]}
    if entry.kind in Base.metadata.tables:
        row = {"id": transaction.next_id(entry.kind), "key": key, **values}
        transaction.connection.execute(sa.insert(Base.metadata.tables[entry.kind]), row)
    transaction.change(entry.kind, key, "key", None, key)
    for name, value in values.items():
        if value not in (None, False) and name in entry.fields:
            transaction.change(entry.kind, key, name, None, value)


def _name(transaction: Transaction, kind: str, name: str, key: str, known: dict[str, str], *, keep: bool) -> int:
    folded = fold(name)
    holder = known.get(folded)
    if holder == key or (holder is not None and keep):
        return 0
    if holder is not None:
        raise Conflict(
            f"{kind} name {name!r} stands for {holder!r} already, not for {key!r}",
            hint="give each name to one thing only",
        )
    known[folded] = key
    row = {"vocabulary": kind, "folded": folded, "name": name, "key": key}
    transaction.connection.execute(sa.insert(Synonym), row)
    if name != key:
        transaction.change(kind, key, "synonym", None, name)
    return 1


def declare_attributes(
    transaction: Transaction, declarations: Iterable[AttributeDeclaration], *, keep: bool = False
) -> int:
    """Declare study characteristics, and give how many are new; the same declaration again changes nothing.

    Another declaration of a declared name is a Conflict, or is passed over with `keep`.
    """
    known = dict(Vocabulary.load(transaction.connection).attributes)
    added = 0
    for declaration in declarations:
        stored = known.get(declaration.name)
        if stored is None:
            _declare(transaction, declaration)
            known[declaration.name] = declaration
            added += 1
        elif not keep and _essence(stored) != _essence(declaration):
            raise Conflict(
                f"study characteristic {declaration.name!r} is declared already, as {_said(stored)}, "
                f"not as {_said(declaration)}",
                hint="use another name, or keep the declaration there is",
            )
    return added


def _essence(declaration: AttributeDeclaration) -> tuple[object, ...]:
    return declaration.type, declaration.unit, declaration.levels, declaration.level, declaration.tool


def _said(declaration: AttributeDeclaration) -> str:
    parts = [
        f"{declaration.type} of a {declaration.level}",
        declaration.unit or "",
        ", ".join(declaration.levels or ()),
        f"domain of {declaration.tool}" if declaration.tool else "",
    ]
    return "; ".join(part for part in parts if part)


def _declare(transaction: Transaction, declaration: AttributeDeclaration) -> None:
    values = {
        "name": declaration.name,
        "label": declaration.label or declaration.name.replace("_", " "),
        "type": str(declaration.type),
        "unit": declaration.unit,
        "levels": None if declaration.levels is None else list(declaration.levels),
        "level": str(declaration.level),
        "tool": declaration.tool,
        "guidance": declaration.guidance,
    }
    stored = {name: value for name, value in values.items() if value is not None}
    transaction.connection.execute(sa.insert(Attribute), {"id": transaction.next_id("attribute"), **stored})
    for name, value in values.items():
        if value is not None:
            transaction.change("attribute", declaration.name, name, None, value)


def read_vocabulary(folder: Path) -> tuple[list[Entry], list[AttributeDeclaration]]:
    """Read the TOML files of a folder: tables `factor`, `disease`, `endpoint`, `covariate` and `attribute`.

    Appraisal tools (`tool`) are passed over: a registry takes one up when it is first used.
    """
    entries: list[Entry] = []
    declarations: list[AttributeDeclaration] = []
    for path in sorted(folder.glob("*.toml")):
        content = read_toml(path.read_text(encoding="utf-8"))
        declarations += [_declaration(item) for item in content.pop("attribute", [])]
        content.pop("tool", None)
        entries += [_entry(kind, item) for kind, items in content.items() for item in items]
    return entries, declarations


def _entry(kind: str, item: dict[str, Any]) -> Entry:
    fields = {name: value for name, value in item.items() if name not in ("key", "synonyms", "unit")}
    if "unit" in item:
        fields["canonical_unit"] = item["unit"]
    return Entry(kind, item["key"], tuple(item.get("synonyms", ())), fields)


def _declaration(item: dict[str, Any]) -> AttributeDeclaration:
    levels = item.get("levels")
    return AttributeDeclaration(
        item["name"],
        item.get("label", ""),
        AttributeType(item.get("type", "text")),
        item.get("unit"),
        None if levels is None else tuple(levels),
        AttributeLevel(item.get("level", "estimate")),
    )
