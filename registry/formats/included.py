"""Which reports stand behind a pool: the own report of each study, and the documents its numbers were read in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.models import Cohort, Estimate, Report, Study
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from collections.abc import Collection


def included_reports(connection: sa.Connection, keys: Collection[str]) -> list[str]:
    """Give the keys of the reports of these estimates, by first author, year and key."""
    own, read_in = sa.orm.aliased(Report), sa.orm.aliased(Report)
    asked = (
        sa.select(own.key.label("own"), read_in.key.label("read_in"))
        .select_from(Estimate)
        .join(Cohort, Cohort.id == Estimate.cohort_id)
        .join(Study, Study.id == Cohort.study_id)
        .outerjoin(own, own.id == Study.report_id)
        .outerjoin(read_in, read_in.id == Estimate.report_id)
    )
    pairs: Any = select_in(connection, asked, Estimate.key, sorted(keys))
    wanted = {key for pair in pairs for key in pair if key is not None}
    columns = sa.select(Report.key, Report.authors, Report.year)
    found: Any = select_in(connection, columns, Report.key, sorted(wanted))
    return [row.key for row in sorted(found, key=lambda row: ((row.authors or "").casefold(), row.year or 0, row.key))]
