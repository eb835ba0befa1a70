"""Out and in again: a file that was exported says what is stored, digit by digit, whatever its kind."""

from __future__ import annotations

import csv
import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import registry
from registry.errors import NotFound, UsageError
from registry.escaping import escaped, unescaped
from registry.handle import Registry
from registry.seeding import topics
from registry.writing import write_estimates
from tests.conftest import MakeRecord
from tests.effort import tries

KINDS = (".xlsx", ".csv", ".tsv", ".jsonl")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, initialised_file: Path) -> Registry:
    """Give a registry with every topic that is shipped."""
    path = tmp_path_factory.mktemp("topics") / "all.db"
    shutil.copy(initialised_file, path)
    reg = registry.open(path, curator="Ada")
    reg.seed(*(topic.name for topic in topics()))
    return reg


@pytest.mark.parametrize("kind", KINDS)
def test_export_of_all_topics_says_what_is_stored(seeded: Registry, tmp_path: Path, kind: str) -> None:
    """The law of the loop: export, import, nothing to do."""
    done = seeded.export(tmp_path / f"all{kind}")
    found = seeded.import_edits(tmp_path / f"all{kind}", reason="nothing")
    assert done.rows == len(seeded.frame()) > 1000
    assert (found.rows, found.unchanged) == (done.rows, done.rows)
    assert (found.differences, found.changeset, found.added) == ((), None, None)


@pytest.mark.parametrize("kind", KINDS)
def test_export_without_key_and_version_is_an_import(seeded: Registry, tmp_path: Path, kind: str) -> None:
    """What was exported can found another registry: the same estimates under the same keys, with the same digits."""
    seeded.export(tmp_path / f"all{kind}", 'factor == "ferritin"')
    registry.init(tmp_path / "other.db")
    with registry.open(tmp_path / "other.db", curator="Ada") as other:
        other.import_file(tmp_path / f"all{kind}", ignore=["key", "version"], attributes=True)
        mine = seeded.frame('factor == "ferritin" and origin == "reported"')
        theirs = other.frame('origin == "reported"')
        for name in ("key", "est_text", "ci_low_text", "p_text", "cutoff_value", "covariates", "quote"):
            assert list(map(str, theirs[name])) == list(map(str, mine[name])), name


def test_digits_stand_as_printed(sqlite_registry: Registry, tmp_path: Path, record: MakeRecord) -> None:
    """2.10 is not 2.1, in no kind of file; whole numbers are numbers in a workbook."""
    _store(sqlite_registry, record(est=2.1, est_text="2.10", p_value=0.05, p_text="<0.050", p_operator="<", n=120))
    for kind in KINDS:
        sqlite_registry.export(tmp_path / f"one{kind}")
    sheet = openpyxl.load_workbook(tmp_path / "one.xlsx")["Estimates"]
    cells = {sheet.cell(1, at).value: sheet.cell(2, at) for at in range(1, sheet.max_column + 1)}
    assert (cells["hr"].value, cells["hr"].data_type) == ("2.10", "s")
    assert (cells["n_patients"].value, cells["n_patients"].data_type) == (120, "n")
    line = json.loads((tmp_path / "one.jsonl").read_text(encoding="utf-8"))
    assert (line["hr"], line["p_value"], line["n_patients"]) == ("2.10", "<0.050", 120)
    with (tmp_path / "one.csv").open(encoding="utf-8-sig", newline="") as handle:
        (row,) = csv.DictReader(handle)
    assert (row["hr"], row["p_value"], row["n_patients"]) == ("2.10", "<0.050", "120")


