"""Arbitrary bytes and arbitrary cells: an import gives evidence or our own errors, and errors store nothing."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.columns import BY_INPUT
from registry.errors import InputRefused
from registry.ingest.issues import CATALOGUE
from registry.ingest.load import load
from registry.store import Store
from tests.effort import tries

Held = Callable[[Store], dict[str, int]]

REPEATED = settings(
    max_examples=tries(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

HEADER = ["study_key", "biomarker", "endpoint", "hr", *sorted(BY_INPUT.keys() - {"n", "events", "factor", "est", "hr"})]
HEADER = list(dict.fromkeys(HEADER))
#: Texts that are almost right, so that more than the first check is reached.
USUAL = ["", " ", "0", "1", "2.1", "0.5", "-1", "1e308", "1e-320", "NaN", "95", "1,077", "2,1", "<0.001", "yes", "no"]
USUAL += [
    "OS",
    "PFS",
    "ferritin",
    "NLR",
    "ng/mL",
    "1",
    ">=",
    "hr",
    "kim",
    "2016",
    "2017-06",
    "10.1000/x",
    "11",
    "worse",
]
USUAL += [
    "https://doi.org/10.1000/x",
    "all",
    "age; sex",
    ";",
    "x" * 3000,
    "\u0130",
    "\u00df",
    "a\u0301",
    "\U0001f600",
    "'",
    '"',
]
CELL = st.sampled_from(USUAL) | st.text(max_size=12)
ROWS = st.lists(st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER)), min_size=1, max_size=4)


@pytest.fixture
def registry_with_a_study(sqlite_store: Store) -> Store:
    """Open a registry that holds something a file can contradict."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "known.csv")
        path.write_text("study_key,biomarker,endpoint,hr,year\nkim,NLR,OS,2.1,2016\n")
        load(sqlite_store, path, curator="ada")
    return sqlite_store


def _attempt(store: Store, held: Held, path: Path, *, attributes: bool, **how: str) -> None:
    before = held(store)
    refused: InputRefused | None = None
    try:
        loaded = load(store, path, curator="ada", attributes=attributes, **how)
    except InputRefused as error:
        refused = error
    if refused is None:
        assert loaded.rows == loaded.created + loaded.unchanged
        assert load(store, path, curator="ada", attributes=attributes, **how).changeset is None
    else:
        assert [issue for issue in refused.issues if not (issue.code in CATALOGUE and issue.message)] == []
        assert refused.issues
        assert held(store) == before


@REPEATED
@given(content=st.binary(max_size=300), attributes=st.booleans())
def test_arbitrary_bytes(
    registry_with_a_study: Store, held: Held, tmp_path: Path, content: bytes, attributes: bool
) -> None:
    """A file of any bytes is refused with issues, never with a fault of ours."""
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    _attempt(registry_with_a_study, held, path, attributes=attributes)


@REPEATED
@given(text=st.text(alphabet=' \n\r\t",;\0\x1aaké0\u2028\ufeff', max_size=120), attributes=st.booleans())
def test_arbitrary_text_under_a_good_header(
    registry_with_a_study: Store, held: Held, tmp_path: Path, text: str, attributes: bool
) -> None:
    """Quotes, line ends and separators in any order below a good header lead to issues or rows."""
    path = tmp_path / "any.csv"
    path.write_bytes(("study_key,biomarker,endpoint,hr\n" + text).encode())
    _attempt(registry_with_a_study, held, path, attributes=attributes)


