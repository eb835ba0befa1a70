"""Why a pool moved, as tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.report import prose
from registry.report.changes import field_name, is_twin, shown, when
from registry.report.prose import NOTHING, count
from registry.report.table import Table, number, text, without_empty

if TYPE_CHECKING:
    from registry.explaining.explanation import Change, Contribution, Effect, Explanation, OrderedStep, State, Told

#: Columns that follow from others: what a change of numbers is, is told without them.
_FOLLOWS = frozenset({"yi", "vi", "derivation", "flags"})
#: How many changed fields of one changeset are told before the rest is only counted.
SHOWN = 6
#: How many changes without effect are told one by one.
IDLE = 12

HAPPENED = {"entered": "entered", "taken away": "taken out", "brought back": "brought back"}


def headline(result: Explanation) -> str:
    """Say both pools in one line."""
    name = prose.measure_label(result.measure)
    moved = f"{name} {_pool(result.start)} at {result.start.label} → {_pool(result.end)} at {result.end.label}"
    return f"{moved}; {prose.direction_said(result.direction)}"


def _pool(state: State) -> str:
    if state.pool is None:
        return "no pool"
    pool = state.pool
    return f"{prose.value(pool['hr'], pool['hr_ci_low'], pool['hr_ci_high'])}, k = {pool['k']},"


def tables(result: Explanation) -> Iterator[Table]:
    """Give the two pools, what moved the one to the other, and the changes behind it."""
    makers = (states, edits, contributions, changes, idle)
    yield from (table for make in makers if (table := make(result)) is not None)


def states(result: Explanation) -> Table:
    """Show both pools."""
    level = next((state.pool["level"] for state in (result.start, result.end) if state.pool), 95.0)
    name = prose.measure_label(result.measure)
    columns = (
        text("At", keep=9),
        number("Changeset", keep=6),
        number("Query version", keep=3),
        text("Engine", keep=2),
        number("k", keep=8),
        number("Patients", keep=4),
        number(f"{name} ({prose.level_text(level)} CI)", keep=9),
        number("tau²", keep=7),
        number("I²", keep=5),
        text("", keep=8),
    )
    rows = tuple(_state(state) for state in (result.start, result.end))
    return without_empty(Table("The two pools", columns, rows))


def _state(state: State) -> tuple[str, ...]:
    pool: Mapping[str, Any] = state.pool or {}
    shown_pool = (
        str(pool.get("k", NOTHING)),
        str(pool.get("n") or NOTHING),
        prose.value(pool.get("hr"), pool.get("hr_ci_low"), pool.get("hr_ci_high")),
        prose.number(pool.get("tau2"), 3),
        prose.percent(pool.get("i2")),
        state.why,
    )
    version = "" if state.version is None else str(state.version)
    return state.label, str(state.changeset), version, state.engine, *shown_pool


def edits(result: Explanation) -> Table | None:
    """Show what of the query was edited."""
    rows = tuple((each.field, _said(each.before), _said(each.after)) for step in result.steps for each in step.edits)
    if not rows:
        return None
    return Table("The query's edit", (text("Field", keep=7), text("Before", keep=8), text("After", keep=9)), rows)


def _said(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or NOTHING
    return shown("", value)


def contributions(result: Explanation) -> Table | None:
    """Show what moved the pool: query, engine, then cohort by cohort, and the total."""
    name = prose.measure_label(result.measure)
    columns = (
        text("What moved the pool", keep=9),
        text("", keep=7),
        number(f"{name} ×", keep=8),
        number(f"log {name}", keep=9),
        number("SE", keep=6),
        number("CI width", keep=5),
        number("tau²", keep=4),
    )
    rows = [_step(step) for step in result.steps]
    rows += [_contribution(each) for each in result.evidence.contributions]
    if not rows:
        return None
    if result.total is not None:
        rows.append(("Total", "", *_effect(result.total)))
    note = f"CI width is on the log scale{'; SE of the log ratio, of the sampled orders' if _sampled(result) else ''}."
    return without_empty(Table("What moved the pool", columns, tuple(rows), note))


def _step(step: OrderedStep) -> tuple[str, ...]:
    said = step.why or {"query": "ordered step", "engine": "ordered step"}[step.kind]
    return (_capital(step.label), said, *_effect(step.effect))


def _contribution(each: Contribution) -> tuple[str, ...]:
    return (each.label, each.happened, *_effect(each.effect, each.se))


def _effect(effect: Effect | None, error: Effect | None = None) -> tuple[str, ...]:
    if effect is None:
        return (NOTHING, NOTHING, "", NOTHING, NOTHING)
    factor = NOTHING if effect.factor is None else prose.number(effect.factor, 3)
    se = prose.number(error.log_hr, 4) if error is not None else ""
    return factor, signed(effect.log_hr), se, signed(effect.ci_width), signed(effect.tau2)


def signed(value: float | None) -> str:
    """Write a difference with its sign, to four decimals; what rounds to nothing is 0."""
    if value is None or math.isnan(value):
        return NOTHING
    rounded = round(value, 4)
    return "0" if rounded == 0.0 else f"{rounded:+.4f}".replace("-", "−")


def changes(result: Explanation) -> Table | None:
    """Show the changes behind the contributions, each cohort's in the order of the ledger."""
    columns = (
        text("Cohort", keep=9),
        number("Changeset", keep=8),
        text("When (UTC)", keep=3),
        text("Curator", keep=5),
        text("Why", keep=4),
        text("What changed", keep=9),
        number(f"log {prose.measure_label(result.measure)}", keep=7),
    )
    rows = tuple(
        (each.label if first else "", *_change(change))
        for each in result.evidence.contributions
        for first, change in zip([True] + [False] * len(each.changes), each.changes, strict=False)
    )
    return without_empty(Table("The changes behind it, in ledger order", columns, rows)) if rows else None


