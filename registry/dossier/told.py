"""The summary of a report as JSON: of each query what was found, what was not and why, and which files hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from registry.dossier.material import Absent
from registry.dossier.standing import standing

if TYPE_CHECKING:
    from registry.dossier.material import Analysis, Material
    from registry.dossier.report import Reported


def as_dict(made: Reported) -> dict[str, Any]:
    """Give the JSON: full double precision, null where there is nothing, with the reason beside it."""
    return {
        "title": made.document.title,
        "simulated": made.document.notice is not None,
        "queries": [_query(each) for each in made.materials],
        "prisma": made.shared.prisma is not None,
        "sections": [{"id": each.id, "title": each.title} for each in made.document.sections],
        "references": len(made.document.references),
        "files": [str(path) for path in made.files],
    }


def _query(material: Material) -> dict[str, Any]:
    whole, moment = material.pool, material.moment
    return {
        "query": material.saved.name,
        "version": material.saved.version,
        "changeset": moment.changeset,
        "snapshot": moment.snapshot.name if moment.snapshot else None,
        "root": moment.snapshot.root if moment.snapshot else None,
        "run": material.run.id if material.run else None,
        "run_before": material.before.id if material.before else None,
        "prespecified": material.saved.prespecified,
        "standing": standing(material, planned=True),
        "simulated": material.simulated,
        "pool": None if isinstance(whole, Absent) else whole.pool.as_dict(),
        "direction": None if isinstance(whole, Absent) else whole.direction,
        "digest": None if isinstance(whole, Absent) else whole.provenance["digest"],
        "matched": material.flow.matched,
        "used": material.flow.used,
        "unusable": len(material.flow.unusable),
        "subgroups": [_analysis(each, _subgroups) for each in material.subgroups],
        "moderators": [_analysis(each, _regression) for each in material.moderators],
        "absolutes": [
            _analysis(each, lambda found: {"difference": found.as_dict()["difference"]}) for each in material.absolutes
        ],
        "absent": _absent(material),
    }


def _analysis(each: Analysis, numbers: Any) -> dict[str, Any]:
    absent = isinstance(each.found, Absent)
    told: Mapping[str, Any] = {} if absent else numbers(each.found)
    return {"asked": each.asked, "planned": each.planned, "why_not": each.found.why if absent else None, **told}


def _subgroups(found: Any) -> dict[str, Any]:
    return {"tests": [test.as_dict() for test in found.subgroups.tests]}


def _regression(found: Any) -> dict[str, Any]:
    return {"tests": [test.as_dict() for test in found.tests], "r2": found.r2}


def _absent(material: Material) -> dict[str, str]:
    """Say of everything that is not there why."""
    names = ("pool", "sensitivity", "small_study", "cutoffs", "findings", "explanation")
    return {name: found.why for name in names if isinstance(found := getattr(material, name), Absent)}
