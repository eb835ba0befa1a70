"""What an archive says of itself, in `archive.json`: of which snapshot, made by what, under which licence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

NAME = "archive.json"
#: The layout of archives; a higher number is not read by this evireg.
FORMAT = 1
#: Under what the content may be used unless somebody says otherwise.
LICENCE = "CC-BY-4.0"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The head of an archive.

    `snapshot` is the name it was made of (None: a plain `changeset`), `ledger` the last changeset in it and `head` that
    one's hash; `root` is the root digest over the `estimates` of the flat evidence; `made` the time of `changeset`.
    `rows` counts the rows of each file; `complete` is false without the content of attachments.
    """

    format: int
    evireg: str
    schema: str
    snapshot: str | None
    changeset: int
    ledger: int
    made: str
    head: str
    root: str
    estimates: int
    licence: str
    title: str
    complete: bool
    rows: Mapping[str, int]

    @property
    def of(self) -> str:
        """Name what it is of, for people."""
        return f"snapshot {self.snapshot}" if self.snapshot else f"changeset {self.changeset}"

    def encoded(self) -> bytes:
        """Give the file."""
        return pretty(asdict(self))


def pretty(content: Any) -> bytes:
    """Give JSON for people, the same on every machine."""
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


_TYPES: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "str": (str,),
    "bool": (bool,),
    "str | None": (str, type(None)),
}


def read_manifest(content: Any) -> Manifest:
    """Check what was read; ValueError says what is wrong. The format is to be looked at before."""
    names = {each.name: str(each.type) for each in fields(Manifest)}
    if not isinstance(content, dict) or content.keys() != names.keys():
        raise ValueError(f"{NAME} does not say what an archive says")
    for name, kind in names.items():
        if kind in _TYPES and type(content[name]) not in _TYPES[kind]:
            raise ValueError(f"{NAME}: {name} is no {kind}")
    rows = content["rows"]
    if not isinstance(rows, dict) or any(type(count) is not int or count < 0 for count in rows.values()):
        raise ValueError(f"{NAME}: rows are no counts")
    return Manifest(**content)
