"""What is doubtful of one estimate and bears on a pooled number: the rules that speak beside the pool, and in lint.

A rule is blind when it looks at how a number is printed, never at how large the ratio is or to which side it points:
only blind rules may decide what is left out, or the leaving out would choose the result.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.meaning.direction import TWO_GROUPS
from registry.meaning.plausible import MARGIN, least_se
from registry.meaning.printed import BOUNDS, shown_bound, text_of
from registry.terms import ContrastKind, EffectDirection, Flag, Measure

Values = Mapping[str, Any]

#: A ratio beyond this, or its inverse, is rarer than a slip of the decimal point or a ratio per other unit.
EXTREME = 20.0
#: Sides are compared of estimates whose |z| is at least this; this many siblings of other studies, and this part of
#: them on the other side, make an estimate stand against its siblings.
CLEAR, SIBLINGS, MAJORITY = 1.96, 5, 0.8
#: What the rules of one row look at beside yi, vi and its flags: a doubt that was settled is one of these values.
REPORTED = (
    *("est", "ci_low", "ci_high", "ci_level", "log_hr", "se_log_hr", "p_value", "n", "n_events", "n_index"),
    *("n_reference", "contrast", "measure", "effect_direction"),
)

_HAZARDS = frozenset({Measure.HR.value, Measure.CAUSE_SPECIFIC_HR.value, Measure.SUBDISTRIBUTION_HR.value})
#: Endpoints of which a higher ratio is the better outcome.
_WANTED = frozenset({"response", "complete response"})
#: The largest log whose exponential a float holds.
_LARGEST = 700.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule by its `code` in lint, what it says of one estimate, and whether it is blind to the result."""

    rule: str
    message: str
    blind: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    blind: Callable[[Values], bool]
    check: Callable[[Values], str | None]


def standard_error(row: Values) -> str | None:
    """Doubt a standard error smaller than the events, or failing them the patients, allow (Schoenfeld 1981)."""
    found = _counted(row)
    if found is None:
        return None
    se, events, what = found
    index, reference = row["n_index"], row["n_reference"]
    share = index / (index + reference) if index and reference else None
    least = least_se(events, math.exp(max(-_LARGEST, min(row["yi"], _LARGEST))), share)
    if se >= (1.0 - MARGIN) * least:
        return None
    return f"SE {se:.3g} of the log ratio, where {events} {what} allow no less than {least:.3g}"


def _below_every_bound(row: Values) -> bool:
    """Whether the standard error is too small for any two groups and any ratio, whatever the result is."""
    found = _counted(row)
    return found is not None and found[0] < (1.0 - MARGIN) * least_se(found[1])


def _counted(row: Values) -> tuple[float, int, str] | None:
    """Give SE, events and what they are, where the ratio is a hazard ratio of two groups."""
    vi, events = row["vi"], row["n_events"] or row["n"]
    if vi is None or not events or row["contrast"] not in TWO_GROUPS or row["measure"] not in _HAZARDS:
        return None
    return math.sqrt(vi), int(events), "events" if row["n_events"] else "patients"


def extreme_ratio(row: Values) -> str | None:
    """Doubt a ratio so far from 1 that a slip is likelier."""
    yi = row["yi"]
    if yi is None or abs(yi) <= math.log(EXTREME):
        return None
    if row["est"] is not None:
        return f"a ratio of {text_of(row, 'est')}"
    return f"a ratio of {math.exp(yi):.3g}" if abs(yi) < _LARGEST else "a ratio that no number can hold"


def direction(row: Values) -> str | None:
    """Want the direction in words to be that of the ratio; of a response more is better."""
    stated, ratio = row["effect_direction"], row["est"]
    if ratio is None or ratio == 1.0 or stated not in (EffectDirection.WORSE, EffectDirection.BETTER):
        return None
    better = (ratio < 1.0) != (row["endpoint"] in _WANTED)
    return (
        f"the text says {stated}, the ratio is {text_of(row, 'est')}"
        if better == (stated == EffectDirection.WORSE)
        else None
    )


def flagged(flag: Flag, row: Values) -> str:
    """Word a flag with what is printed: `p-value and CI disagree: 1.5 (1.1–2.0), p 0.5`."""
    low, high = (shown_bound(row, name) or "?" for name in BOUNDS)
    shown = f"{'?' if row['est'] is None else text_of(row, 'est')} ({low}–{high})"
    return f"{flag.label}: {shown}" + (f", p {row['p_text']}" if row["p_text"] else "")


