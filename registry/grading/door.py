"""What the Python door says of absolute risks and the certainty of evidence: methods of `Registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from registry.pooling.absolute import AbsoluteResult, Share
    from registry.selection.view import At
    from registry.store import Store


class Grading:
    """Absolute risks, ratings, summaries of findings; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def absolute(
        self,
        query: str | None = None,
        *,
        survival: Share,
        prevalence: Share | None = None,
        baseline: str = "all",
        at_time: str | None = None,
        source: str | None = None,
        per: int = 1000,
        where: str | None = None,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        **options: Any,
    ) -> AbsoluteResult:
        """Pool a saved query, or what `where` means, and give survival and risk of the high and the low group.

        `survival`, `prevalence`, `baseline`, `source` and `per` as in `registry.pooling.absolute.absolute`, `at_time`
        the time the survival is of. `one_per`, `allow` and `options` are those of `pool`, and go with `where`.
        """
        from registry.pooling.absolute import absolute
        from registry.queries.definition import define
        from registry.queries.running import pooled
        from registry.queries.saved import load
        from registry.vocabulary import Vocabulary

        with self.store.read() as connection:
            if query is not None:
                asked = load(connection, query).definition
            else:
                names = Vocabulary.load(connection)
                asked = define(names, where, one_per=one_per, allow=allow, **options)
            result, _ = pooled(connection, asked, at)
        shares: dict[str, Any] = {"survival": survival, "prevalence": prevalence, "baseline": baseline}
        return absolute(result, **shares, at=at_time, source=source, per=per)
