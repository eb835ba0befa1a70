"""What the Python door says to those who correct and look back: methods of `Registry`, each one verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.curation.amend import Amended, Amendment
    from registry.curation.curators import CuratorFacts
    from registry.curation.history import History
    from registry.curation.log import Detail, Entry
    from registry.curation.retraction import Retracted
    from registry.curation.undo import Undone
    from registry.curation.verify import Verified
    from registry.ledger import Transaction
    from registry.store import Store


class _Leave(Exception):  # noqa: N818 - no error: how a dry run leaves its transaction
    """Leave a transaction without keeping it."""


class Correcting:
    """Amend, undo, retract, history, log, curators, settings, verification; `Registry` gives store and curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    @contextmanager
    def _changeset(self, curator: str | None, message: str, *, dry_run: bool = False) -> Iterator[Transaction]:
        """Give a changeset to write; kept at the end of the block unless it is a dry run."""
        with suppress(_Leave), self.store.transaction(self._answerable(curator), message) as transaction:
            yield transaction
            if dry_run:
                raise _Leave

    def amend(
        self,
        key: str,
        changes: Mapping[str, str | None],
        *,
        reason: str,
        based_on: str | None = None,
        dry_run: bool = False,
        curator: str | None = None,
    ) -> Amended:
        """Amend fields of an estimate, cohort, study or report; see `registry.curation.amend`."""
        from registry.curation.amend import Amendment

        return self.amend_all([Amendment(key, changes, based_on)], reason=reason, dry_run=dry_run, curator=curator)

    def amend_all(
        self, amendments: Sequence[Amendment], *, reason: str, dry_run: bool = False, curator: str | None = None
    ) -> Amended:
        """Amend several things in one changeset, all or none. Raises `InputRefused`, `Conflict`, `NotFound`."""
        from registry.curation.amend import amend

        with self._changeset(curator, _reason(reason), dry_run=dry_run) as transaction:
            done = amend(transaction, amendments)
        return replace(done, changeset=None) if dry_run else done

    def undo(self, changeset: int, *, reason: str, dry_run: bool = False, curator: str | None = None) -> Undone:
        """Restore what a changeset changed, by a new one; `Conflict` names later changes in the way."""
        from registry.curation.undo import undo

        message = f"undo of changeset {changeset}: {_reason(reason)}"
        with self._changeset(curator, message, dry_run=dry_run) as transaction:
            done = undo(transaction, changeset)
        return replace(done, changeset=None) if dry_run else done

    def retract(self, report: str, *, reason: str, curator: str | None = None) -> Retracted:
        """Mark a report as retracted: its estimates leave selections from now on; `undo` takes it back."""
        from registry.curation.retraction import retraction

        with self._changeset(curator, _reason(reason)) as transaction:
            return retraction(transaction, report)

    def history(self, key: str) -> History:
        """Tell what became of a thing: every version, field by field, who, when and why."""
        from registry.curation.history import history

        with self.store.read() as connection:
            return history(connection, key)

    def log(
        self, *, limit: int | None = 20, curator: str | None = None, since: str | None = None, key: str | None = None
    ) -> tuple[Entry, ...]:
        """Give the latest changesets, newest first."""
        from registry.curation.log import log

        with self.store.read() as connection:
            return log(connection, limit=limit, curator=curator, since=since, key=key)

    def changeset(self, number: int) -> Detail:
        """Give one changeset in full."""
        from registry.curation.log import changeset

        with self.store.read() as connection:
            return changeset(connection, number)

    def add_curator(
        self,
        name: str,
        *,
        orcid: str | None = None,
        competing_interests: str | None = None,
        curator: str | None = None,
    ) -> bool:
        """Register a curator, or fill in what was not known of one; give whether anything changed."""
        from registry.curation.curators import add_curator

        with self._changeset(curator, f"curator {name}") as transaction:
            return add_curator(transaction, name, orcid=orcid, competing_interests=competing_interests)

    def curators(self, name: str | None = None) -> tuple[CuratorFacts, ...]:
        """Tell of all curators, or of one."""
        from registry.curation.curators import curators

        with self.store.read() as connection:
            return curators(connection, name)

    def settings(self) -> dict[str, str]:
        """Give the value of every setting of this registry."""
        from registry.curation.settings import settings

        with self.store.read() as connection:
            return settings(connection)

    def setting(self, name: str) -> str:
        """Give the value of one setting. Raises `NotFound` with the nearest."""
        from registry.curation.settings import setting

        with self.store.read() as connection:
            return setting(connection, name)

    def configure(self, name: str, value: str, *, curator: str | None = None) -> bool:
        """Set a setting such as require-curator; give whether it is another than before."""
        from registry.curation.settings import configure

        with self._changeset(curator, f"set {name} {value}") as transaction:
            return configure(transaction, name, value)

    def verify(self) -> Verified:
        """Check ledger, digests, and evidence against the tables; `VerificationFailed` says what differs."""
        from registry.curation.verify import verify

        with self.store.read() as connection:
            return verify(connection)


def _reason(given: str) -> str:
    reason = " ".join(given.split())
    if not reason:
        raise UsageError("a change has a reason", "say why in a few words, with --reason")
    return reason
