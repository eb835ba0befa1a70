"""Rows for other programs: CSV of RevMan, metafor, meta, the whole contract; Parquet, Excel, JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from registry.formats.analysed import Analysed
from registry.formats.catalogue import FORMATS
from registry.frame import Frame
from registry.handle import pool
from registry.pooling import pool as pool_frame
from tests.formats.test_bibliography import ITEM
from tests.pooling.rows import MYELOMA_OS, low_against_high, rows


def read(found: Analysed, form: str) -> list[dict[str, str]]:
    """Write a CSV form and read it with the standard library."""
    return list(csv.DictReader(io.StringIO(FORMATS[form].write(found).decode(), newline="")))


def of(found: Analysed, frame: Frame) -> Analysed:
    """Give an analysis of other rows."""
    return replace(found, result=pool_frame(frame, method="DL", test="z"))


@pytest.fixture
def turned(dlbcl: Analysed) -> Analysed:
    """Give a pool of which two rows were reported low against high."""
    made = rows(MYELOMA_OS)
    return of(dlbcl, Frame.from_rows([*map(low_against_high, made[:2]), *made[2:]]))


def test_revman_rows_are_log_ratios_with_standard_errors(dlbcl: Analysed) -> None:
    """RevMan's CSV has a row per estimate with the log ratio, its standard error and the ratio's interval."""
    found = read(dlbcl, "revman")
    assert [row["Study"] for row in found] == [each.label for each in dlbcl.result.estimates]
    first, ours = found[0], dlbcl.result.estimates[0]
    assert float(first["GIV Mean"]) == ours.yi
    assert float(first["GIV SE"]) == math.sqrt(ours.vi)
    assert (float(first["Mean"]), float(first["CI start"]), float(first["CI end"])) == (
        ours.hr,
        ours.ci_low,
        ours.ci_high,
    )
    assert sum(float(row["Weight"]) for row in found) == pytest.approx(100)
    assert not any(row["Footnotes"] for row in found)


@pytest.mark.parametrize(("form", "effect", "error"), [("metafor", "yi", "vi"), ("meta", "TE", "seTE")])
def test_rows_for_r_pool_to_the_same_number(dlbcl: Analysed, form: str, effect: str, error: str) -> None:
    """What metafor and meta are given pools to the very number of the result."""
    found = read(dlbcl, form)
    yi = [float(row[effect]) for row in found]
    vi = [float(row[error]) if form == "metafor" else float(row[error]) ** 2 for row in found]
    again = pool(pd.DataFrame({"yi": yi, "vi": vi}), method="DL", test="z")
    assert again.pool.mu == pytest.approx(dlbcl.result.pool.mu, rel=1e-14)
    assert again.pool.tau2 == pytest.approx(dlbcl.result.pool.tau2, rel=1e-12)


def test_moderators_stand_beside_the_numbers(dlbcl: Analysed) -> None:
    """Every column anything was read in stands beside yi and vi, numbers as numbers, and no empty one does."""
    found = read(dlbcl, "metafor")
    assert {"slab", "key", "yi", "vi", "year", "n", "adjusted"} <= set(found[0])
    assert all(float(row["year"]) > 1990 for row in found)
    for name in found[0]:
        assert any(row[name] for row in found), name


def _table(found: Analysed, form: str) -> pd.DataFrame:
    content = io.BytesIO(FORMATS[form].write(found))
    if form == "csv":
        return pd.read_csv(content)
    return pq.read_table(content).to_pandas() if form == "parquet" else pd.read_excel(content, sheet_name="estimates")


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("which", ["dlbcl", "turned"])
def test_what_was_exported_pools_to_the_same(form: str, which: str, request: pytest.FixtureRequest) -> None:
    """A table that is read back by pandas is a frame that pools to the same number, inverted rows and all."""
    found: Analysed = request.getfixturevalue(which)
    again = pool(_table(found, form), method="DL", test="z")
    assert again.pool.hr == pytest.approx(found.result.pool.hr, rel=1e-13)
    assert again.pool.tau2 == pytest.approx(found.result.pool.tau2, rel=1e-12)
    assert [each.key for each in again.estimates] == [each.key for each in found.result.estimates]
    assert [each.flags for each in again.estimates] == [each.flags for each in found.result.estimates]


def test_an_inverted_row_is_told(turned: Analysed) -> None:
    """A row reported low against high is as reported in the whole table, and as pooled, and so named, for R."""
    first = _table(turned, "csv").iloc[0]
    assert (first["inverted"], first["contrast"]) == (True, "below_vs_above")
    assert first["yi"] == -first["yi_pooled"]
    assert first["est"] == 1 / MYELOMA_OS[0][2]
    given = read(turned, "metafor")[0]
    assert (given["inverted"], given["contrast"]) == ("true", "above_vs_below")
    assert float(given["yi"]) == first["yi_pooled"]


def test_parquet_has_the_types_of_the_contract(dlbcl: Analysed) -> None:
    """Pyarrow reads text as text, numbers as doubles, counts as integers and truths as booleans."""
    schema = pq.read_schema(io.BytesIO(FORMATS["parquet"].write(dlbcl)))
    types = {name: str(schema.field(name).type) for name in ("key", "yi", "n", "retracted", "simulated", "doi")}
    assert types == {
        "key": "string",
        "yi": "double",
        "n": "int64",
        "retracted": "bool",
        "simulated": "bool",
        "doi": "string",
    }


def test_workbook_has_a_sheet_of_each_kind(dlbcl: Analysed) -> None:
    """Openpyxl reads pool, estimates, flow, notes and provenance, with the numbers of the result."""
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(dlbcl)))
    assert book.sheetnames == ["pool", "estimates", "flow", "notes", "provenance"]
    numbers = {row[0].value: row[1].value for row in book["pool"].iter_rows(min_row=2)}
    assert numbers["hr"] == pytest.approx(dlbcl.result.pool.hr, rel=1e-14)
    said = {row[0].value: row[1].value for row in book["provenance"].iter_rows(min_row=2)}
    assert said["digest"] == dlbcl.result.provenance["digest"]
    steps = [(row[0].value, row[1].value) for row in book["flow"].iter_rows(min_row=2)]
    assert steps[0] == ("matched", dlbcl.result.flow.matched)
    assert steps[-1] == ("used", len(dlbcl.result.estimates))


def test_json_is_that_of_pool_with_its_query_and_reports(dlbcl: Analysed) -> None:
    """The JSON is the object of `evireg pool --json` with the query's name and version and its references."""
    found = json.loads(FORMATS["json"].write(dlbcl))
    assert found["query"] == "nlr-dlbcl-os"
    assert len(found["references"]) == len(dlbcl.references) > 0
    pooled = {name: value for name, value in found.items() if name in dlbcl.result.as_dict()}
    assert pooled == json.loads(json.dumps(dlbcl.result.as_dict()))


