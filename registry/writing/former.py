"""Estimates stored by an earlier version of evireg, which read the same row another way: known again by their old key.

Until contrasts were settled from all a row says, an empty contrast was above against below, an empty measure a hazard
ratio, covariates were parted by semicolons alone, and no time horizon was read.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from registry.issues import Issue
from registry.terms import ContrastBasis, ContrastKind, Measure
from registry.writing.keys import CUTOFF, FURTHER, estimate_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry.record import Record
    from registry.vocabulary import Vocabulary

#: What an earlier version took an empty cell for.
_TAKEN_FOR = {"contrast": ContrastKind.ABOVE_VS_BELOW.value, "measure": Measure.HR.value}
_DIRECTIONS = (ContrastKind.ABOVE_VS_BELOW, ContrastKind.BELOW_VS_ABOVE, ContrastKind.UNCLEAR)
#: What an amendment brings in line with the row, by contract name.
_AMENDED = ("contrast", "measure", *CUTOFF, "scale", "covariates", "horizon_days", "endpoint")


def former_keys(record: Record, values: Mapping[str, Any], vocabulary: Vocabulary) -> list[str]:
    """Give the keys a row may be stored under already, the likeliest first; its own is not among them.

    Beside those of earlier versions these are the keys the same row has where somebody said of its file how it is to
    be read, or did not.
    """
    given = record.former
    as_given = {name: _TAKEN_FOR.get(name) if value is None else value for name, value in given.items()}
    listed = _covariates(values, vocabulary)
    choices: list[list[dict[str, Any]]] = [
        [as_given, {}] if as_given else [{}],
        [{}, *({"contrast": each.value} for each in _directions(given, values))],
        [{}, *({"measure": each.value} for each in _measures(values))] if given.get("measure", "") is None else [{}],
        [{"covariates": listed}, {}] if listed not in (None, values.get("covariates")) else [{}],
        [dict.fromkeys(FURTHER), {}] if any(values.get(name) is not None for name in FURTHER) else [{}],
    ]
    own = estimate_key(values)
    found = (
        estimate_key({**values, **{name: each[name] for each in parts for name in each}}) for parts in product(*choices)
    )
    return [key for key in dict.fromkeys(found) if key != own]


def _directions(given: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[ContrastKind, ...]:
    """Give the directions the row may be stored with; earlier versions had no word for extreme groups."""
    if values.get("contrast") == ContrastKind.EXTREMES:
        return _DIRECTIONS[:2]
    return _DIRECTIONS if _unsaid(given, values) else ()


def _measures(values: Mapping[str, Any]) -> tuple[Measure, ...]:
    """Give the ratios the row may be stored as: any that was said of its file, where it names none itself."""
    return tuple(Measure) if values.get("measure") == Measure.UNCLEAR else (Measure.HR, Measure.UNCLEAR)


def _unsaid(given: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Say whether the row itself says nothing of its direction."""
    basis = values.get("contrast_basis")
    return given.get("contrast", "") is None and basis in (None, ContrastBasis.FILE, ContrastBasis.ASSUMED)


def _covariates(values: Mapping[str, Any], vocabulary: Vocabulary) -> str | None:
    """List the covariates as they were read before: parted by semicolons alone, each by its synonym."""
    text = values.get("covariates_text")
    if not text:
        return None
    return "; ".join(vocabulary.covariates_formerly(str(text))) or None


def is_former(stored: Mapping[str, Any]) -> bool:
    """Say whether what a stored row compares may be another reading: nobody settled it, or it was said of a file."""
    return stored.get("contrast_basis") in (None, ContrastBasis.FILE, ContrastBasis.ASSUMED)


def remark(key: str, stored: Mapping[str, Any], values: Mapping[str, Any], record: Record) -> Issue | None:
    """Name the amendment that brings a stored row in line with the row that was imported again; None for none."""
    changes = [f"{column}={_shown(value)}" for column, value in _changes(stored, values)]
    if not changes:
        return None
    message = f"it is stored under another reading: evireg amend {key} {' '.join(changes)} --reason WHY"
    return Issue("stored-otherwise", message, "flag", record.file, record.line, "contrast", "", "amend it")


def _changes(stored: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _AMENDED:
        value = values.get(name)
        if value not in (None, Measure.UNCLEAR, ContrastKind.UNCLEAR) and stored.get(name) != value:
            yield name, value


def _shown(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"'{text}'" if " " in text or ";" in text else text
