"""`pool_many`: many pools from plain arrays as a DataFrame."""

import math

import numpy as np
import pytest

import registry
from registry.errors import StatisticsError, UsageError
from registry.pooling.many import FEW
from registry.pooling.pooled import POOL_FIELDS, RATIOS, Pooled
from registry.stats import fit

YI = [0.1, 0.5, 0.2, 0.9, 0.4, 0.3, 0.7]
VI = [0.1, 0.2, 0.1, 0.3, 0.2, 0.1, 0.05]
GROUPS = [3, 1, 3, 1, 2, 1, 3]


def test_rows_are_labels_and_columns_are_fields() -> None:
    """One row per label in ascending order; the columns are the fields of a pool's JSON without its ratios."""
    table = registry.pool_many(YI, VI, GROUPS)
    assert table.index.tolist() == [1, 2, 3]
    assert table.index.name == "group"
    assert table.columns.tolist() == [name for name in POOL_FIELDS if name not in RATIOS]
    assert table["k"].tolist() == [3, 1, 3]
    assert table["k"].dtype == table["q_df"].dtype == np.int64


@pytest.mark.parametrize(
    ("method", "test"), [("REML", "hk"), ("DL", "z"), ("FE", "z"), ("REML", "kr"), ("DL", "hc"), ("PM", "hk-plain")]
)
def test_each_row_is_the_pool_of_its_rows(method: str, test: str) -> None:
    """Every field, and every reason, is that of the JSON of the pool of the group alone."""
    table = registry.pool_many(YI, VI, GROUPS, method=method, test=test, level=90.0, threshold=1.25)
    for label, row in table.iterrows():
        rows = [index for index, group in enumerate(GROUPS) if group == label]
        pool = fit(np.take(YI, rows), np.take(VI, rows), method=method, test=test, level=90.0, threshold=math.log(1.25))
        expected = Pooled.of(pool[0], None).as_dict()
        for name in set(table.columns) - {"reasons"}:
            if expected[name] is None:
                assert math.isnan(row[name]), name
            elif isinstance(expected[name], str):
                assert row[name] == expected[name]
            else:
                assert row[name] == pytest.approx(expected[name], rel=1e-12), name
        assert set(row["reasons"]) == {name for name in expected["reasons"] if not name.startswith("hr")}


def test_sweeps_leave_out_what_costs_most() -> None:
    """Beyond a thousand pools the interval of tau² and the probability above 1 are left out unless asked for."""
    groups = np.repeat(np.arange(FEW + 1), 3)
    rng = np.random.default_rng(1)
    yi, vi = rng.normal(size=len(groups)), rng.uniform(0.01, 0.2, len(groups))
    table = registry.pool_many(yi, vi, groups, method="DL", test="z")
    assert table[["tau2_ci_low", "tau2_ci_high", "pi_above"]].isna().all(axis=None)
    assert table.loc[0, "reasons"] == dict.fromkeys(("tau2_ci_low", "tau2_ci_high", "pi_above"), "not asked for") | {
        "n": "no number of patients is known"
    }
    asked = registry.pool_many(yi, vi, groups, method="DL", test="z", tau2_interval="qp", threshold=1.0)
    assert asked["pi_above"].notna().all()
    assert asked["tau2_ci_high"].notna().mean() > 0.9
    few = registry.pool_many(yi[:9], vi[:9], groups[:9], method="DL", test="z")
    np.testing.assert_allclose(few["tau2_ci_high"], asked["tau2_ci_high"].head(3), rtol=1e-12)


@pytest.mark.parametrize("labels", [["b", "a", "b"], [2.5, -1.0, 2.5], [-7, -9, -7], [2**40, 5, 2**40]])
def test_labels_of_any_kind(labels: list[object]) -> None:
    """Texts, numbers, negative and sparse integers: ascending, and with their own rows."""
    table = registry.pool_many([0.1, 0.9, 0.3], [0.1, 0.2, 0.1], labels, method="DL")
    assert table.index.tolist() == sorted(set(labels))  # type: ignore[type-var]
    assert table["mu"].tolist() == pytest.approx([0.9, 0.2])


def test_order_of_rows_is_irrelevant() -> None:
    """Labels come in any order, shuffled rows give the same table."""
    order = np.random.default_rng(2).permutation(len(YI))
    shuffled = registry.pool_many(np.take(YI, order), np.take(VI, order), np.take(GROUPS, order))
    table = registry.pool_many(YI, VI, GROUPS)
    assert shuffled.equals(table)


def test_mistakes_are_named() -> None:
    """Arrays of different lengths, ratios that are none and unknown options are refused."""
    with pytest.raises(StatisticsError, match="one group per estimate"):
        registry.pool_many(YI, VI, GROUPS[1:])
    with pytest.raises(StatisticsError, match="one-dimensional"):
        registry.pool_many(YI, VI, [GROUPS])
    with pytest.raises(UsageError, match="threshold is 0"):
        registry.pool_many(YI, VI, GROUPS, threshold=0.0)
    with pytest.raises(StatisticsError, match="unknown method"):
        registry.pool_many(YI, VI, GROUPS, method="BAYES")
