"""Texts → names, words of closed vocabularies, identifiers and dates, or the problem with them.

Each reader takes the stripped text of one cell and gives a value or a `Problem`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from urllib.parse import unquote

from registry.ingest.issues import Problem
from registry.meaning.names import typed
from registry.terms import Term
from registry.texts import forbidden, named

_DOI_PREFIX = re.compile(r"(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[!-~]{1,200}")
_URL = re.compile(r"(?:https?|ftp)://[^\s/?#\[\]]+(?:[/?#]\S*)?", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid:?\s*)?([1-9][0-9]{0,8})(?:\.0*)?", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_NO = frozenset({"no", "n", "false", "0", "none", "unclear"})

Read = Callable[[str], "str | Problem"]


def text(given: str) -> str | Problem:
    """Give free text in one Unicode form (NFC) with its line breaks as one character."""
    if not given.isascii():
        given = unicodedata.normalize("NFC", given)
    if hidden := forbidden(given):
        expected = "text; it may have been saved in another encoding"
        return Problem("text-control", f"the text holds {named(hidden)}", expected)
    return given.replace("\r\n", "\n").replace("\r", "\n") if "\r" in given else given


def name(longest: int, *, key: bool = True) -> Read:
    """Make a reader of a name: printable, on one line, single spaces, at most `longest` characters.

    A name that is matched (`key`) has plain hyphens and letters, whichever a publisher set; others keep theirs.
    """

    def read(given: str) -> str | Problem:
        plain = typed(given) if key else unicodedata.normalize("NFC", " ".join(given.split()))
        if not plain.isprintable():
            hidden = next(character for character in plain if not character.isprintable())
            message = f"the name holds the invisible character U+{ord(hidden):04X}"
            return Problem("text-control", message, "letters, digits and signs that can be seen")
        if len(plain) > longest:
            message = f"a name of {len(plain)} characters"
            return Problem("text-long", message, f"at most {longest}; put text in notes")
        return plain

    return read


def word(term: type[Term]) -> Read:
    """Make a reader of a closed vocabulary: its words or their labels, in any case."""
    labels = {_folded(member.label): member.value for member in term}
    return _listed({**labels, **{_folded(member.value): member.value for member in term}})


def one_of(levels: Iterable[str]) -> Read:
    """Make a reader of the declared levels of a study characteristic, in any case."""
    return _listed({_folded(level): level for level in levels})


def _listed(known: Mapping[str, str]) -> Read:
    expected = "one of " + ", ".join(dict.fromkeys(known.values()))

    def read(given: str) -> str | Problem:
        value = known.get(_folded(given))
        if value is not None:
            return value
        near = get_close_matches(_folded(given), list(known), n=1, cutoff=0.6)
        hint = f" (is it {known[near[0]]}?)" if near else ""
        return Problem("word-unknown", f"{given[:80]!r} is not known here{hint}", expected)

    return read


def _folded(given: str) -> str:
    return re.sub(r"[\s_-]+", " ", given).strip().casefold()


def doi(given: str) -> str | Problem:
    """Give the DOI in lower case, without the address of its resolver."""
    bare, resolved = _DOI_PREFIX.subn("", given, count=1)
    plain = (unquote(bare) if resolved and "/" not in bare else bare).lower()
    if _DOI.fullmatch(plain):
        return plain
    return Problem("doi", f"{given[:80]!r} is not a DOI", "such as 10.1097/md.0000000000012678")


def pmid(given: str) -> str | Problem:
    """Give the PubMed id as digits."""
    match = _PMID.fullmatch(given)
    return match[1] if match else Problem("pmid", f"{given[:80]!r} is not a PubMed id", "digits, such as 29979374")


def url(given: str) -> str | Problem:
    """Give a web address as it stands."""
    if _URL.fullmatch(given) and given.isprintable() and len(given) <= 2000:
        return given
    return Problem("url", f"{given[:80]!r} is not a web address", "an address that starts with https:// or http://")


def iso_date(given: str) -> str | Problem:
    """Give an ISO date or the first part of one: 2017, 2017-06, 2017-06-30."""
    match = _DATE.fullmatch(given)
    if match:
        try:
            date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            match = None
    return given if match else Problem("date", f"{given[:80]!r} is no such date", "2017, 2017-06 or 2017-06-30")


def as_printed(given: str) -> str | Problem:
    """Give the curator's word on what is printed; a word that says no is a trap and refused."""
    if given.casefold() in _NO:
        return Problem("as-printed-word", f"as_printed says {given!r}", "empty, or what is printed")
    return text(given)
