"""How far the estimates of a pool disagree: Q, I², H² and the interval of tau² on their scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from registry.stats.batch import Floats
from registry.stats.distributions import chdtrc
from registry.stats.model import Model


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
    i2_q = 100.0 * np.maximum(0.0, 1.0 - np.divide(defined, q, out=np.full(len(q), np.inf), where=q > 0.0))
    i2_q = np.where(df > 0.0, i2_q, np.nan)
    return Heterogeneity(q, df, chdtrc(defined, q), i2(tau2, typical), i2_q, 1.0 + tau2 / typical, q / defined, typical)


def i2(tau2: Floats, typical: Floats) -> Floats:
    """I² in percent that tau² means beside a typical sampling variance; increasing, so it maps intervals too."""
    return np.asarray(100.0 * tau2 / (tau2 + typical))
