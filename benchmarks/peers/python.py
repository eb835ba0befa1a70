"""Seconds that PyMARE and statsmodels take for 10,000 pools of 10, one "name value" per line, where they are installed.

Run by the interpreter that has them: a part of the pools is timed and scaled up.
"""

import time
import warnings
from collections.abc import Callable

import numpy as np

RNG = np.random.default_rng(1)
YI, VI = RNG.normal(0.5, 0.4, (10, 10_000)), RNG.uniform(0.01, 0.25, (10, 10_000))


def seconds(work: Callable[[int], object], pools: int) -> float:
    """Time the first `pools` pools, scaled up to all."""
    start = time.perf_counter()
    for pool in range(pools):
        work(pool)
    return (time.perf_counter() - start) * 10_000 / pools


def pymare() -> None:
    """Time PyMARE: DL as one batch, as it can, and REML pool by pool, as its optimiser works."""
    from pymare import Dataset, estimators

    def data(pools: slice) -> Dataset:
        return Dataset(y=YI[:, pools], v=VI[:, pools], X=np.ones((10, 1)), add_intercept=False)

    start = time.perf_counter()
    estimators.DerSimonianLaird().fit_dataset(data(slice(None))).summary().get_fe_stats()
    print("PyMARE_DL", time.perf_counter() - start)

    def reml(pool: int) -> None:
        one = estimators.VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(data(slice(pool, pool + 1)))
        one.summary().get_fe_stats()

    print("PyMARE_REML", seconds(reml, 50))


def statsmodels() -> None:
    """Time statsmodels, which has DL and Paule–Mandel."""
    from statsmodels.stats.meta_analysis import combine_effects

    print("statsmodels_DL", seconds(lambda pool: combine_effects(YI[:, pool], VI[:, pool], method_re="dl"), 200))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for peer in (pymare, statsmodels):
        try:
            peer()
        except ImportError:
            continue
