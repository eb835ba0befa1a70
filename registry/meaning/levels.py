"""Names of the groups of a factor that is no number: which words are one level, and which level is the other one."""

from __future__ import annotations

import re

from registry.meaning.words import Levels, plain, versus

#: Pairs of levels that are called alike for any factor, the higher or positive one first; names folded.
_PAIRS: tuple[Levels, ...] = (
    (("positive", "pos", "+", "pos."), ("negative", "neg", "-", "neg.")),
    (("present", "detected", "detectable", "presence"), ("absent", "not detected", "undetectable", "absence")),
    (
        ("amplified", "amplification", "amp"),
        ("not amplified", "non-amplified", "nonamplified", "unamplified", "no amplification", "non amplified"),
    ),
    (
        ("mutated", "mutant", "mutation", "mut"),
        ("wild type", "wild-type", "wildtype", "wt", "not mutated", "unmutated", "non-mutated", "no mutation"),
    ),
    (("high", "higher", "elevated", "raised", "increased"), ("low", "lower", "decreased", "reduced", "not elevated")),
    (("yes",), ("no",)),
)
_AROUND = re.compile(r"^[\s\"'(]+|[\s\"').;,]+$")


def level_of(text: str | None, levels: Levels | None = None) -> str | None:
    """Give the one name of a level: the factor's own (`levels`), else the usual one, else the text itself, folded."""
    if not text or not text.strip():
        return None
    folded = _folded(text)
    found = _place(folded, levels)
    return folded if found is None else _folded(found[0][found[1]][0])


def compared_levels(
    *,
    index: str | None = None,
    reference: str | None = None,
    text: str | None = None,
    levels: Levels | None = None,
) -> tuple[str | None, str | None]:
    """Give the index and the reference level of a contrast, each by its one name, None where it is not said.

    `text` is a cutoff in words: `positive vs negative` names both, and so does `positive` alone, whose other level is
    known.
    """
    before, after = versus(text) if text else (None, None)
    high = level_of(index or before or (text if after is None else None), levels)
    low = level_of(reference or after, levels)
    if high is not None and low is None:
        low = _other(high, levels)
    return high, low


def _other(name: str, levels: Levels | None) -> str | None:
    found = _place(name, levels)
    if found is None or len(found[0]) != 2:
        return None
    return _folded(found[0][1 - found[1]][0])


def _place(folded: str, levels: Levels | None) -> tuple[Levels, int] | None:
    """Find the names a level has: among the factor's own first, there by a usual name for one of them too."""
    for names in filter(None, (levels, *_PAIRS)):
        for place, each in enumerate(names):
            if folded in map(_folded, each):
                return _own(levels, names, place)
    return None


def _own(levels: Levels | None, names: Levels, place: int) -> tuple[Levels, int]:
    """Give the factor's own level where one of its names is a usual name of this one."""
    for own, each in enumerate(levels or ()):
        if levels is not names and levels is not None and {*map(_folded, each)} & {*map(_folded, names[place])}:
            return levels, own
    return names, place


def _folded(text: str) -> str:
    return _AROUND.sub("", plain(text).casefold()) or plain(text).casefold()
