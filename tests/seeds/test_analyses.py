"""Every analysis of the shipped evidence gives what the statistics give for the same rows."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np
import pytest

from registry.errors import PoolRefused
from registry.handle import Registry, init
from registry.handle import open as open_registry
from registry.pooling.bias import TESTS
from registry.seeding import Result, topics
from registry.stats.bayes import bayes
from registry.stats.fail_safe import fail_safe_n
from registry.stats.influence import influence, study_effects
from registry.stats.rank_test import begg
from registry.stats.regression import regress
from registry.stats.small_study import egger, pet_peese

#: Pools of real rows in which no two share patients: each has one number per analysis.
RESULTS = [result for topic in topics() if topic.by_default for result in topic.results if result.options]


@pytest.fixture(scope="module")
def reg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Give a registry with the default topics."""
    path = tmp_path_factory.mktemp("analyses") / "evidence.db"
    init(path)
    with open_registry(path, curator="test") as opened:
        opened.seed()
        yield opened


def rows(reg: Registry, result: Result) -> tuple[np.ndarray, np.ndarray]:
    estimates = reg.pool(result.where).estimates
    return np.array([each.yi for each in estimates]), np.array([each.vi for each in estimates])


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.where[:60])
def test_small_study_effects_of_the_seeds(reg: Registry, result: Result) -> None:
    """Named tests run whatever k is, and are those of the statistics."""
    yi, vi = rows(reg, result)
    found = reg.bias(result.where, list(TESTS))
    assert found.egger is not None
    assert found.egger.p == egger(yi, vi).p
    assert found.begg is not None
    assert found.begg.p == begg(yi, vi).p
    assert found.pet_peese is not None
    assert found.pet_peese.mu == pet_peese(yi, vi).mu
    assert found.fail_safe is not None
    assert found.fail_safe.n == fail_safe_n(yi, vi).n
    assert "number of events" in found.reasons["d_fiv"]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.where[:60])
def test_influence_in_the_seeds(reg: Registry, result: Result) -> None:
    """Diagnostics and shrunken effects row by row."""
    yi, vi = rows(reg, result)
    found = reg.influence(result.where)
    assert [each.cook_d for each in found.estimates] == influence(yi, vi).cook_d.tolist()
    assert [each.blup for each in found.estimates] == study_effects(yi, vi).pred.tolist()


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.where[:60])
def test_regression_and_posteriors_of_the_seeds(reg: Registry, result: Result) -> None:
    """A moderator that every row has, and the Bayesian pool of the same rows."""
    yi, vi = rows(reg, result)
    posterior = reg.bayes(result.where, mu_prior=(0.0, 4.0))
    assert posterior.mu.median == bayes(yi, vi, mu_prior=(0.0, 4.0)).mu.median
    years = np.array(reg.frame(result.where)["year"])
    if np.isnan(years).all():
        with pytest.raises(PoolRefused, match="read for no estimate"):
            reg.regress(result.where, "year")
        return
    found = reg.regress(result.where, "year:2015")
    assert found.coefficients[1].b == regress(yi, vi, {"year": years - 2015.0}).b[1]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.where[:60])
def test_multiverse_of_the_seeds_holds_what_was_published(reg: Registry, result: Result) -> None:
    """The DerSimonian–Laird reference line is the pool the review printed."""
    rows_of = reg.multiverse(result.where).rows
    [line] = [each for each in rows_of if each.role == "reference" and each.method == "DL"]
    assert line.hr == reg.pool(result.where, **result.options).pool.hr


def test_cutoffs_of_ferritin(reg: Registry) -> None:
    """Cutoffs from 300 to 2000 ng/mL, one estimate per cohort, in classes and along a line."""
    where = 'factor == "ferritin" and endpoint == "OS" and measure == "hr" and contrast == "above_vs_below"'
    found = reg.cutoffs(where, one_per="cohort:largest_n", bounds=[1000.0])
    assert (found.unit, found.lowest, found.highest) == ("ng/mL", 300.0, 2000.0)
    assert found.all.pool is not None
    assert found.all.pool.hr == reg.pool(f"{where} and cutoff_value > 0", one_per="cohort:largest_n").pool.hr
    assert found.all.classes is not None
    assert sum(group.pool.k for group in found.all.classes.groups) == found.all.pool.k


def test_ferritin_estimates_of_the_same_patients(reg: Registry) -> None:
    """Two cohorts that share patients: refused, then pooled as dependent, and said so."""
    where = 'factor == "ferritin" and endpoint == "OS" and measure == "hr" and contrast == "above_vs_below"'
    with pytest.raises(PoolRefused, match="share patients"):
        reg.pool(where)
    found = reg.pool(where, dependence="three-level")
    assert found.dependence is not None
    assert found.dependence.clusters == found.pool.k - 1
    assert math.isclose(sum(each.weight for each in found.estimates), 100.0)
    json.dumps(found.as_dict(), allow_nan=False)
