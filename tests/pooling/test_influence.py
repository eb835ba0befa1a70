"""Influence diagnostics on a frame: numbers as the kernel gives them, undefined ones with a reason."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import registry
from registry.errors import StatisticsError
from registry.pooling.influence import DIAGNOSTICS, influence
from registry.stats.gosh import gosh
from registry.stats.influence import influence as diagnose
from registry.stats.influence import study_effects
from tests.pooling.rows import close, myeloma, plain


def test_diagnostics_are_the_kernels() -> None:
    """Every column is that of `registry.stats`, row by row; the ratio without an estimate stands beside its log."""
    frame = myeloma()
    expected, found = diagnose(frame["yi"], frame["vi"]), influence(frame)
    for name in DIAGNOSTICS:
        assert [getattr(each, name) for each in found.estimates] == getattr(expected, name).tolist()
    assert [each.influential for each in found.estimates] == expected.influential.tolist()
    first = found.estimates[0]
    assert close(first.hr_del, math.exp(first.mu_del or 0.0))


def test_shrunken_effects_are_the_kernels() -> None:
    """BLUPs with their intervals, as ratios too."""
    frame = myeloma()
    expected, found = study_effects(frame["yi"], frame["vi"]), influence(frame)
    assert [each.blup for each in found.estimates] == expected.pred.tolist()
    assert [each.shrinkage for each in found.estimates] == expected.shrinkage.tolist()
    assert close(found.estimates[3].hr_blup_high, math.exp(expected.pi_high[3]))


def test_all_subsets_are_summed_up() -> None:
    """The summary of GOSH is that of its pools, which stay at hand for a figure and out of the JSON."""
    frame = myeloma()
    expected = gosh(frame["yi"], frame["vi"], method="DL")
    found = influence(frame, method="DL", gosh=True).gosh
    assert found is not None
    assert (found.subsets, found.exhaustive) == (255, True)
    assert close(found.hr["50"], float(np.median(np.exp(expected.mu))))
    inside = expected.includes(3)
    assert close(found.estimates[3].hr_with, math.exp(np.median(expected.mu[inside])))
    assert close(found.estimates[3].hr_without, math.exp(np.median(expected.mu[~inside])))
    assert len(found.pools) == 255
    assert "pools" not in found.as_dict()


def test_sample_of_subsets_is_the_same_for_the_same_seed() -> None:
    """A random sample names its seed and can be had again."""
    first, again = (influence(myeloma(), gosh=True, subsets=50, seed=3).gosh for _ in range(2))
    assert first is not None
    assert again is not None
    assert (first.subsets, first.exhaustive, first.seed) == (50, False, 3)
    assert first.as_dict() == again.as_dict()


def test_one_estimate_has_no_influence() -> None:
    """There is nothing to leave out."""
    with pytest.raises(StatisticsError, match="at least two estimates"):
        influence(plain(1))


def test_two_estimates_say_why_most_is_undefined() -> None:
    """Without one of two tau² is undefined, and every null has that reason."""
    made = influence(plain(2), gosh=True).as_dict()
    json.dumps(made, allow_nan=False)
    undefined = {name for each in made["estimates"] for name, value in each.items() if value is None}
    assert undefined == set(made["reasons"])
    assert "two estimates" in made["reasons"]["rstudent"]


def test_reached_from_the_package() -> None:
    """`registry.influence` takes any frame."""
    assert len(registry.influence(myeloma()).estimates) == 8


def test_thresholds_are_metafors() -> None:
    """3/√(k − 1), the median of chi² with one degree of freedom, 3/k, and 1: what marks an estimate as influential."""
    found = influence(myeloma())
    k = len(found.estimates)
    assert close(found.thresholds["dffits"], 3.0 / math.sqrt(k - 1))
    assert close(found.thresholds["cook_d"], 0.45493642311957283)
    assert close(found.thresholds["hat"], 3.0 / k)
    beyond = [
        any(abs(getattr(each, name)) > most for name, most in found.thresholds.items()) for each in found.estimates
    ]
    assert beyond == [each.influential for each in found.estimates]
