"""Ratings of the certainty of a saved query's evidence: given by people, never computed, each with its reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded_ratings import ENTITY, ledger_key, stored
from registry.database import canonical_json
from registry.errors import UsageError
from registry.grading.domains import domain as read_domain
from registry.grading.domains import judgement as read_judgement
from registry.models import Changeset, Curator, Rating
from registry.pooling.orientation import as_reported
from registry.terms import GradeDomain, GradeJudgement

if TYPE_CHECKING:
    from registry.flow import Flow
    from registry.ledger import Transaction
    from registry.queries.saved import Saved


@dataclass(frozen=True, slots=True)
class Rated:
    """The judgement of one domain that stands: of which version of the query, by whom, in which changeset and when.

    `evidence` is the digest of what was judged.
    """

    query: str
    version: int
    domain: GradeDomain
    judgement: GradeJudgement
    reason: str
    curator: str
    changeset: int
    at: str
    evidence: str

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def evidence_digest(rows_digest: str, flow: Flow) -> str:
    """Give the SHA-256 of what a rating is of: the rows that were pooled, and what is known and could not be.

    It is taken over the canonical JSON array [digest of the rows, [[key, reason, direction as reported] of each
    unusable estimate, by key]]: which way round a result is read does not change what was judged.
    """
    beside = sorted([each.key, each.reason, as_reported(each) or ""] for each in flow.unusable)
    return hashlib.sha256(canonical_json([rows_digest, beside]).encode()).hexdigest()


def rate(transaction: Transaction, saved: Saved, domain: str, judgement: str, *, reason: str, evidence: str) -> Rated:
    """Record what the curator of the transaction judges of one domain; it replaces what stood.

    The same judgement again says that it holds on the evidence as it is now; nothing is recorded when nothing is
    different. Raises UsageError for a domain or judgement there is not, and for one without a reason.
    """
    of = read_domain(domain)
    judged = read_judgement(of, judgement)
    if not reason.split():
        raise UsageError("a judgement has a reason", "say what it rests on with --reason")
    connection = transaction.connection
    number, before = stored(connection, ledger_key(saved.name, of))
    row = {
        "id": number or transaction.next_id("rating"),
        "query": saved.name,
        "version": saved.version,
        "domain": str(of),
        "judgement": str(judged),
        "reason": " ".join(reason.split()),
        "curator_id": connection.execute(sa.select(Curator.id).where(Curator.name == transaction.curator)).scalar_one(),
        "changeset": transaction.number,
        "evidence": evidence,
    }
    standing = next((each for each in ratings(connection, saved.name) if each.domain is of), None)
    if standing is not None and _same(standing, row, transaction.curator):
        return standing
    connection.execute(sa.delete(Rating).where(Rating.id == row["id"]))
    connection.execute(sa.insert(Rating), row)
    _record(transaction, ledger_key(saved.name, of), before)
    return next(each for each in ratings(connection, saved.name) if each.domain is of)


def _same(standing: Rated, row: dict[str, Any], curator: str) -> bool:
    names = ("version", "judgement", "reason", "evidence")
    return standing.curator == curator and all(getattr(standing, name) == row[name] for name in names)


def _record(transaction: Transaction, key: str, before: dict[str, str | None]) -> None:
    _, after = stored(transaction.connection, key)
    for name, value in after.items():
        if value != before[name]:
            transaction.change(ENTITY, key, name, before[name], value)


def ratings(connection: sa.Connection, query: str | None = None) -> list[Rated]:
    """Give the ratings that stand, of one query or of all, by query and in the order of the domains."""
    asked = (
        sa.select(Rating.__table__, Curator.name.label("curator"), Changeset.at)
        .join(Curator, Curator.id == Rating.curator_id)
        .join(Changeset, Changeset.number == Rating.changeset)
    )
    if query is not None:
        asked = asked.where(Rating.query == query)
    order = list(GradeDomain)
    found = [_read(row._asdict()) for row in connection.execute(asked)]
    return sorted(found, key=lambda each: (each.query, order.index(each.domain)))


def _read(row: dict[Any, Any]) -> Rated:
    words = {"domain": GradeDomain(row["domain"]), "judgement": GradeJudgement(row["judgement"])}
    return Rated(**{name: {**row, **words}[name] for name in Rated.__slots__})