def _as_csv(rows: list[list[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows([HEADER, *rows])
    return target.getvalue()


@REPEATED
@given(rows=ROWS)
def test_arbitrary_cells(registry_with_a_study: Store, held: Held, tmp_path: Path, rows: list[list[str]]) -> None:
    """Whatever stands in the cells of a file of every column, it is stored twice the same or refused with issues."""
    path = tmp_path / "any.csv"
    path.write_text(_as_csv(rows), encoding="utf-8", newline="")
    _attempt(registry_with_a_study, held, path, attributes=False)


#: One cell at a time is arbitrary, the others are good: what passes the checks must pass the database.
GOOD = {"study_key": "kim", "biomarker": "ferritin", "endpoint": "OS", "hr": "2.1", "cutoff_unit": "ng/mL"}


@settings(REPEATED, max_examples=tries(40))
@given(column=st.sampled_from(HEADER), cell=CELL | st.text(min_size=150, max_size=250))
def test_one_arbitrary_cell(store: Store, held: Held, tmp_path: Path, column: str, cell: str) -> None:
    """A cell that the checks let through is stored by either database as it is."""
    path = tmp_path / "any.csv"
    row = {name: GOOD.get(name, "") for name in HEADER} | {column: cell}
    path.write_text(_as_csv([list(row.values())]), encoding="utf-8", newline="")
    _attempt(store, held, path, attributes=False)


#: Good cells of every column, so that most files are stored: they must be the same when read again.
CELLS: dict[str, list[str]] = {
    "study_key": ["kim", "lee", "wu"],
    "cohort": ["", "all", "young"],
    "biomarker": ["ferritin", "NLR", "new factor"],
    "endpoint": ["OS", "overall survival", "PFS"],
    "hr": ["2.1", "2.10", "1.5", ""],
    "ci_low": ["", "1.2"],
    "ci_high": ["", "3"],
    "p_value": ["", "0.01", "<0.05"],
    "log_hr": ["", "0.5"],
    "se_log_hr": ["", "0.2"],
    "effect_direction": ["", "worse"],
    "adjusted": ["", "yes"],
    "covariates": ["", "age; sex", "Gender;age"],
    "cutoff_operator": ["", ">", ">="],
    "cutoff_text": ["", "upper limit"],
    "cutoff_method": ["", "median"],
    "timepoint": ["", "diagnosis"],
    "reference_group": ["", "low"],
    "source_locator": ["", "Table 1", "Table 2"],
    "source_kind": ["", "article", "review"],
    "source_url": ["", "https://doi.org/10.1000/x", "https://pubmed.ncbi.nlm.nih.gov/11/"],
    "first_author": ["", "Kim"],
    "title": ["", "T", "t"],
    "journal": ["", "J"],
    "year": ["", "2015", "2016"],
    "doi": ["", "10.1000/x", "10.1000/Y"],
    "pmid": ["", "11", "12"],
    "disease": ["", "MM", "gout"],
    "country": ["", "Japan"],
    "origin": ["", "simulated"],
    "as_printed": ["", "so in the abstract"],
    "product_source": ["", "academic"],
    "extra": ["", "1", "a"],
}


@settings(REPEATED, max_examples=tries(40))
@given(
    rows=st.lists(
        st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), min_size=1, max_size=5
    ),
    sparse=st.sets(st.sampled_from(sorted(CELLS.keys() - {"study_key", "biomarker", "endpoint"})), min_size=12),
)
def test_possible_rows(store: Store, held: Held, tmp_path: Path, rows: list[dict[str, str]], sparse: set[str]) -> None:
    """Rows that each make sense are stored or contradict each other; stored, they change nothing when read again."""
    path = tmp_path / "any.csv"
    names = [name for name in CELLS if name not in sparse or name == "hr"]
    target = io.StringIO()
    csv.writer(target).writerows([names, *([row[name] for name in names] for row in rows)])
    path.write_text(target.getvalue(), encoding="utf-8", newline="")
    _attempt(store, held, path, attributes=True)


@REPEATED
@given(content=st.binary(max_size=300), kind=st.sampled_from(["csv", "tsv", "jsonl", "xlsx"]))
def test_arbitrary_bytes_of_any_kind(
    registry_with_a_study: Store, held: Held, tmp_path: Path, content: bytes, kind: str
) -> None:
    """Whatever a file is said to be, its bytes are read or refused with issues."""
    path = tmp_path / f"any.{kind}"
    path.write_bytes(content)
    _attempt(registry_with_a_study, held, path, attributes=False, format=kind)


@REPEATED
@given(
    content=st.text(max_size=80),
    encoding=st.sampled_from(["utf-16", "utf-16-le", "utf-8-sig", "cp1252", "utf-32"]),
    told=st.sampled_from([None, "cp1252", "utf-16", "ascii", "utf-7"]),
)
def test_arbitrary_encodings(  # noqa: PLR0917 - what is drawn
    registry_with_a_study: Store, held: Held, tmp_path: Path, content: str, encoding: str, told: str | None
) -> None:
    """Bytes of one encoding read in another lead to rows or issues."""
    path = tmp_path / "any.csv"
    path.write_bytes(f"study_key;biomarker;endpoint;hr;notes\nkim;NLR;OS;2,1;{content}\n".encode(encoding, "replace"))
    _attempt(registry_with_a_study, held, path, attributes=False, **({"encoding": told} if told else {}))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELL,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(CELL, inner, max_size=2),
    max_leaves=4,
)


@REPEATED
@given(lines=st.lists(st.dictionaries(st.sampled_from(HEADER) | CELL, VALUES, max_size=6), max_size=4))
def test_arbitrary_json_lines(registry_with_a_study: Store, held: Held, tmp_path: Path, lines: list[object]) -> None:
    """Objects of any keys and values are read or refused with issues."""
    path = tmp_path / "any.jsonl"
    good = {"study_key": "wu", "biomarker": "NLR", "endpoint": "OS", "hr": 2.1}
    path.write_text("\n".join(json.dumps({**good, **each}) for each in lines), encoding="utf-8")
    _attempt(registry_with_a_study, held, path, attributes=False)


CELLS_OF_EXCEL = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes(datetime(1901, 1, 1), datetime(9999, 12, 31))
    | st.times()
    | st.timedeltas(timedelta(0), timedelta(days=999))
    | st.sampled_from([*USUAL[:-7], "=1+1", "#REF!", "=A1", "_x0000_", "_xD800_", "'2.1"])
)
FORMATS = st.sampled_from(["General", "0.00", "0%", "mmm-yy", "d-mmm", "@", "0.00E+00", "[h]:mm", "#,##0.00_);(0.00)"])


