"""Everything that one saved query gave at one moment: what every format writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import UsageError
from registry.formats.included import included_reports
from registry.grading.findings import summary_of_findings
from registry.literature.reports import csl_items
from registry.models import Changeset
from registry.pooling.guards import allowances
from registry.pooling.moderators import moderators
from registry.queries.beside import Rows
from registry.selection import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry.grading.findings import SummaryOfFindings
    from registry.pooling.bias_result import BiasResult
    from registry.pooling.moderators import Asked
    from registry.pooling.regress_result import RegressResult
    from registry.pooling.result import PoolResult, Subgroups
    from registry.queries.saved import Saved
    from registry.selection.view import At


@dataclass(frozen=True, slots=True)
class Regressed:
    """A meta-regression, and the moderators as they were asked for."""

    moderators: tuple[Asked, ...]
    result: RegressResult


@dataclass(frozen=True, slots=True)
class Analysed:
    """A saved query and its pool.

    `subgroups`, `regressions` and `bias` are the analyses the query names beside its pool; `refused` says of each that
    the evidence does not allow why. `findings` holds the ratings of its certainty, `references` the reports behind it
    as CSL-JSON, `made_at` when the state of the registry was made (UTC, ISO 8601).
    """

    query: Saved
    result: PoolResult
    subgroups: tuple[Subgroups, ...]
    regressions: tuple[Regressed, ...]
    bias: BiasResult | None
    refused: Mapping[str, str]
    findings: SummaryOfFindings
    references: tuple[Mapping[str, Any], ...]
    made_at: str

    @property
    def title(self) -> str:
        """Name it for a heading: what the query is for, else its name."""
        return self.query.description or self.query.name


def analysed(connection: sa.Connection, saved: Saved, at: At = None, **options: Any) -> Analysed:
    """Pool what a saved query selects at a moment, and make the analyses it names.

    `options` are options of the pool besides those saved. Raises as `Registry.pool`; an analysis beside the pool that
    the evidence does not allow is named in `refused`.
    """
    asked = saved.definition
    chosen = select(connection, asked.where, at=at, **asked.selecting)
    rows = Rows(chosen.frame, chosen.flow, chosen.provenance, asked)
    result = rows.whole(**options)
    refused: dict[str, str] = {}
    return Analysed(
        query=saved,
        result=result,
        subgroups=tuple(_subgroups(rows, refused)),
        regressions=tuple(_regressions(rows, refused)),
        bias=_small_study(rows, refused),
        refused=refused,
        findings=summary_of_findings(connection, saved, result),
        references=csl_items(connection, included_reports(connection, [str(each.key) for each in result.estimates])),
        made_at=connection.execute(sa.select(Changeset.at).where(Changeset.number == chosen.changeset)).scalar_one(),
    )


def _subgroups(rows: Rows, refused: dict[str, str]) -> Iterator[Subgroups]:
    for column in rows.definition.analyses.get("subgroups", ()):
        try:
            found = rows.subgroups(column).subgroups
        except UsageError as error:
            refused[f"subgroups by {column}"] = error.message
        else:
            yield from (found,) if found else ()


def _regressions(rows: Rows, refused: dict[str, str]) -> Iterator[Regressed]:
    allowed = allowances(rows.definition.allow)
    for asked in rows.definition.analyses.get("moderators", ()):
        try:
            named = moderators(rows.selected, [rows.centred(asked)], allowed)
            yield Regressed(tuple(named), rows.regress(asked))
        except UsageError as error:
            refused[f"meta-regression on {asked}"] = error.message


def _small_study(rows: Rows, refused: dict[str, str]) -> BiasResult | None:
    """Test for small-study effects: by what the query names, else by what runs unless any is named."""
    try:
        return rows.small_study(rows.definition.analyses.get("small_study", ()))
    except UsageError as error:
        refused["small-study effects"] = error.message
        return None
