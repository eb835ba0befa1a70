"""Names of studies, people and things as they are written, and when two of them may be one."""

from __future__ import annotations

import re
import unicodedata

from registry.meaning.words import plain

#: Hyphens, and full-width letters, digits and signs, that look like the plain ones and are typed by nobody.
_PLAIN = {
    **dict.fromkeys(map(ord, "\u2010\u2011\ufe58\ufe63\uff0d"), "-"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0D},
    0x3000: " ",
}
#: Words that are a short name in capitals and something else in small letters, by kind: what they mean then.
_ALSO_WORDS = {("disease", "all"): "every disease"}
_ET_AL = re.compile(r"\bet\.? ?al\b\.?")
_YEAR = re.compile(r"^(?P<author>[^\W\d_][^\d]*?)[\s_,(-]*(?:19|20)[0-9]{2}[a-z]?\)?(?![0-9])")
_BRACKETED = re.compile(r"(?P<name>.+?)\s*[(\[](?P<short>[^()\[\]]{2,20})[)\]]")
_SUMMARY = re.compile(
    r"(?:(?:(?:random|fixed|common)(?: |-)effects?|RE|FE)(?: model| estimate)?|meta-?analysis|all studies(?: combined)?"
    r"|(?:overall|pooled|total|sub-?total|summary|combined|heterogeneity|weighted)"
    r"(?: (?:effects?|estimates?|results?|HR|OR|RR|ratio|hazard ratio|odds ratio|mean|95 ?% ?CI|analysis|total))*"
    r"(?: \(?(?:random|fixed|common)(?: |-)effects?(?: model)?\)?)?)"
    r"\s*[.:]?\s*(?:[(\[,;].*|I ?\^?[2²].*)?",
    re.IGNORECASE | re.DOTALL,
)


def also_a_word(kind: str, name: str) -> str:
    """Say what a short name means where it is written in small letters and is a word; empty for any other."""
    return _ALSO_WORDS.get((kind, name.strip()), "")


def typed(text: str) -> str:
    """Give a name with plain hyphens and plain letters, in one Unicode form (NFC), runs of spaces as one."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text.translate(_PLAIN)).split())


def unaccented(text: str) -> str:
    """Give a text in lower case without accents, its runs of spaces as one."""
    if not text.isascii():
        text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(text.casefold().split())


def alike(study: str) -> str:
    """Give the form in which studies are one but for case, accents, commas, dashes and "et al."."""
    return " ".join(_ET_AL.sub(" ", unaccented(plain(study))).replace(",", " ").split())


def summary(study: str) -> bool:
    """Whether the name of a study is that of a line that sums up others: `Overall (I² = 71 %)`, `Total`."""
    return _SUMMARY.fullmatch(" ".join(study.split())) is not None


def surnames(author: str) -> frozenset[str]:
    """Give the names of an author without initials, folded: of `Minkyu Jung` both, for their order differs."""
    words = re.findall(r"[^\W\d_][\w'-]*", author.replace(".", ""))
    names = [word for word in words if not (word.isupper() and len(word) <= 3)]
    return frozenset(unaccented(name) for name in names or words)


def author_of(study: str) -> frozenset[str]:
    """Give the names in front of the year in a study's name, `Kim et al. 2016`; none where it is named otherwise."""
    found = _YEAR.match(study)
    return surnames(_ET_AL.sub(" ", found["author"])) if found else frozenset()


def abbreviated(name: str) -> tuple[str, str] | None:
    """Take a name with a short one in brackets apart, `non-small-cell lung cancer (NSCLC)`; None for another name."""
    found = _BRACKETED.fullmatch(name)
    return (found["name"], found["short"].strip()) if found else None


def spells(name: str, short: str) -> bool:
    """Whether a short name has the first letters of the words of the long one."""
    letters = "".join(word[0] for word in re.findall(r"[^\W_]+", unaccented(plain(name))))
    return letters == unaccented(plain(short)).replace("-", "")