@settings(REPEATED, max_examples=tries(40))
@given(rows=st.lists(st.lists(st.tuples(CELLS_OF_EXCEL, FORMATS), max_size=9), max_size=4))
def test_arbitrary_cells_of_a_workbook(
    registry_with_a_study: Store, held: Held, tmp_path: Path, rows: list[list[tuple[object, str]]]
) -> None:
    """Values of every type Excel has, in every format, are read or refused with issues."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    names = ["study_key", "biomarker", "endpoint", "hr", "n", "recruited_from", "notes", "p_value"]
    sheet.append(names)
    for number, row in enumerate(rows, 2):
        for at, (value, shown) in enumerate(row, 1):
            sheet.cell(number, at, value).number_format = shown  # type: ignore[arg-type]
    made.save(tmp_path / "any.xlsx")
    made.close()
    _attempt(registry_with_a_study, held, tmp_path / "any.xlsx", attributes=False)


@pytest.fixture(scope="module")
def workbook() -> dict[str, bytes]:
    """Give the parts of a good workbook."""
    made, target = openpyxl.Workbook(), io.BytesIO()
    sheet = made.active
    assert sheet is not None
    sheet.append(["study_key", "biomarker", "endpoint", "hr"])
    sheet.append(["wu", "NLR", "OS", 2.1])
    sheet.merge_cells("B3:C4")
    made.save(target)
    made.close()
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@settings(REPEATED, max_examples=tries(50))
@given(data=st.data())
def test_damaged_workbooks(
    registry_with_a_study: Store, held: Held, tmp_path: Path, workbook: dict[str, bytes], data: st.DataObject
) -> None:
    """A workbook with any piece of any part missing or replaced is read or refused with issues."""
    parts = dict(workbook)
    name = data.draw(st.sampled_from(sorted(parts)))
    start = data.draw(st.integers(0, len(parts[name])))
    end = data.draw(st.integers(start, min(len(parts[name]), start + 40)))
    other = data.draw(
        st.binary(max_size=8) | st.sampled_from([b"0", b"-1", b"999999999999", b"XFD1", b"</row>", b"NaN"])
    )
    parts[name] = parts[name][:start] + other + parts[name][end:]
    with zipfile.ZipFile(tmp_path / "any.xlsx", "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    _attempt(registry_with_a_study, held, tmp_path / "any.xlsx", attributes=False)
