"""One fault or remark found in input or in what is stored: a value, never an exception, so that all are reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

#: Remarks that are kept one by one; of a file of a million rows the rest is only counted.
MOST_REMARKS = 10_000


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with one value, where it stands, what was expected and what to do.

    `code` is stable (see `registry.ingest.issues` for the catalogue). An `error` refuses the input, a `flag` travels
    with the estimate. `line` counts from 1 with the header as line 1; `column` is the input's own column name.
    `cell` is the place in a workbook as Excel names it, such as Sheet1!F7.
    """

    code: str
    message: str
    severity: str = "error"
    file: str = ""
    line: int = 0
    column: str = ""
    value: str = ""
    expected: str = ""
    cell: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """Give the fields as a JSON object."""
        return asdict(self)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.cell or self.line, self.column) if part)
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{place}: {self.code}: {self.message}{expected}" if place else f"{self.code}: {self.message}{expected}"


@dataclass(slots=True)
class Remarks:
    """Remarks while they are found: the first of them one by one, all of them counted by code."""

    kept: list[Issue] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, issues: Iterable[Issue]) -> None:
        """Take in more."""
        for issue in issues:
            self.counts[issue.code] += 1
            if len(self.kept) < MOST_REMARKS:
                self.kept.append(issue)
