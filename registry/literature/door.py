"""The Python door to references: `reg.literature`, one method per verb, each in a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.terms import ScreeningStage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from registry.literature.clusters import Work
    from registry.literature.duplicates import Pair
    from registry.literature.importing import Imported
    from registry.literature.screening import Outcome, Progress
    from registry.prisma import Prisma
    from registry.stats.raters import Kappa
    from registry.store import Store


class Literature:
    """References of searches, what reviewers decided about them, and the PRISMA flow.

    `answerable` gives the curator who answers for a change, from the name given or another source.
    """

    def __init__(self, store: Store, answerable: Callable[[str | None], str]) -> None:
        self._store = store
        self._answerable = answerable

    def import_files(
        self,
        *paths: str | Path,
        found_in: str | None = None,
        found_by: str = "database",
        format: str | None = None,  # noqa: A002 - what it is
        curator: str | None = None,
    ) -> Imported:
        """Import RIS, NBIB, BibTeX or CSL-JSON files, all or nothing; the same again changes nothing.

        `found_in` names what was searched, `found_by` says what that is (`registry.terms.FoundBy`). Raises
        `InputRefused` with every issue of a file.
        """
        from registry.literature.importing import import_references

        message = f"references from {', '.join(str(path) for path in paths)}"
        with self._store.transaction(self._answerable(curator), message) as transaction:
            return import_references(transaction, paths, found_in=found_in, found_by=found_by, format=format)

    def progress(self, *, abstracts: bool = False) -> Progress:
        """Give every reference, each document once, with its outcome at each stage."""
        from registry.literature.screening import progress

        with self._store.read() as connection:
            return progress(connection, abstracts=abstracts)

    def show(self, key: str) -> tuple[Work, dict[ScreeningStage, Outcome], str | None]:
        """Give one document with all its records, its outcomes, and the key of the report it is in the registry."""
        from registry.literature.clusters import work
        from registry.literature.linking import report_key
        from registry.literature.screening import progress

        with self._store.read() as connection:
            found = work(connection, key)
            now = progress(connection)
            return found, {stage: now.at(found.id, stage) for stage in ScreeningStage}, report_key(connection, found)

    def duplicates(self, *, decided: bool = False) -> list[Pair]:
        """Give the pairs that may be one and wait for a decision, or those decided on."""
        from registry.literature.duplicates import pairs

        with self._store.read() as connection:
            return pairs(connection, decided=decided)

    def same(self, one: str, other: str, *, curator: str | None = None) -> bool:
        """Say that two references are one document; gives whether that is new."""
        from registry.literature.duplicates import same

        with self._store.transaction(self._answerable(curator), f"{one} and {other} are the same") as transaction:
            return same(transaction, one, other)

    def different(self, one: str, other: str, *, curator: str | None = None) -> bool:
        """Say that two references are two documents; gives whether that is new."""
        from registry.literature.duplicates import different

        with self._store.transaction(self._answerable(curator), f"{one} and {other} are different") as transaction:
            return different(transaction, one, other)

    def link(self, key: str, report: str, *, curator: str | None = None) -> bool:
        """Say which report of the registry a reference is; gives whether that is new."""
        from registry.literature.linking import link

        with self._store.transaction(self._answerable(curator), f"{key} is the report {report}") as transaction:
            return link(transaction, key, report)

    def screen(
        self,
        keys: Iterable[str],
        decision: str,
        *,
        stage: str = "title",
        reason: str | None = None,
        settle: bool = False,
        curator: str | None = None,
    ) -> int:
        """Record a reviewer's decision about references; gives how many are new (see `registry.literature`)."""
        from registry.literature.screening import decide

        listed = list(keys)
        message = reason or f"{decision} {', '.join(listed[:5])}{' …' if len(listed) > 5 else ''}"
        with self._store.transaction(self._answerable(curator), message) as transaction:
            return decide(transaction, listed, decision, stage=stage, reason=reason, settle=settle)

    def require_reviewers(self, count: int, *, curator: str | None = None) -> None:
        """Set how many reviewers decide on each reference."""
        from registry.literature.screening import require_reviewers

        with self._store.transaction(self._answerable(curator), f"{count} reviewers screen") as transaction:
            require_reviewers(transaction, count)

    def agreement(self, stage: str = "title") -> dict[tuple[str, str], Kappa]:
        """Give percent agreement and Cohen's kappa of each two reviewers, before any settlement."""
        from registry.literature.screening import pairs_of_decisions
        from registry.stats.raters import kappa

        decided = pairs_of_decisions(self.progress(), ScreeningStage(stage))
        return {who: kappa(first, second) for who, (first, second) in decided.items()}

    def prisma(self) -> Prisma:
        """Count the boxes of the PRISMA 2020 flow diagram."""
        from registry.literature.counting import prisma

        with self._store.read() as connection:
            return prisma(connection)
