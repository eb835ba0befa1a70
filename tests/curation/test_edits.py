"""An export that comes back: every edit becomes an amendment with a reason, and nothing is overwritten in silence."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import Conflict, InputRefused, UsageError
from registry.handle import Registry
from registry.models import Changeset
from registry.store import Store
from registry.writing.verify import verify_rows

FILE = """\
study_key,first_author,year,doi,country,disease,biomarker,cutoff_value,cutoff_unit,endpoint,hr,ci_low,ci_high,\
p_value,n_patients,adjusted,covariates,source_locator,notes,product_source
kim2016,Kim,2016,10.1000/kim,Korea,myeloma,ferritin,550,ng/mL,OS,1.80,1.20,2.70,\
0.004,120,yes,age; ISS,Table 2,,academic
kim2016,Kim,2016,10.1000/kim,Korea,myeloma,ferritin,550,ng/mL,PFS,1.50,1.05,2.14,\
<0.05,120,yes,age; ISS,Table 2,noted,academic
lee2017,Lee,2017,,China,myeloma,NLR,3,1,OS,2.10,1.40,3.15,\
,80,no,,Table 1,,
"""

Rows = list[dict[str, str]]


@pytest.fixture
def reg(store: Store, tmp_path: Path) -> Registry:
    """Open a registry with three estimates of two cohorts, on SQLite and on PostgreSQL."""
    reg = Registry(store, curator="Ada")
    (tmp_path / "rows.csv").write_text(FILE, encoding="utf-8")
    reg.import_file(tmp_path / "rows.csv")
    return reg


class Sheet:
    """An export as rows that can be edited, and its way back."""

    def __init__(self, reg: Registry, path: Path) -> None:
        self.reg, self.path = reg, path
        reg.export(path, force=True)
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            self.rows: Rows = list(reader)
            self.header = list(reader.fieldnames or ())

    def row(self, study: str, endpoint: str) -> dict[str, str]:
        """Give one row to edit."""
        (found,) = [row for row in self.rows if (row["study_key"], row["endpoint"]) == (study, endpoint)]
        return found

    def save(self) -> Path:
        """Write the rows as they are now."""
        with self.path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, self.header)
            writer.writeheader()
            writer.writerows(self.rows)
        return self.path

    def back(self, reason: str | None = "read again", **options: Any) -> Any:
        """Import the rows as they are now."""
        return self.reg.import_source(self.save(), message=reason, **options)


Open = Callable[[], Sheet]


@pytest.fixture
def exported(reg: Registry, tmp_path: Path) -> Iterator[Open]:
    """Give a function that exports all, to be edited; in the end the evidence must follow from the tables."""
    number = iter(range(100))
    yield lambda: Sheet(reg, tmp_path / f"sheet{next(number)}.csv")
    with reg.store.read() as connection:
        verify_rows(connection)


def last_changeset(reg: Registry) -> tuple[int, str]:
    with reg.store.read() as connection:
        row = connection.execute(
            sa.select(Changeset.number, Changeset.message).order_by(Changeset.number.desc()).limit(1)
        ).one()
    return row.number, row.message


def values(reg: Registry, name: str) -> dict[str, Any]:
    frame = reg.frame()
    places = [f"{study} {endpoint}" for study, endpoint in zip(frame["study"], frame["endpoint"], strict=True)]
    return dict(zip(places, frame[name].tolist(), strict=True))


def told(found: Any) -> list[tuple[str, str, str | None, str | None]]:
    return [(each.key.split("/")[0], each.column, each.stored, each.given) for each in found.differences]


def test_edited_number_is_amended_with_the_reason(reg: Registry, exported: Open) -> None:
    """One cell, one amendment, one changeset whose message is the reason; the digits are those of the file."""
    sheet = exported()
    sheet.row("kim2016", "OS")["hr"] = "1.90"
    found = sheet.back("Table 2 read again")
    assert told(found) == [("kim2016", "hr", "1.80", "1.90")]
    assert (found.unchanged, found.changeset) == (2, last_changeset(reg)[0])
    assert last_changeset(reg)[1] == "Table 2 read again"
    assert values(reg, "est_text")["kim2016 OS"] == "1.90"


def test_without_a_reason_differences_are_shown_and_nothing_is_stored(reg: Registry, exported: Open) -> None:
    """What would be amended can be looked at first."""
    before = last_changeset(reg)
    sheet = exported()
    sheet.row("kim2016", "OS")["hr"] = "1.90"
    found = sheet.back(None)
    assert told(found) == [("kim2016", "hr", "1.80", "1.90")]
    assert (found.reason_missing, found.changeset) == (True, None)
    assert sheet.back(dry_run=True).changeset is None
    assert last_changeset(reg) == before
    assert values(reg, "est_text")["kim2016 OS"] == "1.80"


def test_edits_taken_back_twice_change_nothing_more(exported: Open) -> None:
    """The same file again says what is stored."""
    sheet = exported()
    sheet.row("kim2016", "OS")["hr"] = "1.90"
    sheet.row("lee2017", "OS")["timepoint"] = "diagnosis"
    sheet.back()
    again = sheet.back()
    assert (again.unchanged, again.differences, again.changeset) == (3, (), None)


def test_value_of_the_cohort_is_amended_once_for_all_its_estimates(reg: Registry, exported: Open) -> None:
    """A country belongs to the cohort, an author to the study's report: one edit, whichever row has it."""
    sheet = exported()
    for row in sheet.rows[:2]:
        row["country"] = "South Korea"
    sheet.row("kim2016", "PFS")["first_author"] = "Kim JH"
    sheet.row("kim2016", "OS")["product_source"] = "commercial"
    found = sheet.back()
    assert sorted(told(found)) == [
        ("doi:10.1000", "first_author", "Kim", "Kim JH"),
        ("kim2016", "country", "Korea", "South Korea"),
        ("kim2016", "product_source", "academic", "commercial"),
    ]
    assert values(reg, "country")["kim2016 OS"] == values(reg, "country")["kim2016 PFS"] == "South Korea"
    assert values(reg, "first_author")["kim2016 OS"] == "Kim JH"
    assert values(reg, "product_source")["kim2016 PFS"] == "commercial"


