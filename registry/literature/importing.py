"""Files of references → what is new of them, what is known already, what repeats another; all files or none."""

from __future__ import annotations

import string
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count as numbers
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import InputRefused, UsageError
from registry.issues import Issue
from registry.literature.alike import family, first_author, folded
from registry.literature.citation import Citation
from registry.literature.files import References, read_references
from registry.literature.index import Index
from registry.literature.matching import Known, Verdict
from registry.models import DoubtfulPair, Reference
from registry.terms import FoundBy
from registry.writing.bulk import insert_rows

if TYPE_CHECKING:
    from registry.ledger import Transaction

#: Columns of a reference, in the order of its table.
COLUMNS = tuple(column.name for column in Reference.__table__.columns)
#: A person is asked about so many other documents a record may be: of a crowd of one title, the likeliest.
MOST_ASKED = 10
#: What a reference is recognised by.
RECOGNISED = ("kind", "doi", "pmid", "title", "authors", "year", "volume", "pages")


@dataclass(frozen=True, slots=True)
class FileImported:
    """What became of one file.

    Its `records` are `known` from an earlier import of the same search, `new`, or repeat a reference (`duplicates`, by
    rule). `doubtful` counts pairs that wait for a decision.
    """

    file: str
    format: str
    encoding: str
    found_in: tuple[str, ...]
    records: int
    known: int
    new: int
    duplicates: Mapping[str, int]
    doubtful: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of references did; `changeset` is None when nothing was new."""

    changeset: int | None
    files: tuple[FileImported, ...]


def import_references(
    transaction: Transaction,
    paths: Iterable[str | Path],
    *,
    found_in: str | None = None,
    found_by: str = "database",
    format: str | None = None,  # noqa: A002 - the option's name
) -> Imported:
    """Store the records of files. A record of the same search that is stored already is known and not counted again.

    `found_in` names what was searched, for all records; without it each record must name its database. InputRefused
    lists every issue of the first file that has any.
    """
    if found_by not in set(FoundBy):
        raise UsageError(f"{found_by!r} is no way to find references", f"there are: {', '.join(FoundBy)}")
    read = [read_references(path, format=format) for path in paths]
    for each in read:
        _refuse_unnamed(each, found_in)
    desk = _Desk(transaction)
    done = tuple(desk.take(each, found_in, FoundBy(found_by)) for each in read)
    desk.write()
    return Imported(transaction.number if transaction.changed else None, done)


def _refuse_unnamed(read: References, found_in: str | None) -> None:
    if found_in is not None and not found_in.strip():
        raise UsageError("the name of what was searched is empty", 'give one, such as --from "PubMed"')
    unnamed = [each for each in read.records if found_in is None and each.database is None]
    if unnamed:
        first = unnamed[0]
        message = f"{len(unnamed)} of {len(read.records)} records do not say in which database they were found"
        issue = Issue("source-missing", f"{message}, record {first.number} first", file=read.file, line=first.line)
        raise InputRefused(
            f"{read.file} was not imported, nothing was stored", [issue], 'name what was searched: --from "Embase"'
        )


@dataclass(slots=True)
class _Search:
    """What is stored of one search: digests, and identifiers with the titles they stand for."""

    digests: set[str] = field(default_factory=set)
    numbers: set[tuple[str, str]] = field(default_factory=set)

    def holds(self, citation: Citation, digest: str) -> bool:
        """Whether this search has given this record before."""
        return digest in self.digests or any(name in self.numbers for name in _names(citation.fields()))

    def add(self, fields: Mapping[str, Any], digest: str) -> None:
        """Remember a record."""
        self.digests.add(digest)
        self.numbers.update(_names(fields))


def _names(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what identifies a record within one database; a DOI only with its title, for abstracts may share one."""
    if fields.get("pmid"):
        yield "pmid", str(fields["pmid"])
    if fields.get("accession"):
        yield "accession", str(fields["accession"])
    if fields.get("doi"):
        yield "doi", f"{fields['doi']} {folded(fields.get('title') or '')}"


