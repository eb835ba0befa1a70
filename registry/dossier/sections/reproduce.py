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
    heads = [each.label for each in materials] if len(materials) > 1 else [""]
    facts = [dict(_facts(each)) for each in materials]
    told = [(name, *(each[name] for each in facts)) for name in facts[0]]
    rows = tuple(row for row in told if any(row[1:]))
    yield from shown(Table("What this report is of", columns("", *heads), rows))
    yield says("In the folder of the registry, or with --db after each command:")
    yield CodeBlock("\n".join(commands(materials)), "sh")
    if any(each.run for each in materials):
        yield says(
            CodeSpan("run verify"),
            " makes a stored run again and compares it to the last digit; the last line writes this report again.",
        )


def _facts(material: Material) -> Iterator[tuple[str, str]]:
    moment, run = material.moment, material.run
    yield "Query", f"{material.saved.name}, version {material.saved.version}"
    yield "Evidence as of", f"changeset {moment.changeset} ({moment.at[:10]})"
    yield "Snapshot of this evidence", moment.snapshot.name if moment.snapshot else "none was taken"
    yield "Root of the snapshot", moment.snapshot.root if moment.snapshot else ""
    pool = material.pool
    yield "Digest of the rows pooled", "" if isinstance(pool, Absent) else str(pool.provenance["digest"])
    yield "Stored run", "none: nothing could be pooled" if run is None else f"{run.id}, digest {run.digest}"
    yield "Made with", f"evireg {VERSION}"


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
