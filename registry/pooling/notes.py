"""Plain statements on what was pooled: each a small function of the rows, silent when there is nothing to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.flow import patients, units
from registry.meaning.direction import TWO_GROUPS
from registry.meaning.direction_words import TURNED
from registry.meaning.doubts import BEARING
from registry.meaning.quantity import NAMED_GROUPS, quantities
from registry.meaning.times import origin as time_origin
from registry.pooling import large_p
from registry.pooling.counted import adjustment, counted, listed
from registry.pooling.doubts import told as doubts_told
from registry.pooling.identity import same_result_keys
from registry.terms import (
    DATA_DRIVEN_CUTOFFS,
    NOT_STATED,
    Adjusted,
    Allow,
    ContrastBasis,
    ContrastKind,
    CutoffMethod,
    Derivation,
    Flag,
    Measure,
    Origin,
    ReadAs,
    Status,
)

if TYPE_CHECKING:
    from registry.frame import Array, Frame
    from registry.pooling.doubts import Doubts
    from registry.pooling.guards import Allowed
    from registry.pooling.pooled import Pooled
    from registry.pooling.prepared import Prepared

#: The flag of an estimate that was inverted for its pool; made here, never stored.
INVERTED = "inverted"


def notes(prepared: Prepared, pool: Pooled | None = None, doubts: Doubts | None = None) -> Iterator[str]:
    """Say all that a reader must know beside the numbers of an analysis, and of its pool if it has one."""
    frame, turned = prepared.frame, prepared.turned
    yield from _simulated(frame)
    yield from _allowed(frame, prepared.allowed, prepared.on_results)
    if keys := large_p.left_out(prepared.flow, prepared.allowed):
        yield f"left out because p is too large to give an SE: {large_p.told(keys)}"
    yield from _two(pool) if pool else ()
    yield from doubts_told(prepared, doubts)
    yield from _turned(frame, turned, prepared.read_as)
    yield from _assumed(frame)
    yield from _usually_read(prepared, pool)
    if prepared.one_per is not None:
        yield f"one estimate per cohort: {prepared.one_per}"
    yield from prepared.said
    for statement in STATEMENTS:
        yield from statement(frame)
    yield from _cutoffs(frame, prepared.reported)
    for statement in LAST:
        yield from statement(frame)
    if pool and pool.maxima > 1:
        yield f"the likelihood of tau² has {pool.maxima} maxima; the highest was taken"
    yield from _flags(frame)


def _turned(frame: Frame, turned: Array, read_as: ReadAs) -> Iterator[str]:
    """Say how many estimates were inverted, and what every ratio says now."""
    if not turned.any():
        return
    kinds = {kind for kind, turn in zip(frame["contrast"].tolist(), turned.tolist(), strict=True) if turn}
    of = " of below vs above" if read_as is ReadAs.HIGH_VS_LOW else ""
    says = "high against low" if read_as is ReadAs.HIGH_VS_LOW else "low against high"
    if ContrastKind.EXTREMES in kinds:
        says = "bottom against top"
    elif not kinds & {ContrastKind.ABOVE_VS_BELOW, ContrastKind.BELOW_VS_ABOVE}:
        says = "what a step less of the factor does"
    yield f"{_several(int(turned.sum()))}{of} inverted, so that every ratio says {says}"


def _assumed(frame: Frame) -> Iterator[str]:
    """Count the estimates whose direction is a curator's word on a whole file."""
    if assumed := frame["contrast_basis"].tolist().count(ContrastBasis.ASSUMED):
        yield f"the direction of {assumed} of {_several(len(frame))} is assumed: the file did not say"


def _usually_read(prepared: Prepared, pool: Pooled | None) -> Iterator[str]:
    """Say how people read a factor whose ratios are given the other way round, and the ratio so read."""
    factors = {factor for factor in prepared.frame["factor"].tolist() if factor is not None}
    kinds = set(prepared.frame["contrast"].tolist())
    if prepared.read_as is not ReadAs.HIGH_VS_LOW or len(factors) != 1 or not kinds or not kinds <= _TURNABLE:
        return
    [factor] = factors
    facts = prepared.frame.factors.get(factor)
    if facts is None or facts.read_as != ReadAs.LOW_VS_HIGH:
        return
    so = ""
    if pool is not None and pool.hr:
        bounds = [each for each in (pool.hr_ci_high, pool.hr_ci_low) if each and pool.has_headline]
        so = f": {1.0 / pool.hr:.2f}" + (f" ({1.0 / bounds[0]:.2f}–{1.0 / bounds[1]:.2f})" if len(bounds) > 1 else "")
    yield f"{factor} is usually read low against high{so}; --read-as low-vs-high turns the result round"


#: Contrasts of which the other way round can be given.
_TURNABLE = TURNED[ReadAs.HIGH_VS_LOW] | TURNED[ReadAs.LOW_VS_HIGH]