def _change(change: Change) -> tuple[str, ...]:
    effect = signed(change.effect.log_hr) if change.effect else NOTHING
    if change.together_with is not None:
        effect = f"with {change.together_with}"
    return str(change.changeset), when(change.at), change.curator, change.message, what_changed(change), effect


def what_changed(change: Change) -> str:
    """Say the fields of a change, before and after; of an estimate that entered, that it did."""
    said = [HAPPENED[each] for each in change.happened if each in HAPPENED]
    told = _told(change.fields)
    keys = {each.key for each in told}
    for each in told[:SHOWN]:
        of = f" of {each.key}" if len(keys) > 1 else ""
        said.append(f"{field_name(each.field)}{of} {shown(each.field, each.before)} → {shown(each.field, each.after)}")
    if len(told) > SHOWN:
        said.append(f"and {len(told) - SHOWN} more fields")
    return "; ".join(said)


def _told(fields: Sequence[Told]) -> list[Told]:
    """Leave out what follows from the fields told."""
    there: dict[str, set[str]] = {}
    for each in fields:
        there.setdefault(each.key, set()).add(each.field)
    own = [each for each in fields if each.field not in _FOLLOWS and not is_twin(each.field, there[each.key])]
    return own or list(fields)


def idle(result: Explanation) -> Table | None:
    """Show which changes do not move the pool, and why."""
    if not result.without_effect:
        return None
    columns = (text("Cohort", keep=9), text("Why", keep=8), text("Changesets", keep=5))
    rows = tuple((each.label, each.why, ", ".join(map(str, each.changesets))) for each in result.without_effect[:IDLE])
    more = len(result.without_effect) - IDLE
    note = f"And {count(more, 'more cohort', 'more cohorts')}; --json lists all." if more > 0 else ""
    return Table("Changed without effect on the pool", columns, rows, note)


def _sampled(result: Explanation) -> bool:
    return result.evidence.method == "sampled"


def methods(result: Explanation) -> str:
    """Say how the evidence was shared, with its source, or why it was not."""
    evidence = result.evidence
    if evidence.method == "none":
        return f"Not shared among cohorts: {evidence.why}."
    if not evidence.contributions:
        return "No change of the evidence moved the pool."
    if evidence.method == "ordered":
        found = evidence.undefined
        some = f" ({found.count} of {found.of}: {_example(found.examples[0])})" if found and found.examples else ""
        return (
            f"Ordered contributions, not Shapley values: {evidence.why}{some}."
            " Each is what the pool moved by a change in the ledger's order; another order would give others."
        )
    moved = len(evidence.contributions)
    if moved == 1:
        return "One cohort, or group that shares patients, moved the pool: the whole move is its own."
    how = "exact, from the pools of all mixtures of old and new"
    if evidence.method == "sampled":
        how = f"estimated from {evidence.orders} orders in pairs, seed {evidence.seed}"
    return (
        f"Evidence shared among {moved} cohorts or groups by Shapley values (Shapley 1953), {how}:"
        " what the pool moves when a cohort goes from its old to its new rows, averaged over all orders."
    )


def _example(example: Mapping[str, Any]) -> str:
    new = ", ".join(example["new"])
    return f"with {new} as at the end and the others as at the start: {example['why']}" if new else example["why"]


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
