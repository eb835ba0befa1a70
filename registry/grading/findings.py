"""The summary of findings of a saved query: its pool, absolute effects, and the certainty that people rated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from registry.errors import PoolRefused, UsageError
from registry.grading.domains import LOWERING, RAISING, STEPS, Certainty, certainty
from registry.grading.evidence import evidence
from registry.grading.ratings import Rated, evidence_digest, ratings
from registry.grading.shown import RiskOfBias
from registry.pooling.absolute import absolute
from registry.pooling.absolute_result import AbsoluteResult
from registry.queries.running import pooled
from registry.queries.saved import load
from registry.terms import GradeDomain

if TYPE_CHECKING:
    import sqlalchemy as sa

    from registry.grading.shown import Figures
    from registry.pooling.result import PoolResult
    from registry.queries.saved import Saved
    from registry.selection.view import At


@dataclass(frozen=True, slots=True)
class DomainFinding:
    """One domain: what the evidence shows, the `rating` that stands if any, and whether that is `current`.

    A rating is current when it was given on the very evidence and version of the query shown; `changed` says what is
    different otherwise. `moves` is by how many levels it moves the certainty.
    """

    domain: GradeDomain
    figures: Figures
    rating: Rated | None
    current: bool
    changed: str | None
    moves: int | None

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {
            "domain": str(self.domain),
            "figures": self.figures.as_dict(),
            "rating": None if self.rating is None else self.rating.as_dict(),
            "current": self.current,
            "changed": self.changed,
            "moves": self.moves,
        }


@dataclass(frozen=True, slots=True)
class SummaryOfFindings:
    """What a query found and how certain that is; `certainty` is None while `not_rated` names domains.

    `absolutes` are effects at the baselines asked for, `refused` why others cannot be had. `remarks` say what a reader
    must know of the ratings.
    """

    query: str
    version: int
    result: PoolResult
    domains: tuple[DomainFinding, ...]
    certainty: Certainty | None
    absolutes: tuple[AbsoluteResult, ...]
    refused: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def simulated(self) -> bool:
        """Whether the rows are invented."""
        return self.result.simulated

    @property
    def provenance(self) -> Mapping[str, Any]:
        """From what it was made, so that it can be made again."""
        return self.result.provenance

    @property
    def notes(self) -> tuple[str, ...]:
        """Plain statements a reader must know."""
        return (*self.remarks, *self.result.notes)

    @property
    def not_rated(self) -> tuple[GradeDomain, ...]:
        """Name the domains that can lower the certainty and are not rated."""
        return tuple(each.domain for each in self.domains if each.rating is None and each.domain in LOWERING)

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON: full double precision, None where undefined."""
        pool = self.result.pool
        names = ("k", "n", "hr", "hr_ci_low", "hr_ci_high", "hr_pi_low", "hr_pi_high", "level")
        return {
            "query": self.query,
            "version": self.version,
            "about": dict(self.result.about),
            "measure": self.result.measure,
            "direction": self.result.direction,
            "pool": {name: getattr(pool, name) for name in names},
            "starts_at": str(Certainty.HIGH),
            "certainty": None if self.certainty is None else str(self.certainty),
            "not_rated": [str(each) for each in self.not_rated],
            "domains": [each.as_dict() for each in self.domains],
            "absolutes": [each.as_dict() for each in self.absolutes],
            "refused": list(self.refused),
            "simulated": self.simulated,
            "remarks": list(self.remarks),
            "provenance": dict(self.provenance),
        }


def findings(
    connection: sa.Connection,
    saved: Saved,
    *,
    at: At = None,
    baselines: Collection[Mapping[str, Any]] | None = None,
) -> SummaryOfFindings:
    """Pool a query and summarise it, with the absolute effects at `baselines`, else at those the query names.

    A baseline holds arguments of `registry.pooling.absolute.absolute`: survival, prevalence, at, source. Raises as
    `registry.handle.Registry.pool`, and UsageError for a baseline that is given and makes no sense; of one that the
    query names (it may be older than what is asked of one today) the summary says why it has no effect.
    """
    result, _ = pooled(connection, saved.definition, at)
    asked = saved.definition.analyses.get("baselines", ()) if baselines is None else baselines
    effects, refused = [], []
    for each in asked:
        try:
            effects.append(absolute(result, **each))
        except UsageError as error:
            if baselines is not None and not isinstance(error, PoolRefused):
                raise
            refused.append(str(error))
    return summary_of_findings(connection, saved, result, effects, refused=tuple(dict.fromkeys(refused)))


def summary_of_findings(
    connection: sa.Connection,
    saved: Saved,
    result: PoolResult,
    absolutes: Sequence[AbsoluteResult] = (),
    *,
    refused: tuple[str, ...] = (),
) -> SummaryOfFindings:
    """Summarise a pool that was just made of a saved query, with the ratings that stand."""
    given = {each.domain: each for each in ratings(connection, saved.name)}
    seen = evidence_digest(str(result.provenance["digest"]), result.flow)
    asked = {each: _asked(connection, saved, each) for each in {rated.version for rated in given.values()}}
    domains = tuple(_finding(*each, given.get(each[0]), seen, asked) for each in evidence(result).items())
    return SummaryOfFindings(
        query=saved.name,
        version=saved.version,
        result=result,
        domains=domains,
        certainty=certainty({domain: each.judgement for domain, each in given.items()}),
        absolutes=tuple(absolutes),
        refused=refused,
        remarks=tuple(_remarks(domains)),
    )


def _asked(connection: sa.Connection, saved: Saved, version: int) -> bool:
    """Say whether a version asked for the same pool; what it analyses beside it is another matter."""
    then, now = load(connection, saved.name, version).definition, saved.definition
    return replace(then, analyses={}) == replace(now, analyses={})


def _finding(
    domain: GradeDomain, figures: Figures, rating: Rated | None, seen: str, asked: Mapping[int, bool]
) -> DomainFinding:
    if rating is None:
        return DomainFinding(domain, figures, None, current=False, changed=None, moves=None)
    parts = []
    if not asked[rating.version]:
        parts.append(f"version {rating.version} of the query asked for another pool")
    if rating.evidence != seen:
        parts.append("the evidence has changed since")
    changed = f"rated at changeset {rating.changeset}; {', and '.join(parts)}" if parts else None
    return DomainFinding(domain, figures, rating, not parts, changed, STEPS[domain][rating.judgement])


def _not_appraised(domains: Sequence[DomainFinding]) -> RiskOfBias | None:
    """Give the figures of a rating of risk of bias that rests on estimates nobody appraised."""
    for each in domains:
        if isinstance(each.figures, RiskOfBias) and each.rating is not None and each.figures.not_appraised:
            return each.figures
    return None


def _remarks(domains: Sequence[DomainFinding]) -> list[str]:
    said = []
    if (missing := _not_appraised(domains)) is not None:
        said.append(f"risk of bias was rated and not appraised for {missing.not_appraised} of {missing.k} estimates")
    if old := [each.domain.label for each in domains if each.changed]:
        said.append(f"rated on other evidence than is shown, to be looked at again: {', '.join(old)}")
    moves = {each.domain: each.moves or 0 for each in domains}
    if any(moves[domain] < 0 for domain in LOWERING) and any(moves[domain] > 0 for domain in RAISING):
        said.append("rated up although rated down elsewhere: GRADE rates up what has no reason for doubt")
    return said
