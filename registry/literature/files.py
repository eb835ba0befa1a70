"""A file of references → its text, its format, its records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from registry.errors import InputRefused, UsageError
from registry.issues import Issue
from registry.literature.bibtex import read_bibtex
from registry.literature.citation import Citation
from registry.literature.csl import read_csl

EXPECTED = "RIS, NBIB (PubMed), BibTeX or CSL-JSON"

#: A file with more faults than this is another kind of file; the rest is not listed.
MOST_ISSUES = 50


def _read_ris(text: str) -> Iterator[Citation | Issue]:
    from registry.literature.tagged import read_ris

    return read_ris(text)


def _read_medline(text: str) -> Iterator[Citation | Issue]:
    from registry.literature.tagged import read_medline

    return read_medline(text)


#: Format → how it is called, and its reader.
FORMATS: dict[str, tuple[str, Callable[[str], Iterator[Citation | Issue]]]] = {
    "ris": ("RIS", _read_ris),
    "nbib": ("NBIB (PubMed)", _read_medline),
    "bibtex": ("BibTeX", read_bibtex),
    "csl": ("CSL-JSON", read_csl),
}

#: What the first line of a record of each format looks like.
_STARTS = {
    "ris": re.compile(r"^TY\s{1,2}-", re.MULTILINE),
    "nbib": re.compile(r"^PMID ?- ?\d", re.MULTILINE),
    "bibtex": re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE),
}

#: Formats that are no good here → what to do instead.
_OTHERS = (
    (re.compile(r"\s*<\?xml|\s*<(?:xml|records|PubmedArticleSet|html|!doctype)\b", re.IGNORECASE), "XML or a web page"),
    (re.compile(r"^%0 ", re.MULTILINE), "EndNote's or Refer's format"),
    (re.compile(r"^(?:FN |PT [JBCS]\b)", re.MULTILINE), "Web of Science's plain text"),
)
_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or Office document",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file",
}


@dataclass(frozen=True, slots=True)
class References:
    """What a file holds: its `format`, the `encoding` it was read by, and its records."""

    file: str
    format: str
    encoding: str
    records: tuple[Citation, ...]


def read_references(path: str | Path, *, format: str | None = None) -> References:  # noqa: A002 - the option's name
    """Read a file whole. InputRefused lists the issues with line and record; UsageError for an unknown format."""
    if format is not None and format not in FORMATS:
        raise UsageError(f"{format!r} is no format of references", f"there are: {', '.join(FORMATS)}")
    file = str(path)
    text, encoding = _text(file, Path(path))
    known = format or _format(file, text)
    records: list[Citation] = []
    issues: list[Issue] = []
    for found in FORMATS[known][1](text):
        if isinstance(found, Citation) and found.says_something:
            records.append(found)
        elif isinstance(found, Citation):
            message = f"record {found.number} has no title, no DOI and no PMID"
            issues.append(Issue("record-nameless", message, line=found.line, expected="at least one of them"))
        else:
            issues.append(found)
    if issues:
        raise _refused(file, [replace(issue, file=file) for issue in issues])
    if not records:
        raise _refused(file, [Issue("file-empty", "no record was found", file=file, expected=FORMATS[known][0])])
    return References(file, known, encoding, tuple(records))


def _refused(file: str, issues: list[Issue]) -> InputRefused:
    count = "one problem" if len(issues) == 1 else f"{len(issues)} problems"
    rest = f"and {len(issues) - MOST_ISSUES} more" if len(issues) > MOST_ISSUES else ""
    return InputRefused(f"{file} was not imported: {count}, nothing was stored", issues[:MOST_ISSUES], rest)


def _text(file: str, path: Path) -> tuple[str, str]:
    """Read a text: by its byte order mark, as UTF-8, else as Windows-1252; one form of line ends."""
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(
            file, [Issue("file-unreadable", f"cannot read it: {reason}", file=file, expected=EXPECTED)]
        ) from None
    for signature, what in _SIGNATURES.items():
        if raw.startswith(signature):
            raise _refused(file, [Issue("file-kind", f"this is {what}", file=file, expected=EXPECTED)])
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for name in (encoding, "cp1252"):
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        shown = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}[name]
        return text.replace("\r\n", "\n").replace("\r", "\n"), shown
    raise _refused(file, [Issue("encoding", "the bytes are no text", file=file, expected="UTF-8")])


def _format(file: str, text: str) -> str:
    """Tell the format by the content."""
    if not text.strip():
        raise _refused(file, [Issue("file-empty", "the file is empty", file=file, expected=EXPECTED)])
    if text.lstrip()[:1] in "[{":
        return "csl"
    found = {name: start.search(text) for name, start in _STARTS.items()}
    first = min((match.start(), name) for name, match in found.items() if match) if any(found.values()) else None
    if first is not None:
        return first[1]
    what = next((f"this is {name}" for pattern, name in _OTHERS if pattern.search(text)), "the format is not known")
    raise _refused(file, [Issue("file-kind", what, file=file, line=1, value=text.strip()[:40], expected=EXPECTED)])
