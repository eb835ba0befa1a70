"""Dual extraction: blind, compared field by field, settled by an adjudicator."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from registry.chain import verify_ledger
from registry.curation.undo import undo
from registry.errors import Conflict, InputRefused, NotFound, UsageError
from registry.handle import Registry
from registry.store import Store
from tests.curation.estimates import enter, stored


def test_reading_that_says_the_same_is_agreed(store: Store) -> None:
    """Numbers count as numbers whatever their digits, text but for case; nothing that is stored changes."""
    (key,) = enter(store, {"covariates": "age; sex", "adjusted": "yes"})
    before = stored(store, key)
    done = Registry(store).extract(
        {key: {"hr": "2.00", "ci_low": "1", "ci_high": "4.0", "adjusted": "YES", "covariates": "Sex; Age"}},
        curator="Grace",
    )
    (found,) = done.estimates
    assert (found.state, found.fields, found.differences) == ("agreed", 5, ())
    after = stored(store, key)
    assert after["digest"] == before["digest"]
    assert [(each["curator"], each["state"]) for each in after["second_readings"]] == [("Grace", "agreed")]


def test_reading_that_differs_is_open_field_by_field(store: Store) -> None:
    """What the first left empty differs too; what the second did not read is not compared."""
    (key,) = enter(store)
    done = Registry(store).extract({key: {"hr": "2.1", "n_patients": "120", "p_value": "<0.05"}}, curator="Grace")
    (found,) = done.estimates
    told = {each.field: (each.first, each.second) for each in found.differences}
    assert told == {"est": (2.0, 2.1), "p_value": (None, 0.05), "p_operator": (None, "<")}
    assert (found.first, found.second, found.state) == ("Ada", "Grace", "open")


def test_second_reading_is_by_somebody_else_and_once(store: Store) -> None:
    """Who entered the numbers is the first; who has read once has seen both."""
    (key,) = enter(store)
    reg = Registry(store)
    with pytest.raises(UsageError, match="a second extraction is by somebody else"):
        reg.extract({key: {"hr": "2"}}, curator="ada")
    reg.extract({key: {"hr": "2.1"}}, curator="Grace")
    with pytest.raises(Conflict, match="has extracted"):
        reg.extract({key: {"hr": "2"}}, curator="Grace")
    assert reg.extract({key: {"hr": "2"}}, curator="Alan").estimates[0].state == "agreed"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hr": "two"}, "is not a number"),
        ({"ci_low": "5", "ci_high": "3"}, "runs from 5 down to 3"),
        ({"cutoff_value": "550", "biomarker": "ferritin"}, "has no unit"),
    ],
)
def test_second_reading_is_typed_by_the_rules_of_an_import(
    sqlite_store: Store, fields: dict[str, str], said: str
) -> None:
    """What an import would refuse is refused, and nothing is kept."""
    (key,) = enter(sqlite_store)
    reg = Registry(sqlite_store)
    with pytest.raises(InputRefused, match=said):
        reg.extract({key: fields}, curator="Grace")
    assert reg.agreement().extractions == 0


def test_second_reading_is_of_the_estimate(sqlite_store: Store) -> None:
    """A cohort's field, a study's key, an unknown field and nothing at all are refused."""
    (key,) = enter(sqlite_store)
    reg = Registry(sqlite_store)
    with pytest.raises(UsageError, match="country is not of the estimate alone"):
        reg.extract({key: {"country": "Japan"}}, curator="Grace")
    with pytest.raises(UsageError, match="kim2016 is a study"):
        reg.extract({"kim2016": {"hr": "2"}}, curator="Grace")
    with pytest.raises(UsageError, match="'hrr' is no field"):
        reg.extract({key: {"hrr": "2"}}, curator="Grace")
    with pytest.raises(UsageError, match="nothing of"):
        reg.extract({key: {"notes": "blurred"}}, curator="Grace")


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_template_is_blind(store: Store) -> None:
    """It names what is to be read and holds no number of a result, nor what its curator entered or read already."""
    keys = enter(store, {"cutoff_value": 3.0, "cutoff_unit": "1", "locator": "Table 2"}, {"study": "lee2017"})
    reg = Registry(store)
    enter(store, {"study": "zhu2020"}, curator="Grace")
    text, count = reg.extract_template(curator="Grace")
    rows = cells(text)
    assert count == 2
    assert [row["key"] for row in rows] == keys
    assert (rows[0]["cutoff_value"], rows[0]["source_locator"]) == ("3", "Table 2")
    for name in ("hr", "ci_low", "ci_high", "n_patients", "p_value", "log_hr", "quote"):
        assert {row[name] for row in rows} == {""}
    reg.extract({keys[0]: {"hr": "2.1"}}, curator="Grace")
    assert [row["key"] for row in cells(reg.extract_template(curator="Grace")[0])] == keys[1:]
    assert reg.extract_template(curator="Ada")[1] == 1


def test_template_filled_in_comes_back(store: Store, tmp_path: Path) -> None:
    """Rows say which estimate they mean by key, or by identity alone; rows without a reading are passed over."""
    keys = enter(store, {}, {"endpoint": "PFS"}, {"study": "lee2017"})
    rows = cells(Registry(store).extract_template(curator="Grace")[0])
    rows[0]["hr"] = "2.0"
    rows[1] |= {"hr": "2.5", "key": ""}
    path = tmp_path / "second.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = Registry(store).extract_file(path, curator="Grace")
    assert {each.key: each.state for each in done.estimates} == {keys[0]: "agreed", keys[1]: "open"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key,hr\nkim2016/OS/00000000,2\n", "has no estimate kim2016/OS/00000000"),
        ("study_key,biomarker,hr\nkim2016,NLR,2\n", "does not say which estimate it means"),
        ("study_key,biomarker,endpoint,hr\nkim2016,NLR,PFS,2\n", "has no estimate kim2016/PFS/"),
        ("key,adjusted,hr\nKEY,yes,2\n", "adjusted is not that of KEY"),
        ("key,hr\nKEY,2\nKEY,2\n", "is in the file twice"),
        ("key,hr\nKEY,\n", "holds nothing that was read"),
    ],
)
def test_row_that_means_no_estimate_is_refused(sqlite_store: Store, tmp_path: Path, text: str, said: str) -> None:
    """File, line and reason; nothing of the file is kept."""
    (key,) = enter(sqlite_store)
    path = tmp_path / "second.csv"
    path.write_text(text.replace("KEY", key), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        Registry(sqlite_store).extract_file(path, curator="Grace")
    assert said.replace("KEY", key) in str(refused.value)
    assert Registry(sqlite_store).agreement().extractions == 0


def test_adjudicator_takes_the_second_reading(store: Store) -> None:
    """What is stored is amended with the texts as the second typed them, the reason is the changeset's."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.extract({key: {"hr": "2.10", "n_patients": "121"}}, curator="Grace")
    assert [each.key for each in reg.disagreements()] == [key]
    done = reg.adjudicate(key, take="second", reason="Table 2 says so", curator="Alan")
    shown = stored(store, done.key)
    assert (shown["est"], shown["est_text"], shown["n"]) == (2.1, "2.10", 121)
    assert shown["history"][-1]["message"] == "Table 2 says so"
    assert [each["state"] for each in shown["second_readings"]] == ["settled"]
    assert (reg.disagreements(), done.remarks) == ((), ())
    with store.read() as connection:
        verify_ledger(connection)


