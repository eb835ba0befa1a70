"""The analyses of a saved query's rows are made as the query pools."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from registry.pooling import pool
from registry.queries.beside import Rows, settings
from registry.queries.definition import DEFAULTS, Definition
from tests.pooling.rows import plain


def rows(**options: Any) -> Rows:
    """Give rows of a query with these options."""
    frame = plain(6, year=[2010.0, 2012.0, 2013.0, 2015.0, 2018.0, 2020.0], country=["Korea", "Japan"] * 3)
    whole = pool(frame)
    return Rows(frame, whole.flow, whole.provenance, Definition(None, None, (), {**DEFAULTS, **options}))


def test_an_analysis_takes_over_what_it_has_in_common_with_the_pool() -> None:
    """All it has; a test of a mean alone is no test of coefficients; a multiverse has its own first."""
    asked = rows(test="kr", level=90.0)
    assert settings(asked.definition, "bias") == {
        "method": "REML",
        "test": "kr",
        "level": 90.0,
        "per": None,
        "read_as": "high-vs-low",
        "doubtful": "keep",
    }
    assert asked.settings("regress")["test"] == "hk"
    assert asked.regress("year").test == "hk"
    own = rows(method="PM", test="z").settings("multiverse")
    assert (own["method"][0], own["test"][0]) == ("PM", "z")
    assert len(set(own["method"])) == len(own["method"])


def test_a_number_is_centred_where_the_query_says_no_other_place() -> None:
    """The intercept of a regression on the year is at the middle year, and where it was asked to be otherwise."""
    asked = rows()
    assert asked.centred("year") == f"year:{np.median(asked.selected['year']):g}"
    assert asked.centred("year:2010") == "year:2010"
    assert asked.centred("country") == "country"


def test_what_is_told_beside_the_pool_is_not_told_again() -> None:
    """Subgroups of a query that leaves each out are subgroups alone; the whole has what the query asks."""
    asked = rows(leave_one_out="estimate", subgroup_tau2="separate")
    found = asked.subgroups("country")
    assert found.leave_one_out is None
    assert found.subgroups is not None
    assert found.subgroups.tau2 == "separate"
    assert asked.whole().leave_one_out is not None


def test_a_pool_beside_is_read_the_way_round_of_the_query() -> None:
    """Sensitivity analyses of a query read low against high are its reciprocals, too."""
    frame = plain(4, contrast=["above_vs_below"] * 4)
    whole = pool(frame)
    options = {**DEFAULTS, "read_as": "low-vs-high"}
    turned = Rows(frame, whole.flow, whole.provenance, Definition(None, None, (), options)).pool()
    assert turned.pool.mu == pytest.approx(-(whole.pool.mu or 0.0), abs=1e-12)
