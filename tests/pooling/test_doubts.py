"""What the registry doubts of the rows of a pool stands beside the number, with the answer without them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from registry import stats
from registry.errors import EviregError, PoolRefused, UsageError
from registry.frame import Frame
from registry.pooling import pool
from registry.pooling.bias import bias
from registry.pooling.doubts import CAUTION, LEADS_I2
from registry.pooling.multiverse import multiverse
from registry.report.tables import tables
from tests.pooling.rows import myeloma, plain

#: Li 2016 in `myeloma`: SE 0.0212, where 315 patients allow 2/sqrt(315) = 0.113 at least.
LI = "Li 2016"


def rules(frame: Frame, **options: Any) -> dict[str, list[str]]:
    """Pool, and give the rules that doubt each estimate by its label."""
    found = pool(frame, **options).doubts.estimates
    return {each.label: [doubt.rule for doubt in each.doubts] for each in found}


def test_an_impossible_standard_error_stands_beside_the_pool_with_the_answer_without_it() -> None:
    """NLR and OS in myeloma: one row carries the disagreement; without it 1.94 (1.59–2.37) and I² 0 %."""
    result = pool(myeloma(), test="z")
    [only] = result.doubts.estimates
    assert (only.label, only.leads, [each.rule for each in only.doubts]) == (LI, True, ["se-implausible"])
    assert "SE 0.0212 of the log ratio, where 315 patients allow no less than 0.113" in only.doubts[0].message
    without = result.doubts.without
    assert without is not None
    assert without == only.without
    assert (round(without.hr, 2), round(without.hr_ci_low, 2), round(without.hr_ci_high, 2)) == (1.94, 1.59, 2.37)
    assert result.doubts.i2_falls > LEADS_I2
    assert without.i2 == 0.0
    assert any(note.startswith(f"† {LI} is doubtful: SE 0.0212") for note in result.notes)
    assert CAUTION in result.notes


def test_the_pool_without_a_doubtful_row_is_the_pool_of_the_others() -> None:
    """Each answer without a row is what pooling the other rows gives, for independent and for dependent estimates."""
    frame = myeloma()
    others = frame.take(np.flatnonzero(frame["study"] != LI))
    for options in ({}, {"method": "DL", "test": "z"}, {"method": "FE", "test": "z"}):
        found = pool(frame, **options).doubts.estimates[0].without
        whole = pool(others, **options).pool
        assert found is not None
        assert found.mu == pytest.approx(whole.mu, abs=1e-9)
        assert found.ci_low == pytest.approx(whole.ci_low, abs=1e-9)
    dependent = pool(frame, dependence="cr1").doubts.estimates[0].without
    assert dependent is not None
    assert dependent.mu == pytest.approx(pool(others, dependence="cr1").pool.mu, abs=1e-9)


def test_a_doubt_leads_by_what_it_does_to_the_ratio_or_to_i2() -> None:
    """More than 10 % of the ratio or 25 points of I² lead; a naive second pool says the same."""
    for size in (0.0, 0.2, 0.5, 1.0):
        yi = [0.3, 0.35, 0.4, 0.31 + size]
        frame = plain(4, yi=yi, vi=[0.02] * 4, n=[900, 910, 920, 930], flags=[None, None, None, "off-centre"])
        [found] = pool(frame).doubts.estimates
        whole, rest = (stats.fit(yi[:k], [0.02] * k, method="REML", test="hk")[0] for k in (4, 3))
        moved = abs(whole.mu - rest.mu) > math.log(1.10) or abs(whole.i2 - rest.i2) > 25.0
        assert found.leads is moved


def test_doubts_that_move_the_pool_only_together_lead_together() -> None:
    """Two rows of which none moves the ratio by 10 %, but both do, are both in the headline."""
    frame = plain(
        8, yi=[0.3] * 6 + [0.72] * 2, vi=[0.04] * 8, flags=[None] * 6 + ["off-centre"] * 2, n=[None] * 8,
        study=[f"s{row}" for row in range(8)], first_author=[f"A{row}" for row in range(8)],
        est=[None] * 8, ci_low=[None] * 8, ci_high=[None] * 8,
    )  # fmt: skip
    frame = frame.replace(yi=frame["yi"] + np.arange(8) * 1e-6)
    found = pool(frame, method="FE", test="z").doubts
    assert [each.leads for each in found.estimates] == [True, True]
    assert found.without is not None
    assert found.without.k == 6


def test_excluding_follows_rules_that_are_blind_to_the_result() -> None:
    """A ratio of 40 and a direction that contradicts its text stay; an impossible standard error goes."""
    frame = plain(
        5, yi=[3.7, 0.4, -0.3, 0.45, 0.5], vi=[0.3, 0.05, 0.05, 0.0001, 0.06], n=[100, 200, 150, 100, 80],
        effect_direction=[None, None, "worse", None, None], contrast=["above_vs_below"] * 5,
        measure=["hr"] * 5, est=[40.4, 1.5, 0.74, 1.57, 1.65],
    )  # fmt: skip
    doubted = rules(frame)
    assert [sorted(each) for each in doubted.values()] == [
        ["ratio-extreme"], ["direction-contradicts-ratio"], ["se-implausible"],
    ]  # fmt: skip
    kept = pool(frame, doubtful="exclude")
    assert kept.flow.left_out("doubtful") == 1
    assert [round(each.hr, 1) for each in kept.estimates] == [40.4, 1.5, 0.7, 1.6]
    assert CAUTION in kept.notes
    assert kept.provenance["doubtful"] == "exclude"
    assert "doubtful" not in pool(frame).provenance


def test_of_two_rows_that_print_the_same_one_goes() -> None:
    """Equal numbers in two studies: the second is doubtful, and excluding keeps the first, before any guard refuses."""
    same = {"yi": [0.5, 0.5, 0.3], "vi": [0.04, 0.04, 0.05], "first_author": ["Kim J", "Lee H", "Wu C"]}
    frame = plain(3, **same, study=["kim", "lee", "wu"], n=[None] * 3)
    [only] = pool(frame).doubts.estimates
    assert ([each.rule for each in only.doubts], only.place) == (["same-numbers"], 1)
    assert [each.study for each in pool(frame, doubtful="exclude").estimates] == ["kim", "wu"]
    alike = plain(3, **same, study=["kim", "lee", "wu"], n=[800, 800, 900])
    with pytest.raises(PoolRefused, match="the same result under two names"):
        pool(alike)
    assert pool(alike, doubtful="exclude").pool.k == 2


def test_a_row_against_five_siblings_is_doubted_and_never_left_out() -> None:
    """Five studies clearly above 1, one clearly below: said, but the direction decides nothing."""
    frame = plain(
        6, yi=[0.5, 0.52, 0.54, 0.56, 0.58, -0.6], vi=[0.02] * 6, n=[900] * 6, contrast=["above_vs_below"] * 6
    )
    assert list(rules(frame).values()) == [["direction-opposite"]]
    assert pool(frame, doubtful="exclude").pool.k == 6


def test_what_is_settled_is_quiet() -> None:
    """A settled rule doubts its row no longer, and the row stays when doubtful ones are left out."""
    frame = myeloma().replace(
        settled=np.array(["se-implausible" if name == LI else None for name in myeloma()["study"]])
    )
    assert pool(frame).doubts.estimates == ()
    assert pool(frame, doubtful="exclude").pool.k == 8


def test_the_json_names_doubts_rules_and_the_answer_without() -> None:
    """A program finds what a reader does: keys, rules, whether blind, and the pool without."""
    found = json.loads(json.dumps(pool(myeloma()).as_dict(), allow_nan=False))["doubts"]
    assert found["handling"] == "keep"
    assert isinstance(found["rules"], int)
    [only] = found["estimates"]
    assert only["doubts"][0]["rule"] == "se-implausible"
    assert only["without"]["k"] == found["without"]["k"] == 7


def test_other_analyses_tell_the_doubts_and_leave_them_out_alike() -> None:
    """Small-study tests of the same rows say who is doubtful, and take the same word for leaving them out."""
    assert any(note.startswith(f"† {LI} is doubtful") for note in bias(myeloma()).notes)
    assert not any(note.startswith("†") for note in bias(myeloma(), doubtful="exclude").notes)


def test_another_word_is_refused() -> None:
    """Only keep and exclude are words for it."""
    with pytest.raises(UsageError, match="doubtful is 'drop'"):
        pool(plain(), doubtful="drop")


def test_one_estimate_is_doubted_and_nothing_is_left_without_it() -> None:
    """A single doubtful estimate has no answer without it."""
    [only] = pool(myeloma().take(np.array([3]))).doubts.estimates
    assert only.without is None
    assert not only.leads


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_what_is_left_out_does_not_depend_on_the_side(sign: float) -> None:
    """Groups of 80 and 320: the bound of the rule depends on the side, what is left out does not."""
    size = {"n": [400] * 4, "n_events": [100] * 4, "n_index": [80] * 4, "n_reference": [320] * 4}
    names = {"study": list("abcd"), "first_author": list("ABCD")}
    frame = plain(
        4, yi=[0.05 * sign, 0.4 * sign, 0.5 * sign, 0.6 * sign], vi=[0.21**2, 0.1, 0.11, 0.12], **size, **names
    )
    assert pool(frame, doubtful="exclude").pool.k == 4
    impossible = frame.replace(vi=np.array([0.01, 0.1, 0.11, 0.12]))
    assert pool(impossible, doubtful="exclude").pool.k == 3


def test_a_repeated_row_that_a_rule_leaves_out_takes_no_other_with_it() -> None:
    """Cohort y prints what x's second model prints, which the rule for x leaves out: y stays."""
    frame = plain(
        3, study=["x", "x", "y"], first_author=["X", "X", "Y"], n=[900, 900, 800],
        yi=[0.5, 0.3, 0.5], vi=[0.04, 0.05, 0.04], adjusted=["no", "yes", "yes"],
    )  # fmt: skip
    kept = pool(frame, one_per="cohort:adjusted", doubtful="exclude")
    assert [each.study for each in kept.estimates] == ["x", "y"]
    rows = multiverse(
        frame, adjusted="all", one_per="cohort:adjusted", doubtful="exclude", allow="mixed-adjustment"
    ).rows
    assert {each.k for each in rows} == {2}


