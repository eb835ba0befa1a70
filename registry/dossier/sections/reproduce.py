"""Which state this report is of, and the commands that make it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import CodeBlock, CodeSpan, Section
from registry.dossier.material import Absent
from registry.dossier.wording import columns, says, shown
from registry.report.table import Table
from registry.version import VERSION

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared


def section(materials: Sequence[Material], _shared: Shared) -> Section:
    """Identify the state, and print the commands."""
    return Section("reproduce", "Reproduce this report", tuple(_blocks(materials)))


def _blocks(materials: Sequence[Material]) -> Iterator[Block]:
    rows = [*_state(materials[0])]
    rows += [fact for each in materials for fact in _facts(each, several=len(materials) > 1)]
    yield from shown(Table("What this report is of", columns("", ""), tuple(rows)))
    yield says("In the folder of the registry, or with --db after each command:")
    yield CodeBlock("\n".join(commands(materials)), "sh")
    if any(each.run for each in materials):
        yield says(
            CodeSpan("run verify"),
            " makes a stored run again and compares it to the last digit; the last line writes this report again.",
        )


def _state(material: Material) -> Iterator[tuple[str, str]]:
    moment = material.moment
    yield "Made with", f"evireg {VERSION}"
    yield "Evidence as of", f"changeset {moment.changeset} ({moment.at[:10]})"
    yield "Snapshot of this evidence", moment.snapshot.name if moment.snapshot else "none was taken"
    if moment.snapshot:
        yield "Root of the snapshot", moment.snapshot.root


def _facts(material: Material, *, several: bool) -> Iterator[tuple[str, str]]:
    of = f"{material.label}: " if several else ""
    run, pool = material.run, material.pool
    yield f"{of}query", f"{material.saved.name}, version {material.saved.version}"
    if not isinstance(pool, Absent):
        yield f"{of}digest of the rows pooled", str(pool.provenance["digest"])
    yield f"{of}stored run", material.why_no_run if run is None else f"{run.id}, digest {run.digest}"


def commands(materials: Sequence[Material]) -> Iterator[str]:
    """Give the command lines, each as it is typed."""
    first = materials[0]
    for each in materials:
        if each.run is not None:
            yield f"evireg run verify {each.run.id}"
    if first.moment.snapshot is not None:
        yield shlex.join(["evireg", "snapshot", "verify", first.moment.snapshot.name])
    names = [each.saved.name for each in materials]
    yield shlex.join(["evireg", "report", *names, "--at", str(first.moment.changeset), "-o", "report.html"])
