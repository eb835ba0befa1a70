"""The first half of every analysis: rows that may be analysed together, in one direction, and how they were come by."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from registry.flow import FlowStep, cohorts, patients
from registry.meaning.direction_words import reading
from registry.meaning.doubted import doubted
from registry.meaning.one_unit import in_one_unit
from registry.pooling import guards, large_p
from registry.pooling.eligible import eligible
from registry.pooling.intake import as_frame
from registry.pooling.orientation import check_turnable, facing, inverted
from registry.pooling.steps import to_one_step
from registry.terms import Doubtful, ReadAs
from registry.version import RULES, VERSION

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Array, Frame
    from registry.meaning.doubts import Doubt
    from registry.pooling.guards import Allowed, Guard


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows ready to analyse, every ratio read as asked; `turned` (k,) marks those that were inverted for it.

    Their cutoffs are in one unit, as far as they convert. `reported` are the same rows as they were taken, none
    inverted, cutoffs in the unit that was printed; ratios brought to one step (`per`) are so in both. `flow` leads to
    them; `allowed`, `one_per`, `read_as` and `per` are what was asked, `given` what the selection knows of itself.
    `said` is what a reader must know of how the rows were prepared, `doubts` what is doubtful of each of them,
    `doubtful` whether such rows were kept or left out.
    """

    frame: Frame
    reported: Frame
    turned: Array
    flow: Flow
    allowed: Allowed
    one_per: str | None
    given: Mapping[str, Any]
    read_as: ReadAs = ReadAs.HIGH_VS_LOW
    per: str | float | None = None
    said: tuple[str, ...] = ()
    doubts: tuple[tuple[Doubt, ...], ...] = ()
    doubtful: str = Doubtful.KEEP

    @property
    def on_results(self) -> tuple[str, ...]:
        """Name the columns of the result itself that the selection looked at."""
        return tuple(self.given.get("on_results") or ())

    @property
    def keys(self) -> list[str]:
        """Name each row by its key; one without by its place, from 1: `row 3`."""
        return [key or f"row {row}" for row, key in enumerate(self.frame["key"].tolist(), 1)]

    def take(self, kept: Array, reason: str, label: str) -> Prepared:
        """Keep the rows of a mask (k,); the others leave by a step of the flow, `reason` a stable word for it."""
        if kept.all():
            return self
        left, used = self.frame.take(~kept), self.frame.take(kept)
        keys = tuple(key for key, stays in zip(self.keys, kept.tolist(), strict=True) if not stays)
        step = FlowStep(reason, label, len(left), keys, patients(left), len(set(cohorts(left))))
        flow = replace(
            self.flow,
            steps=(*self.flow.steps, step),
            used=len(used),
            used_patients=patients(used),
            used_cohorts=len(set(cohorts(used))),
        )
        doubts = tuple(each for each, stays in zip(self.doubts, kept.tolist(), strict=True) if stays)
        return replace(
            self, frame=used, reported=self.reported.take(kept), turned=self.turned[kept], flow=flow, doubts=doubts
        )

    def provenance(self) -> dict[str, Any]:
        """Complete what the selection knows with the engine and the digest of the rows used."""
        selection = {"condition": None, "changeset": None, "snapshot": None, "on_results": [], **self.given}
        asked: dict[str, Any] = {"one_per": self.one_per, "allow": sorted(self.allowed), "read_as": str(self.read_as)}
        asked |= {} if self.per is None else {"per": self.per}
        asked |= {} if self.doubtful == Doubtful.KEEP else {"doubtful": self.doubtful}
        made = {"engine": f"evireg {VERSION}", "rules": RULES, "digest": digest(self.frame)}
        return {**made, **asked, **selection}


def prepare(
    table: Frame | pd.DataFrame,
    *,
    one_per: str | None = None,
    per: str | float | None = None,
    allow: str | Collection[str] = (),
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
    but: Collection[Guard] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
) -> Prepared:
    """Take what a caller has, keep what can be pooled, let every guard look at it, and give it one direction.

    Arguments as those of `registry.pooling.pool`; `but` are guards an analysis answers for itself. Raises
    NothingSelected when no row can be pooled, PoolRefused for rows that must not be pooled together or cannot be read
    that way round, UsageError for an option that cannot be read.
    """
    way, allowed = reading(read_as), guards.allowances(allow)
    rows, whole = eligible(as_frame(table), one_per=one_per, allowed=allowed, flow=flow, doubtful=doubtful)
    found = tuple(doubted(rows))  # as reported: a step of the user's own makes no ratio extreme
    said: tuple[str, ...] = ()
    if per is not None:
        rows, note = to_one_step(rows, per)
        said = (note,)
    compared = in_one_unit(rows)
    guards.check(compared, allowed, provenance, but=but, more=large_p.refusals(whole, allowed))
    check_turnable(compared, way)
    one_way, turned = inverted(compared, way)
    return Prepared(
        frame=one_way,
        reported=rows,
        turned=turned,
        flow=facing(whole, way),
        allowed=allowed,
        one_per=one_per,
        given=provenance or {},
        read_as=way,
        per=per,
        said=said,
        doubts=found,
        doubtful=doubtful,
    )


def digest(frame: Frame) -> str:
    """SHA-256 over the digests of the rows used, in ascending order; rows without one count with key, yi and vi."""
    columns = (frame[name].tolist() for name in ("digest", "key", "yi", "vi"))
    lines = sorted(digest or f"{key}\t{yi!r}\t{vi!r}" for digest, key, yi, vi in zip(*columns, strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
