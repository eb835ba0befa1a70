"""The door for Python: `Registry` opens a transaction, calls one verb, and returns what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from registry.archive.door import Archiving
from registry.curation.adding_door import Adding
from registry.curation.correcting import Correcting
from registry.curation.door import Reviewing
from registry.curation.exchange import Exchanging
from registry.curators import curator as find_curator
from registry.dossier.door import Reporting
from registry.explaining.door import Explaining
from registry.figures.door import Drawing
from registry.formats.door import Sharing
from registry.grading.door import Grading
from registry.ingest.door import Importing
from registry.keeping.door import Keeping
from registry.linting.door import Doubting
from registry.queries.door import Querying
from registry.snapshots.door import Remembering
from registry.store import init, open_store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import pandas as pd

    from registry.frame import Frame
    from registry.literature.door import Literature
    from registry.pooling.bayes import BayesResult
    from registry.pooling.bias_result import BiasResult
    from registry.pooling.cutoff_result import CutoffsResult
    from registry.pooling.influence_result import InfluenceResult
    from registry.pooling.multiverse import MultiverseResult
    from registry.pooling.regress_result import RegressResult
    from registry.pooling.result import PoolResult
    from registry.seeding import Seeded
    from registry.selection.view import At
    from registry.store import Store
    from registry.vocabulary import Vocabulary

__all__ = ["Registry", "init", "open", "pool"]


class Registry(
    Importing,
    Adding,
    Correcting,
    Reviewing,
    Doubting,
    Exchanging,
    Remembering,
    Querying,
    Grading,
    Archiving,
    Keeping,
    Explaining,
    Sharing,
    Drawing,
    Reporting,
):
    """An open registry. Every method reads or writes in one transaction of its own.

    `curator` answers for what is written through this handle; without it each write asks `registry.curators`.
    """

    def __init__(self, store: Store, *, curator: str | None = None) -> None:
        self.store = store
        self._curator = curator

    def estimates(self, where: str | None = None, *, at: At = None) -> pd.DataFrame:
        """Give the estimates a condition means, poolable or not: one row each, contract columns and characteristics.

        `at` is a changeset number or the name of a snapshot: the registry as it was then. Raises `ConditionError`.
        """
        return self.frame(where, at=at).to_pandas()

    def frame(self, where: str | None = None, *, at: At = None) -> Frame:
        """Give the same as `estimates` as a `registry.frame.Frame`, without pandas."""
        from registry.selection import estimates

        with self.store.read() as connection:
            return estimates(connection, where, at=at)

    def pool(
        self,
        where: str | None,
        *,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        doubtful: str = "keep",
        **options: Any,
    ) -> PoolResult:
        """Select and pool, with full provenance: condition, changeset, engine version, SHA-256 of the rows used.

        `options` are those of `registry.pooling.pool`. Raises `ConditionError`, `NothingSelected`, `PoolRefused`.
        """
        from registry.pooling import pool as pool_frame

        frame, selected = self._selected(where, at, one_per, allow, doubtful)
        return pool_frame(frame, **selected, **options)

    def bias(
        self,
        where: str | None,
        tests: str | Collection[str] = (),
        *,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        doubtful: str = "keep",
        **options: Any,
    ) -> BiasResult:
        """Select, and test for small-study effects; `tests` and `options` are those of `registry.pooling.bias`."""
        from registry.pooling.bias import bias as test_frame

        frame, selected = self._selected(where, at, one_per, allow, doubtful)
        return test_frame(frame, tests, **selected, **options)

    def regress(
        self,
        where: str | None,
        on: str | Collection[str],
        *,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        doubtful: str = "keep",
        **options: Any,
    ) -> RegressResult:
        """Select, and regress on moderators; `on` and `options` are those of `registry.pooling.regress`."""
        from registry.pooling.regress import regress as regress_frame

        frame, selected = self._selected(where, at, one_per, allow, doubtful)
        return regress_frame(frame, on, **selected, **options)

    def influence(
        self,
        where: str | None,
        *,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        doubtful: str = "keep",
        **options: Any,
    ) -> InfluenceResult:
        """Select, and say which estimates drive the pool; `options` are those of `registry.pooling.influence`."""
        from registry.pooling.influence import influence as diagnose_frame

        frame, selected = self._selected(where, at, one_per, allow, doubtful)
        return diagnose_frame(frame, **selected, **options)

    def multiverse(
        self,
        where: str | None,
        *,
        at: At = None,
        one_per: str | Collection[str] | None = None,
        allow: Collection[str] = (),
        doubtful: str = "keep",
        **options: Any,
    ) -> MultiverseResult:
        """Select, and pool once per combination of choices; options are those of `registry.pooling.multiverse`."""
        from registry.pooling.multiverse import multiverse as pool_every_way

        frame, selected = self._selected(where, at, None, allow, "keep")
        return pool_every_way(frame, **{**selected, "one_per": one_per, "doubtful": doubtful}, **options)

    def bayes(
        self,
        where: str | None,
        *,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        doubtful: str = "keep",
        **options: Any,
    ) -> BayesResult:
        """Select, and pool under priors; `options` are those of `registry.pooling.bayes`."""
        from registry.pooling.bayes import bayes as pool_frame

        frame, selected = self._selected(where, at, one_per, allow, doubtful)
        return pool_frame(frame, **selected, **options)

    def cutoffs(
        self,
        where: str | None,
        *,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        doubtful: str = "keep",
        **options: Any,
    ) -> CutoffsResult:
        """Select, and analyse cutoffs; `options` are those of `registry.pooling.cutoffs`.

        `one_per` chooses for classes and line only: the model of several cutoffs takes every estimate.
        """
        from registry.pooling.cutoffs import cutoffs as analyse_frame

        frame, selected = self._selected(where, at, None, allow, doubtful)
        return analyse_frame(frame, **{**selected, "one_per": one_per}, **options)

    def seed(self, *names: str, curator: str | None = None) -> tuple[Seeded, ...]:
        """Import topics shipped with evireg, by default every real one. Raises `NotFound` for an unknown topic."""
        from registry import seeding

        chosen = [seeding.topic(name) for name in names] or [each for each in seeding.topics() if each.by_default]
        return tuple(seeding.seed(self.store, topic, curator=curator or self._curator) for topic in chosen)

    def listing(
        self, kind: str, where: str | None = None, *, at: At = None, tool: str | None = None
    ) -> list[dict[str, Any]]:
        """List studies, cohorts, estimates and more (see `registry.selection.listing`); `tool` for appraisals."""
        from registry.selection.listing import listing

        with self.store.read() as connection:
            return listing(connection, kind, where, at=at, tool=tool)

    def each_estimate(self, where: str | None = None, *, at: At = None) -> Iterator[dict[str, Any]]:
        """Give what `listing("estimates")` does one by one, of one moment, so that a million need no memory."""
        from registry.selection.streaming import each_estimate

        with self.store.read() as connection:
            yield from each_estimate(connection, where, at=at)

    def show(self, key: str) -> dict[str, Any]:
        """Give everything about one study, cohort or estimate. Raises `NotFound` with the nearest keys."""
        from registry.selection.show import show

        with self.store.read() as connection:
            return show(connection, key)

    def vocabulary(self) -> Vocabulary:
        """Give the names the registry knows: factors, diseases, endpoints, covariates, study characteristics."""
        from registry.vocabulary import Vocabulary

        with self.store.read() as connection:
            return Vocabulary.load(connection)

    def declare_overlap(
        self, cohort_a: str, cohort_b: str, kind: str, reason: str, *, curator: str | None = None
    ) -> None:
        """Declare that two cohorts (`study/cohort`) share patients: `kind` is same, subset, partial or suspected."""
        from registry.writing import declare_overlap

        with self.store.transaction(self._answerable(curator), f"overlap of {cohort_a} and {cohort_b}") as transaction:
            declare_overlap(transaction, cohort_a, cohort_b, kind, reason)

    @property
    def literature(self) -> Literature:
        """References of searches, their screening, and the PRISMA flow."""
        from registry.literature.door import Literature

        return Literature(self.store, self._answerable)

    def close(self) -> None:
        """Give back the database connections."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _selected(
        self, where: str | None, at: At, one_per: str | None, allow: Collection[str], doubtful: str
    ) -> tuple[Frame, dict[str, Any]]:
        """Select the rows ready to analyse; with them what every analysis takes beside a frame."""
        from registry.selection import select

        with self.store.read() as connection:
            selection = select(connection, where, at=at, one_per=one_per, allow=allow, doubtful=doubtful)
        asked = {
            "one_per": one_per,
            "allow": allow,
            "doubtful": doubtful,
            "flow": selection.flow,
            "provenance": selection.provenance,
        }
        return selection.frame, asked

    def _answerable(self, given: str | None) -> str:
        return find_curator(given or self._curator).name


def open(target: str | Path, *, curator: str | None = None) -> Registry:  # noqa: A001 - registry.open is what it does
    """Open a registry: a path, `sqlite:///…` or `postgresql://…`. Never creates or upgrades (`registry.init` does).

    Raises `SchemaError` for a database that is empty, older, newer or not evireg's.
    """
    return Registry(open_store(target), curator=curator)


def pool(frame: Frame | pd.DataFrame, **options: Any) -> PoolResult:
    """Pool a frame or DataFrame that has `yi` and `vi`; see `registry.pooling.pool` for the options.

    Raises `PoolRefused` for estimates that must not be pooled together.
    """
    from registry.pooling import pool as pool_frame

    return pool_frame(frame, **options)
