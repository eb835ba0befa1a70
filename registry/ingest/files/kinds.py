"""What kind of file it is, by its first bytes and its name; what evireg does not read is named, with the way out."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from pathlib import Path

from registry.ingest.files.table import refused
from registry.issues import Issue


class Format(StrEnum):
    """The kinds of files evireg reads."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    JSONL = "jsonl"


#: Files of a folder that are read, by the end of their names.
SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
}
EXPECTED = "CSV, TSV, an Excel workbook (.xlsx) or JSON lines"
_SAVE_AS_XLSX = "open it and save it as an Excel workbook (.xlsx)"
#: First bytes of what is not read → what it is, and what to do.
_SIGNATURES = {
    b"\xd0\xcf\x11\xe0": (
        "an old Excel workbook (.xls), or one with a password",
        f"{_SAVE_AS_XLSX}, without a password",
    ),
    b"%PDF": ("a PDF", EXPECTED),
    b"\x1f\x8b": ("a gzip archive", f"the unpacked file: {EXPECTED}"),
    b"PAR1": ("a Parquet file", EXPECTED),
    b"SQLite format 3": ("a SQLite database", EXPECTED),
    b"{\\rtf": ("a text document (RTF)", EXPECTED),
}
_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*\{)')
_LETTERS = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)


def kind_of(file: str, path: Path, wanted: Format | None) -> Format:
    """Tell the kind of a file; InputRefused for what cannot be read, or is none of them."""
    start = _start(file, path)
    for signature, (kind, expected) in _SIGNATURES.items():
        if start.startswith(signature):
            raise _not_read(file, kind, expected)
    if start.startswith(b"PK\x03\x04"):
        _refuse_other_archives(file, path)
        if wanted in (None, Format.XLSX):
            return Format.XLSX
        raise _not_read(file, f"an Excel workbook, not {wanted}", "--format xlsx, or none")
    if wanted is Format.XLSX:
        raise _not_read(file, "no Excel workbook", "a workbook saved as .xlsx")
    if wanted is not None:
        return wanted
    if _LETTERS.match(start):
        raise _not_read(file, "a web page or XML, though it may be named otherwise", _SAVE_AS_XLSX)
    if Path(file).suffix.lower() in (".jsonl", ".ndjson", ".json") or _OBJECT.match(start):
        return Format.JSONL
    return Format.CSV


def _start(file: str, path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "no regular file"
            raise refused(Issue("file-unreadable", f"this is {kind}", file=file, expected=EXPECTED))
        with path.open("rb") as handle:
            return handle.read(256)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        unreadable = Issue("file-unreadable", f"cannot read it: {reason}", file=file, expected=EXPECTED)
        raise refused(unreadable) from None


def _refuse_other_archives(file: str, path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:10_000])
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise _not_read(file, f"a damaged workbook or zip archive ({error})", "a workbook that Excel opens") from None
    if b"opendocument.spreadsheet" in kind:
        raise _not_read(file, "an OpenDocument spreadsheet (.ods)", _SAVE_AS_XLSX)
    if "xl/workbook.bin" in names:
        raise _not_read(file, "a binary Excel workbook (.xlsb)", _SAVE_AS_XLSX)
    if "[Content_Types].xml" not in names or any(name.startswith("word/") for name in names):
        what = "a Word document" if "word/document.xml" in names else "a zip archive"
        raise _not_read(file, what, f"the table itself: {EXPECTED}")


def _not_read(file: str, kind: str, expected: str) -> Exception:
    return refused(Issue("file-kind", f"this is {kind}", file=file, expected=expected))
