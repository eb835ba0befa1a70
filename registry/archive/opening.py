"""An archive opened to be read: every file checked against its checksum, every row against what it must be.

Whatever is wrong is an InputRefused that names file, line and column; nothing has been written by then.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

from registry.archive.container import CHECKSUMS, Unpacker
from registry.archive.describe import CRATE, PACKAGE, README
from registry.archive.fields import Field, Holds, Sheet, read_cell, read_json, read_value
from registry.archive.flat import PARQUET, flat_row, flat_sheet
from registry.archive.history import RECORDS
from registry.archive.manifest import FORMAT, NAME, Manifest, read_manifest
from registry.archive.tables import TABLES
from registry.errors import EviregError, SchemaError
from registry.models import REVISION
from registry.snapshots.digest import Bucket, root_of
from registry.terms import AttributeLevel, AttributeType
from registry.texts import without
from registry.vocabulary import AttributeDeclaration
from registry.writing.digest import BUCKETS, bucket, digest

#: The longest line or cell; the result of a large pool is one.
MOST_LINE = 256 << 20
_ATTACHMENT = re.compile(r"attachments/[0-9a-f]{64}")
_SHEETS = {sheet.path: sheet for sheet in (*(each.sheet for each in TABLES), *(each.sheet for each in RECORDS))}
#: Files that archives of an older schema do not have → the schema from which on.
_SINCE = {"tables/ratings.csv": "0005"}
_OF_ESTIMATE = frozenset(
    {"horizon_days", "covariates_text", "trust", "contrast_basis", "factor_text", "disease_text", "endpoint_text"}
    | {"settled"}
)
_OF_CONTRAST = frozenset({"index_group", "scale"})
#: Columns that archives of an older schema do not have, by file → the schema from which on.
_COLUMNS_SINCE = {
    "0006": {
        "tables/factors.csv": frozenset({"read_as", "levels"}),
        "tables/contrasts.csv": _OF_CONTRAST,
        "tables/estimates.csv": _OF_ESTIMATE,
        "data/evidence.csv": _OF_CONTRAST | _OF_ESTIMATE,
        "ledger/versions.jsonl": _OF_CONTRAST | _OF_ESTIMATE,
    }
}
#: Columns of tables with the name of a curator, which signed changesets and is history (see registry/keeping/texts).
_NAMES = {("tables/curators.csv", "name")} | {
    (each.sheet.path, name) for each in TABLES for named in each.refers if named.to == "curator" for name in named.by
}
#: Files that every archive has.
_ALWAYS = {*_SHEETS, PARQUET, NAME, PACKAGE, README, CRATE, CHECKSUMS}


class Archive:
    """An archive whose files are what their checksums say; `manifest` is its head, `flat` its flat evidence.

    Rows are read with `rows`, typed and counted. Use it as a context manager.
    """

    def __init__(self, path: str | Path) -> None:
        self._unpacker = Unpacker(path)
        self.refused = self._unpacker.refused
        try:
            self.manifest = self._manifest()
            self._unpacker.verify_checksums()
            self.flat = flat_sheet({each.name: each for each in self.declarations()})
            self.attachments = self._attachments()
            self._refuse_others()
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The file, as it was given."""
        return self._unpacker.name

    def _manifest(self) -> Manifest:
        try:
            content = read_json(self._unpacker.read(NAME).decode())
            known = content.get("format") if isinstance(content, dict) else None
            if type(known) is int and known > FORMAT:
                raise SchemaError(
                    f"{self.name} was made by a newer evireg (archive format {known}, this one reads {FORMAT})",
                    "upgrade evireg: pip install --upgrade evireg",
                )
            manifest = read_manifest(content)
        except (ValueError, UnicodeDecodeError) as error:
            raise self.refused(f"{NAME} in it cannot be read ({error})") from None
        if manifest.schema > REVISION:
            raise SchemaError(
                f"{self.name} was made by a newer evireg (schema {manifest.schema}, this one knows {REVISION})",
                "upgrade evireg: pip install --upgrade evireg",
            )
        return manifest

    def _refuse_others(self) -> None:
        expected = {*_ALWAYS, self.flat.path, *(f"attachments/{sha256}" for sha256 in self.attachments)} - self.without
        there = set(self._unpacker.names)
        for name in sorted(expected ^ there):
            what = "holds the file" if name in there else "lacks the file"
            raise self.refused(f"it {what} {name}")
        counted = {*_SHEETS, self.flat.path} - self.without
        if self.manifest.rows.keys() != counted:
            raise self.refused(f"{NAME} in it counts the rows of other files than there are")

    @property
    def without(self) -> set[str]:
        """Name the files it does not have because its schema is older than they are."""
        return {path for path, since in _SINCE.items() if self.manifest.schema < since}

    def _attachments(self) -> tuple[str, ...]:
        """Name the files it holds the content of, by SHA-256."""
        listed = [row["sha256"] for row in self.rows(_SHEETS["tables/attachments.csv"])]
        held = {name for name in self._unpacker.names if _ATTACHMENT.fullmatch(name)}
        return tuple(sha256 for sha256 in listed if f"attachments/{sha256}" in held)

    def attachment(self, sha256: str) -> bytes:
        """Give the content of an attachment; it is what its name says."""
        content = self._unpacker.read(f"attachments/{sha256}", most=1 << 31)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise self.refused(f"attachments/{sha256} in it is not what its name says")
        return content

    def declarations(self) -> list[AttributeDeclaration]:
        """Give the study characteristics that are declared in it."""
        found = []
        for row in self.rows(_SHEETS["tables/attributes.csv"]):
            levels = row["levels"]
            words = None if levels is None else tuple(map(str, levels)) if isinstance(levels, list) else ()
            kinds = {"type": AttributeType, "level": AttributeLevel}
            try:
                typed = {name: kind(row[name]) for name, kind in kinds.items()}
                found.append(AttributeDeclaration(**{**row, "levels": words, **typed}))
            except (ValueError, EviregError) as error:
                raise self.refused(f"tables/attributes.csv in it declares what cannot be ({error})") from None
        return found

    def evidence(self) -> Iterator[dict[str, Any]]:
        """Give the rows of the flat evidence, by key; each is what its digest says, all together what the root says."""
        header = self.flat.header
        hashes, counts = [hashlib.sha256() for _ in range(BUCKETS)], [0] * BUCKETS
        before = ""
        for line, values in self._typed(self.flat):
            row = flat_row(header, values)
            key = row["key"]
            if key <= before:
                raise self.refused(f"{self.flat.path} in it, line {line}: {key} is there twice, or out of order")
            if digest(row) != row["digest"]:
                raise self.refused(f"{self.flat.path} in it, line {line}: {key} is not what its digest says")
            number, before = bucket(key), key
            hashes[number].update(f"{key}\t{row['digest']}\n".encode())
            counts[number] += 1
            yield row
        buckets = [Bucket(count, each.hexdigest()) for count, each in zip(counts, hashes, strict=True)]
        if root_of(buckets) != self.manifest.root or sum(counts) != self.manifest.estimates:
            raise self.refused("the root digest of its evidence is not the one it names")

    def rows(self, sheet: Sheet) -> Iterator[dict[str, Any]]:
        """Give the rows of a file by column, typed; the header and the number of rows are checked too."""
        header = sheet.header
        for _, values in () if sheet.path in self.without else self._typed(sheet):
            yield dict(zip(header, values, strict=True))

    def _typed(self, sheet: Sheet) -> Iterator[tuple[int, list[Any]]]:
        """Give the rows of a file with their lines; null is None in JSON and the empty cell in CSV."""
        lines = sheet.path.endswith(".jsonl")
        raw, read, null = (self._lines, read_value, None) if lines else (self._cells, read_cell, "")
        absent = self._absent(sheet)
        kept = sheet.header if lines else [name for path, name in _NAMES if path == sheet.path]
        readers = [
            (partial(_read, read if each.name in kept else _in_use(read), each), not each.required)
            for each in sheet.fields
            if each.name not in absent
        ]
        gaps = [place for place, name in enumerate(sheet.header) if name in absent]
        line = 0
        for line, values in raw(sheet.path):
            if line == 1:
                self._refuse_header(sheet, values)
                continue
            if len(values) != len(readers):
                raise self.refused(f"{sheet.path} in it, line {line}: {len(values)} values, not {len(readers)}")
            try:
                row = [
                    None if optional and value == null else reader(value)
                    for (reader, optional), value in zip(readers, values, strict=True)
                ]
            except _Unfit as unfit:
                said = f"{unfit.field.name} is {str(unfit.value)[:60]!r}, expected {unfit}"
                raise self.refused(f"{sheet.path} in it, line {line}: {said}") from None
            for place in gaps:
                row.insert(place, None)
            yield line, row
        told = self.manifest.rows.get(sheet.path)
        if line - 1 != told:
            raise self.refused(f"{sheet.path} in it has {line - 1} rows, not {told}")

    def _absent(self, sheet: Sheet) -> frozenset[str]:
        """Name the columns a file does not have because its schema is older than they are."""
        later = [
            of.get(sheet.path, frozenset()) for since, of in _COLUMNS_SINCE.items() if self.manifest.schema < since
        ]
        return frozenset().union(*later)

    def _refuse_header(self, sheet: Sheet, values: Sequence[Any]) -> None:
        absent = self._absent(sheet)
        expected = [name for name in sheet.header if name not in absent]
        if list(values) == expected:
            return
        given = list(map(str, values))
        extra, missing = [name for name in given if name not in expected], [n for n in expected if n not in given]
        said = "; ".join(
            f"{what} {', '.join(names[:5])}" for what, names in (("unknown:", extra), ("missing:", missing)) if names
        )
        raise self.refused(f"the columns of {sheet.path} in it are not those of an archive ({said or 'their order'})")

    def _cells(self, path: str) -> Iterator[tuple[int, Sequence[Any]]]:
        with self._text(path) as text, _long_cells():
            reader = csv.reader(text, strict=True)
            try:
                yield from enumerate(reader, 1)
            except csv.Error as error:
                raise self.refused(f"{path} in it, line {reader.line_num}: {error}") from None

    def _lines(self, path: str) -> Iterator[tuple[int, Sequence[Any]]]:
        with self._text(path) as text:
            number = 0
            while line := text.readline(MOST_LINE):
                number += 1
                try:
                    values = read_json(line)
                except ValueError as error:
                    raise self.refused(f"{path} in it, line {number} is no JSON that evireg reads ({error})") from None
                if not isinstance(values, list):
                    raise self.refused(f"{path} in it, line {number} is no JSON array")
                yield number, values

    @contextmanager
    def _text(self, path: str) -> Iterator[io.TextIOWrapper]:
        with self._unpacker.open(path) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            try:
                yield text
            except UnicodeDecodeError:
                raise self.refused(f"{path} in it is no text in UTF-8") from None

    def close(self) -> None:
        """Close the file."""
        self._unpacker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class _Unfit(Exception):  # noqa: N818 - told with its line by whoever reads
    """A value that a column does not take."""

    def __init__(self, field: Field, value: Any, expected: str) -> None:
        super().__init__(expected)
        self.field, self.value = field, value


def _read(read: Any, field: Field, value: Any) -> Any:
    """Read one value that must be there; an empty text is one."""
    if value is None:
        raise _Unfit(field, value, "a value")
    if value == "" and field.holds is Holds.TEXT and not field.words:
        return ""
    try:
        found = read(value, field)
    except ValueError as error:
        raise _Unfit(field, value, str(error)) from None
    if field.words and found not in field.words:
        raise _Unfit(field, value, f"one of {', '.join(field.words)}")
    return found


def _in_use(read: Any) -> Any:
    """Make a reader of texts in use: history may hold what an earlier evireg let in, they may not."""

    def read_fit(value: Any, field: Field) -> Any:
        found = read(value, field)
        if field.holds in (Holds.TEXT, Holds.JSON) and without(found) != found:
            raise ValueError("text without control characters; where it was exported: evireg doctor --clean-texts")
        return found

    return read_fit


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(MOST_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)
