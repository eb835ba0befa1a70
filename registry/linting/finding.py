"""What lint finds: one doubt about what is stored, with its code, where it stands and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from registry.terms import Term


class Severity(Term):
    """How grave a finding is; the gravest first."""

    ERROR = "error", "error", "cannot be so, or must not be so"
    WARNING = "warning", "warning", "most likely a slip; compare with the source"
    NOTE = "note", "note", "worth knowing before a pool"


class Found(NamedTuple):
    """A finding without severity: `key` of the estimate, cohort, report or name it is about, `others` involved.

    `column` is the contract column it is about, empty when it is about the whole.
    """

    code: str
    key: str
    message: str
    column: str = ""
    others: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; see `Found`. A doubt the curator has confirmed to be printed so is no more than a note."""

    code: str
    severity: Severity
    key: str
    message: str
    column: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linted:
    """What lint found: `findings`, gravest first, then by code and key; `counts` of every code, also beyond `most`.

    `estimates` counts those looked at. `counts` maps code → how many of each severity.
    """

    findings: tuple[Finding, ...]
    counts: dict[str, dict[str, int]]
    estimates: int

    @property
    def worst(self) -> Severity | None:
        """Give the gravest severity found, None when nothing was."""
        there = {severity for counts in self.counts.values() for severity in counts}
        return next((severity for severity in Severity if severity.value in there), None)
