"""One fault or remark found in input or in what is stored: a value, never an exception, so that all are reported."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with one value, where it stands, what was expected and what to do.

    `code` is stable (see `registry.ingest.issues` for the catalogue). An `error` refuses the input, a `flag` travels
    with the estimate. `line` counts from 1 with the header as line 1; `column` is the input's own column name.
    """

    code: str
    message: str
    severity: str = "error"
    file: str = ""
    line: int = 0
    column: str = ""
    value: str = ""
    expected: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """Give the fields as a JSON object."""
        return asdict(self)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{place}: {self.code}: {self.message}{expected}" if place else f"{self.code}: {self.message}{expected}"
