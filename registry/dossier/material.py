"""What a report is made of: every result of one saved query, computed once, and what all its queries share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from registry.pooling.about import about
from registry.terms import Origin, ReadAs

if TYPE_CHECKING:
    from registry.dossier.document import Reference
    from registry.explaining.explanation import Explanation
    from registry.explaining.provenance import Chain
    from registry.flow import Flow
    from registry.formats.r_run import Log
    from registry.frame import Frame
    from registry.grading.findings import SummaryOfFindings
    from registry.pooling.bias_result import BiasResult
    from registry.pooling.cutoff_result import CutoffsResult
    from registry.pooling.influence_result import InfluenceResult
    from registry.pooling.multiverse import MultiverseResult
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult
    from registry.prisma import Prisma
    from registry.queries.running import Ran
    from registry.queries.saved import Saved
    from registry.queries.specified import Specified
    from registry.snapshots.listing import SnapshotFacts
    from registry.vocabulary import AttributeDeclaration


@dataclass(frozen=True, slots=True)
class Absent:
    """A result that is not there, and `why`: a clause without a full stop."""

    why: str


T = TypeVar("T")
#: A result, or why there is none.
Found: TypeAlias = "T | Absent"


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis beside the pool: `asked` as an option spells it, `planned` when the saved query names it."""

    asked: str
    planned: bool
    found: Any  # a PoolResult, a RegressResult, an AbsoluteResult; Absent


@dataclass(frozen=True, slots=True)
class Variant:
    """The pool with one thing done otherwise: `name` says what; `found` is that pool."""

    name: str
    found: Found[Pooled]


@dataclass(frozen=True, slots=True)
class Moment:
    """The state of the evidence: its changeset (made `at`, ISO), and the snapshot that names the same evidence."""

    changeset: int
    at: str
    snapshot: SnapshotFacts | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Whether the pool stands: without each estimate and as it grew, by other methods, of other rows."""

    leave_one_out: Found[PoolResult]
    cumulative: Found[PoolResult]
    estimators: tuple[Variant, ...]
    rows: tuple[Variant, ...]
    influence: Found[InfluenceResult]
    multiverse: Found[MultiverseResult]
    rounding: Found[PoolResult]


@dataclass(frozen=True, slots=True)
class Material:
    """All that one query gives; `label` tells it from the other queries of the report.

    `matched` are the rows the condition matches, `used` those that are pooled (or would be). `run` is the stored run
    the report rests on, None when nothing could be pooled or stored; `before` the last one of another state or version.
    """

    saved: Saved
    label: str
    moment: Moment
    matched: Frame
    used: Frame
    flow: Flow
    pool: Found[PoolResult]
    run: Ran | None
    before: Ran | None
    specified: Specified | None
    sensitivity: Found[Sensitivity]
    subgroups: tuple[Analysis, ...]
    moderators: tuple[Analysis, ...]
    small_study: Found[BiasResult]
    cutoffs: Found[CutoffsResult]
    absolutes: tuple[Analysis, ...]
    findings: Found[SummaryOfFindings]
    explanation: Found[Explanation]
    chains: tuple[Chain, ...]
    planned: frozenset[str]
    adjustment: tuple[Mapping[str, Any], ...]
    appraisal: Mapping[str, tuple[Mapping[str, Any], ...]]
    second_opinion: Log | None = None

    @property
    def about(self) -> Mapping[str, str]:
        """What all estimates have in common, of those pooled or else of those that could be."""
        if not isinstance(self.pool, Absent):
            return self.pool.about
        return about(self.used, ReadAs(self.saved.definition.options["read_as"]))

    @property
    def simulated(self) -> bool:
        """Whether the cohorts are invented."""
        return Origin.SIMULATED in self.used["origin"].tolist()

    @property
    def why_no_run(self) -> str:
        """Say why the report rests on no stored run, where it does not."""
        if isinstance(self.pool, Absent):
            return "none: nothing could be pooled"
        return "none: whoever made this report may not write to the registry"


@dataclass(frozen=True, slots=True)
class Shared:
    """What all queries of a report have in common: the literature, study characteristics, domains of risk of bias.

    `cites` maps the key of an estimate to the keys of its reports in `references`: the study's own, then the one the
    number was read in.
    """

    prisma: Prisma | None
    attributes: Mapping[str, AttributeDeclaration]
    domains: Mapping[str, AttributeDeclaration]
    references: tuple[Reference, ...] = ()
    cites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
