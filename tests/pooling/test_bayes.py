"""Bayesian pooling of a frame: posteriors as the kernel integrates them, undefined cases named."""

from __future__ import annotations

import json
import math

import pytest

import registry
from registry.errors import StatisticsError, UsageError
from registry.pooling.bayes import bayes
from registry.stats.bayes import bayes as integrate
from tests.pooling.rows import close, myeloma, plain

CRINS_YI = [-2.3097025608, -0.4595323294, -2.3025850930, -1.7578579176, -1.2584609896, -2.4178959395]
CRINS_SE = [0.5994762996, 0.5563955638, 0.8803408431, 0.4558685029, 0.6419961767, 1.5288107462]


def test_posteriors_are_the_kernels() -> None:
    """Mean, tau, new setting and each study's effect, with the ratios beside."""
    frame = myeloma()
    expected, found = integrate(frame["yi"], frame["vi"], mu_prior=(0.0, 4.0)), bayes(frame, mu_prior=(0.0, 4.0))
    for name in ("mu", "tau", "new_effect"):
        for field in ("median", "mean", "sd", "shortest_low", "central_high"):
            assert getattr(getattr(found, name), field) == getattr(getattr(expected, name), field)
    assert found.mu.hr == math.exp(expected.mu.median)
    assert (found.p_above, found.bf01_mu, found.bf01_tau) == (expected.p_positive, expected.bf01_mu, expected.bf01_tau)
    assert [each.posterior.median for each in found.estimates] == [each.median for each in expected.effects]
    assert [each.shrinkage for each in found.estimates] == expected.shrinkage.tolist()


def test_crins_2014_as_bayesmeta() -> None:
    """A published example through the whole verb: mu median −1.57348, shortest −2.23123 to −0.92641."""
    found = bayes(plain(6, yi=CRINS_YI, vi=[se**2 for se in CRINS_SE]), mu_prior=(0.0, 4.0))
    assert close(found.mu.median, -1.57348, within=1e-5)
    assert close(found.mu.shortest_low, -2.23123, within=1e-4)
    assert close(found.tau.median, 0.34450, within=1e-4)


def test_undefined_cases_have_reasons() -> None:
    """A flat prior on mu has no Bayes factor for it, tau no ratio; the JSON holds no nan."""
    made = bayes(myeloma()).as_dict()
    json.dumps(made, allow_nan=False)
    assert made["bf01_mu"] is None
    assert "flat prior" in made["reasons"]["bf01_mu"]
    assert made["tau"]["hr"] is None
    assert set(made["tau"]["reasons"]) >= {"hr", "hr_central_low"}


@pytest.mark.parametrize("count", [1, 2])
def test_few_estimates_have_a_posterior_under_a_proper_prior(count: int) -> None:
    """Priors make up for estimates, and the uniform one says how many it needs."""
    assert bayes(plain(count)).k == count
    with pytest.raises(StatisticsError, match="needs at least 3"):
        bayes(plain(count), tau_prior="uniform")


def test_prior_that_is_none_is_refused() -> None:
    """A mean alone is no prior."""
    with pytest.raises(UsageError, match=r"\(0, 4\)"):
        bayes(myeloma(), mu_prior=(0.0,))  # type: ignore[arg-type]


def test_reached_from_the_package() -> None:
    """`registry.bayes` takes any frame."""
    assert registry.bayes(myeloma()).k == 8
