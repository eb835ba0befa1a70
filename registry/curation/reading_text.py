"""Pasted text → proposals: what a passage of a report seems to say of an estimate, each value with its words.

Pure functions; nothing here knows the registry, and nothing that is proposed is stored by itself. What is not printed
is not proposed: an interval without its level gives no level, a number that no label calls a ratio gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry.curation.reading import setting
from registry.curation.reading.cutoffs import cutoff, high_is_index, low_is_index
from registry.curation.reading.mentions import PLAIN_WORDS, Mention, Names, Scene, assigned
from registry.curation.reading.plain import Plain, plain
from registry.curation.reading.ratios import Piece, ratios
from registry.meaning.direction import TWO_GROUPS

#: The longest quote kept; a sentence beyond it is cut around its ratio.
LONGEST_QUOTE = 600


@dataclass(frozen=True, slots=True)
class Found:
    """One value: the input `column`, its `text` as an import spells it, and the span of its words in the source."""

    column: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What seems to be one estimate: `found` values in the order of the text, and the `quote` that carries them.

    `start` and `end` are the span of the ratio, its interval and its p-value in the source.
    """

    found: tuple[Found, ...]
    quote: str
    start: int
    end: int

    @property
    def texts(self) -> dict[str, str]:
        """Give the values by input column, as the cells of an import row."""
        return {each.column: each.text for each in self.found}


def read_text(text: str, factors: Mapping[str, str], endpoints: Mapping[str, str]) -> tuple[Proposal, ...]:
    """Propose an estimate for each ratio a text prints. `factors` and `endpoints` map folded names to keys."""
    source = plain(text)
    reader = _Reader(source, Names(factors), Names(endpoints, PLAIN_WORDS))
    return tuple(proposal for span in _sentences_with_before(source) for proposal in reader.sentence(*span))


def _sentences_with_before(source: Plain) -> Iterator[tuple[int, int, int]]:
    before = 0
    for start, end in source.sentences:
        yield start, end, before
        before = start


class _Reader:
    """Reads one text, sentence by sentence."""

    def __init__(self, source: Plain, factors: Names, endpoints: Names) -> None:
        self._source, self._factors, self._endpoints = source, factors, endpoints
        self._follow_up = setting.follow_up(source.text)

    def sentence(self, start: int, end: int, before: int) -> Iterator[Proposal]:
        """Propose what one sentence says."""
        text = self._source.text
        scene = Scene(text, start, end, before, ratios(text, start, end))
        if not scene.ratios:
            return
        covariates = setting.covariates(text, start, end)
        hidden = [(covariates.start, covariates.end)] if covariates else []
        factors = assigned(scene, self._factors, hidden)
        endpoints = assigned(scene, self._endpoints, hidden)
        for place, (factor, endpoint) in enumerate(zip(factors, endpoints, strict=True)):
            pieces = list(scene.ratios[place].pieces)
            pieces += [
                Piece(name, mention.key, mention.start, mention.end)
                for name, mention in (("factor", factor), ("endpoint", endpoint))
                if mention
            ]
            pieces += self._around(scene, place, factor, covariates)
            yield self._proposal(scene, place, pieces)

    def _around(self, scene: Scene, place: int, factor: Mention | None, covariates: Piece | None) -> Iterator[Piece]:
        text, start, end = scene.text, scene.start, scene.end
        ratio = scene.ratios[place]
        adjusted = None
        if not ratio.has("adjusted"):
            adjusted = setting.adjusted(text, start, end, ratio, scene.reach(place)[1])
        said = adjusted or next((each for each in ratio.pieces if each.column == "adjusted"), None)
        stated = setting.patients(text, start, end), setting.events(text, start, end), self._follow_up, adjusted
        yield from (piece for piece in stated if piece)
        if covariates and said and said.text == "yes":
            yield covariates
        if factor:
            yield from self._contrast(scene, place, factor)

    def _contrast(self, scene: Scene, place: int, factor: Mention) -> Iterator[Piece]:
        """Give the cutoff, and what is compared with what."""
        text = scene.text
        said = setting.contrast(text, scene.start, scene.end)
        if said and said[0].text not in TWO_GROUPS:
            yield from said  # a step or extreme groups: a cutoff in the sentence is of something else
            return
        named = self._factors.mentions(text, min(scene.start, factor.start), scene.end)
        pieces = cutoff(
            text,
            (scene.start, scene.end),
            [each for each in named if each.key == factor.key],
            named,
            place=scene.ratios[place].start,
        )
        yield from pieces
        operators = [each for each in pieces if each.column == "cutoff_operator"]
        if said and not operators:
            yield from said
            return
        below = next((each for each in pieces if each.column == "cutoff_operator" and each.text[0] == "<"), None)
        if below or (not pieces and low_is_index(text, factor)):
            where = below or Piece("", "", factor.start, factor.end)
            yield Piece("contrast", "below_vs_above", where.start, where.end)
        elif not pieces and high_is_index(text, factor):
            yield Piece("contrast", "above_vs_below", factor.start, factor.end)

    def _proposal(self, scene: Scene, place: int, pieces: list[Piece]) -> Proposal:
        source, ratio = self._source, scene.ratios[place]
        first: dict[str, Piece] = {}
        for piece in pieces:
            first.setdefault(piece.column, piece)
        found = [Found(each.column, each.text, *source.origin(each.start, each.end)) for each in first.values()]
        found.sort(key=lambda each: (each.start, each.end))
        return Proposal(
            tuple(found), self._quote(scene, ratio.start, ratio.end), *source.origin(ratio.start, ratio.end)
        )

    def _quote(self, scene: Scene, start: int, end: int) -> str:
        """Give the sentence as printed; of one that is very long, the words around the ratio."""
        if scene.end - scene.start <= LONGEST_QUOTE:
            return self._source.words(scene.start, scene.end)
        spare = (LONGEST_QUOTE - (end - start)) // 2
        first = scene.text.rfind(" ", scene.start, max(scene.start, start - spare)) + 1 or scene.start
        last = scene.text.find(" ", min(scene.end, end + spare), scene.end)
        return f"… {self._source.words(first, last if last > 0 else scene.end)} …"