def test_key_and_version_are_grey_and_cannot_be_typed_over(
    sqlite_registry: Registry, tmp_path: Path, record: MakeRecord
) -> None:
    """What the registry made looks so, and a workbook refuses to have it changed; rows that are new leave it empty."""
    _store(sqlite_registry, record())
    sqlite_registry.export(tmp_path / "one.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "one.xlsx")["Estimates"]
    names = [cell.value for cell in sheet[1]]
    assert names[-2:] == ["key", "version"]
    for heading in ("key", "version"):
        cell = sheet.cell(2, names.index(heading) + 1)
        assert cell.fill.fgColor.rgb == "FFF2F2F2"
        (rule,) = [each for each in sheet.data_validations.dataValidation if cell.coordinate in each.cells]
        assert (rule.type, rule.formula1) == ("custom", "FALSE")
        assert sheet.cell(3, cell.column).coordinate not in rule.cells


def test_formulas_of_a_text_are_no_formulas(sqlite_registry: Registry, tmp_path: Path, record: MakeRecord) -> None:
    """A note that begins with = stays a note: escaped in CSV and TSV, text in a workbook, itself when it comes back."""
    _store(sqlite_registry, record(notes='=HYPERLINK("http://evil","x")', quote="-2.1 (sic)", log_hr=-0.5))
    for kind in KINDS:
        sqlite_registry.export(tmp_path / f"one{kind}")
        assert sqlite_registry.import_edits(tmp_path / f"one{kind}", reason="x").unchanged == 1
    text = (tmp_path / "one.csv").read_text(encoding="utf-8-sig")
    assert "\"'=HYPERLINK" in text
    assert "'-2.1 (sic)" in text
    assert ",-0.5," in text
    sheet = openpyxl.load_workbook(tmp_path / "one.xlsx")["Estimates"]
    assert not [cell.coordinate for row in sheet for cell in row if cell.data_type == "f"]


@given(st.text())
def test_escaping_is_undone(text: str) -> None:
    """Whatever the text, escaped and unescaped it is itself; nothing escaped begins a formula."""
    assert unescaped(escaped(text)) == text
    assert escaped(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


#: Texts as the registry keeps them: printable, no blanks at the ends, lines broken by one character.
KEPT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Cf"], include_characters="\n=+-@'\""),
    min_size=1,
    max_size=40,
).filter(lambda text: text == text.strip())


ROWS = st.builds(
    dict,
    notes=KEPT.map(lambda text: unicodedata.normalize("NFC", text)),
    log_hr=st.floats(1e-3, 1e3),
    n=st.none() | st.integers(1, 10**6),
)


@settings(max_examples=tries(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=ROWS, kind=st.sampled_from(KINDS))
def test_any_text_and_number_come_back(
    sqlite_registry: Registry, tmp_path: Path, record: MakeRecord, values: dict[str, Any], kind: str
) -> None:
    """No text and no number is another one after a file: signs of formulas, quotes, line breaks, _x000D_."""
    study = f"s{len(sqlite_registry.frame())}"
    unread = dict.fromkeys(("est", "ci_low", "ci_high", "ci_level"))
    _store(sqlite_registry, record(study=study, **unread, **values, se_log_hr=values["log_hr"]))
    path = tmp_path / f"all{kind}"
    done = sqlite_registry.export(path, force=True)
    found = sqlite_registry.import_edits(path, reason="x")
    assert [(each.key, each.column, each.stored, each.given) for each in found.differences] == []
    assert found.unchanged == done.rows


@pytest.mark.parametrize("text", ["_x000D_", "_x0041_", "a_x005F_b", "'=1", "''=1", "'quoted'"])
def test_what_looks_escaped_is_kept(sqlite_registry: Registry, tmp_path: Path, record: MakeRecord, text: str) -> None:
    """A text that looks like an escape of Excel or of ours is that text."""
    _store(sqlite_registry, record(notes=text))
    for kind in KINDS:
        sqlite_registry.export(tmp_path / f"one{kind}")
        assert sqlite_registry.import_edits(tmp_path / f"one{kind}", reason="x").differences == ()


def test_export_as_of_a_changeset(sqlite_registry: Registry, tmp_path: Path, record: MakeRecord) -> None:
    """`at` gives what was stored then, and its changeset; one that is not there is not found."""
    _store(sqlite_registry, record())
    before = sqlite_registry.export(tmp_path / "before.csv")
    _store(sqlite_registry, record(study="lee2017"))
    now = sqlite_registry.export(tmp_path / "now.csv", at=before.changeset)
    assert (before.rows, now.rows, now.changeset) == (1, 1, before.changeset)
    assert sqlite_registry.export(tmp_path / "all.csv").rows == 2
    assert sqlite_registry.export(tmp_path / "some.csv", 'study == "lee2017"').rows == 1
    with pytest.raises(NotFound, match="no changeset 99"):
        sqlite_registry.export(tmp_path / "never.csv", at=99)
    assert not (tmp_path / "never.csv").exists()


def test_unknown_kinds_and_files_that_are_there_are_refused(sqlite_registry: Registry, tmp_path: Path) -> None:
    """An ending says the kind; an export never writes over edits unless told to."""
    with pytest.raises(UsageError, match=r"no file of the kind 'all\.doc'.*\n.*\.xlsx, \.csv"):
        sqlite_registry.export(tmp_path / "all.doc")
    (tmp_path / "all.csv").write_text("work", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        sqlite_registry.export(tmp_path / "all.csv")
    sqlite_registry.export(tmp_path / "all.csv", force=True)


def test_text_longer_than_a_cell_is_refused_not_cut(
    sqlite_registry: Registry, tmp_path: Path, record: MakeRecord
) -> None:
    """What a sheet cannot hold is said, and what can hold it is named; no file is left behind."""
    _store(sqlite_registry, record(notes="n" * 32_768))
    with pytest.raises(UsageError, match=r"row 2 has 32,768 characters; Excel holds 32,767\nexport as \.csv"):
        sqlite_registry.export(tmp_path / "all.xlsx")
    assert [each.suffix for each in tmp_path.iterdir() if each.suffix == ".xlsx"] == []
    assert sqlite_registry.export(tmp_path / "all.csv").rows == 1


def _store(reg: Registry, *records: Any) -> None:
    with reg.store.transaction("Ada", "test") as transaction:
        write_estimates(transaction, records)