@pytest.mark.parametrize("form", list(FORMATS))
def test_same_result_same_bytes(form: str, dlbcl: Analysed) -> None:
    """Writing a result twice gives the same bytes."""
    assert FORMATS[form].write(dlbcl) == FORMATS[form].write(dlbcl)


@pytest.mark.parametrize("form", list(FORMATS))
def test_simulated_rows_are_marked(form: str, simulated: Analysed) -> None:
    """Every form of a simulated result says that it is simulated."""
    content = FORMATS[form].write(replace(simulated, references=(ITEM,)))
    if form == "parquet":
        assert set(pq.read_table(io.BytesIO(content))["simulated"].to_pylist()) == {True}
    elif form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert all(str(sheet["A1"].value).startswith("SIMULATED") for sheet in book)
    elif form in ("csv", "metafor", "meta"):
        assert {row["simulated"] for row in read(simulated, form)} == {"true"}
    else:
        assert b"simulated" in content.lower()


FORMULAS = ("=1+1", "+1", "-1", "@x", "\tx", "'=1")


@pytest.mark.parametrize("form", ["csv", "revman", "metafor", "meta"])
def test_text_of_a_formula_is_escaped_in_csv(form: str, dlbcl: Analysed) -> None:
    """A name that begins like a formula has an apostrophe before it, a negative number has none."""
    names = [name for name in FORMULAS if name.strip() == name]  # labels are stripped
    data: Any = [(name, 100 + place, 0.5, 0.3, 0.9) for place, name in enumerate(names)]
    content = FORMATS[form].write(of(dlbcl, Frame.from_rows(rows(data)))).decode()
    label = {"csv": "study", "revman": "Study", "metafor": "slab", "meta": "studlab"}[form]
    found = list(csv.DictReader(io.StringIO(content, newline="")))
    assert all(row[label].startswith("'") for row in found)
    effect = {"csv": "yi", "revman": "GIV Mean", "metafor": "yi", "meta": "TE"}[form]
    assert {row[effect] for row in found} == {repr(math.log(0.5))}


def test_text_of_a_formula_is_text_in_a_workbook(dlbcl: Analysed) -> None:
    """A cell that begins with = is a string to Excel, never a formula or a link."""
    data: Any = [(name, 100 + place, 0.5, 0.3, 0.9) for place, name in enumerate((*FORMULAS, "http://example.org/"))]
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(of(dlbcl, Frame.from_rows(rows(data))))))
    cells = [cell for row in book["estimates"].iter_rows() for cell in row if str(cell.value) in FORMULAS]
    assert len(cells) >= len(FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}
