"""What is stored already under the keys of rows on their way in, and what of it a row is compared by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from registry.models import evidence
from registry.writing.bulk import select_in
from registry.writing.former import former_keys, is_former
from registry.writing.keys import CUTOFF
from registry.writing.projection import REPORTED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from registry.record import Record
    from registry.vocabulary import Vocabulary
    from registry.writing.things import Thing

#: Compared when a key is met again. The printed texts are not: the same number with other digits is the same number.
#: Nor is how it is known what is compared.
_COMPARED = tuple(name for name in REPORTED if not name.endswith("_text") and name not in ("status", "contrast_basis"))
#: Not compared with a row of an earlier version: it read them another way, or not at all.
_READ_ANEW = frozenset({"measure", "covariates", "horizon_days", "trust"})
#: Of a stored row, beside what is compared.
_BESIDE = ("key", "source_kind", "source_url", "attributes", "contrast", "contrast_basis", "scale", "endpoint", *CUTOFF)
#: What a contradiction is told by: the digits that were printed.
_PRINTED = ("est_text", "ci_low_text", "ci_high_text", "p_text")


class Row(Protocol):
    """A row being matched: its `values` with defaults and canonical names; `former` where its key is an old one."""

    record: Record
    values: dict[str, Any]
    key: str
    study: Thing
    former: bool


def compared(*, former: bool) -> tuple[str, ...]:
    """Name the columns a row is compared by with the one stored under its key."""
    return tuple(name for name in _COMPARED if not (former and name in _READ_ANEW))


def known(connection: sa.Connection, rows: Sequence[Row], vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    """Give the live evidence rows of these keys; a row that an earlier version stored takes on the key it has there."""
    there = [row for row in rows if row.study.stored]
    stored = _live(connection, {row.key for row in there})
    former = [(row, former_keys(row.record, row.values, vocabulary)) for row in there if row.key not in stored]
    wanted = {key for _, keys in former for key in keys}
    found = {key: held for key, held in _live(connection, wanted).items() if is_former(held)} if wanted else {}
    for row, keys in former:
        key = next((each for each in keys if each in found), None)
        if key is not None:
            row.key, row.former = key, True
            stored[key] = found[key]
    return stored


def _live(connection: sa.Connection, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    columns = [evidence.c[name] for name in (*_BESIDE, *_COMPARED, *_PRINTED)]
    statement = sa.select(*columns).where(evidence.c.valid_to.is_(None))
    return {row.key: row._asdict() for row in select_in(connection, statement, evidence.c.key, keys)}
