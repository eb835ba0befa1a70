"""Several estimates of the same patients in one pool: the guard names the way, the models are the kernel's."""

from __future__ import annotations

import json

import numpy as np
import pytest

from registry.errors import PoolRefused, StatisticsError, UsageError
from registry.frame import Frame
from registry.pooling.pool import pool
from registry.report import prose, tables
from registry.stats.dependence import cluster_robust, three_level, working_correlations
from tests.pooling.rows import close, plain

STUDIES = ["A", "A", "B", "B", "C", "D", "D", "E"]
YI = [0.9, 0.6, 0.2, 0.35, 0.5, 0.1, 0.3, 0.7]
VI = [0.04, 0.05, 0.03, 0.04, 0.06, 0.02, 0.03, 0.05]


def eight(**columns: list[object]) -> Frame:
    """Give eight estimates of five cohorts."""
    return plain(8, **{"study": STUDIES, "yi": YI, "vi": VI, **columns})


def test_guard_names_the_argument_that_settles_it() -> None:
    """Estimates of one cohort are refused, and the message names both ways out."""
    with pytest.raises(PoolRefused, match="--dependence three-level"):
        pool(eight())


def test_three_level_model_with_cluster_robust_interval() -> None:
    """Mean and variances are the three-level model's, the interval CR2's, the model's own beside it."""
    expected = three_level(YI, VI, STUDIES)
    found = pool(eight(), dependence="three-level")
    assert found.pool.mu == expected.cr2.estimate[0]
    assert (found.pool.ci_low, found.pool.df) == (expected.cr2.ci_low[0], expected.cr2.df[0])
    assert found.pool.wald_ci_low == expected.ci_low[0]
    assert found.dependence is not None
    assert (found.dependence.tau2_between, found.dependence.tau2_within) == expected.sigma2
    assert found.pool.test == "cr2"
    assert found.dependence.clusters == 5


@pytest.mark.parametrize(("kind", "attribute"), [("cr1", "cr1"), ("cr2", "cr2")])
def test_cluster_robust_errors_of_the_plain_model(kind: str, attribute: str) -> None:
    """The plain random-effects mean by any estimator, with CR1 or CR2."""
    expected = getattr(cluster_robust(YI, VI, STUDIES, method="DL"), attribute)
    found = pool(eight(), dependence=kind, method="DL").pool
    assert (found.mu, found.ci_high) == (expected.estimate[0], expected.ci_high[0])
    assert (found.method, found.test) == ("DL", kind)


@pytest.mark.parametrize(("kind", "model"), [("three-level", "CHE"), ("cr2", "CE")])
def test_working_correlation_is_stated_and_varied(kind: str, model: str) -> None:
    """With rho the sampling errors correlate; what the pool would be at other values stands beside it."""
    [expected] = working_correlations(YI, VI, STUDIES, rhos=(0.6,), model=model)
    found = pool(eight(), dependence=kind, rho=0.6)
    assert found.pool.mu == expected.cr2.estimate[0]
    assert found.dependence is not None
    assert (found.dependence.rho, found.dependence.working) == (0.6, model)
    by_rho = {each.rho: each for each in found.dependence.sensitivity}
    assert list(by_rho) == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert close(by_rho[0.6].mu, float(expected.cr2.estimate[0]))
    assert "working correlation of 0.6" in prose.methods(found)


def test_weights_give_the_mean() -> None:
    """The weights beside the estimates are those of the model: they add up to the mean."""
    for options in ({"dependence": "three-level"}, {"dependence": "three-level", "rho": 0.5}, {"dependence": "cr2"}):
        found = pool(eight(), **options)  # type: ignore[arg-type]
        mean = sum(each.weight * each.yi for each in found.estimates) / 100.0
        assert close(sum(each.weight for each in found.estimates), 100.0)
        assert close(found.pool.mu, mean, within=1e-7)


def test_overlap_group_is_one_cluster() -> None:
    """Cohorts declared to share patients are taken together."""
    frame = eight(study=[f"S{each}" for each in range(8)], overlap_group=["g", "g", "g", *[None] * 5])
    found = pool(frame, dependence="three-level").dependence
    assert found is not None
    assert (found.clusters, found.largest) == (6, 3)


def test_patients_are_counted_once_per_cohort() -> None:
    """Two estimates of the same patients are not twice as many."""
    found = pool(eight(n=[100.0, 100.0, 50.0, 50.0, 80.0, 90.0, 90.0, 70.0]), dependence="cr2")
    assert found.pool.n == 100 + 50 + 80 + 90 + 70


def test_leave_one_out_by_cohort_leaves_all_its_estimates_out() -> None:
    """Each cohort goes with all its estimates, and the model is fitted anew."""
    found = pool(eight(), dependence="three-level", leave_one_out="cohort").leave_one_out
    assert found is not None
    assert [len(left.estimates) for left in found] == [2, 2, 1, 2, 1]
    keep = np.array([study != "A" for study in STUDIES])
    again = pool(eight().take(keep), dependence="three-level")
    assert found[0].pool.mu == again.pool.mu


def test_independent_estimates_are_pooled_as_such() -> None:
    """Where no two share patients the model asked for is the plain one, and this is said."""
    found = pool(plain(5), dependence="three-level")
    assert found.dependence is None
    assert found.pool.mu == pool(plain(5)).pool.mu
    assert any("pooled as independent" in note for note in found.notes)


def test_undefined_numbers_have_reasons_and_tables_are_complete() -> None:
    """What such a model has not is null, with why; nothing breaks on the way to the reader."""
    found = pool(eight(), dependence="three-level", cumulative="n")
    made = found.as_dict()
    json.dumps(made, allow_nan=False)
    undefined = {name for name, value in made["pool"].items() if value is None}
    assert undefined == set(made["pool"]["reasons"])
    assert [table for table in tables.tables(found) if table.title == "Estimates of the same patients"]
    assert "Satterthwaite" in prose.methods(found)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dependence": "nested"}, "three-level, cr1, cr2"),
        ({"rho": 0.5}, "--dependence three-level"),
        ({"dependence": "cr2", "rho": 1.0}, "0 to below 1"),
        ({"dependence": "three-level", "method": "DL"}, "fitted by REML"),
        ({"dependence": "cr2", "test": "z"}, "cluster-robust"),
        ({"dependence": "cr2", "subgroup": "endpoint"}, "--one-per"),
        ({"dependence": "cr2", "rounding": True}, "leave --rounding out"),
    ],
)
def test_option_that_does_not_fit_is_refused(options: dict[str, object], said: str) -> None:
    """Each refusal says what to leave out or to add."""
    with pytest.raises(UsageError, match=said):
        pool(eight(), **options)  # type: ignore[arg-type]


def test_one_cohort_alone_cannot_be_modelled() -> None:
    """All estimates of the same patients: the message names the rule that chooses one."""
    with pytest.raises(StatisticsError, match="needs several cohorts"):
        pool(plain(3, study=["A", "A", "A"]), dependence="three-level")