def flags_of(frame: Frame, turned: Array) -> list[tuple[str, ...]]:
    """Give the flags of each row, `inverted` among them."""
    given = [tuple(filter(None, (text or "").split("; "))) for text in frame["flags"]]
    return [(*flags, INVERTED) if turn else flags for flags, turn in zip(given, turned.tolist(), strict=True)]


def _simulated(frame: Frame) -> Iterator[str]:
    if is_simulated(frame):
        yield "SIMULATED: these cohorts are invented; the result is no evidence"


def is_simulated(frame: Frame) -> bool:
    """Whether the rows are invented (a guard sees to it that then all are)."""
    return Origin.SIMULATED in set(frame["origin"].tolist())


def _allowed(frame: Frame, allowed: Allowed, on_results: Collection[str]) -> Iterator[str]:
    details = {
        Allow.MIXED_ADJUSTMENT: adjustment(frame["adjusted"].tolist()),
        Allow.MIXED_CATEGORIES: _categories(frame),
        Allow.P_DERIVED: _several(frame["derivation"].tolist().count(Derivation.P)),
        Allow.SAME_RESULTS: listed(same_result_keys(frame)) if Allow.SAME_RESULTS in allowed else "",
        Allow.SELECTION_ON_RESULTS: ", ".join(sorted(on_results)),
    }
    for word in sorted(allowed):
        yield f"allowed: {word.label} ({word})" + (f": {details[word]}" if details[word] else "")


def _categories(frame: Frame) -> str:
    """Count what is compared with what, not only the reference, which all may share."""
    found = Counter(each for each in quantities(frame) if each.contrast in NAMED_GROUPS)
    return counted({each.words: count for each, count in found.items()}) if found else ""


def _two(pool: Pooled) -> Iterator[str]:
    if not pool.has_headline:
        yield "k = 2: no headline interval; Wald and Hartung–Knapp are shown beside each other"


def _adjustment(frame: Frame) -> Iterator[str]:
    unclear = frame["adjusted"].tolist().count(Adjusted.UNCLEAR)
    if unclear:
        yield f"whether adjusted is unclear for {unclear} of {_several(len(frame))}"


def _mixtures(frame: Frame) -> Iterator[str]:
    """Say what a pool may mix: the condition says what was asked, the reader is told what came."""
    for column, name in (("disease", "diseases"), ("timepoint", "timepoints"), ("endpoint_definition", "definitions")):
        counts = Counter(value for value in frame[column].tolist() if value is not None)
        if len(counts) > 1:
            yield f"{len(counts)} {name}: {counted(counts)}"


def _wordings(frame: Frame) -> Iterator[str]:
    """Say what one endpoint was called where the reports call it differently."""
    texts, keys = frame["endpoint_text"].tolist(), frame["endpoint"].tolist()
    counts = Counter(text or key for text, key in zip(texts, keys, strict=True) if text or key)
    if any(texts) and len(counts) > 1:
        yield f"the endpoint in the sources' words: {counted(counts)}"


def _times(frame: Frame) -> Iterator[str]:
    """Say where the clock starts, and up to when events count, if that differs."""
    origins: dict[str, list[str]] = {}
    for text in frame["time_origin"].tolist():
        if text is not None:
            origins.setdefault(time_origin(text), []).append(text)
    if len(origins) > 1:
        shown = {_with_words(name, texts): len(texts) for name, texts in origins.items()}
        yield f"the clock starts at {len(origins)} different points: {counted(shown)}"
    if "time_origin" in frame and (unknown := frame["time_origin"].tolist().count(None)):
        yield f"when the clock starts is not stated for {unknown} of {_several(len(frame))}"
    known = [NOT_STATED if np.isnan(days) else f"{days:g} days" for days in frame["horizon_days"].tolist()]
    horizons = Counter(known)
    if len(horizons) > 1:
        yield f"events count up to different times: {counted(horizons)}"


def _with_words(name: str, texts: Collection[str]) -> str:
    """Name a start of the clock; a landmark by when it is, where that is one time."""
    said = dict.fromkeys(" ".join(text.split()) for text in texts)
    if name != "landmark" or (len(said) == 1 and next(iter(said)).casefold() == name):
        return name
    return f"{name}: {'; '.join(said)}"


def _studies(frame: Frame) -> Iterator[str]:
    """Say which studies gave several cohorts: they count as independent unless an overlap is declared."""
    own = dict(zip(units(frame), frame["study"].tolist(), strict=True))
    several = {study: k for study, k in Counter(own.values()).items() if study is not None and k > 1}
    if several:
        yield f"several cohorts of one study, pooled as independent: {counted(several)}"


