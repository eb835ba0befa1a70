"""Amendments: what they change, what they refuse, and what they carry along."""

from __future__ import annotations

import re
from typing import Any

import pytest

from registry.curation.amend import Amendment
from registry.errors import Conflict, InputRefused, NotFound, UsageError
from registry.handle import Registry
from registry.store import Store
from registry.terms import AttributeLevel, AttributeType
from registry.vocabulary import AttributeDeclaration
from registry.writing import declare_attributes
from tests.curation.estimates import enter, stored


def amend(store: Store, key: str, based_on: str | None = None, **changes: str | None) -> Any:
    return Registry(store, curator="Bo").amend(key, changes, reason="checked again", based_on=based_on)


def test_number_is_typed_and_its_printed_text_kept(store: Store) -> None:
    """More digits of the same number are a change, and yi follows from the number."""
    (key,) = enter(store)
    done = amend(store, key, hr="2.20")
    row = stored(store, key)
    assert (row["est"], row["est_text"], done.changed) == (2.2, "2.20", (key,))
    assert row["yi"] == pytest.approx(0.78845736)
    (effect,) = done.effects
    assert effect.before["yi"] != effect.after["yi"] == row["yi"]
    assert amend(store, key, hr="2.2").changeset is not None
    Registry(store).verify()


def test_amendment_that_says_the_same_leaves_no_changeset(store: Store) -> None:
    """What is so already is counted as unchanged."""
    (key,) = enter(store)
    before = stored(store, key)
    done = amend(store, key, hr="2.0", n="120")
    assert (done.changeset, done.changed, done.unchanged) == (None, (), 1)
    assert stored(store, key) == before


def test_identity_may_change_and_the_estimate_gets_its_key(store: Store) -> None:
    """The old key closes, the new one opens, and the old one says what it is called now."""
    (key,) = enter(store)
    done = amend(store, key, cutoff_value="3.1", endpoint="PFS", contrast="below_vs_above", source_locator="Table 2")
    new = done.renamed[key]
    row = stored(store, new)
    assert (row["endpoint"], row["cutoff_value"], row["contrast"]) == ("PFS", 3.1, "below_vs_above")
    assert list(Registry(store).estimates()["key"]) == [new]
    with pytest.raises(NotFound, match=f"called {re.escape(new)} now"):
        amend(store, key, hr="3")
    Registry(store).verify()


def test_two_estimates_cannot_become_one(store: Store) -> None:
    """A key that is taken is a conflict, and nothing is stored."""
    one, other = enter(store, {"locator": "a"}, {"locator": "b"})
    wanted = "b" if stored(store, one)["locator"] == "a" else "a"
    with pytest.raises(Conflict, match=f"{one} would be the same estimate as {other}"):
        amend(store, one, source_locator=wanted)
    Registry(store).verify()


