"""Which rows of a frame can be pooled, and the flow that left them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from registry.errors import NothingSelected
from registry.selection.narrow import narrow
from registry.terms import Doubtful

if TYPE_CHECKING:
    from registry.flow import Flow
    from registry.frame import Frame
    from registry.pooling.guards import Allowed


def eligible(
    frame: Frame, *, one_per: str | None, allowed: Allowed, flow: Flow | None, doubtful: str = Doubtful.KEEP
) -> tuple[Frame, Flow]:
    """Give the rows that can be pooled and the whole flow to them, `flow` being how the frame itself was selected.

    Simulated rows stay in: a guard refuses them beside real ones. Raises NothingSelected, with the flow, when no row is
    left.
    """
    rows, own = narrow(frame, simulated=True, one_per=one_per, allow=allowed, doubtful=doubtful)
    whole = own if flow is None else _continued(flow, own)
    if not len(rows):
        raise NothingSelected(_nothing(whole), "widen the condition; `evireg list estimates --where …` shows the rows")
    return rows, whole


def _continued(first: Flow, second: Flow) -> Flow:
    if not second.steps:
        return first
    return replace(
        first,
        steps=(*first.steps, *second.steps),
        used=second.used,
        unusable=(*first.unusable, *second.unusable),
        used_patients=second.used_patients,
        used_cohorts=second.used_cohorts,
        choices=(*first.choices, *second.choices),
    )


def _nothing(flow: Flow) -> str:
    if not flow.matched:
        unread = ", ".join(f"{name} ({count})" for name, count in flow.missing.items())
        unknown = f"; not known of some, because it was not read: {unread}" if unread else ""
        return f"nothing to pool: no estimate matched{unknown}"
    reasons = "; ".join(f"{step.left_out} {step.label}" for step in flow.steps)
    return f"nothing to pool: {flow.matched} matched, none of them usable: {reasons}"
