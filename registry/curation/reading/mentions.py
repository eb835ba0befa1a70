"""Where a text names factors and endpoints, and which of them a ratio is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.curation.reading.ratios import Ratio

#: Plain words for endpoints, beside the names of the vocabulary; taken when nothing better is near.
PLAIN_WORDS = {
    "death from any cause": "OS",
    "death": "OS",
    "deaths": "OS",
    "dying": "OS",
    "died": "OS",
    "mortality": "OS",
    "disease progression or death": "PFS",
    "progression or death": "PFS",
    "progression": "PFS",
}
#: Names so general that a nearer, more special one is meant.
_GENERAL = frozenset(PLAIN_WORDS) | {"survival", "response", "relapse"}
_FOLLOWS = re.compile(r"[\s,)\];]*(?:for|on|of|in|in terms of|with regard to) (?:the |both )?\Z")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text and the `key` it stands for; `general` when it is a word of daily use."""

    start: int
    end: int
    key: str
    general: bool


class Names:
    """Finds the names of one vocabulary: folded name → key."""

    def __init__(self, known: Mapping[str, str], further: Mapping[str, str] | None = None) -> None:
        keys = set(known.values())
        self._known = {_bare(name): key for name, key in (further or {}).items() if key in keys}
        self._known |= {_bare(name): key for name, key in known.items()}
        self._general = {_bare(name) for name in _GENERAL}
        names = sorted({*known, *(further or {})}, key=len, reverse=True)
        shapes = "|".join(_shape(name) for name in names if _bare(name) in self._known)
        self._form = re.compile(rf"(?<![\w-])(?:{shapes})(?![\w])", re.IGNORECASE) if shapes else None

    def mentions(self, text: str, start: int, end: int) -> list[Mention]:
        """Give every mention between two places; a short name counts only with a capital letter: OS, not os."""
        found = []
        for match in self._form.finditer(text, start, end) if self._form else ():
            bare = _bare(match.group())
            if len(bare) > 3 or any(map(str.isupper, match.group())):
                found.append(Mention(match.start(), match.end(), self._known[bare], bare in self._general))
        return found


def _bare(name: str) -> str:
    return re.sub(r"[-\s]+", "", name).casefold().removesuffix("s")


def _shape(name: str) -> str:
    """Give a pattern of a name whose words may be parted by spaces, hyphens, or nothing (broken at a line's end)."""
    return r"[- ]*".join(re.escape(part) for part in re.split(r"[-\s]+", name) if part).removesuffix("s") + "s?"


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with its ratios: `start`, `end`, and where the sentence before it began."""

    text: str
    start: int
    end: int
    before: int
    ratios: Sequence[Ratio]

    def reach(self, place: int) -> tuple[int, int]:
        """Give where the ratio before this one ends and the next one starts."""
        before = self.ratios[place - 1].end if place else self.start
        after = self.ratios[place + 1].start if place + 1 < len(self.ratios) else self.end
        return before, after


def assigned(scene: Scene, names: Names, hidden: Iterable[tuple[int, int]] = ()) -> list[Mention | None]:
    """Say for each ratio of a sentence which mention it is about; None where the text names none.

    "Respectively" pairs names with ratios in their order; else the name inside the label counts, the one that follows
    with "for", the nearest before, the nearest after, and last those of the sentence before.
    """
    mentions = _outside(names.mentions(scene.text, scene.start, scene.end), hidden)
    if "respectively" in scene.text[scene.start : scene.end] and (paired := _paired(scene, mentions)):
        return paired
    earlier = names.mentions(scene.text, scene.before, scene.start)
    return [_nearest(scene, place, mentions) or _last(earlier) for place in range(len(scene.ratios))]


def _outside(mentions: list[Mention], hidden: Iterable[tuple[int, int]]) -> list[Mention]:
    spans = list(hidden)
    return [each for each in mentions if not any(start <= each.start < end for start, end in spans)]


def _paired(scene: Scene, mentions: list[Mention]) -> list[Mention | None] | None:
    """Pair as many different names with as many ratios."""
    special = [each for each in mentions if not each.general]
    for chosen in (special, mentions):
        first = {each.key: each for each in reversed(chosen)}
        if len(first) == len(scene.ratios) > 1:
            return [*sorted(first.values(), key=_start)]
    return None


def _nearest(scene: Scene, place: int, mentions: list[Mention]) -> Mention | None:
    ratio = scene.ratios[place]
    before, after = scene.reach(place)
    inside = [each for each in mentions if ratio.start <= each.start < ratio.number.start]
    if inside:
        return inside[-1]
    behind = [each for each in mentions if ratio.end <= each.start < after]
    if behind and _FOLLOWS.match(scene.text[ratio.end : behind[0].start]):
        return behind[0]
    ahead = [each for each in mentions if before <= each.start < ratio.start]
    return _last(ahead) or _first(behind) or _last(_until(mentions, before)) or _first(_from(mentions, after))


def _start(mention: Mention) -> int:
    return mention.start


def _until(mentions: list[Mention], place: int) -> list[Mention]:
    return [each for each in mentions if each.start < place]


def _from(mentions: list[Mention], place: int) -> list[Mention]:
    return [each for each in mentions if each.start >= place]


def _last(mentions: list[Mention]) -> Mention | None:
    return _first(mentions[::-1])


def _first(mentions: list[Mention]) -> Mention | None:
    special = [each for each in mentions if not each.general]
    return next(iter([*special, *mentions]), None)
