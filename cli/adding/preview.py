"""What a curator sees of an estimate before it is stored: what pools would take, and whether its numbers agree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry.derivation import Derived


def pooled(derived: Derived) -> str:
    """Say the log ratio and its standard error, and whether a pool can take them."""
    if derived.yi is None or derived.vi is None:
        reason = derived.not_poolable
        return f"Not poolable: {reason.label} ({reason.definition})." if reason else "Not poolable."
    numbers = f"log ratio {derived.yi:.4f}, SE {math.sqrt(derived.vi):.4f} ({derived.derivation.label})"
    numbers = numbers.replace("-", "−") if derived.yi < 0 else numbers
    reason = derived.not_poolable
    return f"{numbers}; not pooled as it stands: {reason.label}." if reason else f"{numbers}."


def agreement(values: Mapping[str, Any]) -> Iterator[str]:
    """Say what pools would take of the numbers typed so far, and whether ratio, CI and p agree."""
    from registry.derivation import derive
    from registry.terms import Flag

    if values.get("est") is None and values.get("log_hr") is None:
        return
    derived = derive(values)
    yield pooled(derived)
    flags = set(derived.flags)
    if values.get("est") is not None and values.get("ci_low") is not None and values.get("ci_high") is not None:
        middle = "is not midway in its CI, beyond what rounding allows: compare with the source"
        yield f"The ratio {middle if Flag.OFF_CENTRE in flags else 'lies midway in its CI'}."
    if derived.yi is not None and derived.vi is not None and values.get("p_value") is not None and _from_ci(values):
        implied = math.erfc(abs(derived.yi) / math.sqrt(2 * derived.vi))
        said = "contradicts the CI" if Flag.P_CONTRADICTS in flags else "agrees with the CI"
        printed = f"{values['p_operator'] if values.get('p_operator') != '=' else ''}{values['p_value']:g}"
        yield f"p = {printed} {said}, which implies p = {implied:.2g}.".replace("p = <", "p < ").replace(
            "p = >", "p > "
        )
    for flag in derived.flags:
        if flag not in (Flag.OFF_CENTRE, Flag.P_CONTRADICTS):
            yield f"Flag: {flag.label} ({flag.definition})."


def _from_ci(values: Mapping[str, Any]) -> bool:
    return values.get("ci_low") is not None and values.get("ci_high") is not None
