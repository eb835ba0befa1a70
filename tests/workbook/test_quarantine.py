"""The good rows are stored, the others come back with what is wrong in red; mended, they complete the import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from registry.errors import Conflict, InputRefused, UsageError
from registry.handle import Registry
from registry.models import Changeset
from registry.store import Store

HEAD = "study_key,year,disease,biomarker,cutoff_value,cutoff_unit,endpoint,hr,ci_low,ci_high,n_patients,adjusted\n"
GOOD = "kim2016,2016,myeloma,ferritin,550,ng/mL,OS,1.80,1.20,2.70,120,yes\n"

Take = Callable[..., Any]


@pytest.fixture
def reg(store: Store) -> Registry:
    """Open a fresh registry, on SQLite and on PostgreSQL."""
    return Registry(store, curator="Ada")


@pytest.fixture
def take(reg: Registry, tmp_path: Path) -> Take:
    """Give a function that imports a text with a quarantine and gives what was stored and what came back."""

    def take(text: str, **options: Any) -> tuple[Any, list[dict[str, Any]]]:
        (tmp_path / "rows.csv").write_text(HEAD + text, encoding="utf-8")
        done = reg.import_source(tmp_path / "rows.csv", quarantine=tmp_path / "bad.xlsx", force=True, **options)
        return done, sheet_of(tmp_path / "bad.xlsx") if done.left_out else []

    return take


def sheet_of(path: Path) -> list[dict[str, Any]]:
    rows = list(openpyxl.load_workbook(path)["Estimates"].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def keys(reg: Registry) -> list[str]:
    return list(reg.frame()["key"])


def messages(reg: Registry) -> list[str]:
    with reg.store.read() as connection:
        return list(connection.execute(sa.select(Changeset.message).order_by(Changeset.number)).scalars())


def test_good_rows_are_stored_and_bad_ones_come_back(reg: Registry, take: Take, tmp_path: Path) -> None:
    """Each bad row stands in the workbook as it was, its wrong cells red, with why in plain words."""
    done, back = take(GOOD + "lee2017,2017,myeloma,ferritin,400,,PFS,NR,1.2,2.7,,maybe\n")
    assert (done.rows, done.created, done.left_out) == (2, 1, 1)
    assert list(reg.frame()["study"]) == ["kim2016"]
    (row,) = back
    assert list(row) == ["Why", *HEAD.strip().split(",")]
    assert (row["study_key"], row["year"], row["hr"], row["adjusted"]) == ("lee2017", 2017, "NR", "maybe")
    assert row["Why"].startswith("Line 3 of rows.csv\n")
    assert "hr: 'NR' is not a number. Expected: a number such as 2.15; empty when not read." in row["Why"]
    sheet = openpyxl.load_workbook(tmp_path / "bad.xlsx")["Estimates"]
    red = {sheet.cell(1, cell.column).value: cell for cell in sheet[2] if cell.fill.fgColor.rgb == "FFFFC7CE"}
    assert set(red) == {"hr", "adjusted", "cutoff_unit"}
    assert "is not a number" in red["hr"].comment.text
    assert all(cell.comment for cell in red.values())


def test_message_says_how_many_were_left_out(reg: Registry, take: Take) -> None:
    """Whoever reads the ledger later knows that the file was longer."""
    take(GOOD + GOOD.replace("1.80", "x"), message="first batch")
    assert messages(reg)[-1] == "first batch (one row left out)"
    take("lee2017" + GOOD[7:] + 2 * GOOD.replace("1.80", "x"))
    assert messages(reg)[-1] == "import rows.csv (2 rows left out)"


def test_mended_rows_complete_the_import(reg: Registry, take: Take, tmp_path: Path) -> None:
    """The workbook is a file to import like any other: the column that says why is passed over."""
    take(GOOD + GOOD.replace("OS,1.80", "PFS,NR"))
    book = openpyxl.load_workbook(tmp_path / "bad.xlsx")
    sheet = book["Estimates"]
    (hr,) = [cell.column for cell in sheet[1] if cell.value == "hr"]
    sheet.cell(2, hr).value = "1.70"
    book.save(tmp_path / "mended.xlsx")
    done = reg.import_source(tmp_path / "mended.xlsx")
    assert (done.created, done.left_out) == (1, 0)
    assert sorted(reg.frame()["est_text"]) == ["1.70", "1.80"]


def test_row_that_contradicts_what_is_stored_is_left_out(reg: Registry, take: Take) -> None:
    """A conflict with the registry makes a row bad, and it alone."""
    take(GOOD)
    done, back = take(GOOD.replace("1.80", "1.90") + GOOD.replace("OS", "PFS") + GOOD.replace("kim2016", "lee2017"))
    assert (done.created, done.left_out) == (2, 1)
    assert "hr: " in back[0]["Why"]
    assert "1.8" in back[0]["Why"]
    assert "1.9" in back[0]["Why"]
    assert list(reg.frame('study == "kim2016" and endpoint == "OS"')["est"]) == [1.8]


def test_row_that_contradicts_only_a_bad_row_is_good(reg: Registry, take: Take) -> None:
    """What a bad row says of a study binds no other row."""
    bad = GOOD.replace("2016,2016", "2016,2011").replace("1.80", "x")
    done, back = take(bad + GOOD.replace("OS", "PFS"))
    assert (done.created, done.left_out) == (1, 1)
    assert list(reg.frame()["year"]) == [2016.0]
    assert [row["year"] for row in back] == [2011]


def test_repeated_row_is_compared_with_good_rows_only(take: Take) -> None:
    """Of two rows of one key the second is stored when the first contradicts the registry."""
    take(GOOD.replace("kim2016,2016", "kim2016,2010").replace("OS", "PFS"))
    same = GOOD.replace("kim2016,2016", "kim2016,")
    done, back = take(GOOD + same)
    assert (done.created, done.left_out) == (1, 1)
    assert "year" in back[0]["Why"]


def test_nothing_is_left_out_of_a_good_file(take: Take, tmp_path: Path) -> None:
    """Without a bad row there is no workbook."""
    done, _ = take(GOOD)
    assert (done.created, done.left_out) == (1, 0)
    assert not (tmp_path / "bad.xlsx").exists()


def test_all_rows_bad_store_nothing(reg: Registry, take: Take) -> None:
    """A file of bad rows only comes back whole, and leaves no changeset."""
    before = messages(reg)
    done, back = take(GOOD.replace("1.80", "x"))
    assert (done.created, done.left_out, done.changeset, len(back)) == (0, 1, None, 1)
    assert messages(reg) == before


def test_name_of_a_bad_row_is_not_new(take: Take) -> None:
    """A disease that only a row left out has is not told as new: nothing of it was stored."""
    done, _ = take(GOOD + GOOD.replace("1.80", "x").replace("myeloma", "mieloma").replace("kim2016", "lee2017"))
    assert done.left_out == 1
    assert done.new_names["disease"] == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("study_key,biomarker,hr\nkim,NLR,2.1\n", "column-missing"),
        (HEAD + '"kim2016,2016\n', "quoting"),
        (HEAD, "rows-missing"),
    ],
)
def test_fault_of_the_whole_file_refuses_it(reg: Registry, tmp_path: Path, text: str, code: str) -> None:
    """What is no fault of single rows is not put aside, for rows would be lost with it."""
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=code):
        reg.import_source(tmp_path / "rows.csv", quarantine=tmp_path / "bad.xlsx")
    assert keys(reg) == []
    assert not (tmp_path / "bad.xlsx").exists()


def test_workbook_that_cannot_be_written_stores_nothing(reg: Registry, tmp_path: Path) -> None:
    """Rows are handed over before the others are kept: they are never in neither place."""
    (tmp_path / "rows.csv").write_text(HEAD + GOOD + GOOD.replace("1.80", "x"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"the folder of .* does not exist"):
        reg.import_source(tmp_path / "rows.csv", quarantine=tmp_path / "no folder" / "bad.xlsx")
    (tmp_path / "bad.xlsx").write_text("work", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        reg.import_source(tmp_path / "rows.csv", quarantine=tmp_path / "bad.xlsx")
    with pytest.raises(UsageError, match="no name of a workbook"):
        reg.import_source(tmp_path / "rows.csv", quarantine=tmp_path / "bad.csv")
    assert keys(reg) == []


def test_row_that_is_no_row_is_told(take: Take) -> None:
    """A line with too few cells comes back with its beginning, and the others are stored."""
    done, back = take(GOOD + "lee2017,2017\n")
    assert (done.created, done.left_out) == (1, 1)
    assert "the row has 2 cells" in back[0]["Why"]
    assert "lee2017,2017" in back[0]["Why"]


def test_without_quarantine_it_is_all_or_nothing(reg: Registry, tmp_path: Path) -> None:
    """One bad row refuses the file, as ever."""
    (tmp_path / "rows.csv").write_text(HEAD + GOOD + GOOD.replace("1.80", "x"), encoding="utf-8")
    with pytest.raises(InputRefused, match="nothing was stored"):
        reg.import_source(tmp_path / "rows.csv")
    (tmp_path / "rows.csv").write_text(HEAD + GOOD, encoding="utf-8")
    reg.import_source(tmp_path / "rows.csv")
    (tmp_path / "rows.csv").write_text(HEAD + GOOD.replace("1.80", "1.90"), encoding="utf-8")
    with pytest.raises(Conflict, match="contradicts"):
        reg.import_source(tmp_path / "rows.csv")
    assert list(reg.frame()["est"]) == [1.8]
