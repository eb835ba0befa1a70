"""What became of the records of an import, counted while they are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry.issues import Issue, Remarks
from registry.terms import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.derivation import Derived
    from registry.record import Record

#: The contract column a flag is about.
_FLAGGED = {
    Flag.LEVEL_ASSUMED: "ci_level",
    Flag.P_CONTRADICTS: "p_value",
    Flag.P_TEST_UNCLEAR: "p_test",
    Flag.DATA_DRIVEN_CUTOFF: "cutoff_method",
    Flag.OFF_CENTRE: "est",
    Flag.COUNTS_OPPOSE: "events_index",
    Flag.OUTSIDE_CI: "est",
    Flag.SE_CONTRADICTS: "se_log_hr",
    Flag.LOG_CONTRADICTS: "log_hr",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the records: estimates `created`, or `unchanged` because they are there; new studies and cohorts.

    `flagged` has an Issue for flags of created estimates, the first of them; `flag_counts` counts all by flag,
    `not_poolable` the estimates by reason.
    """

    created: int
    unchanged: int
    studies: int
    cohorts: int
    flagged: tuple[Issue, ...]
    flag_counts: Mapping[str, int]
    not_poolable: Mapping[str, int]


@dataclass(slots=True)
class Tally:
    """The counts of `Written` while they grow."""

    created: int = 0
    unchanged: int = 0
    studies: int = 0
    cohorts: int = 0
    flagged: Remarks = field(default_factory=Remarks)
    not_poolable: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record, derived: Derived) -> None:
        """Count a new estimate, with an Issue for each of its flags."""
        self.created += 1
        if derived.not_poolable is not None:
            self.not_poolable[derived.not_poolable.value] += 1
        for flag in derived.flags:
            column = _FLAGGED.get(flag, "ci_low")
            value = record.values.get(f"{column}_text") or record.values.get(column)
            shown = "" if value is None else str(value)
            message = f"{flag.label}: {flag.definition}"
            self.flagged.add([Issue(flag.value, message, "flag", record.file, record.line, column, shown)])

    def written(self) -> Written:
        """Give the counts as they are now."""
        return Written(
            created=self.created,
            unchanged=self.unchanged,
            studies=self.studies,
            cohorts=self.cohorts,
            flagged=tuple(self.flagged.kept),
            flag_counts=self.flagged.counts,
            not_poolable=dict(sorted(self.not_poolable.items())),
        )
