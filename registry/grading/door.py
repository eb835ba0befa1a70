"""What the Python door says of absolute risks and the certainty of evidence: methods of `Registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from registry.grading.findings import SummaryOfFindings
    from registry.grading.ratings import Rated
    from registry.pooling.absolute import Share
    from registry.pooling.absolute_result import AbsoluteResult
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

        `survival`, `prevalence`, `baseline`, `source` and `per` as in `registry.pooling.absolute.absolute`; `at_time`,
        the time the survival is of, has to be named. `one_per`, `allow` and `options` are those of `pool`, and go with
        `where`.
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

    def grade(self, query: str, domain: str, judgement: str, *, reason: str, curator: str | None = None) -> Rated:
        """Record what a curator judges of one domain of GRADE for a saved query, on the evidence as it is.

        Domains: risk_of_bias, inconsistency, indirectness, imprecision and publication_bias (none, serious,
        very_serious), large_effect (none, large, very_large), exposure_response (none, present). It replaces what
        stood; the ledger keeps both. Raises NotFound, UsageError, and as `pool` where there is nothing to judge.
        """
        from registry.grading.ratings import evidence_digest, rate
        from registry.queries.running import pooled
        from registry.queries.saved import load

        with self.store.read() as connection:
            saved = load(connection, query)
            result, _ = pooled(connection, saved.definition)
        seen = evidence_digest(str(result.provenance["digest"]), result.flow)
        with self.store.transaction(self._answerable(curator), f"grade {domain} of {query}: {reason}") as transaction:
            return rate(transaction, saved, domain, judgement, reason=reason, evidence=seen)

    def ratings(self, query: str | None = None) -> list[Rated]:
        """Give the ratings that stand, of one saved query or of all."""
        from registry.grading.ratings import ratings

        with self.store.read() as connection:
            return ratings(connection, query)

    def findings(
        self, query: str, *, at: At = None, baselines: Collection[Mapping[str, Any]] | None = None
    ) -> SummaryOfFindings:
        """Summarise a saved query: its pool, absolute effects, certainty with what each domain shows.

        `baselines` are mappings with survival, prevalence, at and source; without them those the query names.
        """
        from registry.grading.findings import findings
        from registry.queries.saved import load

        with self.store.read() as connection:
            return findings(connection, load(connection, query), at=at, baselines=baselines)
