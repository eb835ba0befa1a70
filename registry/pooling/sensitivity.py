"""Whether the pool stands: without one estimate or cohort, as it grew, and without cutoffs chosen on the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from registry import stats
from registry.errors import PoolRefused
from registry.flow import cohorts, units
from registry.pooling.analysis import one_of
from registry.pooling.grouping import column_named, one_unit, spelled
from registry.pooling.kernel import Settings, pooled, pooled_without_each
from registry.pooling.pooled import Pooled
from registry.pooling.result import Added, Cumulative, LeftOut, PooledEstimate
from registry.terms import DATA_DRIVEN_CUTOFFS, Allow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.frame import Array, Frame

#: What may be left out one at a time.
LEAVE_OUT = ("estimate", "cohort", "study", "overlap")


def leave_one_out(
    frame: Frame, estimates: Sequence[PooledEstimate], settings: Settings, *, by: str = "estimate"
) -> tuple[LeftOut, ...]:
    """Pool without each estimate, cohort, study or group of cohorts that share patients in turn, in one batch.

    Empty where there is only one. Raises UsageError for another word, PoolRefused where a study is not known.
    """
    one_of("leave_one_out", by, LEAVE_OUT)
    if by == "estimate":
        if len(frame) < 2:
            return ()
        pools = pooled_without_each(frame, settings)
        return tuple(LeftOut((each,), each.label, pool) for each, pool in zip(estimates, pools, strict=True))
    from registry.stats.deletion import leave_groups_out

    names = _names(frame, by)
    if len(set(names)) < 2:
        return ()
    pools = pooled(frame, settings, leave_groups_out(names))
    members: dict[str, list[PooledEstimate]] = {name: [] for name in sorted(set(names))}
    for each, name in zip(estimates, names, strict=True):
        members[name].append(each)
    return tuple(LeftOut(tuple(own), _label(own), pool) for own, pool in zip(members.values(), pools, strict=True))


def _names(frame: Frame, by: str) -> list[str]:
    """Name what each row belongs to."""
    if by == "study":
        studies = frame["study"].tolist()
        if any(study is None for study in studies):
            raise PoolRefused("leave-one-out by study: not every estimate names its study", "--leave-one-out", "study")
        return [str(study) for study in studies]
    return ["/".join(name) for name in (cohorts(frame) if by == "cohort" else units(frame))]


def _label(members: Sequence[PooledEstimate]) -> str:
    return ", ".join(dict.fromkeys(each.label for each in members))


def cumulative(frame: Frame, estimates: Sequence[PooledEstimate], settings: Settings, asked: str) -> Cumulative:
    """Pool estimate by estimate in the order of `column`, or of `column:desc` from the largest on; ties by key.

    Estimates of which the column was not read come last. Raises UsageError for an unknown column or order,
    PoolRefused for cutoffs in units that do not convert.
    """
    name, _, order = asked.partition(":")
    column = column_named(frame, name.strip(), frozenset(Allow), option="cumulative")
    one_unit(frame, column)
    turned = one_of("order of cumulative", order.strip() or "asc", ("asc", "desc")) == "desc"
    rows = _ordered(frame, column, turned=turned)
    pools = pooled(frame.take(rows), settings, stats.cumulative(len(rows)))
    numeric = frame[column].dtype.kind == "f"
    values = frame[column].tolist()
    steps = []
    for row, pool in zip(rows.tolist(), pools, strict=True):
        value = None if values[row] is None or (numeric and np.isnan(values[row])) else values[row]
        steps.append(Added(estimates[row], value, pool))
    return Cumulative(column, tuple(steps))


def _ordered(frame: Frame, column: str, *, turned: bool) -> Array:
    """Give the rows in order; not read last, ties by key."""
    values, keys = frame[column], [key or "" for key in frame["key"].tolist()]
    if values.dtype.kind == "f":
        known = ~np.isnan(values)
        ranks = np.where(known, -values if turned else values, np.inf)
    else:
        words = spelled(values)
        places = {word: place for place, word in enumerate(sorted({word for word in words if word is not None}))}
        ranks = np.array([np.inf if word is None else places[word] * (-1 if turned else 1) for word in words])
    return np.array(sorted(range(len(frame)), key=lambda row: (ranks[row], keys[row], row)), dtype=np.intp)


def without_data_driven_cutoffs(frame: Frame, settings: Settings) -> Pooled | None:
    """Pool the rows whose cutoff was not chosen on the outcome; None if there are none, or nothing else.

    Such cutoffs bias a ratio away from 1 (Altman et al. 1994, 10.1093/jnci/86.11.829). A cutoff whose choice is not
    reported stays in.
    """
    chosen = np.array([value in DATA_DRIVEN_CUTOFFS for value in frame["cutoff_method"].tolist()], dtype=np.bool_)
    if not chosen.any() or chosen.all():
        return None
    return pooled(frame.take(~chosen), settings)[0]
