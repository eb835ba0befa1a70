"""The parts of a bundle: the report, its figures, and of each query data, result, R script and references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.compose import slug
from registry.dossier.material import Absent
from registry.dossier.sections.reproduce import commands
from registry.formats.analysed import analysed
from registry.formats.catalogue import FORMATS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import sqlalchemy as sa

    from registry.dossier.document import Document
    from registry.dossier.material import Material

#: Form of `registry.formats` → what its file in the folder of a query is called.
FORMS = {
    "csv": "estimates.csv",
    "metafor": "metafor.csv",
    "revman": "revman.csv",
    "json": "result.json",
    "xlsx": "result.xlsx",
    "bibtex": "references.bib",
    "ris": "references.ris",
}

READ_ME = """\
What is here
  report.*          the report
{holds}
  SHA256SUMS        what each file is to be: sha256sum --check SHA256SUMS

Make it again, in the folder of the registry
{commands}
"""


def parts(
    connection: sa.Connection, materials: Sequence[Material], document: Document, scripts: Mapping[str, str]
) -> dict[str, bytes]:
    """Give the files of a bundle beside the report itself: name → bytes. `scripts` holds the R script of each query."""
    from registry.dossier.rendering.pictures import pictures

    found: dict[str, bytes] = {}
    for kind in ("svg", "pdf"):
        found |= {f"figures/{stem}.{kind}": drawn for stem, drawn in pictures(document, kind).items()}
    for each in materials:
        found |= dict(_of(connection, each, scripts.get(each.saved.name)))
    lines = "\n".join(f"  {line}" for line in commands(materials))
    return found | {"reproduce.txt": READ_ME.format(holds="\n".join(_holds(materials, found)), commands=lines).encode()}


def _holds(materials: Sequence[Material], found: Collection[str]) -> Iterator[str]:
    """Say what a bundle holds beside the report: figures, if any, and what is of each query, or why nothing is."""
    if any(name.startswith("figures/") for name in found):
        yield "  figures/          its figures, each as SVG and PDF"
    pooled = [f"{folder(each)}/" for each in materials if not isinstance(each.pool, Absent)]
    if pooled:
        yield f"  {', '.join(pooled)}"
        yield f"{'':20}of each query: the estimates as pooled, the result, the included reports, and"
        yield f"{'':20}second_opinion.R, which repeats the analysis with R's metafor and stops if a number differs"
    refused = [f"{folder(each)}/" for each in materials if isinstance(each.pool, Absent)]
    if refused:
        yield f"  {', '.join(refused)}"
        yield f"{'':20}why nothing was pooled"


def folder(material: Material) -> str:
    """Name the folder of a query."""
    return slug(material.saved.name)


def _of(connection: sa.Connection, material: Material, script: str | None) -> Iterator[tuple[str, bytes]]:
    """Give the files of one query; without a pool there is the reason."""
    name = folder(material)
    if isinstance(material.pool, Absent):
        yield f"{name}/nothing-pooled.txt", f"{material.pool.why}\n".encode()
        return
    found = analysed(connection, material.saved, material.moment.changeset)
    for form, file in FORMS.items():
        yield f"{name}/{file}", FORMATS[form].write(found)
    if script is not None:
        yield f"{name}/second_opinion.R", script.encode()
    if material.second_opinion is not None:
        yield f"{name}/second_opinion.log", material.second_opinion.text.encode()
