"""Who is in a pool: one result under two names, and the whole of a study beside its parts."""

from __future__ import annotations

import pytest

from registry.errors import PoolRefused
from registry.pooling import pool
from registry.pooling.pool import PoolResult
from tests.pooling.rows import plain

SAME = {"yi": [0.4, 0.4, 0.2, 0.6], "vi": [0.04, 0.04, 0.05, 0.06]}


def test_equal_numbers_and_patients_are_one_result() -> None:
    """The same ratio, interval and number of patients under two names is counted twice unless the curator says so."""
    frame = plain(**SAME, n=[273, 273, 100, 150], study=["Kim 2016", "Kim et al. 2016", "B", "C"])
    with pytest.raises(PoolRefused, match=r"Kim 2016/all and Kim et al\. 2016/all have the same numbers") as refusal:
        pool(frame)
    assert refusal.value.rule == "same-results"
    assert "--allow same-results" in refusal.value.hint
    allowed = pool(frame, allow="same-results")
    assert allowed.pool.k == 4
    assert any(note.startswith("allowed: estimates with the same numbers") for note in allowed.notes)


def test_equal_numbers_and_first_author_are_one_result() -> None:
    """The author is the first author, or stands in the study's name; initials and order do not matter."""
    given = plain(
        **SAME, n=[273, 280, 100, 150], study=["x", "y", "B", "C"], first_author=["Kim J", "J. Kim", "B", "C"]
    )
    named = plain(**SAME, study=["Kim 2016", "Kim 2017", "B", "C"], n=[None] * 4)
    for frame in (given, named):
        with pytest.raises(PoolRefused, match="the same result under two names"):
            pool(frame)


def test_equal_numbers_alone_are_a_doubt() -> None:
    """Two studies may print the same ratio: without n, or of another author, it is a doubt beside the pool."""
    result = pool(plain(**SAME, n=[None, 273, 100, 150], study=["Kim 2016", "Wang 2016", "B", "C"]))
    assert any("same ratio and CI as" in note for note in result.notes)
    other = pool(plain(**SAME, n=[270, 273, 100, 150], study=["Kim 2016", "Wang 2016", "B", "C"]))
    assert not any("same ratio and CI as" in note for note in other.notes)


def test_one_per_rule_is_applied_before() -> None:
    """What a rule has left out is not counted twice."""
    frame = plain(**SAME, n=[273, 273, 100, 150], study=["A", "B", "C", "D"], overlap_group=["g", "g", None, None])
    assert pool(frame, one_per="cohort:largest_n").pool.k == 3


def test_whole_beside_its_parts_is_refused() -> None:
    """The patients of the parts are in the whole: settled by a rule, or by leaving the whole out; 600 patients."""
    frame = plain(
        study=["S1", "S1", "S1", "S2"], cohort=["all", "age<65", "age>=65", "all"], n=[400, 300, 100, 200],
        yi=[0.64, 0.69, 0.53, 0.10], vi=[0.01, 0.02, 0.05, 0.03],
    )  # fmt: skip
    with pytest.raises(PoolRefused, match=r"whose patients would count twice: S1 \(2\)") as refusal:
        pool(frame)
    assert refusal.value.rule == "whole-and-parts"
    kept = pool(frame, one_per="cohort:largest_n")
    assert ([each.cohort for each in kept.estimates], kept.pool.n) == (["all", "all"], 600)
    parts = pool(frame.take(frame["n"] != 400))
    assert (parts.pool.k, parts.pool.n) == (3, 600)
    assert pool(frame, dependence="three-level").pool.n == 600


def test_declared_part_is_refused_once() -> None:
    """What is declared to share patients is refused as that, with the rule that settles it."""
    frame = plain(
        study=["S1", "S1", "S2", "S3"], cohort=["all", "old", "all", "all"], overlap_group=["g", "g", None, None]
    )
    with pytest.raises(PoolRefused, match="overlap group") as refusal:
        pool(frame)
    assert refusal.value.rule == "shared-cohort"


def test_cohort_of_more_patients_is_no_part() -> None:
    """`all` is what a cohort without a name is called: the smaller of two is not the whole of the larger."""
    frame = plain(study=["S1", "S1", "S2", "S3"], cohort=["all", "row 2", "all", "all"], n=[85, 112, 50, 60])
    assert pool(frame).pool.n == 307


def test_pairs_a_curator_told_apart_are_no_matter() -> None:
    """A dismissed overlap settles both: they share no patients."""
    frame = plain(
        study=["S1", "S1", "S2", "S3"], cohort=["all", "old", "all", "all"], n=[100, 100, 50, 60],
        yi=[0.4, 0.4, 0.2, 0.6], vi=[0.04, 0.04, 0.05, 0.06],
    )  # fmt: skip
    with pytest.raises(PoolRefused):
        pool(frame)
    apart = frozenset({frozenset({("S1", "all"), ("S1", "old")})})
    told = type(frame)(frame.columns, frame.attributes, frame.declared, apart=apart)
    assert pool(told).pool.n == 310
    assert pool(told.to_pandas()).pool.n == 310


def test_starts_of_the_clock_and_horizons_are_said() -> None:
    """Estimates from diagnosis, landmark and relapse, and deaths up to different days, are said under a pool."""
    times = pool(plain(time_origin=["diagnosis", "date of diagnosis", "day 90 after treatment (landmark)", "relapse"]))
    assert _note(times, "the clock starts at 3 different points: diagnosis (2), landmark: day 90 after treatment")
    assert not _note(pool(plain(time_origin=["diagnosis", "from diagnosis"] * 2)), "the clock starts")
    horizons = pool(plain(horizon_days=[30, 30, 100, None]))
    assert _note(horizons, "events count up to different times: 30 days (2), 100 days (1), not stated (1)")


def test_wordings_of_one_endpoint_are_said() -> None:
    """What the reports call it stands under the pool where they call it differently."""
    result = pool(plain(endpoint=["DFS"] * 4, endpoint_text=["LFS", None, None, None]))
    assert _note(result, "the endpoint in the sources' words: DFS (3), LFS (1)")


def _note(result: PoolResult, begins: str) -> bool:
    return any(note.startswith(begins) for note in result.notes)
