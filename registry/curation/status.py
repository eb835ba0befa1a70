"""What becomes of the status of an estimate that is amended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.curation.desk import OF_ESTIMATE
from registry.curation.review import put_back
from registry.derivation import hard_faults
from registry.errors import UsageError
from registry.terms import Status

#: Amending these leaves a review standing: they say where the number is, not what it is.
_NOT_REVIEWED = frozenset({"notes", "quote", "locator", "as_printed", "status", "status_reason", "contrast_basis"})
#: An accepted estimate has them.
_OF_ACCEPTED = ("locator", "quote")


def settle_status(key: str, before: Mapping[str, Any], after: dict[str, Any]) -> list[str]:
    """Settle the status in `after`, and say what a curator should know of it.

    A review of other numbers does not stand, nor the dispute of a row that broke a rule and does not now. UsageError
    when an accepted estimate would lose its locator or quote.
    """
    status = before["status"]
    if after["status"] == Status.DISPUTED and status != Status.DISPUTED:
        return [f"{key} is disputed now: it breaks a hard rule as printed"]
    if status == Status.DISPUTED and not before["status_reason"] and hard_faults(before) and not hard_faults(after):
        after["status"] = Status.EXTRACTED.value
        return [f"{key} is not disputed any more: it breaks no hard rule"]
    if status not in (Status.CHECKED, Status.ACCEPTED):
        return []
    if any(before[name] != after[name] for name in OF_ESTIMATE if name not in _NOT_REVIEWED):
        put_back(after)
        return [f"{key} was {status} with other values: it is extracted now, check it again"]
    if status == Status.ACCEPTED:
        _refuse_unlocated(key, after)
    return []


def _refuse_unlocated(key: str, after: Mapping[str, Any]) -> None:
    for name in _OF_ACCEPTED:
        if after[name] is None:
            raise UsageError(
                f"{key} is accepted, and an accepted estimate has a {name}", "review it to another status first"
            )
