"""Risk of bias: tools as data, judgements with their support, usable wherever a characteristic is."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.appraisal import read_tools, shipped
from registry.chain import verify_ledger
from registry.curation.undo import undo
from registry.errors import ConditionError, Conflict, InputRefused, NotFound, UsageError
from registry.handle import Registry
from registry.store import Store
from registry.writing import verify_rows
from tests.curation.estimates import enter, stored

OWN = """
[[tool]]
name = "House"
title = "Our own checklist"

[[tool.domain]]
name = "house_blinding"
label = "blinded reading"
levels = ["yes", "no"]
"""


def test_shipped_tools_are_complete() -> None:
    """QUIPS has six domains of three levels, Newcastle–Ottawa eight items; every domain says how it is judged."""
    quips, nos = shipped()
    assert [len(quips.domains), len(nos.domains)] == [6, 8]
    assert {each.levels for each in quips.domains} == {("low", "moderate", "high")}
    assert {each.levels for each in nos.domains} == {("star", "no star"), ("two stars", "one star", "no star")}
    for tool in (quips, nos):
        assert tool.source
        assert all(each.guidance and each.tool == tool.name for each in tool.domains)


def test_registry_declares_no_tool_before_it_is_used(store: Store) -> None:
    """A new registry has no domain among its characteristics; a condition on one says how to take its tool up."""
    reg = Registry(store)
    assert not [each for each in reg.vocabulary().attributes.values() if each.tool]
    assert [each.uses for each in reg.appraisal_tools()] == [False, False]
    with pytest.raises(ConditionError, match="evireg appraisal add QUIPS"):
        reg.estimates('quips_confounding != "high"')


def test_import_of_judgements_needs_the_tool(sqlite_store: Store, tmp_path: Path) -> None:
    """A column named as a domain is never guessed at; once the tool is taken up it is read by its levels."""
    path = tmp_path / "rows.csv"
    path.write_text("study_key,biomarker,endpoint,hr,quips_outcome\nkim2016,NLR,OS,2.0,Low\n", encoding="utf-8")
    reg = Registry(sqlite_store)
    with pytest.raises(InputRefused, match="is a domain of QUIPS, which this registry does not use yet"):
        reg.import_file(path, attributes=True, curator="Ada")
    reg.add_appraisal_tools("quips", curator="Ada")
    reg.import_file(path, curator="Ada")
    (row,) = reg.listing("appraisal")
    assert row["judgements"]["quips_outcome"] == "low"


def test_judgement_is_kept_with_its_support(store: Store) -> None:
    """It is in the evidence row, and in `show` with the words it rests on; the tool is taken up with it."""
    (key,) = enter(store)
    reg = Registry(store)
    done = reg.appraise(
        key,
        judgements={"quips_participation": "LOW"},
        support={"quips_participation": "Consecutive patients, p. 3"},
        curator="Grace",
    )
    assert (done.estimates, done.changed, done.tools) == (1, (key,), ("QUIPS",))
    shown = stored(store, key)
    assert shown["attributes"] == {"quips_participation": "low"}
    assert shown["appraisal"] == [
        {
            "tool": "QUIPS",
            "domain": "quips_participation",
            "label": "study participation",
            "judgement": "low",
            "support": "Consecutive patients, p. 3",
        }
    ]
    assert reg.appraise(key, judgements={"quips_participation": "low"}, curator="Grace").changeset is None
    with store.read() as connection:
        verify_ledger(connection)
        verify_rows(connection)


def test_judgement_is_replaced_and_taken_back(store: Store) -> None:
    """The support stays with a judgement until either changes; without judgement there is none."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.appraise(key, judgements={"quips_outcome": "low"}, support={"quips_outcome": "p. 3"}, curator="Grace")
    reg.appraise(key, judgements={"quips_outcome": "high"}, curator="Grace")
    assert [(each["judgement"], each["support"]) for each in stored(store, key)["appraisal"]] == [("high", "p. 3")]
    reg.appraise(key, judgements={"quips_outcome": ""}, curator="Grace")
    shown = stored(store, key)
    assert (shown["appraisal"], shown["attributes"]) == ([], {})
    with pytest.raises(UsageError, match="has no judgement of quips_outcome"):
        reg.appraise(key, judgements={}, support={"quips_outcome": "p. 3"}, curator="Grace")


