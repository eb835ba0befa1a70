"""What a new setting may bring is said in one sentence everywhere, or why nothing can be said."""

from __future__ import annotations

from typing import Any

import pytest

from registry.frame import Frame
from registry.pooling import pool
from registry.pooling.pooled import Pooled
from registry.report import bias as report
from registry.report.sentences import new_setting
from tests.pooling.rows import MYELOMA_OS, rows


def pooled(k: int, **options: Any) -> Pooled:
    return pool(Frame.from_rows(rows(MYELOMA_OS[:k])), **options).pool


def alike(k: int) -> Pooled:
    """Pool estimates that agree, all well above 1."""
    return pool(
        Frame.from_rows(
            rows(
                [(f"a {each}", 100 + each, 2.0 + each / 100, 1.5 + each / 100, 2.67 + each / 100) for each in range(k)]
            )
        )
    ).pool


def test_an_interval_that_holds_one_says_what_is_possible() -> None:
    """No association, or the opposite, belongs to what is expected there."""
    assert new_setting(pooled(8)) == (
        "95 % prediction interval for the ratio in a new setting like these: 0.76–3.80;"
        " no association, or the opposite, is possible there."
    )


def test_an_interval_on_one_side_of_one_stands_alone() -> None:
    """Nothing is added where all of it lies above 1."""
    said = new_setting(alike(6))
    assert said.startswith("95 % prediction interval for the ratio in a new setting like these: 1.")
    assert "possible" not in said


def test_the_level_is_that_of_the_pool() -> None:
    """A pool at 90 % has a prediction interval at 90 %."""
    assert new_setting(pooled(8, level=90)).startswith("90 % prediction interval")


@pytest.mark.parametrize(("k", "of"), [(1, "1 estimate"), (2, "2 estimates")])
def test_below_three_estimates_the_reason_is_given(k: int, of: str) -> None:
    """No interval is shown, and why."""
    said = f"Of a new setting nothing can be said: a prediction interval needs 3 estimates, not {of}."
    assert new_setting(pooled(k)) == said


def test_a_common_effect_has_no_new_setting() -> None:
    """The reason is the one of the pool."""
    said = new_setting(pooled(8, method="FE"))
    assert said.startswith("Of a new setting nothing can be said: ")
    assert "interval for the ratio" not in said


def test_few_estimates_are_not_testable() -> None:
    """That no test runs is no sign that nothing is missing."""
    from registry.pooling.bias import bias

    found = bias(Frame.from_rows(rows(MYELOMA_OS)))
    assert report.headline(found) == (
        "Small-study effects: not testable with fewer than 10 estimates; selective reporting cannot be excluded"
    )
    assert found.reasons["egger"].startswith("not testable: k = 8, fewer than 10; --test egger")
    assert found.reasons["d_fiv"] == "needs number of events, which was read for no estimate"
