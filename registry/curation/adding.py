"""Add one thing: a study, report, cohort, cutoff, estimate, factor, endpoint, disease or study characteristic.

What is there already is completed, never overwritten; what contradicts it is a conflict with both values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.curation.drafts import Draft, draft
from registry.errors import Conflict, InputRefused, UsageError
from registry.forms import EVIDENCE, FORMS
from registry.issues import Issue
from registry.record import Record
from registry.terms import AttributeLevel, AttributeType
from registry.vocabulary import KINDS, AttributeDeclaration, Vocabulary
from registry.writing import Entry, declare_attributes, write_estimates
from registry.writing.completing import write_name
from registry.writing.unextracted import write_cohort, write_cutoff, write_report, write_study

if TYPE_CHECKING:
    from registry.derivation import Derived
    from registry.ledger import Transaction


@dataclass(frozen=True, slots=True)
class Added:
    """What became of it: its `key`, whether it is `new`, and the `changeset`, None when nothing changed or was kept.

    `derived` is what a pool takes of an estimate, `status` where it stands; `flags` and `remarks` are worth a look.
    """

    kind: str
    key: str
    new: bool
    changeset: int | None
    dry_run: bool
    derived: Derived | None
    status: str | None
    flags: tuple[Issue, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give it as a JSON object; `log_ratio` and `se` are on the log scale."""
        derived = self.derived
        numbers = None
        if derived is not None:
            numbers = {
                "log_ratio": derived.yi,
                "se": None if derived.vi is None else derived.vi**0.5,
                "derivation": derived.derivation.value,
                "not_poolable": derived.not_poolable.value if derived.not_poolable else None,
                "status": self.status,
            }
        return {
            "kind": self.kind,
            "key": self.key,
            "new": self.new,
            "changeset": self.changeset,
            "dry_run": self.dry_run,
            "numbers": numbers,
            "flags": [issue.as_dict() for issue in self.flags],
        }


def add(transaction: Transaction, kind: str, texts: Mapping[str, str]) -> Added:
    """Add one thing, given by the fields of its form (`registry.forms`) as texts a curator types.

    UsageError for an unknown kind or field, or a required field that is missing; InputRefused with every fault of the
    values; Conflict where something else is stored under the key. After any of them nothing must be committed.
    """
    sketch = draft(kind, texts, Vocabulary.load(transaction.connection))
    refuse(sketch)
    key, new, flags = _WRITERS[kind](transaction, sketch)
    return Added(
        kind=kind,
        key=key,
        new=new,
        changeset=transaction.number if transaction.changed else None,
        dry_run=False,
        derived=sketch.derived,
        status=sketch.values.get("status", "extracted") if kind == "estimate" else None,
        flags=(*flags, *(issue(sketch, each, "flag") for each in (*sketch.printed, *sketch.remarks))),
    )


def _asked_for(kind: str, name: str) -> str:
    """Name a field as the command asks for it: what names the thing itself stands by position, the rest are options."""
    by_position = name in ("key", "name") or name == kind == "study"
    return name.upper() if by_position else f"--{name.replace('_', '-')}"


def refuse(sketch: Draft) -> None:
    """Refuse a draft that lacks a required field or has faults."""
    if sketch.missing:
        options = ", ".join(_asked_for(sketch.kind, name) for name in sketch.missing)
        raise UsageError(f"add {sketch.kind} needs {options}", f"see: evireg add {sketch.kind} --help")
    if sketch.problems:
        count = f"{len(sketch.problems)} problems" if len(sketch.problems) > 1 else "one problem"
        issues = [issue(sketch, each, "error") for each in sketch.problems]
        raise InputRefused(f"the {sketch.kind} was not added: {count}, nothing was stored", issues)


def issue(sketch: Draft, problem: Any, severity: str) -> Issue:
    """Give a problem of a draft its field and the text that was typed there."""
    column = problem.column
    field = next((each for each in FORMS[sketch.kind] if each.column == column), None)
    text = sketch.texts.get(column, "")[:80]
    return Issue(
        problem.code, problem.message, severity, "", 0, field.name if field else column, text, problem.expected
    )


Wrote = tuple[str, bool, tuple[Issue, ...]]


def _record(sketch: Draft) -> Record:
    return Record(dict(sketch.values), dict(sketch.attributes), former=dict(sketch.former))


def _estimate(transaction: Transaction, sketch: Draft) -> Wrote:
    key = str(sketch.key)
    try:
        written = write_estimates(transaction, [_record(sketch)])
    except Conflict as conflict:
        raise Conflict(
            "the registry holds other values; nothing was stored",
            conflict.issues,
            f"to change what is stored: evireg amend {key} FIELD=VALUE --reason WHY; or say what sets the two apart "
            "(cohort, timepoint, cutoff, adjusted, covariates, locator)",
        ) from None
    return key, written.created == 1, written.flagged


def _study(transaction: Transaction, sketch: Draft) -> Wrote:
    return sketch.values["study"], write_study(transaction, _record(sketch)), ()


def _cohort(transaction: Transaction, sketch: Draft) -> Wrote:
    key = f"{sketch.values['study']}/{sketch.values['cohort']}"
    return key, write_cohort(transaction, _record(sketch)), ()


def _report(transaction: Transaction, sketch: Draft) -> Wrote:
    return *write_report(transaction, _record(sketch)), ()


def _cutoff(transaction: Transaction, sketch: Draft) -> Wrote:
    key, new = write_cutoff(transaction, sketch.values)
    return f"{sketch.values['factor']} {key}", new, ()


def _name(transaction: Transaction, sketch: Draft) -> Wrote:
    fields = {name: value for name, value in sketch.values.items() if name not in ("key", "synonyms")}
    entry = Entry(sketch.kind, sketch.values["key"], tuple(sketch.values.get("synonyms", ())), fields)
    new = write_name(transaction, entry)
    return Vocabulary.load(transaction.connection).matched[sketch.kind][entry.key.casefold()], new, ()


def _attribute(transaction: Transaction, sketch: Draft) -> Wrote:
    said = sketch.values
    levels = said.get("levels")
    declaration = AttributeDeclaration(
        said["name"],
        said.get("label", ""),
        AttributeType(said.get("type") or (AttributeType.CATEGORY if levels else AttributeType.TEXT)),
        said.get("unit"),
        tuple(levels) if levels else None,
        AttributeLevel(said.get("level", AttributeLevel.ESTIMATE)),
    )
    return declaration.name, declare_attributes(transaction, [declaration]) == 1, ()


_WRITERS: dict[str, Callable[[Transaction, Draft], Wrote]] = {
    **dict(zip(EVIDENCE, (_study, _report, _cohort, _cutoff, _estimate), strict=True)),
    **{kind: _name for kind in KINDS if kind in FORMS},
    "attribute": _attribute,
}
