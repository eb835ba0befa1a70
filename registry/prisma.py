"""The PRISMA 2020 flow: how many records were found, screened and assessed, and whether the boxes add up.

Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement. BMJ 2021;372:n71, 10.1136/bmj.n71.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Assessment:
    """Reports from one column of the diagram: sought, not retrieved, assessed, excluded by reason, not decided yet."""

    sought: int
    not_retrieved: int
    assessed: int
    reports_excluded: Mapping[str, int]
    awaiting_assessment: int = 0

    @property
    def included(self) -> int:
        """How many reports were included."""
        return self.assessed - sum(self.reports_excluded.values())


@dataclass(frozen=True, slots=True)
class OtherMethods:
    """The right-hand column: records identified by other methods, and what became of their reports.

    `not_pursued` counts those that databases had found too, or that their title excluded.
    """

    identified: Mapping[str, int]
    assessment: Assessment
    not_pursued: int = 0
    awaiting_screening: int = 0


@dataclass(frozen=True, slots=True)
class Prisma:
    """All boxes of the diagram. `studies` is None where it is not known, with the reason in `notes`.

    `awaiting_…` count what has no decision yet: above 0 the flow is of a review in progress.
    """

    databases: Mapping[str, int]
    registers: Mapping[str, int]
    duplicates: int
    automation: int
    removed_otherwise: int
    screened: int
    excluded: int
    assessment: Assessment
    reports: int
    studies: int | None
    other: OtherMethods | None = None
    awaiting_screening: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def identified(self) -> int:
        """How many records databases and registers gave."""
        return sum(self.databases.values()) + sum(self.registers.values())

    @property
    def removed(self) -> int:
        """How many records were removed before screening."""
        return self.duplicates + self.automation + self.removed_otherwise

    @property
    def in_progress(self) -> bool:
        """Whether something waits for a decision."""
        waiting = self.awaiting_screening + self.assessment.awaiting_assessment
        if self.other is not None:
            waiting += self.other.awaiting_screening + self.other.assessment.awaiting_assessment
        return waiting > 0

    def contradictions(self) -> list[str]:
        """Say, with both sums, where boxes do not add up; empty when they do."""
        found = _unequal(
            ("records screened", self.screened + self.awaiting_screening),
            f"{self.identified} identified − {self.removed} removed",
            self.identified - self.removed,
        )
        found += _unequal(
            ("reports sought for retrieval", self.assessment.sought),
            f"{self.screened} screened − {self.excluded} excluded",
            self.screened - self.excluded,
        )
        found += _within(self.assessment, "")
        included = self.assessment.included
        terms = f"{self.assessment.assessed} assessed − {sum(self.assessment.reports_excluded.values())} excluded"
        if self.other is not None:
            found += self._of_other(self.other)
            included += self.other.assessment.included
            excluded = sum(self.other.assessment.reports_excluded.values())
            terms += f" + {self.other.assessment.assessed} assessed − {excluded} excluded of other methods"
        found += _unequal(("reports of included studies", self.reports), terms, included)
        return found or self._negative()

    def _negative(self) -> list[str]:
        """Name boxes below 0: what adds up can still be no flow."""
        reports = {"": self.assessment, **({" (other methods)": self.other.assessment} if self.other else {})}
        boxes = {"records screened": self.screened}
        for where, each in reports.items():
            boxes |= {f"reports sought{where}": each.sought, f"reports assessed{where}": each.assessed}
        return [f"{name} would be {count}, less than 0" for name, count in boxes.items() if count < 0]

    def _of_other(self, other: OtherMethods) -> list[str]:
        identified = sum(other.identified.values())
        left = identified - other.not_pursued - other.awaiting_screening
        terms = f"{identified} identified − {other.not_pursued} not pursued"
        if other.awaiting_screening:
            terms += f" − {other.awaiting_screening} not screened yet"
        sought = ("reports sought for retrieval (other methods)", other.assessment.sought)
        return _unequal(sought, terms, left) + _within(other.assessment, " (other methods)")

    def as_dict(self) -> dict[str, Any]:
        """Give every box as a JSON object, with the sums the diagram shows."""
        found = asdict(self)
        found["notes"] = list(self.notes)
        found["identified"] = self.identified
        found["removed"] = self.removed
        found["in_progress"] = self.in_progress
        found.update(found.pop("assessment"))
        if found["other"] is not None:
            found["other"].update(found["other"].pop("assessment"))
        return found


def _unequal(box: tuple[str, int], terms: str, expected: int) -> list[str]:
    name, stated = box
    return [] if stated == expected else [f"{name} is {stated}, but {terms} = {expected}"]


def _within(reports: Assessment, where: str) -> list[str]:
    left = reports.sought - reports.not_retrieved - reports.awaiting_assessment
    terms = f"{reports.sought} sought − {reports.not_retrieved} not retrieved"
    if reports.awaiting_assessment:
        terms += f" − {reports.awaiting_assessment} not assessed yet"
    found = _unequal((f"reports assessed for eligibility{where}", reports.assessed), terms, left)
    excluded = sum(reports.reports_excluded.values())
    if excluded > max(reports.assessed, 0):
        found.append(f"reports excluded{where} are {excluded}, but only {reports.assessed} were assessed")
    return found