def test_appraisal_is_undone(store: Store) -> None:
    """Judgement and support are what they were before."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.appraise(key, judgements={"quips_outcome": "low"}, support={"quips_outcome": "p. 3"}, curator="Grace")
    done = reg.appraise(key, judgements={"quips_outcome": "high"}, support={"quips_outcome": ""}, curator="Grace")
    with store.transaction("Grace", "undo") as transaction:
        undo(transaction, done.changeset or 0)
    assert [(each["judgement"], each["support"]) for each in stored(store, key)["appraisal"]] == [("low", "p. 3")]


def test_study_means_all_its_estimates(store: Store) -> None:
    """Domains are usable in conditions and as subgroups."""
    enter(store, {}, {"endpoint": "PFS"}, {"study": "lee2017", "est": 2.1}, {"study": "zhu2020", "est": 1.5})
    reg = Registry(store)
    assert reg.appraise("kim2016", judgements={"quips_confounding": "high"}, curator="Grace").estimates == 2
    reg.appraise("lee2017", "zhu2020/all", judgements={"quips_confounding": "low"}, curator="Grace")
    low = reg.estimates('quips_confounding != "high"')
    assert sorted(low["study"]) == ["lee2017", "zhu2020"]
    result = reg.pool('endpoint == "OS"', subgroup="quips_confounding")
    assert {each.label for each in result.subgroups.groups} >= {"low", "high"}  # type: ignore[union-attr]


def test_multiverse_varies_risk_of_bias_once_it_was_appraised(store: Store) -> None:
    """All estimates, or those appraised with no domain at its worst level; without an appraisal it is no choice."""
    enter(store, *({"study": f"s{number}", "est": 1.5 + number / 10} for number in range(5)))
    reg = Registry(store)
    assert {tuple(each.by) for each in reg.multiverse('factor == "NLR"').rows} == {()}
    reg.appraise("s0", "s1", "s2", judgements={"quips_outcome": "low", "quips_factor": "moderate"}, curator="Grace")
    reg.appraise("s3", judgements={"quips_outcome": "low", "quips_confounding": "high"}, curator="Grace")
    found = reg.multiverse('factor == "NLR"').rows
    assert {(each.by["risk_of_bias"], each.k) for each in found} == {("all", 5), ("no domain high", 3)}
    by_domain = reg.multiverse('factor == "NLR"', by="quips_outcome").rows
    assert {each.by["quips_outcome"] for each in by_domain} >= {"all", "low"}


def test_unknown_level_or_domain_is_refused(sqlite_store: Store) -> None:
    """Every level that is none is listed; a domain that no tool has is not found, with the nearest; nothing is kept."""
    (key,) = enter(sqlite_store)
    reg = Registry(sqlite_store)
    with pytest.raises(InputRefused, match="is it high") as refused:
        reg.appraise(key, judgements={"quips_outcome": "hig", "quips_factor": "?"}, curator="Grace")
    assert len(refused.value.issues) == 2
    with pytest.raises(NotFound, match="nearest: quips_outcome"):
        reg.appraise(key, judgements={"quips_outcom": "low"}, curator="Grace")
    with pytest.raises(UsageError, match="nothing was judged"):
        reg.appraise(key, judgements={}, curator="Grace")
    assert [each.uses for each in reg.appraisal_tools()] == [False, False]


def test_team_brings_its_own_tool(store: Store, tmp_path: Path) -> None:
    """A file in the form of the shipped one; the same again is no news, other levels under its name a conflict."""
    path = tmp_path / "house.toml"
    path.write_text(OWN, encoding="utf-8")
    (key,) = enter(store)
    reg = Registry(store)
    assert reg.add_appraisal_tools(path, curator="Ada") == {"House": True}
    assert reg.add_appraisal_tools(path, curator="Ada") == {"House": False}
    reg.appraise(key, judgements={"house_blinding": "no"}, curator="Ada")
    (row,) = reg.listing("appraisal", tool="house")
    assert row["judgements"] == {"house_blinding": "no"}
    path.write_text(OWN.replace('"no"', '"never"'), encoding="utf-8")
    with pytest.raises(Conflict, match="uses a tool House with other domains or levels"):
        reg.add_appraisal_tools(path, curator="Ada")
    with pytest.raises(NotFound, match="neither a shipped tool nor a file"):
        reg.add_appraisal_tools(tmp_path / "none.toml", curator="Ada")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[tool", "is not TOML"),
        ("", "declares no tool"),
        ('[[tool]]\nname = "A"\n', "a tool has no title"),
        ('[[tool]]\nname = "A"\ntitle = "A"\n', "the tool A has no domain"),
        (OWN.replace('levels = ["yes", "no"]', "levels = []"), "house_blinding has no levels"),
        (OWN.replace("house_blinding", "not a name"), "cannot name a study characteristic"),
        (OWN.replace("house_blinding", "status"), "status is a column of evireg"),
        (OWN + OWN.partition("[[tool.domain]]")[2].join(["[[tool.domain]]", ""]), "twice"),
    ],
)
def test_file_that_declares_no_tool_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """It says which table lacks what."""
    path = tmp_path / "tool.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=said):
        read_tools(path)
