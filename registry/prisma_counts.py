"""Counts of a PRISMA flow brought from elsewhere, in a TOML or JSON file: read, completed, and held to their sums."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry.errors import InputRefused
from registry.issues import Issue
from registry.prisma import Assessment, OtherMethods, Prisma
from registry.toml import read_toml

#: Counts a file gives as one number, and what they are on the diagram.
COUNTS = {
    "duplicates": "duplicate records removed",
    "automation": "records marked as ineligible by automation tools",
    "removed_otherwise": "records removed for other reasons",
    "screened": "records screened",
    "excluded": "records excluded",
    "sought": "reports sought for retrieval",
    "not_retrieved": "reports not retrieved",
    "assessed": "reports assessed for eligibility",
    "reports": "reports of included studies",
    "studies": "studies included in review",
    "awaiting_screening": "records not screened yet",
    "awaiting_assessment": "reports not assessed yet",
}


def read_counts(path: str | Path) -> Prisma:
    """Read the counts of a flow from a TOML or JSON file (see docs/literature.md for its names).

    `screened`, `sought`, `assessed` and `reports` may be left out: they follow from the others. InputRefused lists what
    is missing, unknown or no count, and every box that does not add up, with the sums.
    """
    file = str(path)
    given = _parsed(file, Path(path))
    reader = _Counts(file, given)
    found = reader.flow()
    reader.refuse()
    assert found is not None  # noqa: S101 - for the type checker: refuse has raised otherwise
    if wrong := found.contradictions():
        raise _refused(file, [Issue("boxes-unequal", each, file=file) for each in wrong])
    return found


def _refused(file: str, issues: list[Issue]) -> InputRefused:
    return InputRefused(f"the counts in {file} are not usable", issues)


def _parsed(file: str, path: Path) -> Mapping[str, Any]:
    import json

    try:
        text = path.read_text(encoding="utf-8-sig")
        found = json.loads(text) if path.suffix.lower() == ".json" else read_toml(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refused(file, [Issue("file-unreadable", f"cannot read it: {reason}", file=file)]) from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
        raise _refused(file, [Issue("file-kind", f"this is no {kind}: {error}", file=file)]) from None
    if not isinstance(found, Mapping):
        raise _refused(file, [Issue("file-kind", "there are no names in it", file=file, expected='{"databases": …}')])
    return found


_NAMES = frozenset([*COUNTS, "databases", "registers", "reports_excluded", "other"])
_OTHER = frozenset(
    {"identified", "not_pursued", "awaiting_screening", "sought", "not_retrieved", "assessed", "reports_excluded"}
    | {"awaiting_assessment"}
)


class _Counts:
    """Reads counts by name and collects what is wrong with them."""

    def __init__(self, file: str, given: Mapping[str, Any]) -> None:
        self.file = file
        self.given = given
        self.issues: list[Issue] = []

    def refuse(self) -> None:
        """Raise what was found wrong, if anything."""
        if self.issues:
            raise _refused(self.file, self.issues)

    def flow(self) -> Prisma | None:
        """Give the flow; None, with issues, when something is missing."""
        given = self.given
        self._known(given, _NAMES, "")
        databases = self._several(given, "databases", "Databases")
        registers = self._several(given, "registers", "Registers")
        if not databases and not registers:
            self._wrong("count-missing", "neither databases nor registers are given", "databases")
        identified = sum(databases.values()) + sum(registers.values())
        duplicates = self._one(given, "duplicates")
        automation, otherwise = self._one(given, "automation", 0), self._one(given, "removed_otherwise", 0)
        awaiting = self._one(given, "awaiting_screening", 0)
        screened = self._one(given, "screened", identified - duplicates - automation - otherwise - awaiting)
        excluded = self._one(given, "excluded")
        main = self._assessment(given, screened - excluded)
        other = self._other()
        studies = self._one(given, "studies", -1)
        reports = main.included + (other.assessment.included if other else 0)
        reports = self._one(given, "reports", reports)
        if self.issues:
            return None
        return Prisma(
            databases=databases,
            registers=registers,
            duplicates=duplicates,
            automation=automation,
            removed_otherwise=otherwise,
            screened=screened,
            excluded=excluded,
            assessment=main,
            reports=reports,
            studies=None if studies < 0 else studies,
            other=other,
            awaiting_screening=awaiting,
            notes=("the number of included studies was not given",) if studies < 0 else (),
        )

    def _other(self) -> OtherMethods | None:
        given = self.given.get("other")
        if given is None:
            return None
        if not isinstance(given, Mapping):
            self._wrong("count-kind", "other holds the counts of other methods by name", "other")
            return None
        self._known(given, _OTHER, "other.")
        identified = self._several(given, "identified", "Other methods", "other.")
        dropped = self._one(given, "not_pursued", 0, "other.")
        awaiting = self._one(given, "awaiting_screening", 0, "other.")
        left = sum(identified.values()) - dropped - awaiting
        return OtherMethods(identified, self._assessment(given, left, "other."), dropped, awaiting)

    def _assessment(self, given: Mapping[str, Any], left: int, where: str = "") -> Assessment:
        sought = self._one(given, "sought", left, where)
        missing = self._one(given, "not_retrieved", None, where)
        awaiting = self._one(given, "awaiting_assessment", 0, where)
        assessed = self._one(given, "assessed", sought - missing - awaiting, where)
        reasons = self._several(given, "reports_excluded", "Reports excluded", where)
        return Assessment(sought, missing, assessed, reasons, awaiting)

    def _one(self, given: Mapping[str, Any], name: str, default: int | None = None, where: str = "") -> int:
        """Give a count. Without a default it must be there; what is wrong is noted, and 0 stands for it meanwhile."""
        value = given.get(name)
        if value is None and default is not None:
            return default
        if value is None:
            self._wrong("count-missing", f"{where}{name} is missing ({COUNTS[name]})", where + name)
        elif isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._wrong("count-kind", f"{where}{name} is {value!r}", where + name, "a whole number, 0 or more")
        else:
            return value
        return 0

    def _several(self, given: Mapping[str, Any], name: str, label: str, where: str = "") -> dict[str, int]:
        """Give counts by name: a table of them, or one number for all."""
        value = given.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return {label: self._one(given, name, None, where)}
        return {str(each): self._one(value, each, None, f"{where}{name}.") for each in value}

    def _known(self, given: Mapping[str, Any], names: frozenset[str], where: str) -> None:
        import difflib

        for name in sorted(set(given) - names):
            near = difflib.get_close_matches(name, names, n=1)
            expected = f"{where}{near[0]}" if near else ", ".join(sorted(names))
            self._wrong("count-unknown", f"{where}{name} is no box of the diagram", where + name, expected)

    def _wrong(self, code: str, message: str, column: str, expected: str = "") -> None:
        self.issues.append(Issue(code, message, file=self.file, column=column, expected=expected))
