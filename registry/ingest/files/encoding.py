"""Bytes → text: UTF-8 unless the file begins with the mark of UTF-16, or the curator names another encoding.

Windows-1252 is recognised and never taken by itself: every byte means something in it, so that a wrong guess would
store wrong names in silence.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from registry.errors import UsageError
from registry.issues import Issue

#: Byte order marks; UTF-32's begins like UTF-16's.
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Encodings whose line ends are single bytes, as those of every encoding that has ASCII inside.
_WIDE = ("utf-16", "utf-32")


def encoding_of(path: Path, wanted: str | None) -> str:
    """Give the encoding to read a file in. UsageError for an encoding that Python does not know."""
    if wanted is not None:
        return _known(wanted)
    with path.open("rb") as handle:
        start = handle.read(4)
    return next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8-sig")


def _known(wanted: str) -> str:
    try:
        "".encode(wanted)
        name = codecs.lookup(wanted).name
    except (LookupError, ValueError):
        hint = "such as utf-8, cp1252 (Windows, western Europe), cp1250 (central Europe) or mac-roman"
        raise UsageError(f"{wanted!r} is no encoding", hint) from None
    return "utf-8-sig" if name == "utf-8" else name


def bad_byte(file: str, path: Path, encoding: str) -> Issue:
    """Find the byte that cannot be read, line by line, for a decoder reports it within its own buffer only."""
    if encoding.startswith(_WIDE):
        message = f"the file is no whole {encoding.upper()}; it was read no further"
        return Issue("encoding", message, file=file, expected="UTF-8: save the file as CSV UTF-8")
    before = 0
    with path.open("rb") as handle:
        for raw in handle:
            try:
                raw.decode(encoding.removesuffix("-sig"))
            except UnicodeDecodeError as error:
                line = before + _line_ends(raw[: error.start]) + 1
                if encoding == "utf-8-sig":
                    return _not_utf8(file, line, raw, error.start, sensible=_sensible_in_windows(path))
                value = f"0x{raw[error.start]:02X}"
                message = f"byte {value} is not {encoding}; the file was read no further"
                return Issue("encoding", message, file=file, line=line, value=value, expected="another encoding")
            before += _line_ends(raw)
    return Issue("encoding", "the file changed while it was read", file=file)


def _line_ends(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def _not_utf8(file: str, line: int, raw: bytes, at: int, *, sensible: bool) -> Issue:
    value = f"0x{raw[at]:02X}"
    meant = bytes([raw[at]]).decode("cp1252", errors="replace")
    word = _word(raw, at)
    as_in = f", as in {word!r}" if word not in ("", meant) else ""
    message = f"byte {value} is not UTF-8 (in Windows-1252 it is {meant!r}{as_in}); the file was read no further"
    expected = "UTF-8: save the file as CSV UTF-8"
    if sensible:
        expected += "; or, if the letters above are right, --encoding cp1252"
    return Issue("encoding", message, file=file, line=line, value=value, expected=expected)


def _word(raw: bytes, at: int) -> str:
    """Give the word around a byte, read as Windows-1252, for a person to judge."""
    text = raw.decode("cp1252", errors="replace")  # one character a byte
    start = max(re.finditer(r"\W|^", text[:at]), key=re.Match.end, default=None)
    end = re.search(r"\W", text[at + 1 :])
    first = start.end() if start else 0
    return text[first : at + 1 + (end.start() if end else len(text))][:40]


def _sensible_in_windows(path: Path) -> bool:
    """Whether the whole file has a meaning in Windows-1252: none of its five empty places, no control character."""
    with path.open("rb") as handle:
        while piece := handle.read(1 << 20):
            if re.search(rb"[\x00-\x08\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d]", piece):
                return False
    return True
