"""Adding one thing: typed and checked as an import row, completed where it is there, in the ledger, on both."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from registry.chain import verify_ledger
from registry.errors import Conflict, InputRefused, UsageError
from registry.forms import FORMS
from registry.handle import Registry
from registry.store import Store
from registry.writing import verify_rows

ESTIMATE = {"study": "kim2016", "factor": "NLR", "endpoint": "OS", "hr": "1.56", "ci": "1.08-2.27", "ci_level": "95"}


@pytest.fixture
def reg(store: Store) -> Iterator[Registry]:
    """Open a registry on either database; what a test left behind must verify."""
    registry = Registry(store, curator="Ada")
    yield registry
    with store.read() as connection:
        verify_ledger(connection)
        verify_rows(connection)


def changes(reg: Registry, changeset: int | None) -> set[tuple[str, str, str]]:
    """Give (entity, key, field) of what a changeset recorded."""
    import sqlalchemy as sa

    from registry.models import Change

    with reg.store.read() as connection:
        rows = connection.execute(
            sa.select(Change.entity, Change.key, Change.field).where(Change.changeset == changeset)
        )
        return {tuple(row) for row in rows}


def test_estimate_is_stored_as_an_import_would(reg: Registry) -> None:
    """A composite CI is taken apart, digits are kept, and the log ratio and its SE are told."""
    added = reg.add("estimate", ESTIMATE)
    (row,) = reg.estimates().to_dict("records")
    assert (added.new, added.key, row["est_text"], row["ci_low"]) == (True, row["key"], "1.56", 1.08)
    assert added.derived is not None
    assert added.derived.yi == pytest.approx(math.log(1.56))
    assert row["vi"] == pytest.approx((math.log(2.27 / 1.08) / (2 * 1.959964)) ** 2, rel=1e-6)


def test_same_estimate_again_changes_nothing(reg: Registry) -> None:
    """Adding is idempotent, and leaves no empty changeset."""
    reg.add("estimate", ESTIMATE)
    again = reg.add("estimate", ESTIMATE)
    assert (again.new, again.changeset) == (False, None)


def test_what_is_left_unsaid_of_an_estimate_is_remarked(reg: Registry) -> None:
    """An estimate that does not say what it compares is stored as unclear and told how to; not so if it does."""
    (remark,) = reg.add("estimate", ESTIMATE).flags
    assert (remark.code, remark.column) == ("direction-unclear", "contrast")
    assert "--contrast" in remark.message
    assert reg.add("estimate", {**ESTIMATE, "endpoint": "PFS", "contrast": "above_vs_below"}).flags == ()


def test_other_numbers_under_the_key_are_a_conflict(reg: Registry) -> None:
    """Nothing is overwritten: the conflict has both values and names the way to change it."""
    key = reg.add("estimate", ESTIMATE).key
    with pytest.raises(Conflict, match=r"has hr 1\.56, this row says 1\.65") as caught:
        reg.add("estimate", {**ESTIMATE, "hr": "1.65"})
    assert f"evireg amend {key}" in caught.value.hint
    assert reg.estimates()["est"].tolist() == [1.56]


def test_missing_fields_are_named(reg: Registry) -> None:
    """Without study, factor, endpoint and a result there is no estimate."""
    with pytest.raises(UsageError, match="--factor, --endpoint, --hr"):
        reg.add("estimate", study="kim2016")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"endpoint": "OSS"}, "'OSS' is not a known endpoint"),
        ({"ci": "2.08-2.27"}, "1.56 is outside its CI"),
        ({"ci": "about two"}, "is not an interval"),
        ({"cutoff": ">= 550", "factor": "ferritin"}, "has no unit"),
        ({"cutoff": ">= 550 ng per mL"}, "is not a UCUM unit"),
        ({"n": "a hundred"}, "not a whole number"),
        ({"n": "100", "n_events": "120"}, "more than"),
    ],
)
def test_faults_refuse_it(reg: Registry, fields: dict[str, str], said: str) -> None:
    """The rules of an import hold; nothing is stored."""
    with pytest.raises(InputRefused, match="nothing was stored") as caught:
        reg.add("estimate", {**ESTIMATE, **fields})
    assert said in str(caught.value)
    assert len(reg.estimates()) == 0


def test_printed_so_is_stored_as_disputed(reg: Registry) -> None:
    """What breaks a hard rule is stored with the curator's word, disputed, and never poolable."""
    added = reg.add("estimate", {**ESTIMATE, "ci": "2.08-2.27", "as_printed": "HR outside its CI"})
    assert added.status == "disputed"
    assert reg.estimates()["not_poolable"].tolist() == ["disputed"]


def test_unknown_field_is_named_with_the_nearest(reg: Registry) -> None:
    """A slip in a field's name is no silent loss."""
    with pytest.raises(UsageError, match="no field 'endpiont'") as caught:
        reg.add("estimate", {**ESTIMATE, "endpiont": "OS"})
    assert "endpoint" in caught.value.hint


