"""Estimates one by one, in the order of every list: what is asked is sorted by key first, then read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from registry.models import evidence
from registry.selection.query import matching, read_rows
from registry.selection.view import At, moment, versions
from registry.selection.where import parse
from registry.vocabulary import Vocabulary

#: Rows read at once: fewer than the parameters any SQLite takes.
_AT_ONCE = 900


def each_estimate(connection: sa.Connection, where: str | None = None, *, at: At = None) -> Iterator[dict[str, Any]]:
    """Give every row a condition matches, as `listing` of estimates does, holding only the keys of all.

    Raises ConditionError, and NotFound for an `at` that does not exist. The transaction stays open meanwhile.
    """
    names = Vocabulary.load(connection)
    condition, then = parse(where, names), moment(connection, at)
    order = (evidence.c.study, evidence.c.cohort, evidence.c.key)
    found = sorted(map(tuple, connection.execute(sa.select(*order).where(matching(connection, condition, then)))))
    keys = [key for *_, key in found]
    for start in range(0, len(keys), _AT_ONCE):
        piece = evidence.c.key.in_(keys[start : start + _AT_ONCE])
        yield from read_rows(connection, sa.and_(versions(then), piece), names, at=then)[0].to_rows()