def test_report_without_identifier_is_amended_through_its_study(reg: Registry, exported: Open) -> None:
    """A report known by its study only has no key to be typed, and gets its DOI all the same."""
    sheet = exported()
    sheet.row("lee2017", "OS").update(doi="10.1000/lee", year="2018")
    assert sorted(told(sheet.back())) == [("lee2017", "doi", None, "10.1000/lee"), ("lee2017", "year", "2017", "2018")]
    assert (values(reg, "doi")["lee2017 OS"], values(reg, "year")["lee2017 OS"]) == ("10.1000/lee", 2018.0)


def test_rows_that_disagree_on_their_cohort_are_a_conflict_of_both(reg: Registry, exported: Open) -> None:
    """Two new values of one thing: neither is taken, both rows are named."""
    sheet = exported()
    sheet.rows[0]["country"], sheet.rows[1]["country"] = "Japan", "China"
    with pytest.raises(Conflict, match="one country per cohort") as conflict:
        sheet.back()
    assert [issue.line for issue in conflict.value.issues] == [2, 3]
    assert "'Japan' here and 'China' on line 3" in conflict.value.issues[0].message
    assert values(reg, "country")["kim2016 OS"] == "Korea"


def test_emptied_cell_empties_the_field_and_is_shown(reg: Registry, exported: Open) -> None:
    """In an export that comes back an empty cell is an edit; one that has a default gets it."""
    sheet = exported()
    sheet.row("kim2016", "PFS").update(notes="", p_value="", adjusted="", covariates="")
    found = sheet.back()
    assert {(column, given) for _, column, _, given in told(found)} == {
        ("notes", None),
        ("p_value", None),
        ("covariates", None),
        ("adjusted", "unclear"),
    }
    assert values(reg, "notes")["kim2016 PFS"] is None
    assert values(reg, "p_text")["kim2016 PFS"] is None
    assert values(reg, "adjusted")["kim2016 PFS"] == "unclear"


def test_edit_of_what_identifies_an_estimate_gives_it_another_key(exported: Open) -> None:
    """The old key leads to the new one, also in a file that was exported before."""
    sheet, earlier = exported(), exported()
    sheet.row("lee2017", "OS")["cutoff_value"] = "4"
    found = sheet.back()
    assert list(found.amended.renamed) == [sheet.row("lee2017", "OS")["key"]]
    assert earlier.back().unchanged == 3
    earlier.row("lee2017", "OS")["hr"] = "2.20"
    with pytest.raises(Conflict, match="'4' is stored now, it was '3' when exported"):
        earlier.back()


def test_two_estimates_do_not_become_one(exported: Open) -> None:
    """An edit that would give an estimate the key of another is told by line."""
    sheet = exported()
    sheet.row("kim2016", "PFS")["endpoint"] = "OS"
    with pytest.raises(Conflict, match="the row would be the same estimate as kim2016/OS") as conflict:
        sheet.back()
    assert [(issue.line, issue.column) for issue in conflict.value.issues] == [(3, "endpoint")]


