"""Risk of bias: the judgements of each tool, domain by domain, with the words they rest on. No score is summed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Bullets, Section
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.wording import columns, says, shown
from registry.report import prose
from registry.report.flow_tables import study_label
from registry.report.table import Table

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared

Judged = Mapping[str, Any]

NOT_JUDGED = (
    "Risk of bias was judged for no estimate in use. Until it is, a reader should take it as unknown, and certainty"
    " cannot be rated on this domain."
)


def section(materials: Sequence[Material], shared: Shared) -> Section:
    """Show every tool that was used, over the estimates of all queries."""
    return Section("risk-of-bias", "Risk of bias", tuple(_blocks(materials, shared)))


def _blocks(materials: Sequence[Material], shared: Shared) -> Iterator[Block]:
    tools = list(dict.fromkeys(tool for each in materials for tool in each.appraisal))
    if not tools:
        yield says(NOT_JUDGED)
    for tool in tools:
        rows = _rows(materials, tool)
        judged = sum(any(row["judgements"].values()) for row in rows)
        yield says(
            f"By {tool}: {judged} of {prose.count(len(rows), 'estimate')} judged. Domains are read one by one;"
            " no score is summed."
        )
        yield from shown(_table(rows, tool, shared))
        yield from _lights(materials, tool, _counted(rows))
        yield from _support(materials, tool)


def _rows(materials: Sequence[Material], tool: str) -> list[Judged]:
    found: dict[str, Judged] = {}
    for material in materials:
        for row in material.appraisal.get(tool, ()):
            found.setdefault(row["key"], row)
    return list(found.values())


def _table(rows: Sequence[Judged], tool: str, shared: Shared) -> Table:
    domains = list(rows[0]["judgements"])
    heads = [shared.domains[name].label or name for name in domains]
    endpoints = {row["endpoint"] for row in rows}
    cells = tuple(
        (
            study_label(row["study"], row["cohort"]) + (f", {row['endpoint']}" if len(endpoints) > 1 else ""),
            *(row["judgements"][name] or prose.NOTHING for name in domains),
        )
        for row in rows
    )
    return Table(f"Risk of bias by {tool}", columns("Estimate", *heads), cells, f"{prose.NOTHING} not judged.")


def _lights(materials: Sequence[Material], tool: str, counted: str) -> Iterator[Block]:
    """Draw the traffic light of each pool that the tool judged."""
    for each in materials:
        if tool in each.appraisal and not isinstance(each.pool, Absent):
            name = f", {each.label}" if len(materials) > 1 else ""
            yield from picture(
                "traffic-light",
                each.pool,
                f"Risk of bias by {tool}{name}",
                f"Judgements of {tool}: {counted}",
                name=f"traffic-light-{tool}-{each.label}".lower(),
                tool=tool,
            )


def _counted(rows: Sequence[Judged]) -> str:
    levels = Counter(level for row in rows for level in row["judgements"].values() if level)
    return ", ".join(f"{count} {level}" for level, count in levels.most_common())


def _support(materials: Sequence[Material], tool: str) -> Iterator[Block]:
    """Quote the words that judgements rest on."""
    said = dict.fromkeys(
        f"{chain.estimate['key']}, {each['label']}: {each['judgement']} – “{each['support']}”"
        for material in materials
        for chain in material.chains
        for each in chain.appraisal
        if each["tool"] == tool and each["support"]
    )
    if said:
        yield says("Judgements rest on these words.")
        yield Bullets(tuple(said))
