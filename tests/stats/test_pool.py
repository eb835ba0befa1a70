"""The kernel's front."""

from registry.stats import fit


def test_default_fit_is_reml_with_the_wider_interval():
    """Unasked, `fit` pools by REML and shows the wider of Hartung–Knapp and Wald."""
    pools = fit([0.1, 0.3, 0.9], [0.04, 0.05, 0.02])
    assert (pools.method, pools.test, len(pools)) == ("REML", "hk", 1)
