"""Every form a result can be given in, by name and by the ending of a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.formats.bibliography import bibtex, ris
from registry.formats.excel import workbook
from registry.formats.fhir import bundle
from registry.formats.parquet import parquet
from registry.formats.rows import meta, metafor, revman, whole
from registry.pooling.analysis import one_of
from registry.texts import in_json

if TYPE_CHECKING:
    from registry.formats.analysed import Analysed


@dataclass(frozen=True, slots=True)
class Format:
    """One form: the ending of its files, what it is in a sentence, and what writes it."""

    name: str
    ending: str
    says: str
    write: Callable[[Analysed], bytes]


def as_json(found: Analysed) -> bytes:
    """Write the result as `evireg pool --json` prints it, with the query it is of and the reports behind it."""
    beside = {
        "query": found.query.name,
        "version": found.query.version,
        "description": found.query.description,
        "references": [dict(item) for item in found.references],
    }
    text = json.dumps({**beside, **found.result.as_dict()}, allow_nan=False, ensure_ascii=False, indent=2)
    return f"{in_json(text)}\n".encode()


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("csv", ".csv", "every column of every estimate", whole),
        Format("revman", ".csv", "rows of a generic inverse variance analysis in RevMan's layout", revman),
        Format("metafor", ".csv", "yi and vi with labels and moderators, for R's metafor", metafor),
        Format("meta", ".csv", "TE and seTE with labels and moderators, for R's meta", meta),
        Format("json", ".json", "the whole result", as_json),
        Format("xlsx", ".xlsx", "a workbook: pool, estimates, flow, notes, provenance", workbook),
        Format("parquet", ".parquet", "every column of every estimate, typed", parquet),
        Format("bibtex", ".bib", "the included reports", bibtex),
        Format("ris", ".ris", "the included reports", ris),
        Format("fhir", ".fhir.json", "FHIR R5: Evidence, EvidenceVariable, Citation", bundle),
    )
}
#: Ending → the form it means by itself; the longest counts, and the first form of one ending.
_MEANT: Mapping[str, Format] = {each.ending: each for each in reversed(list(FORMATS.values()))}


def format_of(path: str | Path, name: str | None = None) -> Format:
    """Find the form by its name, else by the ending of the file. UsageError names them all."""
    if name is not None:
        return FORMATS[one_of("format", name, FORMATS)]
    endings = sorted((ending for ending in _MEANT if str(path).lower().endswith(ending)), key=len)
    if not endings:
        raise UsageError(
            f"{path}: the ending does not say which form is meant",
            f"end it in one of {', '.join(sorted(_MEANT))}, or say --format {'|'.join(FORMATS)}",
        )
    return _MEANT[endings[-1]]
