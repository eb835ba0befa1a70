"""What was asked: factor, disease, endpoint and contrast of each query, and its condition to the letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import CodeBlock, Section
from registry.dossier.material import Absent
from registry.dossier.wording import columns, contrast, one_value, says, shown
from registry.report import prose
from registry.report.table import Table
from registry.terms import Allow, Measure

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared


def section(materials: Sequence[Material], _shared: Shared) -> Section:
    """Lay the questions out side by side, then each condition."""
    return Section("question", "Question", tuple(_blocks(materials)))


def _blocks(materials: Sequence[Material]) -> Iterator[Block]:
    facts = [dict(_facts(each)) for each in materials]
    rows = tuple((name, *(each[name] for each in facts)) for name in facts[0])
    kept = tuple(row for row in rows if any(cell not in ("", prose.NOTHING) for cell in row[1:]))
    heads = [each.label for each in materials] if len(materials) > 1 else [""]
    yield from shown(Table("What was asked", columns("", *heads), kept))
    yield says("Estimates come in that meet the condition; the registry reads it as")
    for each in materials:
        yield CodeBlock(each.saved.definition.where or "(every estimate)", "text")


def _facts(material: Material) -> Iterator[tuple[str, str]]:
    saved, asked = material.saved, material.saved.definition
    yield "Query", f"{saved.name}, version {saved.version}"
    yield "About", saved.description or ""
    for name in ("factor", "disease", "endpoint"):
        yield name.capitalize(), _said(material, name)
    yield "Contrast", _contrast(material)
    measure = one_value(material, "measure")
    yield "Measure", Measure(measure).label if measure else _said(material, "measure")
    yield "One estimate per cohort", asked.one_per or ""
    yield "Allowed", "; ".join(Allow(word).label for word in asked.allow)
    yield "Protocol", saved.prespecified or "none named"


def _contrast(material: Material) -> str:
    if not isinstance(material.pool, Absent) and (kind := material.pool.about.get("contrast")):
        return f"{contrast(kind)}: {prose.direction_said(material.pool.direction)}"
    return "; ".join(sorted({contrast(kind) for kind in material.matched["contrast"].tolist() if kind}))


def _said(material: Material, column: str) -> str:
    """Give the one value of a column, or how many there are."""
    found = sorted({str(value) for value in material.matched[column].tolist() if value is not None}, key=str.casefold)
    return (
        "; ".join(found) if len(found) <= _LISTED else f"{'; '.join(found[:_LISTED])} and {len(found) - _LISTED} more"
    )


#: Values of a column told one by one.
_LISTED = 4
