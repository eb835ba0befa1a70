"""How far two curators who read the same estimates agree, field by field."""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.columns import BY_NAME, Kind
from registry.curation.chosen import chosen_estimates
from registry.curation.extraction import shown_field, stored_readings
from registry.stats import kappa, limits_of_agreement
from registry.terms import AttributeType
from registry.vocabulary import Vocabulary, fold
from registry.writing.things import same

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from registry.vocabulary import AttributeDeclaration

#: Compared on the log scale: their limits are ratios second/first.
_RATIOS = frozenset({"est", "ci_low", "ci_high"})


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """Agreement on one field: pairs `n`, how many `agree`, and `percent`; for a category Cohen's kappa.

    `limits` of a number are those of agreement: of the difference second − first, or of the ratio second/first where
    the field is a ratio. What is undefined is None, and `reasons` says why.
    """

    field: str
    kind: str
    n: int
    agree: int
    percent: float
    kappa: float | None = None
    kappa_ci_low: float | None = None
    kappa_ci_high: float | None = None
    limits_low: float | None = None
    limits_high: float | None = None
    reasons: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of all second extractions asked for: how many there are by state, and field by field."""

    extractions: int
    states: Mapping[str, int]
    fields: tuple[FieldAgreement, ...]


def agreement(connection: Connection, where: str | None = None) -> Agreement:
    """Compare what the first and the second curator had read, before anything was settled, field by field.

    `where` chooses estimates as they are now. Kappa is unweighted (Cohen 1960), with the large-sample interval of
    Fleiss, Cohen & Everitt 1969; limits of agreement are those of Bland & Altman 1986, at 95 percent.
    """
    keys = None if where is None else list(chosen_estimates(connection, (), where))
    declared = Vocabulary.load(connection).attributes
    pairs: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    states: dict[str, int] = defaultdict(int)
    for each in stored_readings(connection, keys):
        states[each.state] += 1
        for name in each.names:
            pairs[name].append((each.first_readings[name], each.readings[name]))
    order = [*(name for name in BY_NAME if name in pairs), *(name for name in pairs if name not in BY_NAME)]
    found = tuple(_field(name, pairs[name], _kind(name, declared)) for name in order)
    return Agreement(sum(states.values()), dict(sorted(states.items())), found)


def _kind(name: str, declared: Mapping[str, AttributeDeclaration]) -> str:
    if name in BY_NAME:
        column = BY_NAME[name]
        if column.kind in (Kind.NUMBER, Kind.INTEGER):
            return "number"
        return "category" if column.term is not None or column.vocabulary else "text"
    return str(declared[name].type) if name in declared else str(AttributeType.TEXT)


def _field(name: str, pairs: Sequence[tuple[Any, Any]], kind: str) -> FieldAgreement:
    agree = sum(one is not None and same(one, other) for one, other in pairs)
    more = {"category": _of_categories, "number": _of_numbers}.get(kind, _of_texts)(name, pairs)
    return FieldAgreement(shown_field(name), kind, len(pairs), agree, 100.0 * agree / len(pairs), **more)


def _of_texts(_: str, __: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    return {}


def _of_categories(_: str, pairs: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    found = kappa([_category(one) for one, _ in pairs], [_category(other) for _, other in pairs])
    values = {"kappa": found.kappa, "kappa_ci_low": found.ci_low, "kappa_ci_high": found.ci_high}
    return _known(values, found.reasons.get("ci_low", ""))


def _of_numbers(name: str, pairs: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    there, back = (math.log, math.exp) if name in _RATIOS else (float, float)
    both = [(there(one), there(other)) for one, other in pairs if _comparable(name, one, other)]
    found = limits_of_agreement([one for one, _ in both], [other for _, other in both])
    return _known({"limits_low": back(found.low), "limits_high": back(found.high)}, found.reasons.get("low", ""))


def _category(value: Any) -> str:
    return "" if value is None else fold(str(value))


def _comparable(name: str, one: Any, other: Any) -> bool:
    return one is not None and other is not None and (name not in _RATIOS or (one > 0 and other > 0))


def _known(values: Mapping[str, float], why: str) -> dict[str, Any]:
    known = {name: None if math.isnan(value) else value for name, value in values.items()}
    return {**known, "reasons": {name: why for name, value in known.items() if value is None}}
