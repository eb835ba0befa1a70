"""Every column of every row as Parquet, by the archive's own writer: the same bytes on every machine."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from registry.archive.fields import Field, Holds
from registry.archive.parquet import write_parquet
from registry.columns import BY_NAME, Kind
from registry.formats.rows import SIMULATED, everything
from registry.pooling.notes import INVERTED

if TYPE_CHECKING:
    from registry.formats.analysed import Analysed
    from registry.frame import Frame

_KINDS = {
    Kind.TEXT: Holds.TEXT,
    Kind.NUMBER: Holds.NUMBER,
    Kind.INTEGER: Holds.INTEGER,
    Kind.BOOLEAN: Holds.BOOLEAN,
}
_OWN = {
    "yi_pooled": Holds.NUMBER,
    "weight_percent": Holds.NUMBER,
    INVERTED: Holds.BOOLEAN,
    SIMULATED: Holds.BOOLEAN,
}


def parquet(found: Analysed) -> bytes:
    """Write the columns of `registry.formats.rows.everything`, each of the type the contract gives it."""
    columns = everything(found)
    fields = [Field(name, _holds(name, found.result.rows)) for name in columns]
    rows = zip(*columns.values(), strict=True)
    held = io.BytesIO()
    write_parquet(held, fields, rows)
    return held.getvalue()


def _holds(name: str, rows: Frame) -> Holds:
    if name in _OWN:
        return _OWN[name]
    if name in BY_NAME:
        return _KINDS[BY_NAME[name].kind]
    numeric = name in rows.attributes and rows.attributes[name].dtype.kind == "f"
    return Holds.NUMBER if numeric else Holds.TEXT
