"""What must not be pooled together: each guard a small function that refuses and names the argument that settles it.

A guard sees the rows that would be pooled. A column the frame does not have, or a cell that was not read, is unknown
and never triggers one. All refusals of a pool are reported together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from registry.errors import PoolRefused, UsageError
from registry.flow import cohorts
from registry.pooling.counted import counted, listed
from registry.pooling.identity import same_results, whole_and_parts
from registry.pooling.quantity_guards import mixed_categories, mixed_contrasts, mixed_measures, mixed_units
from registry.terms import NOT_STATED, Adjusted, Allow, ContrastKind, Origin

if TYPE_CHECKING:
    from registry.frame import Frame

Allowed = frozenset[Allow]
Guard = Callable[["Frame", Allowed], None]

INVERTIBLE = (ContrastKind.ABOVE_VS_BELOW, ContrastKind.BELOW_VS_ABOVE)


def allowances(words: str | Collection[str]) -> Allowed:
    """Read the words of `allow`; UsageError for one that is not in the list, naming the nearest."""
    given = [words] if isinstance(words, str) else list(words)
    known = [member.value for member in Allow]
    for word in given:
        if word not in known:
            near = get_close_matches(word, known, n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"unknown word to allow: {word!r}{meant}", f"one of: {', '.join(known)}")
    return frozenset(Allow(word) for word in given)


def check(
    frame: Frame,
    allowed: Allowed,
    provenance: Mapping[str, Any] | None = None,
    *,
    but: Collection[Guard] = (),
    more: Iterable[PoolRefused] = (),
) -> None:
    """Let every guard `but` these look at the rows; one PoolRefused carries all they found, and `more` beside it."""
    refusals = [*more, *_refusals([guard for guard in GUARDS if guard not in but], frame, allowed)]
    try:
        selection_on_results((provenance or {}).get("on_results") or (), allowed)
    except PoolRefused as refusal:
        refusals.insert(0, refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        lines = [f"{number}. {refusal.message}\n   {refusal.hint}" for number, refusal in enumerate(refusals, 1)]
        title = f"these estimates are not pooled as they are, for {len(refusals)} reasons:"
        rules = ", ".join(refusal.rule for refusal in refusals)
        raise PoolRefused("\n".join([title, *lines]), rule=rules)


def _refusals(guards: Iterable[Guard], frame: Frame, allowed: Allowed) -> Iterable[PoolRefused]:
    for guard in guards:
        try:
            guard(frame, allowed)
        except PoolRefused as refusal:
            yield refusal


def mixed_factors(frame: Frame, _allowed: Allowed) -> None:
    """Refuse several prognostic factors."""
    _one_value(frame, "factor", "different prognostic factors")


def mixed_endpoints(frame: Frame, _allowed: Allowed) -> None:
    """Refuse several endpoints."""
    _one_value(frame, "endpoint", "different endpoints")


def mixed_origins(frame: Frame, _allowed: Allowed) -> None:
    """Refuse simulated rows beside rows that are not said to be simulated: they are no evidence."""
    origins = Counter(value or NOT_STATED for value in frame["origin"])
    if Origin.SIMULATED in origins and len(origins) > 1:
        raise PoolRefused(
            f"simulated estimates are never pooled with real ones: origin {counted(origins)}",
            'leave one kind out in the condition: and origin != "simulated", or: and origin == "simulated"',
            "simulated-with-real",
        )


def mixed_adjustment(frame: Frame, allowed: Allowed) -> None:
    """Refuse adjusted with unadjusted ratios: they estimate different things. `unclear` is only counted (notes)."""
    counts = Counter(value for value in frame["adjusted"] if value in (Adjusted.YES, Adjusted.NO))
    if len(counts) > 1 and Allow.MIXED_ADJUSTMENT not in allowed:
        raise PoolRefused(
            f"adjusted and unadjusted estimates are mixed: {counts['yes']} adjusted, {counts['no']} unadjusted",
            'name one in the condition (and adjusted == "yes"), or pool them knowingly: --allow mixed-adjustment',
            "mixed-adjustment",
        )


def shared_cohorts(frame: Frame, _allowed: Allowed) -> None:
    """Refuse two estimates of the same patients: they are not independent; a one-per rule says which one counts."""
    known = [study is not None for study in frame["study"].tolist()]
    rows = _rows_by(cohort if there else None for cohort, there in zip(cohorts(frame), known, strict=True))
    named = {study if cohort == "all" else f"{study}/{cohort}": members for (study, cohort), members in rows.items()}
    _independent(named, frame, "more than one estimate of one cohort")


def shared_overlap_groups(frame: Frame, _allowed: Allowed) -> None:
    """Refuse estimates of cohorts declared to share patients: they are not independent either."""
    own = cohorts(frame)
    groups = _rows_by(frame["overlap_group"].tolist())
    several = {group: rows for group, rows in groups.items() if len({own[row] for row in rows}) > 1}
    _independent(several, frame, "estimates of cohorts that share patients (overlap group)")


def selection_on_results(columns: Collection[str], allowed: Allowed) -> None:
    """Refuse a selection that looks at the result itself: it biases the pool."""
    if columns and Allow.SELECTION_ON_RESULTS not in allowed:
        raise PoolRefused(
            f"the selection looks at the result itself: {', '.join(sorted(columns))}",
            "leave that out of the condition or the one-per rule, or say it aloud: --allow selection-on-results",
            "selection-on-results",
        )


GUARDS: tuple[Guard, ...] = (
    mixed_origins,
    mixed_factors,
    mixed_endpoints,
    mixed_measures,
    mixed_contrasts,
    mixed_units,
    mixed_categories,
    mixed_adjustment,
    shared_cohorts,
    shared_overlap_groups,
    whole_and_parts,
    same_results,
)


def _one_value(frame: Frame, column: str, what: str) -> None:
    spelled = {_folded(value): value for value in frame[column] if value is not None}
    counts = Counter(spelled[_folded(value)] for value in frame[column] if value is not None)
    if len(counts) > 1:
        most = max(counts, key=lambda value: counts[value])
        raise PoolRefused(
            f"{what} are mixed: {column} {counted(counts)}",
            f'name one in the condition, for instance: and {column} == "{most}"',
            f"mixed-{column}s",
        )


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())


def _independent(shared: Mapping[str, list[int]], frame: Frame, what: str) -> None:
    groups = {name: len(rows) for name, rows in shared.items() if len(rows) > 1}
    if groups:
        given = frame["key"].tolist()
        keys = [given[row] or f"row {row + 1}" for name in groups for row in shared[name]]
        raise PoolRefused(
            f"{what}, and no rule which one counts: {counted(groups)}; estimates {listed(keys)}",
            "keep one per cohort, best first: --one-per cohort:adjusted,largest_n; or pool all of them:"
            " evireg pool --dependence three-level",
            "shared-cohort",
        )


def _rows_by(values: Iterable[Any]) -> dict[Any, list[int]]:
    """Give the rows of each value that is known."""
    rows: dict[Any, list[int]] = defaultdict(list)
    for row, value in enumerate(values):
        if value is not None:
            rows[value].append(row)
    return rows
