"""Material → document: the sections in the order a panel reads them, several queries side by side or one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from registry.dossier.document import Document, Section, citations
from registry.dossier.material import Absent
from registry.dossier.sections import (
    absolute,
    adjustment,
    cutoffs,
    findings,
    methods,
    moved,
    origins,
    pooled,
    question,
    regression,
    reproduce,
    risk_of_bias,
    search,
    second_opinion,
    selection,
    sensitivity,
    small_study,
    studies,
    subgroups,
    summary,
)
from registry.dossier.sources import work
from registry.report import prose
from registry.version import VERSION

if TYPE_CHECKING:
    from registry.dossier.document import Reference, Words
    from registry.dossier.material import Material, Shared

#: Sections over all queries, before and behind those of each query.
FIRST = (summary, question, search, studies, adjustment, risk_of_bias)
OF_EACH = (
    selection,
    pooled,
    sensitivity,
    subgroups,
    regression,
    small_study,
    cutoffs,
    absolute,
    findings,
    moved,
)
#: All there is to say of a query without a pool.
OF_REFUSED = (selection, pooled, moved)
LAST = (methods, origins, second_opinion, reproduce)


def compose(
    materials: Sequence[Material], shared: Shared, *, title: str | None = None, style: str = "vancouver"
) -> Document:
    """Make the document of one or several queries. Its only date is that of the runs, or of the evidence."""
    simulated = any(each.simulated for each in materials)
    made = Document(
        title=title or _title(materials),
        subtitle=_subtitle(materials),
        sections=tuple(_sections(materials, shared)),
        notice=prose.SIMULATED if simulated else None,
        facts=tuple(_facts(materials)),
        date=_date(materials),
        style=style,
    )
    return replace(made, references=tuple(_references(made, shared)))


def _sections(materials: Sequence[Material], shared: Shared) -> Iterator[Section]:
    for whole in FIRST:
        yield whole.section(materials, shared)
    for material in materials:
        for part in OF_REFUSED if isinstance(material.pool, Absent) else OF_EACH:
            made = part.section(material, shared)
            yield _of(material, made) if len(materials) > 1 else made
    for whole in LAST:
        yield whole.section(materials, shared)


def _of(material: Material, section: Section) -> Section:
    """Say which query a section is of."""
    return Section(f"{slug(material.label)}-{section.id}", f"{material.label}: {section.title}", section.blocks)


def slug(text: str) -> str:
    """Give a text as part of an address: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "query"


def labelled(materials: Sequence[Material]) -> list[Material]:
    """Tell queries apart by their endpoint where that does, else by their name."""
    endpoints = [_endpoint(each) for each in materials]
    apart = None not in endpoints and len(set(endpoints)) == len(materials)
    names = endpoints if apart else [each.saved.name for each in materials]
    return [replace(each, label=str(name)) for each, name in zip(materials, names, strict=True)]


def _endpoint(material: Material) -> str | None:
    found = {value for value in material.matched["endpoint"].tolist() if value}
    return str(found.pop()) if len(found) == 1 else None


def _title(materials: Sequence[Material]) -> str:
    """Name the question, as far as all estimates agree on it; else the queries."""
    factors, diseases = _all(materials, "factor"), _all(materials, "disease")
    if len(factors) != 1:
        return f"Evidence report: {', '.join(each.saved.name for each in materials)}"
    endpoints = _all(materials, "endpoint")
    of = f" in {next(iter(diseases))}" if len(diseases) == 1 else ""
    factor = next(iter(factors))
    return f"{factor[:1].upper()}{factor[1:]} as a prognostic factor for {' and '.join(endpoints)}{of}"


def _all(materials: Sequence[Material], column: str) -> list[str]:
    found = {str(value): None for each in materials for value in each.matched[column].tolist() if value}
    return list(found)


def _subtitle(materials: Sequence[Material]) -> str:
    protocols = {each.saved.prespecified for each in materials}
    if None in protocols:
        return "Evidence report; no protocol is named" if len(protocols) == 1 else "Evidence report"
    return f"Evidence report, prespecified in {', '.join(sorted(str(each) for each in protocols))}"


def _facts(materials: Sequence[Material]) -> Iterator[tuple[str, Words]]:
    first = materials[0].moment
    names = ", ".join(f"{each.saved.name} (version {each.saved.version})" for each in materials)
    yield "Query" if len(materials) == 1 else "Queries", names
    snapshot = f", snapshot {first.snapshot.name}" if first.snapshot else ", no snapshot"
    yield "Evidence as of", f"changeset {first.changeset}, {first.at[:10]}{snapshot}"
    runs = [f"run {each.run.id}" for each in materials if each.run is not None]
    yield "Stored result", ", ".join(runs) or materials[0].why_no_run
    digests = [str(each.pool.provenance["digest"])[:12] for each in materials if not isinstance(each.pool, Absent)]
    if digests:
        yield "Rows", ", ".join(digests)
    yield "Made with", f"evireg {VERSION}"


def _date(materials: Sequence[Material]) -> str | None:
    made = [each.run.made_at for each in materials if each.run is not None] or [each.moment.at for each in materials]
    return max(made)[:10] or None


def _references(document: Document, shared: Shared) -> Iterator[Reference]:
    """Give what is cited, each once, in the order it is read."""
    known = {str(item["id"]): item for item in shared.references}
    for key in dict.fromkeys(key for cite in citations(document) for key in cite.keys):
        found = known.get(key) or work(key)
        if found is not None:
            yield found
