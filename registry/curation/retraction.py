"""A report is retracted: who said so and why, and which estimates leave selections by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.writing.curating import find_report, retract

if TYPE_CHECKING:
    from registry.ledger import Transaction


@dataclass(frozen=True, slots=True)
class Retracted:
    """A report marked as retracted: its key, and how many estimates carry the mark by this changeset.

    `changeset` is None when it was marked already.
    """

    changeset: int | None
    report: str
    estimates: int


def retraction(transaction: Transaction, report: str) -> Retracted:
    """Mark a report, given by key, DOI, PMID or address; the message of the changeset is the reason.

    NotFound names the nearest reports.
    """
    _, key, already = find_report(transaction.connection, report)
    if already:
        return Retracted(None, key, 0)
    return Retracted(transaction.number, key, retract(transaction, key, transaction.message))
