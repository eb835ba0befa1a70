"""The life of a saved query: saved, run, the evidence amended, watched, run again, the old run verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import Conflict, NotFound, PoolRefused, UsageError, VerificationFailed
from registry.handle import Registry
from registry.models import Run, SavedQuery, drop_triggers
from registry.queries.verifying import Verdict, compare
from registry.queries.watching import State
from registry.store import Store
from tests.queries.evidence import WHERE, enter

STUDIES = ("lee2017", "kim2016", "shi2016", "ho2015")


@pytest.fixture
def reg(store: Store) -> Registry:
    """Give an empty registry that Ada writes into, on both databases."""
    return Registry(store, curator="Ada")


def changesets(reg: Registry) -> int:
    return reg.log(limit=1)[0].changeset


def test_story_of_a_query(reg: Registry) -> None:
    """Old runs stay what they were, bit for bit; watch says by how much the next will differ."""
    keys = enter(reg.store, STUDIES)
    reg.save_query("os", WHERE, method="DL", test="z", threshold=1.4)
    first = reg.run("os")
    assert first.keys == tuple(sorted(keys.values()))
    assert first.pooled is not None
    assert first.pooled.as_dict()["pool"] == reg.pool(WHERE, method="DL", test="z", threshold=1.4).as_dict()["pool"]
    [same] = reg.watch()
    assert (same.state, same.changed) == (State.SAME, False)

    reg.amend(keys["ho2015"], {"hr": "0.9", "ci_low": "0.8", "ci_high": "1.01"}, reason="typo")
    [watched] = reg.watch()
    second = reg.run("os")
    assert watched.state is State.CHANGED
    assert watched.before is not None
    assert watched.now is not None
    assert watched.before["hr"] == first.found["pool"]["hr"]
    assert watched.now["hr"] == second.found["pool"]["hr"] != watched.before["hr"]
    assert reg.watch()[0].state is State.SAME

    for number in (first.id, second.id):
        verified = reg.verify_run(number)
        assert (verified.verdict, verified.differences) == (Verdict.EQUAL, ())
    assert reg.run("os", at=first.at_changeset).result == first.result


def test_versions_are_kept(reg: Registry) -> None:
    """Saved, edited, taken out of use, saved again: each a version, and a run names its own."""
    enter(reg.store, STUDIES)
    reg.save_query("os", WHERE, description="primary")
    with pytest.raises(Conflict, match=r"there is a query 'os' already \(version 1\)"):
        reg.save_query("os", WHERE)
    ran = reg.run("os")
    edited = reg.edit_query("os", method="PM")
    assert (edited.version, edited.description, edited.definition.where) == (2, "primary", WHERE)
    before = changesets(reg)
    assert reg.edit_query("os", method="PM").version == 2
    assert changesets(reg) == before
    reg.remove_query("os", reason="asked by nobody")
    with pytest.raises(NotFound, match="was removed in changeset"):
        reg.run("os")
    assert reg.queries() == []
    assert reg.save_query("os", WHERE).version == 4
    assert reg.stored_run(ran.id).query.version == 1
    assert [each.version for each in reg.query_versions("os")] == [1, 2, 3, 4]
    assert reg.query("os", 2).definition.options["method"] == "PM"
    with pytest.raises(NotFound, match="no version 9"):
        reg.query("os", 9)
    with pytest.raises(NotFound, match="no query 'oz'"):
        reg.query("oz")


@pytest.mark.parametrize("name", ["", " a", "a\nb", "-x", "12", "x" * 101])
def test_name_that_cannot_be_typed_is_refused(reg: Registry, name: str) -> None:
    """A number is a run's, a dash an option's."""
    with pytest.raises(UsageError, match="a query cannot be called"):
        reg.save_query(name, WHERE)


def test_query_that_is_refused_now_is_saved(reg: Registry) -> None:
    """A refusal is about the evidence at present; a run of it stores nothing."""
    enter(reg.store, STUDIES)
    enter(reg.store, STUDIES, endpoint="PFS")
    reg.save_query("all", 'factor == "NLR"')
    assert "different endpoints" in str(reg.refusal("all"))
    with pytest.raises(PoolRefused, match="different endpoints"):
        reg.run("all")
    assert reg.runs() == []


def test_ledger_proves_which_estimates_are_younger(reg: Registry) -> None:
    """Counted by the changeset that entered them, whatever they are called since; an edit starts anew."""
    old = enter(reg.store, ("lee2017", "kim2016"))
    reg.save_query("os", WHERE, prespecified="CRD42024512345")
    saved = changesets(reg)
    enter(reg.store, ("shi2016", "ho2015", "li2016"))
    reg.amend(old["kim2016"], {"timepoint": "before treatment"}, reason="it is said on page 2")
    ran = reg.run("os")
    assert old["kim2016"] not in ran.keys
    told = reg.specified(ran)
    assert (told.changeset, told.used, told.entered_later, told.post_hoc) == (saved, 5, 3, False)
    assert told.said.endswith(f"saved in changeset {saved}, before 3 of the 5 estimates used were entered")

    reg.edit_query("os", description="primary")
    assert reg.specified(reg.run("os")).changeset == saved
    reg.edit_query("os", method="DL")
    later = reg.specified(reg.run("os"))
    assert later.post_hoc
    assert later.said == f"no protocol is named; the query was saved in changeset {later.changeset}"
    reg.edit_query("os", prespecified="CRD42024512345")
    again = reg.specified(reg.run("os"))
    assert (again.post_hoc, again.entered_later) == (False, 0)
    assert "rests on the protocol alone" in again.said


def test_query_changed_behind_the_back_is_found(reg: Registry) -> None:
    """The proof is what the ledger says, not what the table says."""
    enter(reg.store, STUDIES)
    reg.save_query("os", WHERE)
    reg.edit_query("os", method="DL")
    ran = reg.run("os")
    with reg.store.writing() as connection:
        drop_triggers(connection)
        connection.execute(sa.update(SavedQuery).where(SavedQuery.version == 2).values(prespecified="CRD1"))
    with pytest.raises(VerificationFailed, match="'os' is not what the ledger says"):
        reg.specified(ran)
    with pytest.raises(VerificationFailed, match="'os' is not what the ledger says"):
        reg.verify()


def test_run_changed_behind_the_back_is_found(reg: Registry) -> None:
    """Its digest holds the whole result."""
    enter(reg.store, STUDIES)
    reg.save_query("os", WHERE)
    ran = reg.run("os")
    with reg.store.writing() as connection:
        drop_triggers(connection)
        connection.execute(sa.update(Run).values(result=ran.result.replace('"k":4', '"k":5')))
    verified = reg.verify_run(ran.id)
    assert verified.verdict is Verdict.DIFFERENT
    assert "changed after it was stored" in verified.reasons[0]
    with pytest.raises(VerificationFailed, match="run 1 is not what its digest says"):
        reg.verify()


def printed(reg: Registry, **options: Any) -> dict[str, Any]:
    """Give what `evireg pool --json` prints, read back."""
    result: dict[str, Any] = json.loads(json.dumps(reg.pool(WHERE, **options).as_dict()))
    return result


def test_any_printed_pool_can_be_made_again(reg: Registry) -> None:
    """With every option, long after the evidence moved on."""
    keys = enter(reg.store, STUDIES)
    asked = {"method": "PM", "level": 90, "leave_one_out": True, "one_per": "cohort:adjusted", "allow": ["p-derived"]}
    pools = [printed(reg), printed(reg, **asked), printed(reg, cumulative="year", subgroup="year:2016")]
    reg.amend(keys["lee2017"], {"hr": "1.6"}, reason="typo")
    assert [reg.verify_run(each).verdict for each in pools] == [Verdict.EQUAL] * 3


def test_difference_is_named(reg: Registry) -> None:
    """A number, an option, a row: each with both values."""
    enter(reg.store, STUDIES)
    number = printed(reg)
    number["pool"]["hr"] += 0.01
    found = reg.verify_run(number)
    assert (found.verdict, [each.path for each in found.differences]) == (Verdict.DIFFERENT, ["pool.hr"])

    rounded = printed(reg)
    rounded["pool"]["hr"] *= 1 + 4e-16
    assert reg.verify_run(rounded).verdict is Verdict.ROUNDED

    row = printed(reg)
    gone = row["estimates"].pop(0)
    assert reg.verify_run(row).added == (gone["key"],)

    option = printed(reg)
    option["provenance"]["options"]["method"] = "DL"
    assert "pool.method" in [each.path for each in reg.verify_run(option).differences]

    other = printed(reg)
    other["provenance"]["changeset"] = 99
    assert "there is no changeset 99; is it of another registry?" in reg.verify_run(other).reasons[0]

    snapshot = printed(reg)
    snapshot["provenance"]["snapshot"] = "no-such"
    assert not reg.verify_run(snapshot).holds


def test_another_engine_is_no_difference_by_itself(reg: Registry) -> None:
    """What an older evireg did not print yet is not missed; its numbers are compared."""
    enter(reg.store, STUDIES)
    now = printed(reg)
    then = json.loads(json.dumps(now))
    then["provenance"]["engine"] = "evireg 0.0.1"
    del then["pool"]["h2"]
    assert compare("x", then, now).verdict is Verdict.EQUAL
    then["pool"]["tau2"] = 9.0
    assert compare("x", then, now).verdict is Verdict.DIFFERENT


def test_other_rules_are_no_tampering_as_long_as_the_rows_are_the_same(reg: Registry) -> None:
    """A result of an earlier definition verifies, and what differs is listed; other rows are different all the same."""
    enter(reg.store, STUDIES)
    then = printed(reg)
    del then["provenance"]["rules"]
    assert reg.verify_run(then).verdict is Verdict.EQUAL
    then["pool"]["hr"] += 0.01
    found = reg.verify_run(then)
    assert (found.verdict, found.holds, found.rules_then) == (Verdict.OTHER_RULES, True, 1)
    assert [each.path for each in found.differences] == ["pool.hr"]
    then["estimates"].pop(0)
    assert reg.verify_run(then).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    "spoiled",
    [{}, {"provenance": 3}, {"result": [1]}, {"provenance": {"options": {}, "changeset": None}}],
)
def test_json_that_is_no_result_is_refused(reg: Registry, spoiled: dict[str, Any]) -> None:
    """What was not made from a registry cannot be made again from it."""
    with pytest.raises(UsageError, match=r"not a result that says how it was made|outside a registry"):
        reg.verify_run(spoiled)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("condition", 3),
        ("one_per", ["x"]),
        ("allow", "everything"),
        ("options", {"where": "n > 1"}),
        ("options", {"level": "x"}),
        ("condition", "n >"),
        ("rules", "two"),
    ],
)
def test_spoiled_provenance_is_refused(reg: Registry, field: str, value: Any) -> None:
    """A file of somebody else is read as what it is: input."""
    enter(reg.store, STUDIES)
    spoiled = printed(reg)
    spoiled["provenance"][field] = value
    with pytest.raises(UsageError, match=r"\w"):
        reg.verify_run(spoiled)


def test_crossing_of_the_declared_threshold_is_told(reg: Registry) -> None:
    """Ratio and interval; 1 only when asked, and marked."""
    keys = enter(reg.store, STUDIES)
    reg.save_query("os", WHERE, method="FE", test="z", threshold=1.25)
    reg.run("os")
    for study in STUDIES:
        reg.amend(keys[study], {"hr": "0.7", "ci_low": "0.6", "ci_high": "0.82"}, reason="wrong table")
    [told] = reg.watch()
    assert [(each.what, each.before, each.now) for each in told.crossings] == [
        ("ratio", "above", "below"),
        ("confidence interval", "above", "below"),
    ]
    [asked] = reg.watch("os", crossing_one=True)
    assert next(each.said for each in asked.crossings if each.threshold == 1.0).endswith(
        "(uncorrected for repeated looks)"
    )


def test_watch_tells_of_retraction_refusal_edit_and_never_run(reg: Registry) -> None:
    """Whatever a scheduled job must not overlook."""
    keys = enter(reg.store, STUDIES)
    reg.save_query("os", WHERE)
    assert reg.watch()[0].state is State.NEVER_RUN
    reg.run("os")
    reg.edit_query("os", description="primary")
    [edited] = reg.watch()
    assert (edited.edited, edited.changed) == (True, False)
    reg.retract("doi:10.1/kim2016", reason="editors' notice")
    [told] = reg.watch()
    assert told.retracted == {keys["kim2016"]: "kim2016"}
    assert told.changed
    for study in set(STUDIES) - {"kim2016"}:
        reg.retract(f"doi:10.1/{study}", reason="editors' notice")
    [gone] = reg.watch()
    assert gone.state is State.REFUSED
    assert "nothing to pool" in gone.why


def test_queries_are_imported_all_or_none(reg: Registry, tmp_path: Path) -> None:
    """A second import changes nothing; one wrong query keeps all out."""
    reg.save_query("os", WHERE, prespecified="CRD1")
    reg.save_query("pfs", 'factor == "NLR" and endpoint == "PFS"', method="DL")
    file = reg.export_queries(tmp_path / "q.toml")
    assert reg.import_queries(file).unchanged == ("os", "pfs")
    reg.remove_query("pfs", reason="x")
    reg.edit_query("os", method="PM")
    done = reg.import_queries(file)
    assert (done.saved, done.edited, done.unchanged) == (("pfs",), ("os",), ())
    assert reg.query("os").prespecified == "CRD1"
    before = changesets(reg)
    file.write_text('[query.new]\nwhere = "n > 1"\n[query.12]\nwhere = "n > 1"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be called '12'"):
        reg.import_queries(file)
    assert changesets(reg) == before
    assert [each.name for each in reg.queries()] == ["os", "pfs"]


def test_undo_of_what_was_done_to_a_query(reg: Registry) -> None:
    """By a further version: an edit taken back, a query that was saved taken out of use, a removal taken back."""
    reg.save_query("os", WHERE)
    saved = changesets(reg)
    reg.edit_query("os", method="DL", description="x")
    edited = changesets(reg)
    with pytest.raises(Conflict, match="later changes stand in the way"):
        reg.undo(saved, reason="x")
    reg.undo(edited, reason="x")
    back = reg.query("os")
    assert (back.version, back.definition, back.description) == (3, reg.query("os", 1).definition, None)
    reg.remove_query("os", reason="x")
    reg.undo(changesets(reg), reason="x")
    assert reg.query("os").version == 5
    enter(reg.store, STUDIES)
    assert reg.specified(reg.run("os")).changeset == saved
    reg.save_query("new", WHERE)
    reg.undo(changesets(reg), reason="x")
    with pytest.raises(NotFound, match="'new' was removed"):
        reg.query("new")


def test_run_at_a_snapshot_names_it(reg: Registry) -> None:
    """And is verified against it."""
    keys = enter(reg.store, STUDIES)
    reg.save_query("os", WHERE)
    reg.snapshot("2026-01")
    reg.amend(keys["lee2017"], {"hr": "1.6"}, reason="typo")
    ran = reg.run("os", at="2026-01")
    assert ran.snapshot == "2026-01"
    assert reg.stored_run(ran.id).snapshot == "2026-01"
    assert reg.verify_run(ran.id).verdict is Verdict.EQUAL