def test_field_given_twice_is_refused(reg: Registry) -> None:
    """A CI in one piece and its bound beside it could differ."""
    with pytest.raises(UsageError, match="ci_low is given twice"):
        reg.add("estimate", {**ESTIMATE, "ci_low": "1.1"})


def test_dry_run_stores_nothing(reg: Registry) -> None:
    """Everything is checked, nothing kept."""
    added = reg.add("estimate", ESTIMATE, dry_run=True)
    assert (added.dry_run, added.changeset, added.new) == (True, None, True)
    assert len(reg.estimates()) == 0


def test_study_is_known_before_any_number_is_read(reg: Registry) -> None:
    """A study without an estimate is in the ledger field by field, and shown."""
    added = reg.add("study", study="kim2016", first_author="Kim", year="2016", doi="10.1097/x")
    assert ("study", "kim2016", "key") in changes(reg, added.changeset)
    assert ("report", "doi:10.1097/x", "year") in changes(reg, added.changeset)
    assert [report["key"] for report in reg.show("kim2016")["reports"]] == ["doi:10.1097/x"]


def test_study_is_completed_and_its_evidence_with_it(reg: Registry) -> None:
    """Empty fields are filled in, in the evidence rows too; another value is a conflict."""
    reg.add("estimate", ESTIMATE)
    completed = reg.add("study", study="kim2016", year="2016")
    assert (completed.new, reg.estimates()["year"].tolist()) == (False, [2016])
    with pytest.raises(Conflict, match="has year 2016, this row says 2017"):
        reg.add("study", study="kim2016", year="2017")


def test_second_report_stands_beside_the_first(reg: Registry) -> None:
    """The own report stays; the further one is linked to the study, once."""
    reg.add("study", study="kim2016", year="2016", doi="10.1097/x")
    added = reg.add("report", study="kim2016", kind="abstract", doi="10.1182/y")
    assert (added.key, added.new) == ("doi:10.1182/y", True)
    assert {report["key"]: report["own"] for report in reg.show("kim2016")["reports"]} == {
        "doi:10.1097/x": True,
        "doi:10.1182/y": False,
    }
    assert ("study", "kim2016", "further report") in changes(reg, added.changeset)
    assert reg.add("report", study="kim2016", kind="abstract", doi="10.1182/y").changeset is None


def test_first_report_of_a_study_is_its_own(reg: Registry) -> None:
    """A study without a report takes the first as its own, and is created if it is new."""
    reg.add("report", study="new2020", url="https://doi.org/10.1182/y")
    assert [report["own"] for report in reg.show("new2020")["reports"]] == [True]


def test_report_nothing_tells_apart_is_refused(reg: Registry) -> None:
    """Author and year alone do not name a report."""
    with pytest.raises(UsageError, match="nothing tells this report from others"):
        reg.add("report", study="kim2016", first_author="Kim", year="2016")


def test_cohort_creates_its_study_and_disease(reg: Registry) -> None:
    """A cohort without an estimate: its fields and the new disease are in the ledger."""
    added = reg.add("cohort", study="kim2016", cohort="elderly", disease="new disease", country="Korea")
    assert {("cohort", "kim2016/elderly", "country"), ("disease", "new disease", "key")} <= changes(
        reg, added.changeset
    )
    assert reg.show("kim2016/elderly")["country"] == "Korea"
    reg.add("cohort", study="kim2016", cohort="elderly", followup_median_months="24")
    with pytest.raises(Conflict, match="has country Korea, this row says Japan"):
        reg.add("cohort", study="kim2016", cohort="elderly", country="Japan")


def test_cohort_takes_its_characteristics_only(reg: Registry) -> None:
    """A characteristic of estimates is not lost silently."""
    reg.add("attribute", name="platform", levels="a; b", level="cohort")
    reg.add("attribute", name="reader", level="estimate")
    reg.add("cohort", {"study": "kim2016", "cohort": "all", "platform": "A"})
    reg.add("estimate", ESTIMATE)
    assert reg.estimates()["platform"].tolist() == ["a"]
    with pytest.raises(UsageError, match="reader is a characteristic of each estimate"):
        reg.add("cohort", {"study": "kim2016", "cohort": "all", "reader": "x"})


def test_cutoff_is_added_once(reg: Registry) -> None:
    """A cutoff is its operator, value, unit and method; an estimate with it uses the same one."""
    cutoff = {"factor": "ferritin", "cutoff": "≥ 550 ng/ml", "cutoff_method": "median"}
    assert reg.add("cutoff", cutoff).key == "ferritin >= 550 ng/mL [median]"
    assert reg.add("cutoff", cutoff).new is False
    reg.add("estimate", {**ESTIMATE, **cutoff})
    with reg.store.read() as connection:
        import sqlalchemy as sa

        from registry.models import Cutoff

        assert connection.execute(sa.select(sa.func.count()).select_from(Cutoff)).scalar() == 1


