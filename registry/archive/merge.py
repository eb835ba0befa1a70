"""The evidence of an archive into a registry that holds some: by key, with every conflict shown, in one changeset.

What is taken over is what bears on results: estimates with their studies, cohorts, reports and characteristics, the
names and units they need, overlaps and retractions. History, reviews, results and settings stay with the archive: they
are of another registry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.archive.opening import Archive
from registry.archive.table import AT_ONCE
from registry.archive.tables import TABLES
from registry.columns import COLUMNS
from registry.models import Cohort, Overlap, Report, Study, evidence
from registry.record import Record
from registry.terms import AttributeLevel
from registry.writing import Entry, add_vocabulary, declare_attributes, declare_overlaps, retract, write_estimates
from registry.writing.bulk import batched, select_in
from registry.writing.curating import OverlapDeclared
from registry.writing.population import SAID
from registry.writing.projection import REPORTED
from registry.writing.reports import OWN

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: What an evidence row keeps of the record it was made from.
_GIVEN = tuple(dict.fromkeys([column.name for column in COLUMNS if column.inputs] + list(REPORTED)))
_SHEETS = {each.table.name: each.sheet for each in TABLES}
#: The ledger's word for an archive that was merged, by its root digest.
ENTITY = "archive"


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: estimates `created`, `unchanged`, and in conflict; `changeset` is None when nothing changed."""

    created: int = 0
    unchanged: int = 0
    conflicts: int = 0
    changeset: int | None = None
    left_out: dict[str, int] = field(default_factory=dict)


def merge(transaction: Transaction, archive: Archive, *, only_new: bool = False) -> Merged:
    """Add what an archive holds and the registry does not; the transaction must not be committed after an error.

    Conflict lists each value that differs, both ways; with `only_new` what is here stays as it is: estimates of live
    keys (those that differ are counted), and what is said of studies and cohorts.
    """
    add_vocabulary(transaction, _entries(archive), keep=True)
    declare_attributes(transaction, archive.declarations(), keep=True)
    rows = _Rows(transaction, archive, only_new=only_new)
    written = write_estimates(transaction, rows.records())
    _overlaps(transaction, archive, only_new=only_new)
    _retractions(transaction, archive)
    told = archive.manifest
    if transaction.changed:
        said = {"of": told.of, "estimates": told.estimates, "head": told.head}
        transaction.change(ENTITY, told.root, "merged", None, said)
    return Merged(
        created=written.created,
        unchanged=written.unchanged + rows.unchanged,
        conflicts=rows.conflicts,
        changeset=transaction.number if transaction.changed else None,
        left_out=_left_out(archive),
    )


def _entries(archive: Archive) -> list[Entry]:
    """Give the vocabulary of the archive."""
    synonyms: dict[tuple[str, str], list[str]] = {}
    for row in archive.rows(_SHEETS["synonym"]):
        synonyms.setdefault((row["vocabulary"], row["key"]), []).append(row["name"])
    found = [
        Entry(
            kind, row.pop("key"), tuple(synonyms.pop((kind, key), ())), {k: v for k, v in row.items() if v is not None}
        )
        for kind in ("factor", "disease", "endpoint")
        for row in archive.rows(_SHEETS[kind])
        for key in [row["key"]]
    ]
    covariates = [Entry(kind, key, tuple(names)) for (kind, key), names in synonyms.items() if kind == "covariate"]
    return found + covariates


