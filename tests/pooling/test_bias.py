"""Small-study effects: what runs, what does not and why, and that numbers are the kernel's."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import registry
from registry.errors import PoolRefused, StatisticsError, UsageError
from registry.frame import Frame
from registry.pooling.bias import TESTS, bias
from registry.stats.fail_safe import fail_safe_n
from registry.stats.rank_test import begg
from registry.stats.selection_model import step_selection
from registry.stats.small_study import debray, egger, pet_peese
from registry.stats.trim_fill import trim_fill
from tests.pooling.rows import close, myeloma, plain


def twelve(**columns: list[object]) -> Frame:
    """Give twelve estimates that differ in size."""
    sizes = np.arange(1, 13)
    return plain(12, **{"yi": list(0.3 + 0.05 * sizes), "vi": list(0.02 * sizes**1.5), **columns})


def test_from_ten_estimates_on_every_test_but_fail_safe_runs() -> None:
    """Nothing has to be named where tests can tell something."""
    found = bias(twelve())
    assert found.k == 12
    done = {name for name in ("egger", "begg", "trim_fill", "pet_peese", "selection_model") if getattr(found, name)}
    assert done | set(found.reasons) == {test.field for test in TESTS.values()}
    assert "needs number of events" in found.reasons["d_fiv"]
    assert "parity" in found.reasons["fail_safe"]


def test_below_ten_a_test_runs_only_when_it_is_named() -> None:
    """With 8 estimates no test speaks unasked; the reason names the argument that asks."""
    frame = myeloma()
    silent = bias(frame)
    assert silent.egger is None
    assert "--test egger" in silent.reasons["egger"]
    asked = bias(frame, "egger")
    assert asked.egger is not None
    assert any("below 10" in note for note in asked.egger.notes)
    assert asked.reasons["begg"] == "not asked for"


@pytest.mark.parametrize("options", [{}, {"predictor": "vi"}, {"predictor": "ninv"}, {"model": "rma", "method": "DL"}])
def test_egger_is_the_kernels(options: dict[str, str]) -> None:
    """The line is that of `registry.stats`, with the limit also as a ratio."""
    frame = twelve()
    expected = egger(frame["yi"], frame["vi"], ni=frame["n"], **options)
    found = bias(frame, "egger", **options).egger
    assert found is not None
    for name in ("slope", "slope_se", "p", "limit"):
        assert getattr(found, name) == getattr(expected, name)
    assert close(found.hr, math.exp(expected.limit))


def test_other_analyses_are_the_kernels() -> None:
    """Every number comes from `registry.stats` as it is."""
    frame = twelve()
    yi, vi = frame["yi"], frame["vi"]
    found = bias(frame, list(TESTS), method="DL", test="z", estimator="R0", side="left")
    assert found.begg is not None
    assert found.begg.p == begg(yi, vi).p
    filled = trim_fill(yi, vi, estimator="R0", side="left", method="DL", test="z")
    assert found.trim_fill is not None
    assert (found.trim_fill.k0, found.trim_fill.pool.mu) == (filled.k0, filled.pool.mu)
    assert len(found.trim_fill.filled) == filled.k0
    assert found.pet_peese is not None
    assert found.pet_peese.mu == pet_peese(yi, vi).mu
    assert found.selection_model is not None
    assert found.selection_model.delta == step_selection(yi, vi).delta
    assert found.fail_safe is not None
    assert found.fail_safe.n == fail_safe_n(yi, vi).n


def test_tests_on_events_use_the_estimates_that_give_them() -> None:
    """Events that were not read leave an estimate out of these tests only, and this is said."""
    events = [math.nan, *range(20, 130, 10)]
    frame = twelve(n_events=events, events_index=[each / 2 for each in events], events_reference=[10.0] * 12)
    found = bias(frame)
    assert found.d_fiv is not None
    expected = debray(frame["yi"][1:], frame["vi"][1:], events=np.array(events[1:]))
    assert found.d_fiv.p == expected.p
    assert found.d_fiv.k == 11
    assert any("11 of 12 estimates" in note for note in found.d_fiv.notes)
    assert found.d_fav is not None
    assert found.egger is not None
    assert found.egger.k == 12


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_estimates_are_a_reason_not_a_failure(count: int) -> None:
    """With one or two estimates a named test is null, and says what it needs."""
    found = bias(plain(count), list(TESTS))
    assert found.egger is None
    assert "at least 3" in found.reasons["egger"]
    json.dumps(found.as_dict(), allow_nan=False)


def test_json_is_complete_and_holds_no_nan() -> None:
    """What is undefined is null with a reason; flow and provenance stand beside the numbers as in a pool."""
    made = bias(twelve()).as_dict()
    json.dumps(made, allow_nan=False)
    assert made["egger"]["tau2"] is None
    assert made["egger"]["reasons"]["tau2"]
    assert made["flow"]["used"] == len(made["estimates"]) == 12
    assert made["provenance"]["digest"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tests": "eger"}, "did you mean 'egger'"),
        ({"model": "ols"}, "lm, rma"),
        ({"predictor": "n"}, "sei, vi, ninv"),
        ({"side": "up"}, "left, right"),
        ({"stp": 0.1}, "stp"),
    ],
)
def test_unknown_option_is_refused_with_what_there_is(options: dict[str, object], said: str) -> None:
    """A slip in an option is an error, not a missing test."""
    with pytest.raises(UsageError, match=said):
        bias(twelve(), **options)  # type: ignore[arg-type]


def test_unknown_method_is_an_error_not_a_reason() -> None:
    """Options of the pool are checked before anything runs."""
    with pytest.raises(StatisticsError, match="unknown method"):
        bias(twelve(), method="REMML")


def test_guards_of_a_pool_hold_here_too() -> None:
    """What must not be pooled must not be tested together either."""
    with pytest.raises(PoolRefused, match="different prognostic factors"):
        bias(twelve(factor=["NLR"] * 6 + ["PLR"] * 6))


def test_reached_from_the_package() -> None:
    """`registry.bias` takes any frame."""
    assert registry.bias(myeloma(), "begg").begg is not None


def test_pool_of_a_funnel_is_the_pool() -> None:
    """What the funnel is drawn around is the pool of its estimates by the same method; points have names."""
    frame = myeloma()
    found, again = bias(frame, method="DL", test="z"), registry.pool(frame, method="DL", test="z")
    assert found.pool.as_dict() == again.pool.as_dict()
    assert [each.label for each in found.estimates] == [each.label for each in again.estimates]