def test_factor_takes_more_synonyms(reg: Registry) -> None:
    """A known name is completed: synonyms are added, what is stored otherwise is a conflict."""
    added = reg.add("factor", key="nlr", synonym=["N/L quotient"])
    assert (added.key, added.new) == ("NLR", False)
    assert reg.vocabulary().factor("n/l quotient") == "NLR"
    with pytest.raises(Conflict, match="factor NLR has canonical_unit 1, not %"):
        reg.add("factor", key="NLR", unit="%")
    with pytest.raises(Conflict, match="stands for 'NLR' already"):
        reg.add("factor", key="ferritin", synonym="N/L quotient")


def test_factor_created_on_first_use_gets_its_unit(reg: Registry) -> None:
    """What an import made up of a name alone can be told more of later."""
    reg.add("estimate", {**ESTIMATE, "factor": "D-dimer"})
    added = reg.add("factor", key="D-dimer", unit="µg/L", label="fibrin fragment D-dimer", plausible_high="40000")
    assert {field for _, _, field in changes(reg, added.changeset)} >= {"canonical_unit", "label", "plausible_high"}
    assert reg.vocabulary().factors["D-dimer"][:2] == (False, "ug/L")


def test_endpoint_disease_and_characteristic_are_added(reg: Registry) -> None:
    """Each is usable at once."""
    reg.add("endpoint", key="TFS", label="treatment-free survival", definition="x", synonym="time to treatment")
    reg.add("disease", key="marginal zone lymphoma", synonym="MZL")
    reg.add("attribute", name="assay", type="text", level="estimate")
    estimate = {**ESTIMATE, "endpoint": "time to treatment", "disease": "mzl", "assay": "ELISA"}
    reg.add("estimate", estimate)
    (row,) = reg.estimates().to_dict("records")
    assert (row["endpoint"], row["disease"], row["assay"]) == ("TFS", "marginal zone lymphoma", "ELISA")


def test_characteristic_of_a_name_that_cannot_be_is_refused(reg: Registry) -> None:
    """A name must work in a condition."""
    with pytest.raises(InputRefused, match="cannot name a study characteristic"):
        reg.add("attribute", name="follow-up (years)")


def test_unknown_kind_is_refused(reg: Registry) -> None:
    """The message names what there is."""
    with pytest.raises(UsageError, match="'patient' is nothing that can be added") as caught:
        reg.add("patient", study="x")
    assert all(kind in caught.value.hint for kind in FORMS)


def test_draft_stores_nothing_and_tells_all(reg: Registry) -> None:
    """What would be refused is found without a transaction."""
    sketch = reg.draft("estimate", {**ESTIMATE, "n": "x", "factor": "ferritine"})
    assert [each.column for each in sketch.problems] == ["n"]
    assert "close to 'ferritin'" in sketch.remarks[0].message
    assert reg.draft("estimate", ESTIMATE).derived is not None


def test_suggestions_are_names_that_may_be_meant(reg: Registry) -> None:
    """Keys that begin so or look so, for what is not a key itself."""
    reg.add("study", study="kim2016", first_author="Kim", year="2016")
    known = reg.known()
    study, factor = (next(each for each in FORMS["estimate"] if each.name == name) for name in ("study", "factor"))
    assert known.suggest(study, "kim") == {"kim2016": "Kim 2016"}
    assert known.suggest(study, "kim2016") == {}
    assert "ferritin" in known.suggest(factor, "feritin")
    assert known.meant(factor, "serum  Ferritin") == "ferritin"


def test_study_without_an_estimate_is_listed(reg: Registry) -> None:
    """What is known and not yet extracted is in the lists, with no estimates, and in no list by a condition."""
    reg.add("estimate", ESTIMATE)
    reg.add("cohort", study="new2020", cohort="all", country="Korea")
    assert [(row["study"], row["estimates"]) for row in reg.listing("studies")] == [("kim2016", 1), ("new2020", 0)]
    assert [row["country"] for row in reg.listing("cohorts")] == [None, "Korea"]
    assert [row["study"] for row in reg.listing("studies", 'factor == "NLR"')] == ["kim2016"]


def test_a_factor_names_its_groups_and_how_it_is_read(store: Store) -> None:
    """`=` stands between the names of a group, the higher first; an estimate in those words has a direction; undone."""
    reg = Registry(store, curator="Ada")
    told = {"levels": "mutated=IGHV+; germline=IGHV-", "read_as": "low-vs-high"}
    added = reg.add("factor", {"key": "IGHV", "dimensionless": "yes", **told})
    facts = reg.show("IGHV")
    assert facts["levels"] == [["mutated", "IGHV+"], ["germline", "IGHV-"]]
    assert facts["read_as"] == "low-vs-high"
    said = {"study": "kim", "factor": "IGHV", "endpoint": "OS", "hr": "0.5", "reference_group": "germline"}
    assert reg.draft("estimate", said).values["contrast"] == "above_vs_below"
    assert reg.draft("factor", {"key": "IGHV", "levels": "mutated"}).problems
    assert added.changeset is not None
    reg.undo(added.changeset, reason="a slip")
    assert "IGHV" not in [row["factor"] for row in reg.listing("factors")]
