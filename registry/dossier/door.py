"""What the Python door says of reports: a method of `Registry`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from registry.dossier.report import Reported
    from registry.queries.running import Ran
    from registry.selection.view import At
    from registry.store import Store


class Reporting:
    """The complete report of saved queries; `Registry` gives the store and the curator."""

    store: Store

    def current_run(self, name: str, *, at: At = None, curator: str | None = None) -> Ran:
        """Give the stored run that says what a query gives; see `Querying.current_run`."""
        raise NotImplementedError

    def second_opinion(self, query: str, *, at: At = None) -> str:
        """Give an R script that repeats a saved query; see `Sharing.second_opinion`."""
        raise NotImplementedError

    def report(
        self,
        query: str,
        *more: str,
        at: At = None,
        path: str | Path | Collection[str | Path] = (),
        bundle: str | Path | None = None,
        title: str | None = None,
        style: str = "vancouver",
        analyses: Mapping[str, Any] | None = None,
        second_opinion: bool = False,
        force: bool = False,
        progress: Callable[[str], None] | None = None,
        curator: str | None = None,
    ) -> Reported:
        """Write the report of one or several saved queries as of a moment: .html, .docx or .md; see `dossier.report`.

        Each query is run, unless a stored run says the same. `analyses` are asked for beside those the queries plan,
        by kind as in `registry.queries.analyses`; the report calls them post hoc. `bundle` is a folder or a .zip with
        data, script and references, written over only with `force`. `second_opinion` has R's metafor repeat the
        analysis. `progress` is called with the name of each step.
        """
        from registry.dossier.report import Order, Verbs, report

        paths = (path,) if isinstance(path, str | Path) else tuple(path)
        order = Order((query, *more), at, paths, bundle, title, style, analyses or {}, second_opinion, force)

        verbs = Verbs(
            run=lambda name, moment: self.current_run(name, at=moment, curator=curator),
            script=lambda name, moment: self.second_opinion(name, at=moment),
        )
        return report(self.store, order, verbs, progress or _quiet)


def _quiet(_step: str) -> None:
    """Tell nobody."""
