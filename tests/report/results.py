"""Results of every shape a report has to show."""

from __future__ import annotations

from typing import Any

import numpy as np

from registry.pooling import pool
from registry.pooling.result import PoolResult
from tests.pooling.rows import myeloma, plain, simulated

LONG = "Consortium for the Study of Names that Fit into no Column, Northern and Southern Group"


def of_size(count: int, **options: Any) -> PoolResult:
    """Give the pool of `count` estimates, from precise to vague and from low to high."""
    shift = [0.05 * number for number in range(count)]
    frame = plain(count, first_author=[f"Author {number}" for number in range(count)], year=[2000] * count)
    frame = frame.replace(yi=frame["yi"] * 0.1 + shift, vi=0.02 + frame["vi"] * 0.05 * (1.0 + frame["yi"]))
    return pool(frame, **options)


def long_names() -> PoolResult:
    """Give a pool of studies with long names, some without a space, and signs a figure could trip over."""
    names = [LONG, "X" * 90, "Müller & Sønner $n_1$ <b>é</b>", "line\nbreak\ttab"]
    return pool(plain(first_author=names, year=[2001, 2002, 2003, 2004], disease=["a disease of $100"] * 4))


def with_unusable() -> PoolResult:
    """Give a pool beside which evidence is known that cannot be pooled."""
    return pool(
        plain(
            6,
            not_poolable=[None, "direction-only", None, "no-interval", None, None],
            effect_direction=[None, "worse", None, None, None, None],
            retracted=[False] * 4 + [True, False],
        )
    )


SHAPES = {
    "one": of_size(1),
    "two": pool(myeloma().take(np.array([3, 6]))),
    "two, Wald": of_size(2, test="z"),
    "three": of_size(3),
    "common effect": of_size(5, method="FE", test="z"),
    "eight": pool(myeloma(), leave_one_out=True),
    "simulated": pool(simulated(), subgroup="product_source", leave_one_out=True),
    "subgroups": pool(plain(14, country=["A"] * 5 + ["B"] * 6 + [None] * 3), subgroup="country"),
    "sixty": of_size(60),
    "hundred": of_size(100),
    "long names": long_names(),
    "unusable": with_unusable(),
    "cutoffs": pool(plain(6, cutoff_method=["roc", "median", None, "min_p", "median", "median"])),
    "identical": pool(plain(3).replace(yi=plain(3)["yi"] * 0 + 0.5)),
}