def test_of_three_rows_with_the_same_numbers_the_first_stays() -> None:
    """Without the doubtful ones the pool has the first of them and all others."""
    frame = plain(
        4, yi=[1.5, 1.5, 1.5, 0.3], vi=[0.04] * 4, n=[None] * 4, study=list("abcd"), first_author=list("ABCD")
    )
    found = pool(frame).doubts
    assert [each.place for each in found.estimates] == [1, 2]
    assert found.without is not None
    assert found.without.k == 2


def test_a_step_of_the_user_makes_no_ratio_doubtful() -> None:
    """1.03 per U/L is 19 per 100 U/L and 25 per 110: what was reported is looked at."""
    step = {"contrast": ["per_unit"] * 3, "cutoff_value": [1.0] * 3, "cutoff_unit": ["U/L"] * 3, "factor": ["LDH"] * 3}
    frame = plain(3, yi=[0.029, 0.03, 0.031], vi=[1e-4] * 3, **step)
    assert rules(frame, per="110 U/L") == {}


def test_signs_are_of_rows_and_not_of_names() -> None:
    """Two rows of one name, one of them doubtful: one sign, and the note says which."""
    frame = plain(4, study=["a", "a", "b", "c"], first_author=["A", "A", "B", "C"], year=[2000] * 4, cohort=["all"] * 4,
                  yi=[0.5, 0.4, 0.45, 0.3], vi=[0.04] * 4, n=[900] * 4, flags=["off-centre"] + [None] * 3)  # fmt: skip
    result = pool(frame, dependence="cr1")
    table = next(iter(tables(result)))
    assert [row[0].endswith("†") for row in table.rows] == [True, False, False, False]
    assert any(str(frame["key"][0]) in note for note in result.notes if note.startswith("†"))


def test_the_caution_is_of_impossible_standard_errors_alone() -> None:
    """What else is doubted, or left out, is not often per unit."""
    frame = plain(4, yi=[0.1, 0.5, 0.6, 1.9], vi=[0.04] * 4, n=[900, 910, 920, 930], flags=[None] * 3 + ["off-centre"])
    assert pool(frame).doubts.leading
    for handling in ("keep", "exclude"):
        assert CAUTION not in pool(frame, doubtful=handling).notes


def test_numbers_no_float_can_hold_are_refused_as_before() -> None:
    """A log ratio of 800 is no reason to break off in a rule of doubt."""
    with pytest.raises(EviregError):
        pool(plain(3, yi=[800.0, 0.1, 0.2], vi=[0.1] * 3))


def test_of_a_response_a_higher_ratio_is_better() -> None:
    """The text says better, the odds of response are higher: nothing is doubtful."""
    same = {"endpoint": ["response"] * 3, "measure": ["or"] * 3, "effect_direction": ["better"] * 3}
    frame = plain(3, yi=[0.5, 0.55, 0.6], vi=[0.1, 0.11, 0.12], est=[1.65, 1.73, 1.82], **same)
    assert rules(frame) == {}
