"""Small-study effects: the funnel, tests from k = 10 on or where they were asked for, and what was not run and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Section
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.wording import absent, says, sentences, shown, without_advice
from registry.pooling.bias import RECOMMENDED
from registry.report import bias, prose

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.pooling.bias_result import BiasResult


def section(material: Material, _shared: Shared) -> Section:
    """Show the funnel and what was tested."""
    found = material.small_study
    blocks = (absent("not examined", found),) if isinstance(found, Absent) else tuple(_blocks(found))
    return Section("small-study", "Small-study effects", blocks)


def _blocks(found: BiasResult) -> Iterator[Block]:
    if found.k < RECOMMENDED:
        yield says(
            f"With {prose.count(found.k, 'estimate')}, fewer than {RECOMMENDED}, a test could not tell chance from"
            " asymmetry (Sterne et al. 2011): what is shown below was asked for by name, and says little."
            if _run(found)
            else f"With {prose.count(found.k, 'estimate')}, fewer than {RECOMMENDED}, small-study effects are not"
            " testable: a test could not tell chance from asymmetry (Sterne et al. 2011)."
            f" {prose.sentence(bias.NOT_EXCLUDED)}"
        )
    if found.k > 2:
        yield from picture("funnel", found, "Funnel plot", f"Funnel plot of {prose.count(found.k, 'estimate')}")
    for table in (bias.asymmetry(found), bias.corrected(found), bias.fail_safe(found)):
        yield from shown(table)
    if _run(found):
        yield sentences(bias.methods(found).splitlines())
    yield from _not_run(found)


def _run(found: BiasResult) -> list[str]:
    return [name for name in bias.NAMES if getattr(found, name) is not None]


def _not_run(found: BiasResult) -> Iterator[Block]:
    """Name the tests that were not run, those of one reason together."""
    why: dict[str, list[str]] = {}
    for name, reason in found.reasons.items():
        if reason != "not asked for" and not reason.startswith("for parity"):
            why.setdefault(without_advice(_short(reason)), []).append(bias.NAMES[name])
    if why:
        yield sentences(f"not run: {', '.join(names)} – {reason}" for reason, names in why.items())


def _short(reason: str) -> str:
    """Leave out what the first paragraph says."""
    return reason.partition(f", fewer than {RECOMMENDED}")[0]
