"""Who answers for a change, and how a person is told when nobody said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.curators import CuratorName


def remark_assumed(who: CuratorName, changeset: int | None) -> None:
    """Say beside the result that the login name was taken, if a change was recorded under it."""
    from cli import output

    if who.assumed and changeset is not None:
        output.remark(
            f"Recorded under your login name, {who.name}; --as NAME or $EVIREG_CURATOR names another curator."
        )