def test_more_digits_are_an_edit_and_fewer_are_the_spreadsheet(reg: Registry, exported: Open) -> None:
    """Excel may turn 1.80 into 1.8; a curator who writes 1.800 or <0.050 means it."""
    sheet = exported()
    sheet.row("kim2016", "OS").update(hr="1.8", n_patients="120.0", cutoff_value="550.00")
    assert sheet.back().differences == ()
    sheet.row("kim2016", "OS")["hr"] = "1.800"
    sheet.row("kim2016", "PFS")["p_value"] = "<=0.05"
    assert [(column, given) for _, column, _, given in told(sheet.back())] == [("hr", "1.800"), ("p_value", "<=0.05")]
    assert values(reg, "est_text")["kim2016 OS"] == "1.800"
    assert values(reg, "p_operator")["kim2016 PFS"] == "<="


def test_new_row_is_a_new_estimate(reg: Registry, exported: Open) -> None:
    """A row without key and version is imported as any other; without edits it needs no reason."""
    sheet = exported()
    sheet.rows.append({**sheet.row("lee2017", "OS"), "endpoint": "EFS", "hr": "2.4", "key": "", "version": ""})
    found = sheet.back(None)
    assert (found.added.created, found.unchanged, found.reason_missing) == (1, 3, False)
    assert last_changeset(reg)[1] == f"import {sheet.path.name}"
    assert values(reg, "est")["lee2017 EFS"] == 2.4


def test_row_that_is_gone_from_the_file_stays_in_the_registry(reg: Registry, exported: Open) -> None:
    """Nothing is ever taken away by leaving it out."""
    sheet = exported()
    del sheet.rows[0]
    sheet.row("lee2017", "OS")["hr"] = "2.2"
    sheet.back()
    assert len(reg.frame()) == 3
    assert values(reg, "est")["kim2016 OS"] == 1.8


def test_row_changed_meanwhile_is_a_conflict_with_both_values(reg: Registry, exported: Open) -> None:
    """Who changed what, when and why stands beside what the file says; nothing is stored."""
    mine, other = exported(), exported()
    other.row("kim2016", "OS").update(hr="1.85", country="South Korea")
    reg.import_source(other.save(), message="proofs", curator="Bob")
    mine.row("kim2016", "OS")["hr"] = "1.95"
    before = last_changeset(reg)
    with pytest.raises(Conflict, match="nothing was stored") as conflict:
        mine.back()
    issues = {issue.column: issue for issue in conflict.value.issues}
    assert set(issues) == {"hr", "country"}
    assert "'1.85' is stored now, it was '1.80' when exported, the file says '1.95'" in issues["hr"].message
    assert "changed meanwhile by Bob on 20" in issues["hr"].message
    assert "proofs, changeset 3" in issues["hr"].message
    assert (issues["hr"].line, conflict.value.exit_code) == (2, 5)
    assert last_changeset(reg) == before


def test_row_changed_meanwhile_and_not_edited_is_left_alone(reg: Registry, exported: Open) -> None:
    """Old values in rows nobody edited take nothing back."""
    mine, other = exported(), exported()
    other.row("kim2016", "OS")["hr"] = "1.85"
    other.back()
    mine.row("lee2017", "OS")["hr"] = "2.20"
    found = mine.back()
    assert told(found) == [("lee2017", "hr", "2.10", "2.20")]
    assert values(reg, "est")["kim2016 OS"] == 1.85


def test_what_the_registry_makes_of_other_things_is_no_conflict(reg: Registry, exported: Open) -> None:
    """An overlap declared meanwhile changes the version of a row and nothing its curator said."""
    sheet = exported()
    reg.declare_overlap("kim2016/all", "lee2017/all", "suspected", "one hospital")
    sheet.row("kim2016", "OS")["hr"] = "1.95"
    assert told(sheet.back()) == [("kim2016", "hr", "1.80", "1.95")]
    assert values(reg, "overlap_group")["kim2016 OS"] is not None


def test_conflict_in_quarantine_can_be_decided_there(reg: Registry, exported: Open, tmp_path: Path) -> None:
    """The row comes back as it is stored now with the curator's edits; imported again it is a decision."""
    mine, other = exported(), exported()
    other.row("kim2016", "OS").update(hr="1.85", notes="proofs")
    other.back()
    mine.row("kim2016", "OS")["hr"] = "1.95"
    mine.row("lee2017", "OS")["hr"] = "2.20"
    found = mine.back(quarantine=tmp_path / "conflicts.xlsx")
    assert (told(found), found.left_out) == ([("lee2017", "hr", "2.10", "2.20")], 1)
    assert last_changeset(reg)[1] == "read again (one row left out)"
    decided = reg.import_edits(tmp_path / "conflicts.xlsx", reason="mine is right")
    assert told(decided) == [("kim2016", "hr", "1.85", "1.95")]
    assert values(reg, "notes")["kim2016 OS"] == "proofs"


