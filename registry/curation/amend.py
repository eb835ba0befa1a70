"""Amend what is stored: typed and checked as a row of an import, recorded field by field, all or nothing.

A field belongs to what the registry keeps it for: a country to the cohort, a title to the study's own report, an HR to
the estimate. Amending a cohort's field through the key of one of its estimates amends the cohort, and with it every
estimate of the cohort; what was touched is in the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from registry.curation.characteristics import Owner, put_characteristic
from registry.curation.desk import OF_ESTIMATE, Desk
from registry.curation.effects import Effect, derived_of, effects
from registry.curation.fields import Typed, read_changes
from registry.curation.stale import refuse_stale
from registry.curation.status import settle_status
from registry.curation.targets import Target, find_target
from registry.errors import InputRefused, NotFound, UsageError
from registry.ingest.bounds import take_log_interval
from registry.ingest.comparing import compare_amended, settle_cutoff
from registry.ingest.header import input_name
from registry.ingest.issues import ERRORS, Problem
from registry.ingest.numbers import READ
from registry.ingest.rules import DISPUTES, MAY_BE_PRINTED, check, recruitment
from registry.issues import Issue
from registry.meaning.printed import printed_bounds
from registry.models import Cohort, Estimate, Report
from registry.terms import AttributeLevel, Status
from registry.vocabulary import Vocabulary
from registry.writing.keys import DEFAULTS
from registry.writing.population import SAID
from registry.writing.reports import OWN

if TYPE_CHECKING:
    from registry.ledger import Transaction

SOURCE = ("source_kind", "source_url")


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a curator changes of one thing.

    `key` is an estimate's, `study/cohort`, a study's or a report's; `changes` maps fields (contract names, names of the
    import layout or study characteristics) to texts as typed, None or an empty text to empty the field. `based_on` is
    the digest of the version of an estimate the curator saw (or the first 8 digits of it, or more).
    """

    key: str
    changes: Mapping[str, str | None]
    based_on: str | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """What amendments did: keys `changed` (as they are now), how many left all `unchanged`, old → new key if `renamed`.

    `changeset` is None when nothing changed. `changes` are (entity, key, field, before, after) as recorded, `effects`
    what followed for every estimate touched, `remarks` what a curator should look at.
    """

    changeset: int | None
    changed: tuple[str, ...]
    unchanged: int
    renamed: Mapping[str, str]
    changes: tuple[tuple[str, str, str, str | None, str | None], ...] = ()
    effects: tuple[Effect, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Course:
    """What is gathered over the amendments of one call."""

    transaction: Transaction
    desk: Desk
    vocabulary: Vocabulary
    issues: list[Issue] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def amend(transaction: Transaction, amendments: Sequence[Amendment]) -> Amended:
    """Carry out amendments in their order; the message of the changeset is their reason.

    NotFound for a key that is not there, UsageError for a field that cannot be amended, InputRefused with every fault
    of the new values, Conflict when an estimate is not any more what `based_on` says, or two things would be one. After
    any of these the transaction must not be committed.
    """
    course = _Course(transaction, Desk(transaction), Vocabulary.load(transaction.connection))
    start = len(transaction.changes)
    changed: dict[str, None] = {}
    unchanged = 0
    for each in amendments:
        if _amend(course, each):
            changed[each.key.strip()] = None
        else:
            unchanged += 1
    if course.issues:
        count = f"{len(course.issues)} problems" if len(course.issues) > 1 else "one problem"
        raise InputRefused(f"nothing was amended: {count}, nothing was stored", course.issues)
    before = derived_of(transaction.connection, course.desk.affected(), course.desk.renamed)
    course.desk.finish()
    renamed = dict(course.desk.renamed)
    return Amended(
        changeset=transaction.number if transaction.changed else None,
        changed=tuple(renamed.get(key, key) for key in changed),
        unchanged=unchanged,
        renamed=renamed,
        changes=transaction.changes[start:],
        effects=effects(transaction.connection, before),
        remarks=tuple(course.remarks),
    )


def _amend(course: _Course, amendment: Amendment) -> bool:
    target = find_target(course.transaction.connection, course.desk.renamed.get(amendment.key, amendment.key))
    typed = read_changes(amendment.changes, course.vocabulary)
    typed.values.pop("disease_text", None)  # of each estimate; it goes when the disease of its cohort is amended
    if amendment.based_on is not None:
        refuse_stale(course.transaction.connection, target, amendment.based_on, amendment.changes)
    faults = len(course.issues)
    done = [step(course, target, typed) for step in (_estimate, _source, _cohort, _report, _attributes)]
    if len(course.issues) == faults:
        course.remarks += _new_names(course, typed)
    return any(done)


def _estimate(course: _Course, target: Target, typed: Typed) -> bool:
    """Amend what belongs to the estimate, refusing new faults; a review of other numbers does not stand."""
    said = {name: value for name, value in typed.values.items() if name in OF_ESTIMATE}
    if target.kind != "estimate":
        if said:
            raise _not_of(target, next(iter(said)), typed, "estimate")
        unread = [each for each in typed.problems if each.column not in SAID or each.code in ERRORS]
        course.issues += _placed(target, typed, unread)
        return False
    before = course.desk.row(target.id)
    after = {**before, **said, **{name: typed.values[name] for name in SAID if name in typed.values}}
    if "measure" in said and said["measure"] is None:
        after["measure"] = DEFAULTS["measure"]
    if not _sound(course, target, typed, before, after):
        return False
    if ("study" in said or "cohort" in said) and said:
        _refuse_missing_cohort(course, after)
    course.remarks += settle_status(target.key, before, after)
    return course.desk.estimate(target.id, before, after)


def _sound(course: _Course, target: Target, typed: Typed, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Say whether the new values can be stored; what the curator confirms to be printed so makes a row disputed."""
    confirmed = bool(after.get("as_printed"))
    after.update(printed_bounds(after))  # whose they are may change with what is amended
    problems = take_log_interval(after, list(typed.problems))
    if confirmed:
        after.update({each.column: each.value for each in problems if each.code in MAY_BE_PRINTED})
    unread = {each.column for each in problems if each.code not in READ}
    stood = {(each.code, each.message) for each in check(before, course.vocabulary)}
    stood = set() if before.get("as_printed") and not confirmed else stood
    split = "cutoff_operator" in typed.values and "cutoff_operator" not in typed.given
    compared = compare_amended(before, after, typed.values, course.vocabulary, split=split)
    settled = [*settle_cutoff(after), *compared]
    found = [each for each in (*settled, *check(after, course.vocabulary)) if each.column not in unread]
    problems += [each for each in found if (each.code, each.message) not in stood]
    printed = [each for each in problems if confirmed and each.code in MAY_BE_PRINTED]
    if any(each.code in DISPUTES for each in printed):
        after["status"] = Status.DISPUTED.value
    course.remarks += [f"{target.key}: {each.message}" for each in problems if each.code not in ERRORS]
    errors = [each for each in problems if each.code in ERRORS and each not in printed]
    course.issues += _placed(target, typed, errors)
    return not errors


def _refuse_missing_cohort(course: _Course, after: Mapping[str, Any]) -> None:
    key = f"{after['study']}/{after['cohort']}"
    try:
        found = find_target(course.transaction.connection, key)
    except NotFound as error:
        raise NotFound(f"there is no cohort {key} to move the estimate to", error.hint) from None
    if found.kind != "cohort":
        raise NotFound(f"there is no cohort {key} to move the estimate to", f"{key} is a {found.kind}")


def _source(course: _Course, target: Target, typed: Typed) -> bool:
    """Amend in which report an estimate was read, or what that report is."""
    said = {name: typed.values[name] for name in SOURCE if name in typed.values}
    if not said or course.issues:
        return False
    if target.kind == "report":
        return course.desk.report(target.id, target.key, {name.removeprefix("source_"): said[name] for name in said})
    if target.kind != "estimate":
        raise _not_of(target, next(iter(said)), typed, "estimate")
    before = course.desk.row(target.id)
    wanted = {name: said.get(name, before[name]) for name in SOURCE}
    if wanted["source_url"] == before["source_url"] is not None and wanted["source_kind"] is not None:
        report = find_target(course.transaction.connection, before["source_url"])
        return course.desk.report(report.id, report.key, {"kind": wanted["source_kind"]})
    return course.desk.source(target.id, before, wanted["source_kind"], wanted["source_url"])


def _cohort(course: _Course, target: Target, typed: Typed) -> bool:
    """Amend what belongs to the cohort."""
    said = {name: typed.values[name] for name in SAID if name in typed.values}
    if not said or course.issues:
        return False
    if target.kind == "report":
        raise _not_of(target, next(iter(said)), typed, "cohort")
    if target.cohort is None:
        raise _not_of(target, next(iter(said)), typed, "cohort")
    if target.kind != "estimate" and not _sound_cohort(course, target, typed, said):
        return False
    changed = course.desk.cohort(target.cohort, _cohort_key(course, target), said)
    if changed and "disease" in said:
        _forget_words(course, target.cohort)
    return changed


def _forget_words(course: _Course, cohort: int) -> None:
    """Take the words for its disease off the estimates of a cohort that was given another."""
    query = select(Estimate.id, Estimate.key, Estimate.disease_text).where(Estimate.cohort_id == cohort)
    for number, key, text in course.transaction.connection.execute(query).all():
        if text is not None:
            course.transaction.change("estimate", key, "disease_text", text, None)
            course.transaction.connection.execute(
                update(Estimate).where(Estimate.id == number).values(disease_text=None)
            )


def _sound_cohort(course: _Course, target: Target, typed: Typed, said: Mapping[str, Any]) -> bool:
    """Say whether fields of a cohort make sense together."""
    stored = course.transaction.connection.execute(select(Cohort.__table__).where(Cohort.id == target.cohort)).one()
    problems = list(recruitment({**stored._asdict(), **said}, course.vocabulary))
    course.issues += _placed(target, typed, problems)
    return not problems


def _cohort_key(course: _Course, target: Target) -> str:
    cohort = course.transaction.connection.execute(select(Cohort.key).where(Cohort.id == target.cohort)).scalar_one()
    return f"{target.study_key}/{cohort}"


def _report(course: _Course, target: Target, typed: Typed) -> bool:
    """Amend what belongs to the study's own report; one that has none yet gets one."""
    said = {name: typed.values[name] for name in OWN if name in typed.values}
    if not said or course.issues:
        return False
    if target.report is None:
        assert target.study is not None  # noqa: S101 - only a study can have no report
        given = {name: value for name, value in said.items() if value is not None}
        return bool(given and course.desk.own_report(target.study, target.study_key, given))
    report = _report_key(course, target.report)
    return course.desk.report(target.report, report, {OWN[name]: value for name, value in said.items()})


def _report_key(course: _Course, number: int) -> str:
    """Give the key of a report."""
    return str(course.transaction.connection.execute(select(Report.key).where(Report.id == number)).scalar_one())


def _attributes(course: _Course, target: Target, typed: Typed) -> bool:
    """Amend study characteristics, each of what it is declared for."""
    if course.issues:
        return False
    done = [_attribute(course, target, typed, name, value) for name, value in typed.attributes.items()]
    return any(done)


def _attribute(course: _Course, target: Target, typed: Typed, name: str, value: Any) -> bool:
    level = course.vocabulary.attributes[name].level
    if level is AttributeLevel.ESTIMATE:
        owner, number, key = "estimate", target.id if target.kind == "estimate" else None, target.key
    elif level is AttributeLevel.COHORT:
        owner, number, key = "cohort", target.cohort, _cohort_key(course, target) if target.cohort else ""
    else:
        owner, number, key = "study", target.study, target.study_key
    if number is None:
        raise _not_of(target, name, typed, owner)
    return put_characteristic(course.desk, Owner(owner, number, key), name, value)


def _not_of(target: Target, name: str, typed: Typed, owner: str) -> UsageError:
    shown = typed.given.get(name) or input_name(name)
    article = "an" if owner == "estimate" else "a"
    hint = {
        "estimate": "give the key of an estimate; `evireg show` lists those of a study or cohort",
        "cohort": "give study/cohort",
        "study": "give the key of the study",
    }[owner]
    return UsageError(f"{shown} belongs to {article} {owner}, and {target.key} is a {target.kind}", hint)


def _placed(target: Target, typed: Typed, problems: Sequence[Problem]) -> Iterator[Issue]:
    for each in problems:
        column = typed.given.get(each.column) or input_name(each.column)
        yield Issue(each.code, each.message, "error", target.key, 0, column, "", each.expected)


def _new_names(course: _Course, typed: Typed) -> Iterator[str]:
    for kind, name in typed.new_names:
        near = course.vocabulary.nearest(kind, name)
        known = f"; the registry knows {', '.join(near)}" if near else ""
        yield f"{name!r} is a new {kind}{known}"
