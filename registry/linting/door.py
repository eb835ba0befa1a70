"""What the Python door says of doubts: methods of `Registry`, each one transaction and one verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from registry.curation.overlaps import OverlapDecided, OverlapProposal
    from registry.linting.finding import Linted
    from registry.linting.settling import Settled
    from registry.store import Store


class Doubting:
    """Lint, and overlaps proposed and decided; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def lint(self, where: str | None = None, *, rules: Collection[str] = (), most: int | None = None) -> Linted:
        """Try every rule, or the rules of these codes, on what is stored; see `registry.linting.lint`."""
        from registry.linting.lint import lint

        with self.store.read() as connection:
            return lint(connection, where, rules=rules, most=most)

    def settle_doubt(
        self,
        keys: Collection[str],
        rule: str,
        *,
        reason: str,
        where: str | None = None,
        reopen: bool = False,
        curator: str | None = None,
    ) -> Settled:
        """Say that what a rule doubts of estimates stands, and why; see `registry.linting.settling`."""
        from registry.linting.settling import settle_doubt

        why = " ".join(reason.split())
        if not why:
            raise UsageError("a settled doubt has a reason", "say in a few words what the source shows")
        with self.store.transaction(self._answerable(curator), why) as transaction:
            return settle_doubt(transaction, keys, rule, where=where, reopen=reopen)

    def overlap_proposals(
        self, where: str | None = None, *, decided: bool = False, at_least: float = 0.5
    ) -> list[OverlapProposal]:
        """Give the pairs of cohorts that may share patients; see `registry.curation.overlaps.propose_overlaps`."""
        from registry.curation.overlaps import propose_overlaps

        with self.store.read() as connection:
            return propose_overlaps(connection, where, decided=decided, at_least=at_least)

    def decide_overlap(
        self, cohort_a: str, cohort_b: str, kind: str, reason: str, *, curator: str | None = None
    ) -> OverlapDecided:
        """Say that two cohorts (`study/cohort`) share patients: same, subset, partial, suspected; or not: dismissed.

        An earlier decision on the pair is replaced; pools as of earlier changesets stay as they were.
        """
        from registry.curation.overlaps import decide_overlap

        with self.store.transaction(self._answerable(curator), f"overlap of {cohort_a} and {cohort_b}") as transaction:
            return decide_overlap(transaction, cohort_a, cohort_b, kind, reason)
