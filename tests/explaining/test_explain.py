"""Why a pool differs between two moments: contributions sum to the difference, and nothing is imputed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import registry
from registry.errors import NotFound, UsageError
from registry.explaining.explanation import Explanation
from registry.handle import Registry
from tests.stats.test_shapley import naive

WHERE = 'factor == "NLR" and endpoint == "OS"'
HEAD = "study_key,biomarker,disease,endpoint,hr,ci_low,ci_high,adjusted\n"
ROWS = {"a": "1.5,1.0,2.25", "b": "2.0,1.2,3.4", "c": "1.1,0.8,1.5", "d": "2.6,1.3,5.1"}


@pytest.fixture
def reg(database_url: str) -> Iterator[Registry]:
    """Open a registry of four studies, in one changeset each."""
    with registry.open(database_url, curator="Ada") as opened:
        yield opened


def add(reg: Registry, folder: Path, *studies: str, numbers: str = "", adjusted: str = "yes") -> int:
    """Import studies in one changeset; give its number."""
    path = folder / "rows.csv"
    lines = [f"{name},NLR,multiple myeloma,OS,{numbers or ROWS[name]},{adjusted}" for name in studies]
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return int(reg.import_file(path).changeset or 0)


def key(reg: Registry, study: str) -> str:
    return str(reg.show(study)["estimates"][0]["key"])


def total_of(found: Explanation) -> list[float]:
    parts = [each.effect.values for each in found.evidence.contributions if each.effect]
    steps = [each.effect.values for each in found.steps if each.effect]
    return [math.fsum(column) for column in zip(*parts, *steps, strict=True)]


def test_contributions_sum_to_the_difference_of_the_pools(reg: Registry, tmp_path: Path) -> None:
    """An amendment, an exclusion and an addition: shares sum to the total, the changes of each to its share."""
    first = add(reg, tmp_path, "a", "b", "c")
    reg.amend(key(reg, "a"), {"hr": "1.7", "ci_high": "2.9"}, reason="misprint")
    reg.amend(key(reg, "a"), {"hr": "1.8", "ci_high": "3.3"}, reason="again")
    add(reg, tmp_path, "d")
    reg.review(key(reg, "c"), status="disputed", reason="two tables disagree")
    found = reg.explain(where=WHERE, first=first)
    before, after = reg.pool(WHERE, at=first).pool, reg.pool(WHERE).pool
    assert found.evidence.method == "shapley"
    assert {each.label: each.happened for each in found.evidence.contributions} == {
        "a": "changed", "c": "removed", "d": "added",
    }  # fmt: skip
    assert found.total is not None
    assert found.total.log_hr == pytest.approx((after.mu or 0.0) - (before.mu or 0.0))
    assert total_of(found) == pytest.approx(list(found.total.values), abs=1e-12)
    for each in found.evidence.contributions:
        changes = [change.effect.values for change in each.changes if change.effect]
        assert each.effect is not None
        assert [math.fsum(column) for column in zip(*changes, strict=True)] == pytest.approx(each.effect.values)
    [amended] = [each for each in found.evidence.contributions if each.label == "a"]
    assert [change.message for change in amended.changes] == ["misprint", "again"]
    assert ("est", 1.5, 1.7) in [(one.field, one.before, one.after) for one in amended.changes[0].fields]


def test_shares_are_those_of_pools_of_frames(reg: Registry, tmp_path: Path) -> None:
    """A second way: every mixture pooled on its own from the rows of both moments, shared by its definition."""
    first = add(reg, tmp_path, "a", "b", "c")
    reg.amend(key(reg, "b"), {"hr": "2.4", "ci_high": "4.1"}, reason="misprint")
    add(reg, tmp_path, "d")
    old, new = reg.estimates(WHERE, at=first).set_index("study"), reg.estimates(WHERE).set_index("study")
    values = []
    for mixture in range(4):
        rows = [old.loc["a"], old.loc["c"], (new if mixture & 1 else old).loc["b"]]
        rows += [new.loc["d"]] if mixture & 2 else []
        values.append(registry.pool(pd.DataFrame(rows)[["yi", "vi"]].astype(float)).pool.mu)
    shares = naive(np.array(values)[:, None])[:, 0]
    found = {
        each.label: each.effect.log_hr
        for each in reg.explain(where=WHERE, first=first).evidence.contributions
        if each.effect
    }
    assert [found["b"], found["d"]] == pytest.approx(shares.tolist(), abs=1e-9)


def test_changes_that_no_pool_sees_are_named_without_effect(reg: Registry, tmp_path: Path) -> None:
    """A note, and a change of a row that is left out before and after, move nothing."""
    add(reg, tmp_path, "a", "b", "c")
    reg.review(key(reg, "c"), status="disputed", reason="x")
    first = reg.log(limit=1)[0].changeset
    reg.amend(key(reg, "a"), {"notes": "seen twice"}, reason="note")
    reg.amend(key(reg, "c"), {"hr": "1.2"}, reason="misprint")
    found = reg.explain(where=WHERE, first=first)
    assert {each.label: each.why for each in found.without_effect} == {
        "a": "the numbers in use are the same", "c": "left out before and after: disputed",
    }  # fmt: skip
    assert found.evidence.contributions == ()


def test_fewer_than_two_common_cohorts_are_not_shared(reg: Registry, tmp_path: Path) -> None:
    """Where nearly all evidence is other evidence, it is named and not attributed."""
    first = add(reg, tmp_path, "a", "b")
    reg.review(key(reg, "a"), status="excluded", reason="x")
    add(reg, tmp_path, "c", "d")
    found = reg.explain(where=WHERE, first=first)
    assert found.evidence.method == "none"
    assert "one cohort in common" in found.evidence.why
    assert {each.label: each.happened for each in found.evidence.contributions} == {
        "a": "removed", "c": "added", "d": "added",
    }  # fmt: skip
    assert all(each.effect is None for each in found.evidence.contributions)


def test_mixtures_that_are_refused_leave_the_order_of_the_ledger(reg: Registry, tmp_path: Path) -> None:
    """Adjusted in the one state and unadjusted in the other: mixtures have no pool, which is told, not imputed."""
    first = add(reg, tmp_path, "a", "b", "c")
    for study in "abc":
        numbers = {"adjusted": "no", "hr": "1.9", "ci_low": "1.1", "ci_high": "3.4"}
        reg.amend(key(reg, study), numbers, reason=f"unadjusted {study}")
    found = reg.explain(where=WHERE, first=first)
    evidence = found.evidence
    assert evidence.method == "ordered"
    assert evidence.undefined is not None
    assert (evidence.undefined.count, evidence.undefined.of) == (6, 8)
    assert "adjusted" in evidence.undefined.examples[0]["why"]
    [together] = evidence.contributions
    assert together.label == "a and b and c"
    assert found.total is not None
    assert total_of(found) == pytest.approx(list(found.total.values), abs=1e-12)


def test_an_overlap_group_is_one_player(reg: Registry, tmp_path: Path) -> None:
    """Cohorts that share patients move together, because one-per chooses among them."""
    first = add(reg, tmp_path, "a", "b", "c", "d")
    reg.declare_overlap("a/all", "b/all", "same", "same patients")
    found = reg.explain(where=WHERE, first=first, one_per="cohort:largest_n")
    assert [each.cohorts for each in found.evidence.contributions] == [("a/all", "b/all")]
    assert found.total is not None
    assert total_of(found) == pytest.approx(list(found.total.values), abs=1e-12)


def test_query_and_engine_are_steps_before_the_evidence(reg: Registry, tmp_path: Path) -> None:
    """A run, an edited query and new evidence: three parts that sum to the whole; the same engine adds nothing."""
    add(reg, tmp_path, "a", "b", "c")
    reg.save_query("nlr", WHERE)
    ran = reg.run("nlr")
    reg.edit_query("nlr", method="DL", test="z")
    add(reg, tmp_path, "d")
    found = reg.explain("nlr")
    assert found.start.label == f"run {ran.id}"
    assert [step.kind for step in found.steps] == ["query", "engine"]
    assert {each.field for each in found.steps[0].edits} == {"method", "test"}
    assert found.steps[1].effect is not None
    assert found.steps[1].effect.values == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    assert found.total is not None
    assert total_of(found) == pytest.approx(list(found.total.values), abs=1e-12)
    chain = reg.provenance("a", run=ran.id)
    assert (chain.estimate["weight"], chain.since) == (pytest.approx(ran.found["estimates"][0]["weight"]), [])


def test_many_players_are_sampled_with_their_error(reg: Registry, tmp_path: Path) -> None:
    """Beyond twelve the sum is exact still, each share has an error, and the seed decides."""
    first = add(reg, tmp_path, "a", "b", "c")
    for number in range(13):
        low, high = 0.9 + 0.05 * number, 2.0 + 0.3 * number
        add(reg, tmp_path, f"new{number}", numbers=f"{(low * high) ** 0.5:.2f},{low:.2f},{high:.2f}")
    found = reg.explain(where=WHERE, first=first, pairs=20, seed=1)
    assert (found.evidence.method, found.evidence.orders, found.evidence.seed) == ("sampled", 40, 1)
    assert all(each.se is not None for each in found.evidence.contributions)
    assert found.total is not None
    assert total_of(found) == pytest.approx(list(found.total.values), abs=1e-12)
    assert reg.explain(where=WHERE, first=first, pairs=20, seed=1) == found


def test_moments_in_the_wrong_order_are_refused(reg: Registry, tmp_path: Path) -> None:
    """What comes later is the later one, and a condition has no last run."""
    add(reg, tmp_path, "a", "b")
    last = add(reg, tmp_path, "c")
    with pytest.raises(UsageError, match="is later than"):
        reg.explain(where=WHERE, first=last, last=last - 1)
    with pytest.raises(UsageError, match="no last run"):
        reg.explain(where=WHERE)


def test_provenance_is_as_of_its_pool_and_tells_what_came_later(reg: Registry, tmp_path: Path) -> None:
    """The chain has the numbers of its moment; an amendment after it stands apart."""
    first = add(reg, tmp_path, "a", "b")
    reg.amend(key(reg, "a"), {"hr": "1.7", "ci_high": "2.9"}, reason="misprint")
    then, now = (reg.provenance("a", where=WHERE, at=at) for at in (first, None))
    assert then.printed["est"] == "1.5"
    assert then.amendments == []
    assert [each["message"] for each in then.since] == ["misprint"]
    assert now.printed["est"] == "1.7"
    assert [each["message"] for each in now.amendments] == ["misprint"]
    assert then.derivation["yi"] == pytest.approx(math.log(1.5))
    assert then.extracted["curator"] == "Ada"
    with pytest.raises(NotFound, match="no estimate"):
        reg.provenance("zzz", where=WHERE)


def test_shares_sum_where_doubtful_rows_are_left_out(reg: Registry, tmp_path: Path) -> None:
    """A row that becomes doubtful, and a study with the numbers of another: left out or taken in, shares sum."""
    first = add(reg, tmp_path, "a", "b", "c")
    add(reg, tmp_path, "d")
    add(reg, tmp_path, "e", numbers=ROWS["a"])
    reg.amend(key(reg, "b"), {"hr": "2.6"}, reason="misprint")
    options = {"doubtful": "exclude"}
    found = reg.explain(where=WHERE, first=first, **options)
    before, after = (reg.pool(WHERE, at=at, **options) for at in (first, None))
    assert {each.study for each in before.estimates} == {"a", "b", "c"}
    assert {each.study for each in after.estimates} == {"a", "c", "d"}
    assert total_of(found)[0] == pytest.approx((after.pool.mu or 0) - (before.pool.mu or 0), abs=1e-12)
