"""The conductor: one pass over the live evidence rows, every rule on each, then what the rules found together.

The pass is a stream: rows go by in pieces, and the rules over many rows keep small keys only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.errors import UsageError
from registry.ingest.rules import MAY_BE_PRINTED
from registry.linting.catalogue import CATALOGUE
from registry.linting.finding import Finding, Found, Linted, Severity
from registry.linting.group_rules import (
    CohortFacts,
    Definitions,
    GroupRule,
    NearNames,
    OppositeDirection,
    SameNumbers,
    SimulatedAmongReal,
)
from registry.linting.registry_rules import REGISTRY_RULES
from registry.linting.row_rules import ROW_RULES, Known
from registry.meaning.doubts import settled_rules
from registry.models import Cohort, Factor, Overlap, Study, evidence
from registry.selection.query import matching
from registry.selection.view import versions
from registry.selection.where import parse
from registry.vocabulary import Vocabulary

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAMES = tuple(column.name for column in COLUMNS)
_GRAVITY = {severity: place for place, severity in enumerate(Severity)}
_PLACE = {code: place for place, code in enumerate(CATALOGUE)}
#: Rows read at once.
_PIECE = 2000


def lint(
    connection: Connection, where: str | None = None, *, rules: Collection[str] = (), most: int | None = None
) -> Linted:
    """Try every rule, or the rules of these codes, on what is stored and live.

    With a condition, findings are those that have to do with a matching estimate; what it is compared with may be any.
    `most` findings of each code are kept, all are counted. Raises ConditionError, and UsageError for an unknown code.
    """
    wanted = _codes(rules)
    kept = _Kept(wanted, most)
    vocabulary = Vocabulary.load(connection)
    groups = _group_rules(connection)
    asked: set[str] = set()
    estimates = 0
    known = Known(vocabulary, _factors(connection))
    for row, matches in _rows(connection, where, vocabulary):
        if row["settled"]:
            kept.settled[row["key"]] = settled_rules(row["settled"])
        for group in groups:
            group.see(row, asked=matches)
        if matches:
            estimates += 1
            asked.add(row["study"])
            for found in _of_row(row, known):
                kept.add(found)
    for group in groups:
        for found in group.found():
            kept.add(found)
    studies = None if where is None else frozenset(asked)
    for code, rule in REGISTRY_RULES.items():
        for found in rule(connection, where, studies) if code in wanted else ():
            kept.add(found)
    return kept.linted(estimates)


def _codes(rules: Collection[str]) -> Collection[str]:
    for code in rules:
        if code not in CATALOGUE:
            near = get_close_matches(code, CATALOGUE, n=3, cutoff=0.4)
            raise UsageError(
                f"there is no rule {code!r}", f"nearest: {', '.join(near)}" if near else "see docs/lint.md"
            )
    return frozenset(rules) or CATALOGUE.keys()


def _group_rules(connection: Connection) -> tuple[GroupRule, ...]:
    keys = {
        number: f"{study}/{cohort}"
        for number, study, cohort in connection.execute(sa.select(Cohort.id, Study.key, Cohort.key).join(Study))
    }
    pairs = connection.execute(sa.select(Overlap.cohort_a, Overlap.cohort_b))
    decided = {(min(keys[a], keys[b]), max(keys[a], keys[b])) for a, b in pairs}
    together = (OppositeDirection(), CohortFacts(), Definitions(), SimulatedAmongReal(), NearNames())
    return (SameNumbers(decided), *together)


def _factors(connection: Connection) -> dict[str, tuple[str | None, float | None, float | None]]:
    columns = (Factor.key, Factor.canonical_unit, Factor.plausible_low, Factor.plausible_high)
    return {key: (unit, low, high) for key, unit, low, high in connection.execute(sa.select(*columns))}


def _rows(connection: Connection, where: str | None, names: Vocabulary) -> Iterator[tuple[dict[str, Any], bool]]:
    """Give every live row by contract name, and whether the condition means it."""
    condition = parse(where, names)
    asked = sa.true() if condition.predicate is None else matching(connection, condition, None)
    columns = [evidence.c[name] for name in _NAMES]
    statement = sa.select(*columns, sa.case((asked, 1), else_=0)).where(versions(None)).order_by(evidence.c.id)
    for row in connection.execute(statement.execution_options(yield_per=_PIECE)):
        yield dict(zip(_NAMES, row, strict=False)), bool(row[-1])


def _of_row(row: dict[str, Any], known: Known) -> Iterator[Found]:
    printed = bool(row["as_printed"])
    for rule in ROW_RULES:
        for problem in rule(row, known):
            confirmed = printed and problem.code in MAY_BE_PRINTED
            yield Found(problem.code, row["key"], problem.message, problem.column, (), confirmed)


class _Kept:
    """Findings of the codes asked for, at most so many of each, and how many there are of each severity."""

    def __init__(self, wanted: Collection[str], most: int | None) -> None:
        self._wanted, self._most = wanted, most
        self._found: dict[str, list[Finding]] = defaultdict(list)
        self._counts: dict[str, dict[str, int]] = {}
        self.settled: dict[str, frozenset[str]] = {}

    def add(self, found: Found) -> None:
        """Count a finding, and keep it if there is room; what a curator has settled is none."""
        if found.code not in self._wanted or self._is_settled(found):
            return
        severity = Severity.NOTE if found.confirmed else CATALOGUE[found.code].severity
        counts = self._counts.setdefault(found.code, {})
        counts[severity.value] = counts.get(severity.value, 0) + 1
        kept = self._found[found.code]
        if self._most is None or len(kept) < self._most:
            kept.append(Finding(found.code, severity, found.key, found.message, found.column, found.others))

    def _is_settled(self, found: Found) -> bool:
        """Whether a curator has settled it, of this estimate or, where it is of several, of all the others."""
        if found.code in self.settled.get(found.key, ()):
            return True
        return bool(found.others) and all(found.code in self.settled.get(other, ()) for other in found.others)

    def linted(self, estimates: int) -> Linted:
        """Give what was found, in order."""
        findings = [each for found in self._found.values() for each in found]
        findings.sort(key=lambda each: (_GRAVITY[each.severity], _PLACE[each.code], each.key, each.message))
        counts = {code: self._counts[code] for code in CATALOGUE if code in self._counts}
        return Linted(tuple(findings), counts, estimates)
