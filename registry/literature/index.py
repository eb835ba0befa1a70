"""References by what a duplicate of theirs would share, so that few pairs are compared, however many titles are alike.

A pair is compared when it shares a DOI, a PMID, first author and year (± 1), the first or the last 20 letters of the
title, volume, first page and year, or first author, first page and year (± 1). Where a title or an identifier is shared
by a crowd (a column of every issue, an abstract book under one DOI), its members are compared with those that share
more: by `registry.literature.matching` two references of like titles are one only where years and first authors agree,
so that nothing which is one is left out. Of the crowd that is left, which may only be asked about, the nearest are
compared.

References of one title, first author and year that differ in nothing but their numbers are alike to every other one
that shares no DOI, PMID or first page with them. Of such twins the first 64 stand for all, so that an import takes time
in proportion to their number; whoever shares one of these with a later twin finds it by that. Different titles of one
first author and year are all compared with each other, because likeness of titles cannot be looked up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from registry.literature.alike import family, folded
from registry.literature.matching import Known, Verdict, compare

#: So many references may share a title or an identifier before they are looked up by what else they share, and so many
#: twins stand for all.
CROWD = 64
#: Of those of one title that share neither author nor year, so many are compared.
FEW = 10

Block = tuple[object, ...]
#: In the place of an author's letter or a year: any, for a reference that lacks it.
_ANY = "*"


class Index:
    """References taken in, looked up by what a duplicate would share."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._blocks: dict[Block, list[Known]] = defaultdict(list)
        #: How many twins of each kind a crowd holds.
        self._twins: dict[Block, Counter[Block]] = {}
        for each in known:
            self.add(each)

    def add(self, reference: Known) -> None:
        """Take in a reference."""
        for block in {*_blocks(reference, years=(0,)), *_finer(reference)}:
            if not self._enough(block, reference):
                self._blocks[block].append(reference)

    def _enough(self, block: Block, reference: Known) -> bool:
        """Whether a block holds as many twins of a reference as are compared; else it is counted as one more."""
        members = self._blocks[block]
        if len(members) < CROWD:
            return False
        if block not in self._twins:
            self._twins[block] = Counter(map(_twin, members))
        twin, counted = _twin(reference), self._twins[block]
        counted[twin] += 1
        return counted[twin] > CROWD

    def matches(self, reference: Known) -> list[tuple[Known, Verdict]]:
        """Give the references taken in that are this one, or may be, the earliest first."""
        near = {
            each.id: each for block in set(_blocks(reference, years=(-1, 0, 1))) for each in self._of(block, reference)
        }
        found = ((near[number], compare(near[number], reference)) for number in sorted(near))
        return [(each, verdict) for each, verdict in found if verdict is not None]

    def _of(self, block: Block, reference: Known) -> Iterator[Known]:
        """Give the members of a block, or of a crowd those that share more."""
        members = self._blocks.get(block, [])
        if len(members) <= CROWD or block[0] in ("author", "place", "page"):
            yield from members
            return
        for finer in _near(block, reference):
            yield from self._blocks.get(finer, ())
        for wider in _far(block, reference):
            yield from self._blocks.get(wider, [])[:FEW]


def _twin(reference: Known) -> Block:
    """Give what is the same of twins: all that `compare` looks at, and of numbers whether they are there."""
    numbers = reference.doi, reference.pmid, reference.volume, reference.page
    there = tuple(number is not None for number in numbers)
    return reference.kind, reference.title, reference.author, reference.year, there


def _blocks(reference: Known, *, years: Iterable[int]) -> Iterator[Block]:
    if reference.doi:
        yield "doi", reference.doi
    if reference.pmid:
        yield "pmid", reference.pmid
    yield from _of_title(reference)
    if reference.year is not None:
        if reference.author:
            names = [(_initial(reference.author), reference.year + away) for away in years]
            yield from (("author", *name) for name in names)
            yield from (("page", reference.page, *name) for name in names if reference.page)
        if reference.volume and reference.page:
            yield "place", reference.volume, reference.page, reference.year


def _of_title(reference: Known) -> Iterator[Block]:
    if reference.letters:
        yield "start", reference.letters[:20]
        yield "end", reference.letters[-20:]


def _finer(reference: Known) -> Iterator[Block]:
    """Name the parts of its blocks in which a reference stands, for the day they are crowds."""
    year = reference.year
    letters = _letters(reference.author) or ("",)
    for block in _of_title(reference):
        yield from ((*block, letter, year) for letter in letters)
        yield *block, _ANY, year
    if reference.letters:
        if reference.author:
            yield "title", reference.letters, _initial(reference.author)
        yield "title", reference.letters, _ANY, year
        yield "title", reference.letters
    for name in ("doi", "pmid"):
        if (number := getattr(reference, name)) is not None:
            yield from ((name, number, *part) for part in _of_title(reference))
            yield from [(name, number, "untitled")] if not reference.letters else []


def _near(block: Block, reference: Known) -> Iterator[Block]:
    """Name the parts of a crowd that hold all which may be this reference by a rule."""
    if block[0] in ("doi", "pmid"):
        yield from ((*block, *part) for part in _of_title(reference))
        return
    letters = _letters(reference.author)
    years = () if reference.year is None else range(reference.year - 1, reference.year + 2)
    yield from ((*block, letter, year) for letter in letters for year in years)


def _far(block: Block, reference: Known) -> Iterator[Block]:
    """Name the parts of a crowd that hold what a person may be asked about, the nearest first."""
    if block[0] in ("doi", "pmid"):
        yield *block, "untitled"
        yield block
        return
    letters = (*_letters(reference.author), "")
    year = reference.year
    years = [None] if year is None else [year, year - 1, year + 1, year - 2, year + 2, None]
    if reference.author:
        yield "title", reference.letters, _initial(reference.author)
    yield from ((*block, letter, year) for letter in ("", *letters) for year in years)
    if not reference.author:
        yield from ((*block, _ANY, year) for year in years)
    yield from (("title", reference.letters, _ANY, year) for year in years)
    yield "title", reference.letters


@lru_cache(maxsize=65536)
def _letters(author: str) -> tuple[str, ...]:
    """Give the first letters of an author's names: of two spellings of one author at least one is in both."""
    words = {*(word for word in folded(author).split() if len(word) > 2), *([family(author)] if author else [])}
    return tuple(sorted({word[0] for word in words if word}))


@lru_cache(maxsize=65536)
def _initial(author: str) -> str:
    """Give the part of an author's name that every spelling of it keeps."""
    return family(author)[:4]