def _cutoffs(frame: Frame, printed: Frame) -> Iterator[str]:
    """Say how far cutoffs lie apart in one unit, and in which others they are printed."""
    grouped: dict[str, list[float]] = {}
    others: dict[str, Counter[str]] = {}
    units_of = zip(frame["cutoff_unit"].tolist(), printed["cutoff_unit"].tolist(), strict=True)
    for value, (unit, own) in zip(frame["cutoff_value"].tolist(), units_of, strict=True):
        if not np.isnan(value):
            grouped.setdefault(unit or "1", []).append(value)
            others.setdefault(unit or "1", Counter()).update([own] if own not in (None, unit) else [])
    ranges = [
        f"{min(values):g} to {max(values):g}{'' if unit == '1' else ' ' + unit}{_printed(others[unit])}"
        for unit, values in grouped.items()
        if min(values) < max(values) or len(grouped) > 1
    ]
    if ranges:
        yield f"cutoffs differ: {'; '.join(ranges)}"


def _printed(others: Counter[str]) -> str:
    return f" (printed in {counted(others)})" if others else ""


def _contrasts(frame: Frame) -> Iterator[str]:
    """Say what is not known of the quantity; a guard sees to it that then it is known of none."""
    found = quantities(frame)
    kinds = [each.contrast for each in found]
    if unclear := kinds.count(ContrastKind.UNCLEAR):
        yield (
            f"what is compared with what is unclear for {unclear} of {_several(len(frame))}:"
            " they are pooled as printed, and the direction is not stated"
        )
    if "measure" in frame and (unclear := [each.measure for each in found].count(Measure.UNCLEAR)):
        yield f"which ratio it is (hazard, risk or odds ratio) is unclear for {unclear} of {_several(len(frame))}"
    for kind, what in _UNSTATED.items():
        if unstated := sum(each.contrast == kind and not each.stated for each in found):
            yield f"{what} is not stated for {unstated} of {_several(len(frame))}"


_UNSTATED = {
    ContrastKind.PER_UNIT: "per which step of the factor the ratio holds",
    ContrastKind.PER_SD: "whether the SD is of the factor or of its logarithm",
}


def _patients(frame: Frame) -> Iterator[str]:
    known = {unit for unit, n in zip(units(frame), frame["n"].tolist(), strict=True) if not np.isnan(n)}
    unknown = len(set(units(frame)) - known)
    if unknown and patients(frame) is not None:
        yield f"number of patients unknown for {unknown} of {len(set(units(frame)))} cohorts; n sums the others"


def _data_driven(frame: Frame) -> Iterator[str]:
    """Say how many cutoffs were chosen on the outcome, and of how many that is not known."""
    methods = [value for value, kind in _pairs(frame, "cutoff_method", "contrast") if value or kind in TWO_GROUPS]
    several = sum(value in DATA_DRIVEN_CUTOFFS for value in methods)
    unknown = sum(value in (None, CutoffMethod.UNCLEAR) for value in methods)
    if several:
        share = f"{several} of {_several(len(frame))} ({100 * several / len(frame):.0f} %)"
        yield f"data-driven cutoffs in {share}: chosen on the outcome, biased away from 1"
    if unknown:
        yield f"how the cutoff was chosen is not stated for {unknown} of {_several(len(frame))}"


def _checked(frame: Frame) -> Iterator[str]:
    """Say how far the rows were compared with their sources; a table without that column says nothing of it."""
    counts = Counter(value for value in frame["status"].tolist() if value is not None)
    said = [f"{counts[word]} {label}" for word, label in _CHECKED.items() if counts[word]]
    if said:
        yield f"of {len(frame)} used: {', '.join(said)}"


_CHECKED = {
    Status.ACCEPTED: "accepted (checked, with locator and quote)",
    Status.CHECKED: "checked against the source by a second person",
    Status.EXTRACTED: "only extracted",
}


def _pairs(frame: Frame, one: str, other: str) -> Iterator[tuple[Any, Any]]:
    return zip(frame[one].tolist(), frame[other].tolist(), strict=True)


STATEMENTS: tuple[Callable[[Frame], Iterator[str]], ...] = (
    _adjustment,
    _contrasts,
    _mixtures,
    _wordings,
    _times,
    _studies,
)
LAST: tuple[Callable[[Frame], Iterator[str]], ...] = (_data_driven, _patients, _checked)


def _flags(frame: Frame) -> Iterator[str]:
    rows: dict[str, list[str]] = {}
    labels, given = {flag.value: flag for flag in Flag}, frame["key"].tolist()
    for row, flags in enumerate(flags_of(frame, np.zeros(len(frame), dtype=np.bool_))):
        for flag in flags:
            rows.setdefault(flag, []).append(given[row] or f"row {row + 1}")
    for flag, keys in rows.items():
        if flag == Flag.DATA_DRIVEN_CUTOFF or flag in BEARING:
            continue  # said elsewhere
        name = f"{labels[flag].label}, {labels[flag].definition}" if flag in labels else flag
        yield f"{name}: {_several(len(keys))}: {listed(keys)}"


def _several(count: int, what: str = "estimate") -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
