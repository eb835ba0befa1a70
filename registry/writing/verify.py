"""Whether evidence rows are what their digests say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.errors import VerificationFailed
from registry.models import evidence
from registry.writing.digest import bucket, digest

if TYPE_CHECKING:
    from sqlalchemy import Connection


def verify_rows(connection: Connection) -> int:
    """Compute the digest and bucket of every version of every row again, and give how many there are.

    VerificationFailed names the first that differs. Whether the ledger agrees is `registry.ledger.verify_ledger`'s
    question.
    """
    count = 0
    query = sa.select(evidence).order_by(evidence.c.id).execution_options(yield_per=2000)
    with connection.execute(query) as rows:
        for row in rows:
            values = row._asdict()
            if digest(values) != row.digest or bucket(row.key) != row.bucket:
                raise VerificationFailed(
                    f"estimate {row.key} (version of changeset {row.valid_from}) is not what its digest says",
                    "it was changed outside evireg; restore it from a backup",
                )
            count += 1
    return count
