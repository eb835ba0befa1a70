"""A document as Markdown (CommonMark with GitHub's tables), its figures as SVG files in a folder beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from registry.dossier.document import (
    Bullets,
    Cite,
    CodeBlock,
    CodeSpan,
    Emphasis,
    FigureBlock,
    Link,
    Notice,
    Paragraph,
    Strong,
    Subheading,
    TableBlock,
    runs,
)
from registry.dossier.rendering.citing import citations_of
from registry.dossier.rendering.layout import name_of, parts
from registry.texts import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registry.dossier.document import Document, Run, Words
    from registry.dossier.rendering.citing import Citations
    from registry.dossier.rendering.layout import Placed
    from registry.dossier.rendering.phrases import Phrase

_SIGNS = re.compile(r"[\\`*_\[\]<>|~^$#&]")
_AT_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)", re.MULTILINE)
_MARKS = {
    "italic": ("*", "*"),
    "bold": ("**", "**"),
    "superscript": ("<sup>", "</sup>"),
    "subscript": ("<sub>", "</sub>"),
    "underline": ("<u>", "</u>"),
}
_KINDS = {"simulated": "Simulated", "caution": "Caution"}


def render(document: Document, path: str | Path) -> Path:
    """Write a document as Markdown, its figures into the folder `<name>_files` beside it; gives the path.

    Raises UsageError for its citation style, StoreError when the place cannot be written.
    """
    from registry.dossier.bundle import write_all

    target = Path(path)
    write_all(files(document, target.name), target.parent)
    return target


def files(document: Document, name: str) -> dict[str, bytes]:
    """Give the Markdown file, of this name, and those of its figures."""
    from registry.dossier.rendering.pictures import pictures

    folder = f"{Path(name).stem}_files"
    made = {f"{folder}/{stem}.svg": drawn for stem, drawn in pictures(document, "svg").items()}
    return {name: text(document, folder).encode(), **made}


def text(document: Document, folder: str) -> str:
    """Give a document as Markdown whose figures are in `folder`."""
    return shown("\n\n".join(_Writer(document, folder).written()) + "\n")


class _Writer:
    """One file on its way, paragraph by paragraph."""

    def __init__(self, document: Document, folder: str) -> None:
        self.document, self.folder = document, folder
        self.citations: Citations = citations_of(document)

    def written(self) -> Iterator[str]:
        """Give the paragraphs in order."""
        laid = parts(self.document)
        yield from self._front()
        links = [f"{part.number}. [{_plain(part.section.title)}](#{name_of(part.section.id)})" for part in laid]
        if self.citations.entries:
            links.append(f"{len(laid) + 1}. [References](#references)")
        yield "\n".join(links)
        for part in laid:
            yield from self._heading(f"{part.number} {part.section.title}", part.section.id)
            for placed in part.blocks:
                yield from self._block(placed)
        if self.citations.entries:
            yield from self._heading(f"{len(laid) + 1} References", "references")
            yield "\n".join(
                f"{f'{entry.label}.' if entry.label else '-'} {_phrases(entry.words)}"
                for entry in self.citations.entries
            )

    def _front(self) -> Iterator[str]:
        yield f"# {_plain(self.document.title)}"
        if self.document.subtitle:
            yield f"*{_plain(self.document.subtitle)}*"
        yield from self._marked()
        if self.document.facts:
            rows = [f"| {_plain(name)} | {_cell(self._words(said))} |" for name, said in self.document.facts]
            yield "\n".join(["| | |", "|---|---|", *rows])

    def _marked(self) -> Iterator[str]:
        if self.document.notice:
            yield f"> **{_plain(self.document.notice)}**"

    def _heading(self, title: str, anchor: str) -> Iterator[str]:
        yield f'<a id="{name_of(anchor)}"></a>'
        yield f"## {_plain(title)}"
        yield from self._marked()

    def _block(self, placed: Placed) -> Iterator[str]:
        match placed.block:
            case Paragraph(words):
                yield _from_start(self._words(words))
            case Bullets(items, ordered):
                signs = (f"{number}." if ordered else "-" for number in range(1, len(items) + 1))
                yield "\n".join(
                    f"{sign} {_from_start(self._words(item))}" for sign, item in zip(signs, items, strict=True)
                )
            case Subheading(title):
                yield f"### {_plain(title)}"
            case CodeBlock(code, language):
                fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", code))])
                yield f"{fence}{language}\n{code.rstrip()}\n{fence}"
            case Notice(words, kind):
                said = f"**{_KINDS.get(kind, 'Note')}.** {self._words(words)}"
                yield "\n".join(f"> {line}" for line in said.splitlines())
            case TableBlock() as block:
                yield from self._table(placed, block)
            case FigureBlock() as block:
                yield f"![{_plain(block.alt)}]({quote(self.folder)}/{placed.stem}.svg)"
                yield f"**{placed.label}.** {_plain(placed.caption)}"

    def _table(self, placed: Placed, block: TableBlock) -> Iterator[str]:
        columns, rows = block.table.columns, []
        for number, row in enumerate(block.table.rows):
            cells = [_cell(_plain(cell)) for cell in row]
            if block.cites and block.cites[number]:
                cells[0] += f" {_phrases(self.citations.cite(block.cites[number]))}"
            rows.append(cells)
        head = [_cell(_plain(column.header)) for column in columns]
        line = ["---:" if column.right else "---" for column in columns]
        yield f"**{placed.label}.** {_plain(placed.caption)}"
        yield "\n".join(f"| {' | '.join(cells)} |" for cells in (head, line, *rows))
        for note in filter(None, block.table.note.splitlines()):
            yield _from_start(_plain(note))

    def _words(self, words: Words) -> str:
        return "".join(self._run(run) for run in runs(words))

    def _run(self, run: Run) -> str:
        match run:
            case Cite(keys):
                return _phrases(self.citations.cite(keys))
            case Strong(said):
                return _wrapped(_plain(said), "**", "**")
            case Emphasis(said):
                return _wrapped(_plain(said), "*", "*")
            case CodeSpan(said):
                return _code(said)
            case Link(said, href) if re.match(r"https?://|mailto:|#", href):
                return f"[{_plain(said)}]({quote(href, safe=_KEPT)})"
            case _:
                return _plain(run.text)


#: What an address keeps as it is: what addresses are made of, and escapes already made.
_KEPT = ":/?#@!$&'*+,;=%~-._"


def _plain(said: str) -> str:
    """Give words that mean nothing to Markdown or HTML."""
    return _SIGNS.sub(lambda found: f"\\{found[0]}", re.sub(r"\s+", " ", said))


def _from_start(said: str) -> str:
    """Keep what begins a paragraph from beginning a list."""
    return _AT_START.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", said)


def _cell(said: str) -> str:
    return said.replace("\n", "<br>")


def _code(said: str) -> str:
    fence = "`" * (max([0, *(len(run) for run in re.findall("`+", said))]) + 1)
    space = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{fence}{space}{' '.join(said.split())}{space}{fence}"


def _wrapped(said: str, before: str, after: str) -> str:
    """Put signs around words, spaces outside: signs beside a space mark nothing."""
    bare = said.strip()
    if not bare:
        return said
    start = said.index(bare)
    return f"{said[:start]}{before}{bare}{after}{said[start + len(bare) :]}"


def _phrases(found: Iterable[Phrase]) -> str:
    made = []
    for phrase in found:
        said = _SIGNS.sub(lambda sign: f"\\{sign[0]}", phrase.text)
        for mark in sorted(phrase.marks & _MARKS.keys()):
            said = _wrapped(said, *_MARKS[mark])
        made.append(said)
    return "".join(made)