def test_every_fault_is_told_by_line_and_column(reg: Registry, exported: Open) -> None:
    """Faults of cells, of rows and of new rows stand in one report, and nothing is stored."""
    sheet = exported()
    sheet.row("kim2016", "OS")["hr"] = "NR"
    sheet.row("kim2016", "PFS")["ci_low"] = "2.00"
    sheet.rows.append({**sheet.row("lee2017", "OS"), "key": "", "version": "", "hr": "many", "endpoint": "EFS"})
    sheet.row("lee2017", "OS")["endpoint"] = "OSS"
    with pytest.raises(InputRefused, match="4 problems, nothing was stored") as refused:
        sheet.back()
    found = [(issue.line, issue.column, issue.code) for issue in refused.value.issues]
    assert found == [
        (2, "hr", "number"),
        (3, "hr", "hr-outside-ci"),
        (4, "endpoint", "endpoint-unknown"),
        (5, "hr", "number"),
    ]
    assert values(reg, "est")["kim2016 OS"] == 1.8


def test_bad_edits_come_back_and_good_ones_are_kept(reg: Registry, exported: Open, tmp_path: Path) -> None:
    """With a quarantine one slip does not hold up the rest, whichever kind it is."""
    sheet = exported()
    sheet.row("kim2016", "OS")["hr"] = "1.90"
    sheet.row("kim2016", "PFS")["ci_low"] = "2.00"
    sheet.row("lee2017", "OS")["hr"] = "NR"
    sheet.rows.append({**sheet.row("lee2017", "OS"), "key": "", "version": "", "hr": "many", "endpoint": "EFS"})
    found = sheet.back(quarantine=tmp_path / "bad.xlsx")
    assert (told(found), found.left_out) == ([("kim2016", "hr", "1.80", "1.90")], 3)
    assert values(reg, "est") == {"kim2016 OS": 1.9, "kim2016 PFS": 1.5, "lee2017 OS": 2.1}
    with pytest.raises(InputRefused, match="hr-outside-ci"):
        reg.import_edits(tmp_path / "bad.xlsx", reason="again")


@pytest.mark.parametrize(
    ("edit", "code", "message"),
    [
        ({"key": "nobody/OS/00000000"}, "key-unknown", "holds no estimate nobody/OS/00000000"),
        ({"version": ""}, "version-unknown", "the version is empty"),
        ({"version": "0" * 64}, "version-unknown", "never held a version 000000000000…"),
        ({"study_key": "new2020"}, "edit-refused", "there is no cohort new2020/all to move the estimate to"),
        (
            {"study_key": "kim2016", "country": "Japan"},
            "edit-refused",
            "moves to another study and changes country, which belongs to the cohort",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_refused(exported: Open, edit: dict[str, str], code: str, message: str) -> None:
    """Each way in which a row makes no sense has its code, and says what to do."""
    sheet = exported()
    sheet.row("lee2017", "OS").update(edit)
    with pytest.raises(InputRefused, match=message) as refused:
        sheet.back()
    assert [(issue.code, issue.line) for issue in refused.value.issues] == [(code, 4)]


def test_copied_row_with_its_key_is_refused(exported: Open) -> None:
    """Whoever copies a row to make a new one is told to empty its key."""
    sheet = exported()
    sheet.rows.append({**sheet.row("lee2017", "OS"), "endpoint": "EFS"})
    with pytest.raises(InputRefused, match="an empty key and version for a row that is new") as refused:
        sheet.back()
    assert [(issue.code, issue.line) for issue in refused.value.issues] == [("key-repeated", 5)]


def test_estimate_moves_to_another_cohort_that_is_there(reg: Registry, exported: Open) -> None:
    """A row entered under the wrong study is moved by its study_key."""
    sheet = exported()
    sheet.row("kim2016", "PFS")["study_key"] = "lee2017"
    sheet.back()
    assert values(reg, "country")["lee2017 PFS"] == "China"


def test_export_is_imported_by_itself_and_with_our_headings(exported: Open, tmp_path: Path) -> None:
    """An edited export among other files, or with a column map, is not guessed at."""
    sheet = exported()
    (tmp_path / "more.csv").write_text(FILE, encoding="utf-8")
    with pytest.raises(UsageError, match="import it by itself"):
        sheet.reg.import_source([sheet.save(), tmp_path / "more.csv"])
    with pytest.raises(UsageError, match="--map makes no sense"):
        sheet.back(mapping={"hr": "HR"})
    with pytest.raises(UsageError, match="no columns key and version"):
        sheet.reg.import_edits(tmp_path / "more.csv")
