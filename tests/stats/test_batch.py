"""Index sets and their layout."""

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats import Subsets, by_group, cumulative, fit, leave_one_out, whole
from registry.stats.batch import size_classes


def pools_of(subsets: Subsets) -> list[list[int]]:
    return [rows.tolist() for rows in np.split(subsets.rows, subsets.starts[1:-1])]


def test_constructors() -> None:
    """Each constructor gives the rows its name says."""
    assert pools_of(whole(3)) == [[0, 1, 2]]
    assert pools_of(leave_one_out(3)) == [[1, 2], [0, 2], [0, 1]]
    assert pools_of(cumulative(3)) == [[0], [0, 1], [0, 1, 2]]
    assert pools_of(by_group(["b", "a", "b"])) == [[1], [0, 2]]
    assert len(leave_one_out(4)) == 4


@pytest.mark.parametrize("labels", [["b", "a", "b"], [2, 1, 2], np.array([2.5, 1.0, 2.5]), np.array(["b", "a", "b"])])
def test_groups_come_in_ascending_order(labels: object) -> None:
    """Groups are ordered by label, whatever its kind, and the labels travel with them."""
    subsets = by_group(labels)  # type: ignore[arg-type]
    assert pools_of(subsets) == [[1], [0, 2]]
    assert subsets.labels is not None
    assert subsets.labels.tolist() == sorted(set(np.asarray(labels).tolist()))


def test_leave_one_out_of_one_is_refused() -> None:
    """Without its only row a pool is empty."""
    with pytest.raises(StatisticsError, match="at least two estimates, got 1"):
        leave_one_out(1)


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_classes_hold_every_pool_once(chunk: int) -> None:
    """Whatever the chunk, every pool is laid out once, studies first, from the smallest variance to the largest."""
    rng = np.random.default_rng(2)
    yi, vi, subsets = rng.normal(size=12), rng.uniform(0.1, 1.0, 12), cumulative(12)
    seen: list[int] = []
    for group in size_classes(yi, vi, subsets, chunk=chunk):
        assert group.yi.shape == group.vi.shape
        assert group.yi.shape[1] == len(group.pools) <= max(1, chunk // len(group.yi))
        assert (np.diff(group.vi, axis=0) >= 0).all()
        for column, pool in enumerate(group.pools):
            rows = subsets.rows[subsets.starts[pool] : subsets.starts[pool + 1]]
            assert sorted(group.yi[:, column]) == sorted(yi[rows])
        seen += group.pools.tolist()
    assert sorted(seen) == list(range(12))


def test_a_row_may_be_in_many_pools_or_none() -> None:
    """Subsets may overlap, repeat and leave rows out."""
    subsets = Subsets(np.array([0, 1, 0, 2, 0, 1]), np.array([0, 2, 4, 6]))
    pools = fit([0.1, 0.4, 0.9, 5.0], [0.1, 0.1, 0.2, 0.1], subsets)
    assert pools.mu[0] == pools.mu[2] != pools.mu[1]