def test_field_of_the_cohort_amends_all_its_estimates(store: Store) -> None:
    """Whichever key it is given by, the cohort has one country."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    done = amend(store, keys[0], country="Korea", disease="AML")
    assert {each[:3] for each in done.changes} == {
        ("cohort", "kim2016/all", "country"),
        ("cohort", "kim2016/all", "disease"),
    }
    assert len(done.effects) == 2
    assert {stored(store, key)["country"] for key in keys} == {"Korea"}
    assert amend(store, "kim2016/all", country="Korea").changeset is None
    assert amend(store, "kim2016", country="").changes[0][4] is None
    Registry(store).verify()


def test_field_of_the_report_amends_what_rests_on_it(store: Store) -> None:
    """A report is made on first use, found by its DOI, and is called by the new one when it changes."""
    (key,) = enter(store)
    amend(store, key, year="2016", title="A title", doi="10.1000/A")
    assert stored(store, key)["doi"] == "10.1000/a"
    amend(store, "10.1000/a", doi="https://doi.org/10.1000/b", first_author="Kim")
    assert (stored(store, key)["doi"], stored(store, key)["first_author"]) == ("10.1000/b", "Kim")
    amend(store, "doi:10.1000/b", year="2017")
    assert stored(store, key)["year"] == 2017
    Registry(store).verify()


def test_doi_of_another_report_is_a_conflict(store: Store) -> None:
    """Two reports cannot share one."""
    enter(store, {"doi": "10.1000/a"}, {"study": "lee2017", "doi": "10.1000/b"})
    with pytest.raises(Conflict, match="cannot share a DOI"):
        amend(store, "kim2016", doi="10.1000/b")


def test_estimate_can_be_read_in_another_report(store: Store) -> None:
    """The address of one estimate leaves the others where they were read."""
    source = {"source_url": "https://x.org/1", "source_kind": "article"}
    one, other = enter(store, {"locator": "a", **source}, {"locator": "b", **source})
    amend(store, one, source_url="https://doi.org/10.1000/z")
    assert stored(store, one)["source_url"] == "https://doi.org/10.1000/z"
    assert stored(store, other)["source_url"] == "https://x.org/1"
    amend(store, one, source_kind="review")
    assert (stored(store, one)["source_kind"], stored(store, other)["source_kind"]) == ("review", "article")
    Registry(store).verify()


@pytest.mark.parametrize("level", AttributeLevel)
def test_characteristic_is_amended_where_it_is_declared(store: Store, level: AttributeLevel) -> None:
    """Set, changed, taken away; what belongs to a cohort or study is that of all estimates."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    with store.transaction("Ada", "declare") as transaction:
        declare_attributes(transaction, [AttributeDeclaration("dose", type=AttributeType.NUMBER, level=level)])
    for text, value in (("2.5", 2.5), ("3", 3.0), ("", None)):
        amend(store, keys[0], dose=text)
        held = [stored(store, key)["attributes"].get("dose") for key in keys]
        assert held == ([value, None] if level is AttributeLevel.ESTIMATE else [value, value])
    assert amend(store, keys[0], dose="").changeset is None
    Registry(store).verify()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hr": "9"}, "hr: hr-outside-ci: 9 is outside its CI"),
        ({"hr": "many"}, "hr: number: 'many' is not a number"),
        ({"n": "ten"}, "n: count"),
        ({"endpoint": "OSS"}, "endpoint: endpoint-unknown"),
        ({"endpoint": ""}, "endpoint: cell-empty"),
        ({"contrast": "above"}, "contrast: word-unknown"),
        ({"cutoff_value": "3", "factor": "ferritin"}, "cutoff_unit: unit-missing"),
        ({"recruited_from": "2017", "recruited_to": "2015"}, "recruited_to: dates-reversed"),
        ({"n_events": "200"}, "n_events: counts-impossible"),
    ],
    ids=str,
)
def test_values_are_held_to_the_rules_of_an_import(store: Store, changes: dict[str, str], said: str) -> None:
    """The same codes, the field as the curator called it, and nothing is stored."""
    (key,) = enter(store)
    before = stored(store, key)
    with pytest.raises(InputRefused, match=re.escape(said)):
        amend(store, key, **changes)
    assert stored(store, key) == before


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("status", "use evireg review"),
        ("yi", "made by the registry"),
        ("est_text", "amend hr"),
        ("retracted", "evireg retract"),
        ("overlap_group", "evireg overlaps"),
        ("contry", "nearest: country"),
    ],
)
def test_field_that_is_no_input_is_refused_with_what_to_do(store: Store, field: str, said: str) -> None:
    """Nobody writes what the registry makes."""
    (key,) = enter(store)
    with pytest.raises(UsageError, match=said):
        amend(store, key, **{field: "x"})


@pytest.mark.parametrize(
    ("key", "changes", "said"),
    [
        ("kim2016", {"hr": "2"}, "hr belongs to an estimate, and kim2016 is a study"),
        ("10.1000/a", {"country": "Korea"}, "country belongs to a cohort, and doi:10.1000/a is a report"),
        ("kim2017", {"hr": "2"}, "nothing here has the key 'kim2017'\nnearest: kim2016"),
        ("kim2017/all", {"country": "Korea"}, "nothing here has the key 'kim2017/all'\nnearest: kim2016/all"),
        ("kin2016/OS/0000aaaa", {"hr": "2"}, "\nnearest: kim2016/OS/"),
    ],
)
def test_field_of_something_else_is_refused(store: Store, key: str, changes: dict[str, str], said: str) -> None:
    """An HR is of an estimate, whoever's key was given."""
    enter(store, {"doi": "10.1000/a"})
    with pytest.raises((UsageError, NotFound), match=re.escape(said)):
        amend(store, key, **changes)


