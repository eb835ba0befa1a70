"""The search for reports and its PRISMA flow, as far as the registry knows one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import Section
from registry.dossier.illustrated import picture
from registry.dossier.wording import says, sentences, shown
from registry.report import prisma

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared

NO_SEARCH = (
    "No search is recorded in this registry: no references were imported and screened, so that no PRISMA flow can be"
    " drawn. This report says what the registry holds, and cannot say that nothing was missed."
)


def section(_materials: Sequence[Material], shared: Shared) -> Section:
    """Tell the PRISMA flow of the registry's literature; say so when none is recorded."""
    return Section("search", "Search and selection of reports", tuple(_blocks(shared)))


def _blocks(shared: Shared) -> Iterator[Block]:
    if (flow := shared.prisma) is None:
        yield says(NO_SEARCH)
    else:
        yield says(f"{prisma.headline(flow)} The flow follows PRISMA 2020 (Page et al. 2021).")
        yield from picture("prisma", flow, "PRISMA 2020 flow", f"Flow diagram: {prisma.headline(flow)}")
        for table in prisma.tables(flow):
            yield from shown(table)
        if flow.notes:
            yield sentences(flow.notes)
        yield says(
            "The flow is of the registry's literature as it is now, for whatever question it was searched; which"
            " estimates of these reports a query uses is told below."
        )
