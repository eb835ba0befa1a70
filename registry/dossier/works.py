"""The works that methods rest on: what a sentence calls each, and what a reference list says of it (works.toml)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

_YEAR = re.compile(r"(\d{4})[ab]?$")


class Work(NamedTuple):
    """An article, or a chapter, book or talk; `within` is the journal, the chapter's book or the congress."""

    name: str
    authors: str
    title: str
    within: str = ""
    volume: str = ""
    pages: str = ""
    publisher: str = ""
    doi: str = ""

    @property
    def year(self) -> int:
        """The year, which ends the name."""
        found = _YEAR.search(self.name)
        if found is None:
            raise ValueError(f"{self.name} does not end with a year")
        return int(found[1])

    @property
    def kind(self) -> str:
        """Its type in CSL: only journals have volumes, only chapters pages without one."""
        if self.volume:
            return "article-journal"
        if self.pages:
            return "chapter"
        return "paper-conference" if self.within else "book"

    def markdown(self) -> str:
        """Give it as a list of references on a page of the manual."""
        people = self.authors.split("; ")
        who = ", ".join(people) if len(people) < 7 else f"{', '.join(people[:3])} et al."
        place = f"{'In: ' if self.kind == 'chapter' else ''}*{self.within}*" if self.within else ""
        numbers = ":".join(filter(None, (self.volume, self.pages.replace("-", "–"))))
        parts = (f"{place}{', ' if self.kind == 'chapter' else ' '}{numbers}".strip(), self.publisher, self._link())
        suffix = self.name[-1] if self.name[-1] in "ab" else ""
        said = " ".join(f"{part}." for part in parts if part)
        return f"{who} ({self.year}{suffix}). {self.title}{'' if self.title.endswith('?') else '.'} {said}"

    def _link(self) -> str:
        address = self.doi.replace("(", "%28").replace(")", "%29")
        return f"[{self.doi}](https://doi.org/{address})" if self.doi else ""


def _read() -> dict[str, Work]:
    text = Path(__file__).with_name("works.toml").read_text(encoding="utf-8")
    return {name: Work(name, **fields) for name, fields in tomllib.loads(text).items()}


#: How a sentence names a work → the work.
WORKS: dict[str, Work] = _read()
