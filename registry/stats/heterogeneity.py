"""How far the estimates of a pool disagree: Q, I², H² and the interval of tau² on their scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from registry.stats.batch import Floats
from registry.stats.distributions import chdtrc
from registry.stats.model import Model

# Pools from which on, and degrees of freedom up to which, the chi² tail is summed; where its exponential is 0.
MANY, MOST_TERMS, BEYOND = 1000, 60, 1e4


class Heterogeneity(NamedTuple):
    """Of m pools of one size; all (m,). `i2` in percent."""

    q: Floats
    q_df: Floats
    q_p: Floats
    i2: Floats
    i2_q: Floats
    h2: Floats
    h2_q: Floats
    typical: Floats
    """Typical sampling variance."""


def heterogeneity(model: Model, tau2: Floats) -> Heterogeneity:
    """Heterogeneity of the m pools of a model around its fit: `spread` of its Q."""
    at, df = model.at_zero, np.full(len(tau2), float(model.df))
    typical = model.df / at.tr_p[0] if model.df else np.full(len(tau2), np.nan)
    return spread(at.q[0], df, typical, tau2)


def spread(q: Floats, df: Floats, typical: Floats, tau2: Floats) -> Heterogeneity:
    """Cochran's Q (1954) with its chi² test, and I² and H² from tau² and from Q; all (m,).

    Typical variance ṽ = df / tr P at tau² = 0, which for one mean is that of Higgins & Thompson (2002, eq. 9).
    From tau²: I² = 100 tau²/(tau² + ṽ), H² = 1 + tau²/ṽ, as metafor. From Q: I² = 100 max(0, (Q − df)/Q), H² = Q/df, as
    metafor under FE. With df = 0 only Q, which is 0, is defined; metafor prints I² = 0 and H² = 1.
    """
    defined = np.where(df > 0.0, df, np.nan)
    q_p = chi_squared_tail(q, defined)
    i2_q = 100.0 * np.maximum(0.0, 1.0 - np.divide(defined, q, out=np.full(len(q), np.inf), where=q > 0.0))
    i2_q = np.where(df > 0.0, i2_q, np.nan)
    return Heterogeneity(q, df, q_p, i2(tau2, typical), i2_q, 1.0 + tau2 / typical, q / defined, typical)


def chi_squared_tail(q: Floats, df: Floats) -> Floats:
    """Probability that chi² (df) exceeds q, both (m,).

    For many pools of one size the finite sum for whole degrees of freedom (Abramowitz & Stegun 1964, section
    26.4), all of its terms positive, takes a third of the time of the incomplete gamma function.
    """
    if len(q) < MANY or not (df == df[0]).all() or df[0] > MOST_TERMS:
        return np.asarray(chdtrc(df, q))
    from scipy.special import erfc

    nu, half = int(df[0]), np.minimum(0.5 * q, BEYOND)
    start, terms = (0.0, nu // 2) if nu % 2 == 0 else (0.5, (nu - 1) // 2)
    total, density = np.ones(len(q)), np.exp(-half)
    for j in range(terms - 1, 0, -1):
        total = 1.0 + half / (j + start) * total
    if nu % 2 == 0:
        return np.asarray(density * total)
    root = np.sqrt(half)
    return np.asarray(erfc(root) + (2.0 / np.sqrt(np.pi) * density * root * total if terms else 0.0))


def i2(tau2: Floats, typical: Floats) -> Floats:
    """I² in percent that tau² means beside a typical sampling variance; increasing, so it maps intervals too."""
    return np.asarray(100.0 * tau2 / (tau2 + typical))