class _Desk:
    """The references there are, and those being taken in."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._keys: set[str] = set()
        self._roots: dict[int, int] = {}
        self._key_of: dict[int, str] = {}
        self._index = Index()
        self._suffixes: dict[str, Iterator[str]] = defaultdict(_suffixes)
        self._searches: dict[str, _Search] = {}
        self._spelling: dict[str, str] = {}
        self._rows: list[tuple[Any, ...]] = []
        self._pairs: list[tuple[int, int, str, None]] = []
        self._load()

    def _load(self) -> None:
        names = ("id", "key", "found_in", "accession", "digest", "duplicate_of", *RECOGNISED)
        statement = sa.select(*(getattr(Reference, name) for name in names)).order_by(Reference.id)
        for row in self._transaction.connection.execute(statement).mappings():
            self._remember(dict(row))

    def _remember(self, row: Mapping[str, Any]) -> None:
        self._keys.add(row["key"])
        self._key_of[row["id"]] = row["key"]
        self._roots[row["id"]] = row["duplicate_of"] or row["id"]
        self._index.add(_known(row))
        self._spelling.setdefault(row["found_in"].casefold(), row["found_in"])
        self._searches.setdefault(row["found_in"], _Search()).add(row, row["digest"])

    def take(self, read: References, found_in: str | None, found_by: FoundBy) -> FileImported:
        """Take in the records of one file; what one file repeats was found twice and is a duplicate."""
        before = {name: _Search(set(each.digests), set(each.numbers)) for name, each in self._searches.items()}
        rules: Counter[str] = Counter()
        known = doubtful = 0
        names = dict.fromkeys(self._named(found_in or each.database or "") for each in read.records)
        for citation in read.records:
            name = self._named(found_in or citation.database or "")
            digest = citation.digest()
            if name in before and before[name].holds(citation, digest):
                known += 1
                continue
            rule, doubts = self._store(citation, name, found_by, digest)
            rules.update([rule] if rule else [])
            doubtful += doubts
        return FileImported(
            file=read.file,
            format=read.format,
            encoding=read.encoding,
            found_in=tuple(names),
            records=len(read.records),
            known=known,
            new=len(read.records) - known - rules.total(),
            duplicates=dict(rules),
            doubtful=doubtful,
        )

    def _named(self, found_in: str) -> str:
        """Give the name of a search as it was spelled first."""
        name = " ".join(found_in.split())
        return self._spelling.setdefault(name.casefold(), name)

    def _store(self, citation: Citation, name: str, found_by: FoundBy, digest: str) -> tuple[str | None, int]:
        """Queue one record; give the rule by which it repeats another, and how many pairs are in doubt."""
        fields = citation.fields()
        number = self._transaction.next_id("reference")
        met = self._index.matches(_known({"id": number, **fields}))
        same = next(((each, verdict) for each, verdict in met if verdict.same), None)
        root = self._roots[same[0].id] if same else None
        rule = same[1].rule if same else None
        row = {
            "id": number,
            "key": self._new_key(citation),
            "found_in": name,
            "found_by": found_by.value,
            **fields,
            "digest": digest,
            "duplicate_of": root,
            "duplicate_by": None if rule is None else rule.value,
            "report_id": None,
        }
        self._rows.append(tuple(row[column] for column in COLUMNS))
        self._record(row)
        doubts = list(self._doubts(number, root, met))
        self._pairs += doubts
        self._remember(row)
        return (None if rule is None else rule.value), len(doubts)

    def _doubts(
        self, number: int, root: int | None, met: Collection[tuple[Known, Verdict]]
    ) -> Iterator[tuple[int, int, str, None]]:
        """Give one pair per other document this one may be, the likeliest; what is this one already is no question."""
        asked = {root or number}
        for each, verdict in sorted(met, key=lambda pair: (not pair[1].same, pair[1].doubts, pair[0].id)):
            if len(asked) > MOST_ASKED:
                return
            other = self._roots[each.id]
            if other not in asked:
                asked.add(other)
                first, second = sorted((other, root or number))
                # One record may join two references that nothing joined before: a person should see these.
                reason = f"{verdict.reason}, by way of {self._key_of[each.id]}" if verdict.same else verdict.reason
                yield first, second, reason, None

    def _record(self, row: Mapping[str, Any]) -> None:
        said = {name: value for name, value in row.items() if value is not None and name not in ("id", "key")}
        if row["duplicate_of"] is not None:
            said["duplicate_of"] = self._key_of[row["duplicate_of"]]
        self._transaction.change("reference", row["key"], "record", None, said)

    def _new_key(self, citation: Citation) -> str:
        base = key_base(citation)
        # Keys are never taken back here: what comes next after a base has no need to try what came before.
        return next(key for suffix in self._suffixes[base] if (key := base + suffix) not in self._keys)

    def write(self) -> None:
        """Write what was queued."""
        connection = self._transaction.connection
        insert_rows(connection, "reference", COLUMNS, self._rows)
        pairs = {pair[:2]: pair for pair in reversed(self._pairs)}
        stored = set(map(tuple, connection.execute(sa.select(DoubtfulPair.first, DoubtfulPair.second))))
        new = [pair for place, pair in sorted(pairs.items()) if place not in stored]
        for first, second, reason, _ in new:
            key = f"{self._key_of[first]} and {self._key_of[second]}"
            self._transaction.change("doubtful pair", key, "reason", None, reason)
        insert_rows(connection, "doubtful_pair", ("first", "second", "reason", "same"), new)


def _known(row: Mapping[str, Any]) -> Known:
    return Known.of(row["id"], **{name: row[name] for name in RECOGNISED})


def key_base(citation: Citation) -> str:
    """Give the key a reference would have alone: first author's family name and year, as kim2016."""
    name = family(first_author(citation.authors)) or next(iter(folded(citation.title or "").split()), "")
    letters = "".join(each for each in name if each in string.ascii_lowercase)
    return f"{letters or 'reference'}{citation.year or ''}"


def _suffixes() -> Iterator[str]:
    """Give nothing, then b to z, then -27 and so on."""
    yield ""
    yield from string.ascii_lowercase[1:]
    yield from (f"-{number}" for number in numbers(27))
