"""Random numbers that come out the same again: a generator from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from registry.errors import StatisticsError

if TYPE_CHECKING:
    from numpy.random import Generator


def generator(seed: int) -> Generator:
    """Give the random numbers of a seed. Raises StatisticsError for one below 0."""
    if seed < 0:
        raise StatisticsError(f"seed is {seed}", "a whole number from 0 on")
    return np.random.default_rng(seed)
