"""The conductor: every step of a pool, in order."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from registry import stats
from registry.pooling import guards
from registry.pooling.eligible import eligible
from registry.pooling.intake import as_frame
from registry.pooling.kernel import Settings, pooled
from registry.pooling.notes import flags_of, is_simulated, notes
from registry.pooling.orientation import inverted, shown_interval
from registry.pooling.result import PooledEstimate, PoolResult
from registry.pooling.sensitivity import leave_one_out as leaving_one_out
from registry.pooling.sensitivity import without_data_driven_cutoffs
from registry.pooling.subgroups import subgroups
from registry.terms import ContrastKind
from registry.version import VERSION

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Array, Frame
    from registry.pooling.result import Pooled

#: What a figure or table says of the question, when all rows agree on it.
ABOUT = ("factor", "endpoint", "disease", "contrast", "measure")
ABOVE = ContrastKind.ABOVE_VS_BELOW


def pool(
    frame: Frame | pd.DataFrame,
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    one_per: str | None = None,
    allow: str | Collection[str] = (),
    leave_one_out: bool = False,
    subgroup: str | None = None,
    subgroup_tau2: str = "common",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> PoolResult:
    """Pool the estimates of a frame, on the log scale with inverse-variance weights.

    `frame` is an evidence frame or a pandas DataFrame with yi and vi, or with hr, ci_low and ci_high; columns it lacks
    count as unknown. `method` is FE, DL, PM, REML or ML, `test` hk, hk-adhoc, hk-plain, t or z, `level` in percent.
    `one_per` keeps one estimate per cohort (`cohort:adjusted,largest_n`), `allow` names what would be refused
    (`registry.terms.Allow`). `subgroup` is a column, or `column:threshold` for a number; `subgroup_tau2` is common or
    separate. `flow` and `provenance` come from a selection; `provenance["on_results"]` names the result columns it
    looked at.

    Raises NothingSelected when no row can be pooled, PoolRefused for rows that must not be pooled together, UsageError
    for an option that cannot be read. One row gives a result with k = 1: that estimate, nothing pooled.
    """
    settings, allowed = Settings(method, test, level), guards.allowances(allow)
    rows, flow = eligible(as_frame(frame), one_per=one_per, allowed=allowed, flow=flow)
    guards.check(rows, allowed, provenance)
    rows, turned = inverted(rows)
    [whole] = pooled(rows, settings)
    groups = subgroups(rows, subgroup, settings, tau2=subgroup_tau2, allowed=allowed) if subgroup else None
    estimates = _estimates(rows, whole, turned)
    on_results = tuple((provenance or {}).get("on_results") or ())
    said = notes(rows, whole, turned=turned, allowed=allowed, on_results=on_results, one_per=one_per)
    return PoolResult(
        pool=whole,
        estimates=estimates,
        leave_one_out=leaving_one_out(rows, estimates, settings) if leave_one_out else None,
        subgroups=groups,
        without_data_driven_cutoffs=without_data_driven_cutoffs(rows, settings),
        flow=flow,
        provenance=_provenance(provenance, rows, one_per=one_per, allow=sorted(allowed)),
        notes=tuple(said),
        about=_about(rows),
        simulated=is_simulated(rows),
    )


def _estimates(frame: Frame, whole: Pooled, turned: Array) -> tuple[PooledEstimate, ...]:
    """Describe each row as pooled: inverted rows inverted, bounds at the pool's level, weight in percent."""
    low, high = shown_interval(frame, whole.level)
    columns = {
        "key": frame["key"].tolist(),
        "study": frame["study"].tolist(),
        "cohort": frame["cohort"].tolist(),
        "hr": np.exp(frame["yi"]).tolist(),
        "ci_low": low.tolist(),
        "ci_high": high.tolist(),
        "yi": frame["yi"].tolist(),
        "vi": frame["vi"].tolist(),
        "weight": stats.weights(frame["vi"], whole.tau2 or 0.0).tolist(),
        "flags": flags_of(frame, turned),
        "label": _labels(frame),
        "n": [None if np.isnan(n) else int(n) for n in frame["n"].tolist()],
    }
    rows = zip(*columns.values(), strict=True)
    return tuple(PooledEstimate(**dict(zip(columns, row, strict=True))) for row in rows)


def _labels(frame: Frame) -> list[str]:
    """Name each row as a forest plot does: `Kim 2016`, else the study's key, with the cohort when it is named.

    Different studies of one name are told apart by their keys.
    """
    columns = (frame[name].tolist() for name in ("first_author", "year", "study", "cohort", "key"))
    names = [_label(row, values) for row, values in enumerate(zip(*columns, strict=True), 1)]
    often, studies = Counter(names), frame["study"].tolist()
    return [
        f"{name} ({study})" if often[name] > 1 and study not in (None, name) else name
        for name, study in zip(names, studies, strict=True)
    ]


def _label(row: int, values: tuple[Any, ...]) -> str:
    author, year, study, cohort, key = values
    name = f"{author} {year:.0f}" if author and not np.isnan(year) else study or key or f"row {row}"
    return " ".join((name if cohort in (None, "all") else f"{name}, {cohort}").split())


def _about(frame: Frame) -> dict[str, str]:
    """Say what all rows have in common; after inversion below vs above is above vs below."""
    found = {name: {value for value in frame[name].tolist() if value is not None} for name in ABOUT}
    found["contrast"] = {str(ABOVE if kind in guards.INVERTIBLE else kind) for kind in found["contrast"]}
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _provenance(given: Mapping[str, Any] | None, frame: Frame, **options: Any) -> dict[str, Any]:
    """Complete what the selection knows with the engine and the digest of the rows used."""
    selection = {"condition": None, "changeset": None, "on_results": [], **(given or {})}
    return {"engine": f"evireg {VERSION}", "digest": _digest(frame), **options, **selection}


def _digest(frame: Frame) -> str:
    """SHA-256 over the digests of the rows used, in ascending order; rows without one count with key, yi and vi."""
    columns = (frame[name].tolist() for name in ("digest", "key", "yi", "vi"))
    lines = sorted(digest or f"{key}\t{yi!r}\t{vi!r}" for digest, key, yi, vi in zip(*columns, strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
