"""Sentences that name a work cite it: `DerSimonian & Laird 1986` is found in `registry.dossier.works`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Cite
from registry.dossier.works import WORKS

if TYPE_CHECKING:
    from registry.dossier.document import Reference, Run
    from registry.dossier.works import Work

_NAME = "|".join(re.escape(name) for name in sorted(WORKS, key=len, reverse=True))
#: Works in brackets, which the citation replaces: (DerSimonian & Laird 1986; Paule & Mandel 1982).
_BRACKETED = rf"\((?P<several>(?:{_NAME})(?:; (?:{_NAME}))*)\)"
_CITED = re.compile(rf"{_BRACKETED}|(?P<one>{_NAME})")


def cited(text: str) -> tuple[Run | str, ...]:
    """Give a sentence with a citation of every work it names: in place of a name in brackets, else behind it."""
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[Run | str]:
    end = 0
    for found in _CITED.finditer(text):
        if (one := found["one"]) is not None:
            yield f"{text[end : found.end()]} "
            yield Cite((key_of(one),))
        else:
            yield text[end : found.start()]
            yield Cite(tuple(key_of(name) for name in found["several"].split("; ")))
        end = found.end()
    if end < len(text):
        yield text[end:]


def key_of(name: str) -> str:
    """Give the key under which a work is cited."""
    return "method:" + re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def work(key: str) -> Reference | None:
    """Give the reference of a method by its key; None when it is none."""
    return _BY_KEY.get(key)


def _reference(known: Work) -> dict[str, Any]:
    fields = {
        "container-title": known.within,
        "volume": known.volume,
        "page": known.pages,
        "publisher": known.publisher,
        "DOI": known.doi,
    }
    found: dict[str, Any] = {
        "id": key_of(known.name),
        "type": known.kind,
        "title": known.title,
        "author": [_person(each) for each in known.authors.split("; ")],
        "issued": {"date-parts": [[known.year]]},
    }
    return found | {field: value for field, value in fields.items() if value}


def _person(name: str) -> dict[str, str]:
    """Read `DerSimonian R`: initials stand last."""
    family, _, initials = name.rpartition(" ")
    return {"family": family, "given": ". ".join(initials) + "."}


_BY_KEY = {key_of(name): _reference(known) for name, known in WORKS.items()}
