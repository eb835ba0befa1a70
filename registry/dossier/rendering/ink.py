"""Words in a Word file: runs of text, links, citations that lead to their entries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Cite, CodeSpan, Emphasis, Link, Strong, runs
from registry.dossier.rendering import word
from registry.dossier.rendering.layout import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registry.dossier.document import Run, Words
    from registry.dossier.rendering.citing import Citations
    from registry.dossier.rendering.phrases import Phrase

_NUMBER = re.compile(r"(\d+)")


class Ink:
    """Writes words into paragraphs; `size` in points, where it is not that of the paragraph."""

    def __init__(self, citations: Citations) -> None:
        self.citations = citations

    def words(self, paragraph: Any, words: Words, size: float | None = None) -> None:
        """Write words, with all they hold."""
        for run in runs(words):
            self._run(paragraph, run, size)

    def _run(self, paragraph: Any, run: Run, size: float | None) -> None:
        from docx.shared import Pt

        if isinstance(run, Cite):
            self.cite(paragraph, run.keys, size)
            return
        first = len(paragraph.runs)
        made = paragraph.add_run(word.clean(run.text))
        made.bold, made.italic = isinstance(run, Strong) or None, isinstance(run, Emphasis) or None
        made.font.size = Pt(size) if size else None
        if isinstance(run, CodeSpan):
            made.font.name, made.font.size = word.FIXED, Pt((size or 10) - 1)
        elif isinstance(run, Link) and re.match(r"https?://|mailto:|#", run.href):
            made.font.color.rgb = word.colour(word.ACCENT)
            within = run.href.startswith("#")
            anchor = f"sec-{name_of(run.href)}" if within else ""
            word.linked(paragraph, first, anchor=anchor, address="" if within else run.href)

    def cite(self, paragraph: Any, keys: Sequence[str], size: float | None) -> None:
        """Write a citation, each number (or the whole) a link to its entry."""
        found = self.citations.cite(keys)
        if not self.citations.numbered:
            at = next(number for number, entry in enumerate(self.citations.entries, 1) if entry.key == keys[0])
            first = len(paragraph.runs)
            self.phrases(paragraph, found, size)
            word.linked(paragraph, first, anchor=f"ref-{at}")
            return
        for phrase in found:
            for piece in filter(None, _NUMBER.split(phrase.text)):
                first = len(paragraph.runs)
                self.phrases(paragraph, [type(phrase)(piece, phrase.marks)], size)
                if piece.isdigit():
                    word.linked(paragraph, first, anchor=f"ref-{piece}")

    def phrases(self, paragraph: Any, found: Iterable[Phrase], size: float | None = None) -> None:
        """Write phrases with their marks."""
        from docx.shared import Pt

        for phrase in found:
            run = paragraph.add_run(word.clean(phrase.text))
            font = run.font
            font.size = Pt(size) if size else None
            for mark in phrase.marks:
                setattr(font, mark.replace("-", "_"), True)