class _Rows:
    """The flat evidence as records on their way in; with `only_new`, those of live keys are only compared."""

    def __init__(self, transaction: Transaction, archive: Archive, *, only_new: bool) -> None:
        self._connection, self._archive, self._only_new = transaction.connection, archive, only_new
        self._shared = {each.name for each in archive.declarations() if each.level is not AttributeLevel.ESTIMATE}
        self.unchanged = self.conflicts = 0

    def records(self) -> Iterator[Record]:
        """Give the rows that are to be written."""
        path, line = f"{self._archive.name}:{self._archive.flat.path}", 1
        for piece in batched(self._archive.evidence(), AT_ONCE):
            known = self._live(piece) if self._only_new else {}
            studies, cohorts = self._here(piece) if self._only_new else (set(), set())
            for row in piece:
                line += 1
                if row["key"] in known:
                    differs = known[row["key"]] != row["digest"]
                    self.conflicts += differs
                    self.unchanged += not differs
                    continue
                values, attributes = {name: row[name] for name in _GIVEN}, row["attributes"]
                if row["study"] in studies:
                    values |= dict.fromkeys(OWN)
                    attributes = {name: value for name, value in attributes.items() if name not in self._shared}
                if (row["study"], row["cohort"]) in cohorts:
                    values |= dict.fromkeys(SAID)
                yield Record(values, attributes, path, line)

    def _live(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        query = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
        keys = {row["key"] for row in rows}
        return {row.key: row.digest for row in select_in(self._connection, query, evidence.c.key, keys)}

    def _here(self, rows: Sequence[Mapping[str, Any]]) -> tuple[set[str], set[tuple[str, str]]]:
        """Give which studies and cohorts of these rows the registry has; what it says of them stands."""
        asked = {row["study"] for row in rows}
        studies = {key for (key,) in select_in(self._connection, sa.select(Study.key), Study.key, asked)}
        query = sa.select(Study.key, Cohort.key).join(Cohort, Cohort.study_id == Study.id)
        return studies, {(study, cohort) for study, cohort in select_in(self._connection, query, Study.key, studies)}


def _overlaps(transaction: Transaction, archive: Archive, *, only_new: bool) -> None:
    """Declare the overlaps of cohorts that are here; another kind for a pair is a Conflict, or passed over."""
    connection = transaction.connection
    stored, declared = _pairs(connection), []
    for row in archive.rows(_SHEETS["overlap"]):
        pair = [f"{row['study_a']}/{row['cohort_a']}", f"{row['study_b']}/{row['cohort_b']}"]
        if (frozenset(pair) in stored and only_new) or not all(_known(connection, each) for each in pair):
            continue
        declared.append(OverlapDeclared(pair[0], pair[1], row["kind"], row["reason"]))
    declare_overlaps(transaction, declared)


def _known(connection: sa.Connection, name: str) -> bool:
    study, _, cohort = name.rpartition("/")
    query = sa.select(Cohort.id).join(Study).where(Study.key == study, Cohort.key == cohort)
    return connection.execute(query).first() is not None


def _pairs(connection: sa.Connection) -> set[frozenset[str]]:
    a, b, of_a, of_b = aliased(Cohort), aliased(Cohort), aliased(Study), aliased(Study)
    query = (
        sa.select(of_a.key, a.key, of_b.key, b.key)
        .select_from(Overlap)
        .join(a, Overlap.cohort_a == a.id)
        .join(b, Overlap.cohort_b == b.id)
        .join(of_a, a.study_id == of_a.id)
        .join(of_b, b.study_id == of_b.id)
    )
    return {frozenset((f"{row[0]}/{row[1]}", f"{row[2]}/{row[3]}")) for row in connection.execute(query)}


def _retractions(transaction: Transaction, archive: Archive) -> None:
    """Mark the reports that the archive knows to be retracted, where they are here and not marked yet."""
    retracted = [row["key"] for row in archive.rows(_SHEETS["report"]) if row["retracted"]]
    query = sa.select(Report.key).where(Report.retracted.is_(False))
    here = {key for (key,) in select_in(transaction.connection, query, Report.key, retracted)}
    for key in sorted(here):
        retract(transaction, key, f"retracted by {archive.manifest.of} of another registry")


def _left_out(archive: Archive) -> dict[str, int]:
    """Count what stays with the archive."""
    rows = archive.manifest.rows
    words = {
        "queries/runs.jsonl": "runs",
        "queries/queries.jsonl": "queries",
        "tables/references.csv": "references",
        "tables/extractions.csv": "second extractions",
        "tables/attachments.csv": "attachments",
        "tables/ratings.csv": "ratings of certainty",
    }
    return {word: rows[path] for path, word in words.items() if rows.get(path)}