def test_adjudicator_keeps_the_first_or_finds_a_third(store: Store) -> None:
    """First leaves what is stored; single values settle single fields; every field that differs is settled."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.extract({key: {"hr": "2.1", "n_patients": "130"}}, curator="Grace")
    with pytest.raises(UsageError, match="not settled: n_patients"):
        reg.adjudicate(key, {"hr": "2.2"}, reason="x", curator="Alan")
    with pytest.raises(UsageError, match="do not differ in ci_low"):
        reg.adjudicate(key, {"ci_low": "1.2"}, take="first", reason="x", curator="Alan")
    with pytest.raises(UsageError, match="'Zoe' did not read it"):
        reg.adjudicate(key, take="Zoe", reason="x", curator="Alan")
    done = reg.adjudicate(key, {"hr": "2.2"}, take="first", reason="x", curator="Grace")
    shown = stored(store, done.key)
    assert (shown["est"], shown["n"]) == (2.2, 120)
    assert "Grace is one of the two who read it" in done.remarks[0]
    with pytest.raises(NotFound, match="no readings of"):
        reg.adjudicate(done.key, take="first", reason="x", curator="Alan")


def test_adjudication_is_undone(store: Store) -> None:
    """The evidence is what it was, also its key, and the readings are open again."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.extract({key: {"adjusted": "yes", "hr": "2.1"}}, curator="Grace")
    done = reg.adjudicate(key, take="second", reason="x", curator="Alan")
    assert done.key != key
    with store.transaction("Alan", "undo") as transaction:
        undo(transaction, done.changeset or 0)
    assert [each.key for each in reg.disagreements()] == [key]
    assert (stored(store, key)["est"], stored(store, key)["adjusted"]) == (2.0, "unclear")


def test_agreement_is_of_what_was_read_before_anything_was_settled(store: Store) -> None:
    """Adjudication changes the evidence and not the agreement; kappa for categories, limits for numbers."""
    rows = [{"study": f"s{number}", "adjusted": "yes" if number % 2 else "no"} for number in range(6)]
    keys = enter(store, *rows)
    reg = Registry(store)
    readings = {
        key: {"adjusted": "yes" if number == 0 else rows[number]["adjusted"], "hr": "2.0" if number else "2.4"}
        for number, key in enumerate(keys)
    }
    reg.extract(readings, curator="Grace")
    before = {each.field: each for each in reg.agreement().fields}
    assert (before["adjusted"].n, before["adjusted"].agree) == (6, 5)
    assert before["adjusted"].kappa == pytest.approx(2 / 3)
    assert before["hr"].kappa is None
    assert before["hr"].percent == pytest.approx(100 * 5 / 6)
    low, high = before["hr"].limits_low, before["hr"].limits_high
    assert low is not None
    assert high is not None
    assert low < 1 < high
    reg.adjudicate(keys[0], take="second", reason="x", curator="Alan")
    after = reg.agreement()
    assert {each.field: each for each in after.fields} == before
    assert after.states == {"agreed": 5, "settled": 1}
    assert reg.agreement('study == "s1"').extractions == 1


def test_kappa_without_variation_is_undefined_with_a_reason(sqlite_store: Store) -> None:
    """Everybody said yes: agreement is full and kappa is nothing."""
    keys = enter(sqlite_store, {"adjusted": "yes"}, {"study": "lee2017", "adjusted": "yes"})
    reg = Registry(sqlite_store)
    reg.extract({key: {"adjusted": "yes"} for key in keys}, curator="Grace")
    (found,) = reg.agreement().fields
    assert (found.percent, found.kappa) == (100.0, None)
    assert "one and the same category" in found.reasons["kappa"]
