"""Whether evidence rows are what their digests say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.errors import VerificationFailed
from registry.models import evidence
from registry.writing.digest import bucket, digest

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: After so many the rest is not looked at: one restores a backup either way.
_MOST = 100


def verify_rows(connection: Connection) -> int:
    """Compute the digest and bucket of every version of every row again, and give how many there are.

    VerificationFailed names those that differ. Whether the ledger agrees is `registry.chain.verify_ledger`'s
    question.
    """
    count, faults = row_faults(connection)
    if faults:
        raise VerificationFailed.of(faults)
    return count


def row_faults(connection: Connection) -> tuple[int, list[str]]:
    """Give how many versions of rows there are, and what is wrong with them."""
    count, faults = 0, list[str]()
    query = sa.select(evidence).order_by(evidence.c.id).execution_options(yield_per=2000)
    with connection.execute(query) as rows:
        for row in rows:
            values = row._asdict()
            if digest(values) != row.digest or bucket(row.key) != row.bucket:
                faults.append(f"estimate {row.key} (version of changeset {row.valid_from}) is not what its digest says")
            if len(faults) == _MOST:
                break
            count += 1
    return count, faults