def test_what_is_printed_so_is_stored_as_disputed_and_undisputed_when_mended(store: Store) -> None:
    """The curator's word that it is printed so does what it does on import."""
    (key,) = enter(store)
    amend(store, key, hr="9", as_printed="Table 2 says so")
    assert (stored(store, key)["status"], stored(store, key)["not_poolable"]) == ("disputed", "disputed")
    amend(store, key, hr="2.1", as_printed="")
    assert (stored(store, key)["status"], stored(store, key)["not_poolable"]) == ("extracted", None)
    Registry(store).verify()


def test_notes_of_a_row_that_breaks_a_rule_can_be_amended(store: Store) -> None:
    """Only new faults refuse: a note does not have to mend what was stored before."""
    (key,) = enter(store, {"n": 100, "n_events": 120})
    amend(store, key, notes="odd counts, asked the authors")
    assert stored(store, key)["notes"] == "odd counts, asked the authors"


def test_amendment_based_on_another_version_is_refused_with_both_values(store: Store) -> None:
    """Who changed it, when, what is stored and what was to be stored."""
    (key,) = enter(store)
    seen = stored(store, key)["digest"]
    amend(store, key, based_on=seen, hr="2.2")
    with pytest.raises(Conflict, match=r"was changed by Bo at .* \(changeset 3\) since the version you saw") as refused:
        amend(store, key, based_on=seen, hr="2.3")
    (issue,) = refused.value.issues
    assert issue.message == "2.2 is stored now, 2 in the version you saw, you gave 2.3"
    amend(store, key, based_on=stored(store, key)["digest"][:12], hr="2.3")
    assert stored(store, key)["est"] == 2.3


def test_sequence_is_all_or_nothing(store: Store) -> None:
    """One fault refuses every amendment, and each fault is named."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    faulty = [
        Amendment(keys[0], {"n": "100"}),
        Amendment(keys[1], {"hr": "9"}),
        Amendment(keys[0], {"ci_low": "many"}),
    ]
    with pytest.raises(InputRefused, match="2 problems"):
        Registry(store, curator="Bo").amend_all(faulty, reason="x")
    assert {stored(store, key)["n"] for key in keys} == {120}


def test_sequence_follows_a_key_that_changes_on_the_way(store: Store) -> None:
    """The second amendment of an estimate may use the key the curator knew."""
    (key,) = enter(store)
    amendments = [Amendment(key, {"endpoint": "PFS"}), Amendment(key, {"hr": "2.2"})]
    done = Registry(store, curator="Bo").amend_all(amendments, reason="x")
    assert stored(store, done.renamed[key])["est"] == 2.2
    Registry(store).verify()


def test_dry_run_shows_and_stores_nothing(store: Store) -> None:
    """The answer is the same but for the changeset."""
    (key,) = enter(store)
    done = Registry(store, curator="Bo").amend(key, {"hr": "2.2"}, reason="x", dry_run=True)
    assert (done.changeset, done.changed) == (None, (key,))
    assert stored(store, key)["est"] == 2.0


def test_reason_is_required(store: Store) -> None:
    """A change without one is refused."""
    (key,) = enter(store)
    with pytest.raises(UsageError, match="has a reason"):
        Registry(store, curator="Bo").amend(key, {"hr": "2.2"}, reason=" ")


def test_estimate_moves_to_a_cohort_that_is_there_only(store: Store) -> None:
    """A cohort is not made by a slip of the pen."""
    keys = enter(store, {}, {"cohort": "elderly", "locator": "b"})
    key = next(each for each in keys if stored(store, each)["cohort"] == "all")
    with pytest.raises(NotFound, match="no cohort kim2016/elderli to move the estimate to"):
        amend(store, key, cohort="elderli")
    done = amend(store, key, cohort="elderly")
    assert stored(store, done.renamed[key])["cohort"] == "elderly"
    Registry(store).verify()


def test_accepted_estimate_keeps_locator_and_quote(store: Store) -> None:
    """To take one away is refused until the review is taken back."""
    (key,) = enter(store, {"locator": "Table 2", "quote": "HR 2.0"})
    reg = Registry(store)
    reg.review(key, status="checked", curator="Grace")
    reg.review(key, status="accepted", curator="Grace")
    with pytest.raises(UsageError, match="an accepted estimate has a quote"):
        amend(store, key, quote="")
