"""Review: extracted → checked by another curator → accepted; or disputed, or excluded, with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.chosen import chosen_estimates
from registry.curation.readers import readers
from registry.derivation import hard_faults
from registry.errors import InputRefused, UsageError
from registry.ingest.rules import counts
from registry.issues import Issue
from registry.models import Estimate, Extraction, evidence
from registry.selection.query import matching
from registry.selection.where import parse
from registry.terms import Status
from registry.vocabulary import Vocabulary, fold
from registry.writing.bulk import select_in
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: What stands in `status_reason` of an estimate whose numbers were amended after a review.
AMENDED_SINCE = "numbers amended after it was checked"

#: A curator says why.
_NEED_REASON = frozenset({Status.EXTRACTED, Status.DISPUTED, Status.EXCLUDED})
_REVIEWED = frozenset({Status.CHECKED, Status.ACCEPTED})

_ROW = ("key", "status", "status_reason", "locator", "quote", "est", "ci_low", "ci_high", "ci_level")
_COUNTS = ("n", "n_events", "n_index", "n_reference", "events_index", "events_reference")
_WAITING = (
    "key", "study", "cohort", "factor", "endpoint", "measure", "est_text", "ci_low_text", "ci_high_text", "log_hr",
    "status_reason", "locator", "quote",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review did: keys `changed` to `status`, and how many had it already, with the same reason."""

    changeset: int | None
    status: str
    changed: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to review: estimates by status, those that wait for a check, and how many `more` of these.

    A waiting row says who read the numbers (`entered_by`) and where a second extraction stands (`second`).
    """

    counts: Mapping[str, int]
    waiting: tuple[Mapping[str, Any], ...]
    more: int


def review(
    transaction: Transaction,
    keys: Collection[str],
    status: str,
    reason: str | None = None,
    *,
    where: str | None = None,
) -> Reviewed:
    """Give estimates another status, all or none; keys of a study or cohort mean all its estimates.

    InputRefused names every estimate that cannot have it, and why: a check is by another curator than the one who
    entered or last changed the numbers; an accepted estimate was checked and has a locator and a quote; numbers no
    correct report can print stay disputed. UsageError for an unknown status, or a reason that is missing.
    """
    wanted = _status(status)
    why = _reason(wanted, reason)
    connection = transaction.connection
    chosen = chosen_estimates(connection, keys, where)
    rows = _rows(connection, chosen)
    entered = readers(connection, rows) if wanted is Status.CHECKED else {}
    vocabulary = Vocabulary.load(connection)
    issues = [
        issue
        for row in rows.values()
        for issue in _obstacles(row, wanted, transaction.curator, entered.get(row["key"]), vocabulary)
    ]
    if issues:
        raise InputRefused(_refusal(len({each.file for each in issues}), wanted), issues)
    changed = [key for key, row in rows.items() if (row["status"], row["status_reason"]) != (wanted.value, why)]
    for key in changed:
        _put(transaction, chosen[key], rows[key], wanted, why)
    refresh(transaction, [chosen[key] for key in changed])
    made = transaction.number if changed else None
    return Reviewed(made, wanted.value, tuple(changed), len(rows) - len(changed))


def put_back(after: dict[str, Any]) -> None:
    """Put back to extracted what was checked or accepted with other numbers; an amendment calls this."""
    after["status"], after["status_reason"] = Status.EXTRACTED.value, AMENDED_SINCE


def _status(given: str) -> Status:
    try:
        return Status(fold(given))
    except ValueError:
        words = ", ".join(Status)
        raise UsageError(f"{given!r} is no status of a review", f"one of: {words}") from None


def _reason(status: Status, given: str | None) -> str | None:
    reason = " ".join((given or "").split()) or None
    if reason is None and status in _NEED_REASON:
        raise UsageError(f"{status} needs a reason", "give it with --reason, in a few words")
    return reason


def _refusal(count: int, status: Status) -> str:
    estimates = "one estimate" if count == 1 else f"{count} estimates"
    return f"{estimates} cannot be {status}; nothing was stored"


def _rows(connection: sa.Connection, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    statement = sa.select(*(evidence.c[name] for name in (*_ROW, *_COUNTS))).where(evidence.c.valid_to.is_(None))
    found = {row.key: row._asdict() for row in select_in(connection, statement, evidence.c.key, keys)}
    return dict(sorted(found.items()))


def _obstacles(
    row: Mapping[str, Any], status: Status, curator: str, entered_by: str | None, vocabulary: Vocabulary
) -> Iterator[Issue]:
    """Say what speaks against giving this estimate the status."""
    key = row["key"]
    if status is not Status.DISPUTED:
        for fault in hard_faults(row):
            message = f"{fault.label}, as printed: it stays disputed, and no pool takes it"
            yield Issue("review-impossible", message, file=key, column="status", expected="amended numbers")
        for problem in counts(row, vocabulary):
            yield Issue(
                "review-impossible", problem.message, file=key, column=problem.column, expected="amended numbers"
            )
    if status is Status.CHECKED and entered_by is not None and fold(entered_by) == fold(curator):
        message = f"{curator} entered or last changed these numbers; a check is by somebody else"
        yield Issue("review-four-eyes", message, file=key, column="status", expected="another curator (--as NAME)")
    if status is Status.ACCEPTED:
        if row["status"] not in _REVIEWED:
            message = f"it is {row['status']}: only what was checked is accepted"
            yield Issue("review-unchecked", message, file=key, column="status", expected="a check first")
        for name, what in (("locator", "source_locator=…"), ("quote", "quote=…")):
            if row[name] is None:
                message = f"it has no {name}, and an accepted estimate has one"
                yield Issue("review-unlocated", message, file=key, column=name, expected=f"evireg amend {key} {what}")


def _put(transaction: Transaction, number: int, row: Mapping[str, Any], status: Status, reason: str | None) -> None:
    after = {"status": status.value, "status_reason": reason}
    for name, value in after.items():
        if row[name] != value:
            transaction.change("estimate", row["key"], name, row[name], value)
    transaction.connection.execute(sa.update(Estimate).where(Estimate.id == number).values(**after))


def work(connection: sa.Connection, where: str | None = None, *, most: int = 50) -> Work:
    """Tell how many estimates have each status, and list up to `most` that wait for a check, with who read them."""
    test = matching(connection, parse(where, Vocabulary.load(connection)), None)
    grouped = sa.select(evidence.c.status, sa.func.count()).where(test).group_by(evidence.c.status)
    found = {row[0]: row[1] for row in connection.execute(grouped)}
    waits = sa.and_(test, evidence.c.status == Status.EXTRACTED.value)
    columns = [evidence.c[name] for name in _WAITING]
    query = sa.select(*columns).where(waits).order_by(evidence.c.study, evidence.c.key).limit(most)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    keys = [row["key"] for row in rows]
    entered, second = readers(connection, keys), _seconds(connection, keys)
    waiting = tuple({**row, "entered_by": entered.get(row["key"]), "second": second.get(row["key"])} for row in rows)
    total = found.get(Status.EXTRACTED.value, 0)
    return Work({each.value: found.get(each.value, 0) for each in Status}, waiting, total - len(waiting))


def _seconds(connection: sa.Connection, keys: Collection[str]) -> dict[str, str]:
    """Give the state of the second extraction of each of these estimates that has one; open before the others."""
    query = sa.select(Estimate.key, Extraction.state).join(Extraction, Extraction.estimate_id == Estimate.id)
    states: dict[str, str] = {}
    for key, state in sorted(tuple(row) for row in select_in(connection, query, Estimate.key, keys)):
        states[key] = "open" if "open" in (state, states.get(key)) else state
    return states