def _of_flag(flag: Flag) -> Callable[[Values], str | None]:
    return lambda row: flagged(flag, row) if flag in (row["flags"] or "").split("; ") else None


def _always(_: Values) -> bool:
    return True


def _never(_: Values) -> bool:
    return False


RULES: tuple[_Rule, ...] = (
    _Rule("se-implausible", _below_every_bound, standard_error),
    _Rule(Flag.P_CONTRADICTS.value, _always, _of_flag(Flag.P_CONTRADICTS)),
    _Rule(Flag.OFF_CENTRE.value, _always, _of_flag(Flag.OFF_CENTRE)),
    _Rule(Flag.COUNTS_OPPOSE.value, _never, _of_flag(Flag.COUNTS_OPPOSE)),
    _Rule("direction-contradicts-ratio", _never, direction),
    _Rule("ratio-extreme", _never, extreme_ratio),
)

#: Codes of the rules that bear on a pooled number, and whether they may leave an estimate out.
BEARING: Mapping[str, bool] = {rule.code: rule.blind is not _never for rule in RULES} | {
    "same-numbers": True,
    "direction-opposite": False,
}


def doubts_of(row: Values) -> list[Doubt]:
    """Give what is doubtful of a row by contract names, but for what a curator has settled (`settled`)."""
    settled = settled_rules(row["settled"])
    found = ((rule, rule.check(row)) for rule in RULES if rule.code not in settled)
    return [Doubt(rule.code, message, rule.blind(row)) for rule, message in found if message]


def settlement(rule: str, row: Values) -> str:
    """Write that a rule is settled of the values a row has now: `se-implausible 1a2b3c4d`."""
    values = (row.get(name) for name in REPORTED)
    said = "\t".join(
        "" if each is None else each if isinstance(each, str) else f"{float(each):.12g}" for each in values
    )
    return f"{rule} {hashlib.sha256(said.encode()).hexdigest()[:8]}"


def still_settled(settlements: str | None, row: Values) -> str | None:
    """Give the settlements that are of the values a row has now, `; ` between them; None for none."""
    given = sorted(filter(None, (settlements or "").split("; ")))
    return "; ".join(each for each in given if each == settlement(each.partition(" ")[0], row)) or None


def settled_rules(text: str | None) -> frozenset[str]:
    """Give the codes of the rules that a curator has settled of an evidence row."""
    return frozenset(each.partition(" ")[0] for each in (text or "").split("; ") if each)


def against_siblings(rows: Sequence[Values]) -> Iterator[tuple[int, str]]:
    """Give the places of rows that stand against a clear majority of other studies, and how that is said.

    Siblings are of one factor, disease and endpoint; only ratios for more of the factor, or turned so, are compared.
    """
    held: dict[tuple[str, str, str], list[tuple[int, str, bool]]] = defaultdict(list)
    for place, row in enumerate(rows):
        if (above := clear_side(row)) is not None:
            held[row["factor"], row["disease"], row["endpoint"]].append((place, row["study"], above))
    for (factor, _, endpoint), siblings in held.items():
        sides = Counter((study, above) for _, study, above in siblings)
        total = Counter(above for *_, above in siblings)
        for place, study, above in siblings:
            against = total[not above] - sides[study, not above]
            others = against + total[above] - sides[study, above]
            if others >= SIBLINGS and against >= MAJORITY * others:
                yield (
                    place,
                    f"{factor}, {endpoint}: the ratio for higher values is {'above' if above else 'below'} 1 here, and"
                    f" {'below' if above else 'above'} in {against} of {others} estimates of other studies whose"
                    " interval excludes 1",
                )


def clear_side(row: Values) -> bool | None:
    """Say whether the ratio for more of the factor is clearly above 1; None where it is not clear or not of that."""
    yi, vi, contrast = row["yi"], row["vi"], row["contrast"]
    if yi is None or vi is None or contrast in (None, ContrastKind.CATEGORY, ContrastKind.UNCLEAR):
        return None
    if abs(yi) < CLEAR * math.sqrt(vi):
        return None
    return bool((yi > 0) != (contrast == ContrastKind.BELOW_VS_ABOVE))
