"""Studies, cohorts and reports on their way in: what is stored merged with what a row says, contradictions noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.columns import BY_NAME
from registry.issues import Issue
from registry.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.ledger import Transaction
    from registry.record import Record


@dataclass(slots=True, eq=False)
class Thing:
    """A report, study or cohort: integer `id`, `key` as shown, `fields` by contract name (a report's by its own).

    `stored` is whether the database has it; `filled` names the fields that were empty there and are not any more;
    `given` the study characteristics that are new. `met` is what rows have said of it so far, `facts` what a cohort
    gives to each of its evidence rows.
    """

    kind: str
    id: int
    key: str
    fields: dict[str, Any]
    stored: bool
    attributes: dict[str, Any] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    met: set[tuple[Any, ...]] = field(default_factory=set)
    facts: dict[str, Any] | None = None

    @property
    def touched(self) -> bool:
        """Whether evidence rows that are stored may not be true any more."""
        return self.stored and bool(self.filled or self.given)


@dataclass(slots=True)
class Merger:
    """Merges what rows say into things; what contradicts is an issue with both values, nothing is overwritten."""

    transaction: Transaction
    issues: list[Issue]

    def merge(self, thing: Thing, fields: Mapping[str, Any], record: Record) -> None:
        """Fill fields that are empty; None says nothing."""
        for name, value in fields.items():
            if value is None:
                continue
            stored = thing.fields.get(name)
            if stored is None:
                self.put(thing, name, value)
            elif stored != value and not same(stored, value):
                self.contradiction(f"{thing.kind} {thing.key}", name, stored, value, record)

    def characterise(self, thing: Thing, attributes: Mapping[str, Any], record: Record) -> None:
        """Fill study characteristics that are not given yet."""
        for name, value in attributes.items():
            stored = thing.attributes.get(name)
            if stored is None:
                thing.attributes[name] = value
                thing.given.add(name)
                self._log(thing, name, None, value)
            elif stored != value and not same(stored, value):
                self.contradiction(f"{thing.kind} {thing.key}", name, stored, value, record)

    def put(self, thing: Thing, name: str, value: Any) -> None:
        """Put a value in place of an empty one, or of one that says the same less well."""
        before = thing.fields.get(name)
        thing.fields[name] = value
        thing.filled.add(name)
        self._log(thing, name, before, value)

    def _log(self, thing: Thing, name: str, before: Any, after: Any) -> None:
        """Record a change, unless the thing itself is new in this changeset."""
        if thing.stored and not self.transaction.made(thing.kind, thing.id):
            self.transaction.change(thing.kind, thing.key, name, before, after)

    def contradiction(self, what: str, name: str, stored: Any, given: Any, record: Record) -> None:
        """Note that a row gives another value than there is."""
        column = BY_NAME.get(_CONTRACT.get(name, name))
        told = column.inputs[0] if column and column.inputs else name
        self.issues.append(
            Issue(
                code="conflict",
                message=f"{what} has {told} {_shown(stored)}, this row says {_shown(given)}",
                file=record.file,
                line=record.line,
                column=told,
                value=_shown(given),
                expected=f"{_shown(stored)}, or use amend",
            )
        )


#: A report's own names → the contract's, for the column an issue points at.
_CONTRACT = {"authors": "first_author", "kind": "source_kind", "url": "source_url"}


def same(stored: Any, given: Any) -> bool:
    """Whether two values say the same: texts but for case and spaces, numbers as numbers."""
    if isinstance(stored, str) and isinstance(given, str):
        return fold(stored) == fold(given)
    return bool(stored == given)


def _shown(value: Any) -> str:
    if value is None:
        return "(empty)"
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
