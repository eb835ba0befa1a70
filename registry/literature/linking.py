"""Which report of the registry a reference is: told by DOI and PMID, or by a curator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.errors import Conflict
from registry.literature.clusters import Work, work
from registry.models import Reference, Report
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from registry.ledger import Transaction


def reports_of(connection: sa.Connection, works: Iterable[Work]) -> dict[int, int]:
    """Give the report's id of each document that is one in the registry, by the document's id.

    A curator's link counts first, then the DOI, then the PMID of any of its records.
    """
    listed = list(works)
    names = {(kind, value) for each in listed for kind, value in _identifiers(each)}
    statement = sa.select(Report.id, Report.doi, Report.pmid)
    found: dict[tuple[str, str], int] = {}
    for kind, column in (("doi", Report.doi), ("pmid", Report.pmid)):
        for row in select_in(connection, statement, column, sorted(value for each, value in names if each == kind)):
            found[kind, getattr(row, kind)] = row.id
    linked = {}
    for each in listed:
        told = (found[name] for name in _identifiers(each) if name in found)
        report = each.facts["report_id"] or next(told, None)
        if report is not None:
            linked[each.id] = report
    return linked


def report_key(connection: sa.Connection, found: Work) -> str | None:
    """Give the key of the report that a document is in the registry; None when it is none yet."""
    number = reports_of(connection, [found]).get(found.id)
    return connection.execute(sa.select(Report.key).where(Report.id == number)).scalar()


def _identifiers(each: Work) -> list[tuple[str, str]]:
    return [
        (kind, value)
        for kind in ("doi", "pmid")
        for record in each.records
        if (value := getattr(record, kind)) is not None
    ]


def link(transaction: Transaction, key: str, report: str) -> bool:
    """Say which report of the registry (key, DOI, PMID or address) a reference is. Gives whether this is new.

    Conflict when its DOI or PMID, or an earlier link, names another report; NotFound names the nearest.
    """
    from registry.writing.curating import find_report

    connection = transaction.connection
    found = work(connection, key)
    number, name, _ = find_report(connection, report)
    held = reports_of(connection, [found]).get(found.id)
    if held == number:
        return False
    if held is not None:
        known = connection.execute(sa.select(Report.key).where(Report.id == held)).scalar_one()
        raise Conflict(f"{key} is the report {known} already, not {name}", hint="one reference is one report")
    connection.execute(sa.update(Reference).where(Reference.id == found.id).values(report_id=number))
    transaction.change("reference", found.key, "report", None, name)
    return True
