"""Where every number comes from: each estimate of a pool, from the printed page to its weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Bullets, Section, Subheading
from registry.dossier.material import Absent
from registry.dossier.wording import columns, says, shown
from registry.report import prose, provenance, reported
from registry.report.table import Table
from registry.terms import Adjusted

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.explaining.provenance import Chain
    from registry.pooling.result import PoolResult


def section(materials: Sequence[Material], shared: Shared) -> Section:
    """Show the chain of every estimate used, query by query."""
    return Section("provenance", "Where the numbers come from", tuple(_blocks(materials, shared)))


def _blocks(materials: Sequence[Material], shared: Shared) -> Iterator[Block]:
    for each in materials:
        if len(materials) > 1:
            yield Subheading(each.label)
        if isinstance(each.pool, Absent):
            yield says("Nothing was pooled; the known estimates and their places stand under the selection.")
        else:
            yield from _chains(each, each.pool, shared, several=len(materials) > 1)


def _chains(material: Material, pool: PoolResult, shared: Shared, *, several: bool) -> Iterator[Block]:
    rows = tuple(_row(chain, each.label) for chain, each in zip(material.chains, pool.estimates, strict=True))
    numbers = ("Log ratio (SE)", "Weight")
    heads = columns("Estimate", "Printed", "In the source’s words", "Where", *numbers, "Who", numbers=numbers)
    name = f"{material.label}: every" if several else "Every"
    ways = dict.fromkeys(chain.derivation["formula"] for chain in material.chains)
    note = f"Log ratios: {'; '.join(ways)}." if ways else ""
    cites = [shared.cites.get(chain.estimate["key_now"], ()) for chain in material.chains]
    yield from shown(Table(f"{name} estimate of the pool, from the page to its weight", heads, rows, note), cites=cites)
    changed = [f"{chain.estimate['key']}: {said}" for chain in material.chains for said in _events(chain)]
    if changed:
        yield says("Amended, reviewed or read a second time:")
        yield Bullets(tuple(changed))


def _row(chain: Chain, label: str) -> tuple[str, ...]:
    made, source, used = chain.derivation, chain.source, chain.estimate
    turned = ", inverted" if used["inverted"] else ""
    place = ", ".join(part for part in (source["locator"], source["source_kind"]) if part)
    return (
        f"{label} ({used['key']})",
        _printed(chain.printed),
        f"“{source['quote']}”" if source["quote"] else "",
        place,
        f"{prose.number(made['yi'], 4)} ({prose.number(made['se'], 4)}){turned}",
        f"{used['weight']:.1f} %",
        f"{chain.extracted['curator']}, changeset {chain.extracted['changeset']}, {chain.extracted['at'][:10]}",
    )


def _printed(printed: Mapping[str, Any]) -> str:
    """Write the numbers of one report: the ratio with its interval, patients, events, adjustment."""
    row = {**printed, **{f"{name}_text": printed[name] for name in ("est", "ci_low", "ci_high")}}
    row |= {"p_text": None, "p_operator": None}
    level = f", {printed['ci_level']:g} % CI" if printed["ci_low"] is not None and printed["ci_level"] else ""
    sizes = [f"{name} {printed[field]}" for name, field in (("n", "n"), ("events", "n_events")) if printed[field]]
    return "; ".join([f"{reported.numbers(row)}{level}", *sizes, Adjusted(printed["adjusted"]).label])


def _events(chain: Chain) -> Iterator[str]:
    yield from (f"{name.lower()}: {said}" for name, said in provenance.links(chain) if name in _HAPPENED)


_HAPPENED = ("Checked", "Accepted", "Disputed", "Excluded", "Amended", "Second reading", "Attachment")
