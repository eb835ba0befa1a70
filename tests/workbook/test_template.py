"""The empty workbook: everything a curator needs to fill it in, and nothing a spreadsheet could spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registry.columns import COLUMNS
from registry.errors import InputRefused, NotFound, UsageError
from registry.ingest.load import load
from registry.store import Store
from registry.terms import Adjusted
from registry.workbook.layout import GROUPS
from registry.workbook.template import template

Make = Callable[..., Any]


@pytest.fixture
def made(sqlite_store: Store, tmp_path: Path) -> Make:
    """Give a function that writes a template and reads it back."""

    def make(**options: Any) -> Any:
        with sqlite_store.read() as connection:
            template(connection, tmp_path / "new.xlsx", force=True, **options)
        return openpyxl.load_workbook(tmp_path / "new.xlsx")

    return make


def headings(book: Any) -> list[str]:
    return [cell.value for cell in book["Estimates"][1]]


def offered(book: Any, heading: str) -> list[str]:
    """Give the words the drop-down of a column offers."""
    rule = rule_of(book, heading)
    (_, place), *_ = book.defined_names[rule.formula1.removeprefix("=")].destinations
    return [row[0].value for row in book["Lists"][place]]


def rule_of(book: Any, heading: str) -> Any:
    letter = book["Estimates"].cell(1, headings(book).index(heading) + 1).column_letter
    rules = book["Estimates"].data_validations.dataValidation
    (found,) = [rule for rule in rules if f"{letter}2" in rule.cells]
    return found


def test_every_input_column_is_there_and_then_the_characteristics(made: Make) -> None:
    """The header is the import layout, in its groups, and what this registry declares."""
    found = headings(made())
    layout = [column.inputs[0] for column in COLUMNS if column.inputs]
    assert found[: len(layout)] == layout
    assert "product_source" in found[len(layout) :]
    assert set(GROUPS.values()) <= {column.name for column in COLUMNS if column.inputs}


def test_closed_words_are_offered_and_no_other_taken(made: Make) -> None:
    """A drop-down of a closed vocabulary stops any other word; that of an open one only asks."""
    book = made()
    assert offered(book, "adjusted") == [word.value for word in Adjusted]
    assert rule_of(book, "adjusted").errorStyle in (None, "stop")
    assert "ferritin" in offered(book, "biomarker")
    assert rule_of(book, "biomarker").errorStyle == "warning"
    assert offered(book, "product_source") == ["commercial", "academic", "mixed"]


def test_named_factors_alone_are_offered(made: Make) -> None:
    """A template for one question offers the words of that question, by whatever name they were given."""
    book = made(only={"factor": ["serum ferritin"], "endpoint": ["overall survival", "PFS"]})
    assert offered(book, "biomarker") == ["ferritin"]
    assert offered(book, "endpoint") == ["OS", "PFS"]


def test_unknown_factor_is_not_found_and_the_nearest_named(made: Make) -> None:
    """A slip in the name of a factor leaves no file."""
    with pytest.raises(NotFound, match=r"no factor 'ferritine'.*\n.*ferritin"):
        made(only={"factor": ["ferritine"]})


def test_columns_are_text_except_whole_numbers(made: Make) -> None:
    """In a text cell 1.08-2.27 is no date and 2.10 stays 2.10."""
    book = made()
    ranges = list(book["Estimates"].column_dimensions.values())
    formats = {
        name: next(each.number_format for each in ranges if each.min <= at <= each.max)
        for at, name in enumerate(headings(book), 1)
    }
    whole = {column.inputs[0] for column in COLUMNS if column.inputs and column.kind == "integer"}
    assert {name for name, form in formats.items() if form == "0"} == whole
    assert {form for name, form in formats.items() if name not in whole} == {"@"}


def test_every_cell_says_what_belongs_there(made: Make) -> None:
    """Choosing a cell shows the meaning of its column with its unit, within what Excel allows."""
    book = made()
    for heading in headings(book):
        rule = rule_of(book, heading)
        assert rule.promptTitle == heading[:32]
        assert 0 < len(rule.prompt) <= 255
    assert "median follow-up, in months" in rule_of(book, "followup_median_months").prompt


def test_every_column_is_explained(made: Make) -> None:
    """The sheet Columns has a line for each column, with meaning and words."""
    book = made()
    rows = {row[0]: row for row in book["Columns"].iter_rows(values_only=True) if row[0]}
    assert set(headings(book)) <= set(rows)
    assert rows["study_key"][2] == "always"
    assert "no: estimated without covariates" in rows["adjusted"][5]
    assert "new name is taken too" in rows["biomarker"][5]
    assert book["Estimates"].freeze_panes == "C2"


def test_empty_template_is_read_and_has_no_rows(sqlite_store: Store, made: Make, tmp_path: Path) -> None:
    """Its header is understood as it stands; only the rows are missing."""
    made()
    with pytest.raises(InputRefused, match="rows-missing") as refused:
        load(sqlite_store, tmp_path / "new.xlsx", curator="Ada")
    assert [issue.code for issue in refused.value.issues] == ["rows-missing"]


def test_file_that_is_there_is_kept(sqlite_store: Store, tmp_path: Path) -> None:
    """A template never writes over a day's work unless told to."""
    path = tmp_path / "new.xlsx"
    path.write_text("work", encoding="utf-8")
    with sqlite_store.read() as connection:
        with pytest.raises(UsageError, match="is there already"):
            template(connection, path)
        with pytest.raises(UsageError, match="no name of a workbook"):
            template(connection, tmp_path / "new.csv")
        with pytest.raises(UsageError, match=r"the folder of .* does not exist"):
            template(connection, tmp_path / "no folder" / "new.xlsx")
    assert path.read_text(encoding="utf-8") == "work"
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".xlsx"] == ["new.xlsx"]
