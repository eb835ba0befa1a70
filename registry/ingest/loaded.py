"""What an import did, as its callers are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.ingest.said import Unsaid
from registry.issues import Issue
from registry.vocabulary import AttributeDeclaration
from registry.writing import Written

#: What was written of a table that contradicts the registry.
NOTHING = Written(0, 0, 0, 0, (), {}, {})


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import did. `rows` read are estimates `created` or `unchanged`; `studies` and `cohorts` count new ones.

    `changeset` is None when nothing changed, or nothing was kept (`dry_run`). `flags` has the remarks with their
    positions, the first of very many; `flag_counts` counts all by code. `not_poolable` counts new estimates by the
    reason they cannot be pooled. `declared` are the study characteristics declared by this import, `new_names` the
    factors and diseases it met for the first time, `files` the files of a folder. `left_out` counts rows that were
    handed back. `unsaid` tells of each file which of its rows do not say what is compared, or by which ratio.
    """

    file: str
    rows: int
    created: int
    unchanged: int
    studies: int
    cohorts: int
    changeset: int | None
    dry_run: bool
    flags: tuple[Issue, ...]
    flag_counts: Mapping[str, int]
    not_poolable: Mapping[str, int]
    declared: tuple[AttributeDeclaration, ...]
    new_names: Mapping[str, tuple[str, ...]]
    files: tuple[str, ...]
    left_out: int = 0
    unsaid: tuple[Unsaid, ...] = ()
