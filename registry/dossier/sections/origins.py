"""Where every number comes from: each estimate of a pool, from the printed page to its weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import Section, Subheading
from registry.dossier.material import Absent
from registry.dossier.wording import columns, says, shown
from registry.report import provenance
from registry.report.table import Table

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.explaining.provenance import Chain


def section(materials: Sequence[Material], _shared: Shared) -> Section:
    """Show the chain of every estimate used, query by query."""
    return Section("provenance", "Where the numbers come from", tuple(_blocks(materials)))


def _blocks(materials: Sequence[Material]) -> Iterator[Block]:
    for each in materials:
        if len(materials) > 1:
            yield Subheading(each.label)
        if isinstance(each.pool, Absent):
            yield says("Nothing was pooled; the known estimates and their places stand under the selection.")
        else:
            rows = tuple(_row(chain, label) for chain, label in zip(each.chains, _labels(each), strict=True))
            heads = columns("Estimate", "As printed, and where", "Derived", "Who", numbers=())
            yield from shown(
                Table(f"Every estimate of the pool{f', {each.label}' if len(materials) > 1 else ''}", heads, rows)
            )


def _labels(material: Material) -> list[str]:
    assert not isinstance(material.pool, Absent)  # noqa: S101 - for the type checker
    return [each.label for each in material.pool.estimates]


def _row(chain: Chain, label: str) -> tuple[str, ...]:
    links = dict(provenance.links(chain))
    key = chain.estimate["key"]
    printed = [links[name] for name in ("Printed", "Quote", "Place", "Source") if links.get(name)]
    return (f"{label}\n{key}", "\n".join(printed), links["Derived"], "\n".join(_who(chain)))


def _who(chain: Chain) -> Iterator[str]:
    yield from (f"{name}: {said}" for name, said in provenance.links(chain) if name in _PEOPLE)


_PEOPLE = ("Extracted", "Checked", "Accepted", "Disputed", "Excluded", "Amended", "Second reading")
