"""What is doubtful of one estimate and bears on a pooled number: the rules that speak beside the pool, and in lint.

A rule is blind when it looks at how a number is printed, never at how large the ratio is or to which side it points:
only blind rules may decide what is left out, or the leaving out would choose the result.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.meaning.plausible import MARGIN, least_se
from registry.terms import ContrastKind, EffectDirection, Flag, Measure

Values = Mapping[str, Any]

#: A ratio beyond this, or its inverse, is rarer than a slip of the decimal point or a ratio per other unit.
EXTREME = 20.0
#: Sides are compared of estimates whose |z| is at least this; this many siblings of other studies, and this part of
#: them on the other side, make an estimate stand against its siblings.
CLEAR, SIBLINGS, MAJORITY = 1.96, 5, 0.8

_TWO_GROUPS = frozenset({ContrastKind.ABOVE_VS_BELOW.value, ContrastKind.BELOW_VS_ABOVE.value})
_HAZARDS = frozenset({Measure.HR.value, Measure.CAUSE_SPECIFIC_HR.value, Measure.SUBDISTRIBUTION_HR.value})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule by its `code` in lint, what it says of one estimate, and whether it is blind to the result."""

    rule: str
    message: str
    blind: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    blind: bool
    check: Callable[[Values], str | None]


def standard_error(row: Values) -> str | None:
    """Doubt a standard error smaller than the events, or failing them the patients, allow (Schoenfeld 1981)."""
    vi, events = row["vi"], row["n_events"] or row["n"]
    if vi is None or not events or row["contrast"] not in _TWO_GROUPS or row["measure"] not in _HAZARDS:
        return None
    index, reference = row["n_index"], row["n_reference"]
    share = index / (index + reference) if index and reference else None
    least = least_se(int(events), math.exp(row["yi"]), share)
    if math.sqrt(vi) >= (1.0 - MARGIN) * least:
        return None
    what = "events" if row["n_events"] else "patients"
    return f"SE {math.sqrt(vi):.3g} of the log ratio, where {int(events)} {what} allow no less than {least:.3g}"


def extreme_ratio(row: Values) -> str | None:
    """Doubt a ratio so far from 1 that a slip is likelier."""
    yi = row["yi"]
    return f"a ratio of {math.exp(yi):.3g}" if yi is not None and abs(yi) > math.log(EXTREME) else None


def direction(row: Values) -> str | None:
    """Want the direction in words to be that of the ratio."""
    stated, ratio = row["effect_direction"], row["est"]
    if ratio is None or ratio == 1.0 or stated not in (EffectDirection.WORSE, EffectDirection.BETTER):
        return None
    opposite = (ratio < 1.0) == (stated == EffectDirection.WORSE)
    return f"the text says {stated}, the ratio is {ratio:g}" if opposite else None


def _flagged(flag: Flag) -> Callable[[Values], str | None]:
    def check(row: Values) -> str | None:
        if flag not in (row["flags"] or "").split("; "):
            return None
        shown = f"{row['est_text'] or row['est']} ({row['ci_low_text'] or '?'}–{row['ci_high_text'] or '?'})"
        return f"{flag.label}: {shown}" + (f", p {row['p_text']}" if row["p_text"] else "")

    return check


RULES: tuple[_Rule, ...] = (
    _Rule("se-implausible", True, standard_error),
    _Rule(Flag.P_CONTRADICTS.value, True, _flagged(Flag.P_CONTRADICTS)),
    _Rule(Flag.OFF_CENTRE.value, True, _flagged(Flag.OFF_CENTRE)),
    _Rule(Flag.COUNTS_OPPOSE.value, False, _flagged(Flag.COUNTS_OPPOSE)),
    _Rule("direction-contradicts-ratio", False, direction),
    _Rule("ratio-extreme", False, extreme_ratio),
)

#: Codes of the rules that bear on a pooled number, and whether each is blind to the result.
BEARING: Mapping[str, bool] = {rule.code: rule.blind for rule in RULES} | {
    "same-numbers": True,
    "direction-opposite": False,
}


def doubts_of(row: Values) -> list[Doubt]:
    """Give what is doubtful of a row by contract names, but for what a curator has settled (`settled`)."""
    settled = settled_rules(row.get("settled"))
    found = ((rule, rule.check(row)) for rule in RULES if rule.code not in settled)
    return [Doubt(rule.code, message, rule.blind) for rule, message in found if message]


def settled_rules(text: str | None) -> frozenset[str]:
    """Give the codes of the rules that a curator has settled of an estimate."""
    return frozenset(filter(None, (text or "").split("; ")))


def against_siblings(rows: Sequence[Values]) -> Iterator[tuple[int, str]]:
    """Give the places of rows that stand against a clear majority of other studies, and how that is said.

    Siblings are of one factor, disease and endpoint; only ratios for more of the factor, or turned so, are compared.
    """
    held: dict[tuple[str, str, str], list[tuple[int, str, bool]]] = defaultdict(list)
    for place, row in enumerate(rows):
        if (harmful := clear_side(row)) is not None:
            held[row["factor"], row["disease"], row["endpoint"]].append((place, row["study"], harmful))
    for (factor, _, endpoint), siblings in held.items():
        sides = Counter((study, harmful) for _, study, harmful in siblings)
        total = Counter(harmful for *_, harmful in siblings)
        for place, study, harmful in siblings:
            against = total[not harmful] - sides[study, not harmful]
            others = against + total[harmful] - sides[study, harmful]
            if others >= SIBLINGS and against >= MAJORITY * others:
                yield (
                    place,
                    f"{factor}, {endpoint}: higher values are {'worse' if harmful else 'better'} here, and the other"
                    f" way in {against} of {others} estimates of other studies whose interval excludes 1",
                )


def clear_side(row: Values) -> bool | None:
    """Say whether more of the factor clearly goes with more events; None where it is not clear or not of that."""
    yi, vi, contrast = row["yi"], row["vi"], row["contrast"]
    if yi is None or vi is None or contrast in (None, ContrastKind.CATEGORY, ContrastKind.UNCLEAR):
        return None
    if abs(yi) < CLEAR * math.sqrt(vi):
        return None
    return bool((yi > 0) != (contrast == ContrastKind.BELOW_VS_ABOVE))
