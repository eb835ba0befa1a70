"""What tables and figures call the rows of a frame."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from registry.frame import Frame


def labels(frame: Frame) -> list[str]:
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
