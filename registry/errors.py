"""Every exception of evireg, under one root, each with the exit code its door returns.

A message says what is wrong with the value, what was expected and what to do; `hint` holds the last part.
Exit codes: 1 a fault of ours, 2 bad usage, condition or pool refused, 3 input refused, 4 not found, 5 conflict,
6 schema, 7 verification failed, 8 something changed (no error: `evireg watch --exit-code`), 9 the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.issues import Issue


#: What `evireg watch --exit-code` ends with when a query would give another result.
SOMETHING_CHANGED = 8


class EviregError(Exception):
    """Root of all errors of evireg: `message`, and `hint`, the one thing to do about it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(EviregError):
    """An argument, option or value that evireg does not take."""

    exit_code = 2


class ConditionError(UsageError):
    """A condition that cannot be read: `text`, and `position`, the 0-based column the caret points at."""

    def __init__(self, message: str, text: str, position: int, hint: str = "") -> None:
        super().__init__(message, hint)
        self.text = text
        self.position = position

    def __str__(self) -> str:
        caret = " " * self.position + "^"
        return "\n".join(line for line in (self.message, f"  {self.text}", f"  {caret}", self.hint) if line)


class StatisticsError(UsageError, ValueError):
    """Numbers that no statistic can be computed from: unequal lengths, nan, a variance that is not positive."""


class PoolRefused(UsageError):  # noqa: N818 - a refusal, in the words of the field
    """A pool that would make no sense; `hint` names the argument that settles it, `rule` the guard that spoke."""

    def __init__(self, message: str, hint: str = "", rule: str = "") -> None:
        super().__init__(message, hint)
        self.rule = rule


class NothingSelected(UsageError):  # noqa: N818
    """A selection without a usable estimate; the message gives the flow that left none."""


class InputRefused(EviregError):  # noqa: N818
    """Input with faults; nothing was stored. `issues` lists every one with file, line and column."""

    exit_code = 3

    def __init__(self, message: str, issues: Sequence[Issue] = (), hint: str = "") -> None:
        super().__init__(message, hint)
        self.issues = tuple(issues)

    def __str__(self) -> str:
        return "\n".join([self.message, *(str(issue) for issue in self.issues), *([self.hint] if self.hint else [])])


class NotFound(EviregError):  # noqa: N818
    """A key the registry does not hold; the message names the nearest keys."""

    exit_code = 4


class Conflict(InputRefused):
    """Input that contradicts what is stored under the same key; both values are in `issues`."""

    exit_code = 5


class SchemaError(EviregError):
    """A database that is empty, older, newer or not evireg's."""

    exit_code = 6


class StoreError(EviregError):
    """The database, or a file evireg reads or writes, gave an error: locked, full, read-only, out of reach, damaged."""

    exit_code = 9


class ReadOnly(StoreError):  # noqa: N818 - what it is
    """A registry that this user can read, at most, and was to write."""


class VerificationFailed(EviregError):  # noqa: N818
    """What is stored is not what its digests say."""

    exit_code = 7

    @classmethod
    def of(cls, faults: Sequence[str]) -> VerificationFailed:
        """Make the error that tells of every fault found, the first few one by one."""
        hint = "it was changed outside evireg; restore it from a backup"
        if len(faults) == 1:
            return cls(faults[0], hint)
        told = [f"  – {fault}" for fault in faults[:_TOLD]]
        more = [f"  – and {len(faults) - _TOLD} more"] if len(faults) > _TOLD else []
        return cls("\n".join([f"{len(faults)} things are not as they were written:", *told, *more]), hint)


#: How many faults a message tells one by one.
_TOLD = 20
