"""A result as an Excel workbook: what it says, the pool, the estimates, the flow, where it comes from."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from registry.formats.rows import everything

if TYPE_CHECKING:
    from registry.formats.analysed import Analysed

#: XlsxWriter dates a workbook by the clock unless told; the same result is the same file.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_LONGEST = 32_767
_WIDEST = 60


def workbook(found: Analysed) -> bytes:
    """Write the workbook; every text is written as text, so that nothing in it is taken for a formula."""
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": found.title, "created": _MADE, "comments": _marked(found)})
    bold, warning = book.add_format({"bold": True}), book.add_format({"bold": True, "font_color": "#9C0006"})
    for name, header, rows in sheets(found):
        sheet = book.add_worksheet(name)
        first = 0
        if found.result.simulated:
            sheet.write_string(0, 0, "SIMULATED: these rows are invented; nothing here is evidence", warning)
            first = 1
        _fill(sheet, first, header, rows, bold)
    book.close()
    return held.getvalue()


def _marked(found: Analysed) -> str:
    return "SIMULATED: no evidence" if found.result.simulated else ""


def sheets(found: Analysed) -> Iterator[tuple[str, Sequence[str], list[Sequence[Any]]]]:
    """Give each sheet: its name, its header, its rows."""
    columns = everything(found)
    known = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    first = [name for name in ("label", "est_text", "ci_low_text", "ci_high_text", "weight_percent") if name in known]
    order = [*first, *(name for name in known if name not in first)]
    pool = found.result.pool.as_dict()
    reasons = pool.pop("reasons")
    yield "pool", ("number", "value", "why there is none"), [(name, pool[name], reasons.get(name)) for name in pool]
    yield "estimates", order, list(zip(*(known[name] for name in order), strict=True))
    yield "flow", ("step", "estimates", "cohorts", "patients", "keys"), list(_flow(found))
    yield "notes", ("note",), [(note,) for note in found.result.notes]
    yield "provenance", ("what", "value"), list(_provenance(found))


def _flow(found: Analysed) -> Iterator[Sequence[Any]]:
    flow = found.result.flow
    yield "matched", flow.matched, None, None, None
    for step in flow.steps:
        yield f"left out: {step.label}", step.left_out, step.cohorts, step.patients, ", ".join(step.keys)
    yield "used", flow.used, flow.used_cohorts, flow.used_patients, None


def _provenance(found: Analysed) -> Iterator[Sequence[Any]]:
    yield "query", found.query.name
    yield "version of the query", found.query.version
    yield "simulated", found.result.simulated
    for name, value in found.result.provenance.items():
        yield name, value if value is None or isinstance(value, str | int | float) else json.dumps(value)


def _fill(sheet: Any, first: int, header: Sequence[str], rows: Iterable[Sequence[Any]], bold: Any) -> None:
    widths = [len(name) for name in header]
    for place, name in enumerate(header):
        sheet.write_string(first, place, name, bold)
    for number, row in enumerate(rows, first + 1):
        for place, value in enumerate(row):
            _write(sheet, number, place, value)
            widths[place] = max(widths[place], len(str(value if value is not None else "")))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width, _WIDEST) + 2)
    sheet.freeze_panes(first + 1, 1)


def _write(sheet: Any, row: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, str(value)[:_LONGEST])
