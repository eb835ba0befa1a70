"""Meta-regression: how the effect changes with moderators, by a mixed-effects model y ~ N(Xb, vi + tau²)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from registry.errors import StatisticsError
from registry.stats import inference
from registry.stats.batch import Floats
from registry.stats.heterogeneity import heterogeneity
from registry.stats.linear import Linear
from registry.stats.model import Mean
from registry.stats.moderators import DesignMatrix, check_rank, design_matrix, given_matrix
from registry.stats.options import resolved
from registry.stats.pool import checked
from registry.stats.q_profile import q_profile
from registry.stats.tau2 import Estimator


@dataclass(frozen=True, slots=True)
class JointTest:
    """Whether several coefficients are all 0: Wald's chi² (df1) and, if there is Hartung–Knapp, F (df1, df2)."""

    name: str
    columns: tuple[int, ...]
    chi2: float
    chi2_p: float
    f: float
    f_p: float
    df1: int
    df2: int


@dataclass(frozen=True, slots=True)
class Predictions:
    """Expected effects at r rows of moderator values, CIs, intervals for the true effect of a new study; all (r,)."""

    pred: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    pi_low: Floats
    pi_high: Floats


@dataclass(frozen=True, slots=True)
class Regression:
    """A fitted meta-regression. Arrays are (p,), in the order of `design.names`; I² and R² in percent, nan undefined.

    `se`, `stat`, `p`, `ci_*`, `df` (nan: normal distribution) and the omnibus test `qm` (chi² under "wald", else F) are
    those of `basis` ("wald", "t", "hk"); `wald_se` and `hk_se`, and both tests in `omnibus` and in `joint` (one entry
    per moderator), are always there. `covariance` (p, p) is Wald's. `r2` is the share of tau² the moderators explain.
    """

    design: DesignMatrix
    k: int
    b: Floats
    se: Floats
    stat: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    df: float
    basis: str
    wald_se: Floats
    hk_se: Floats
    hk_q: float
    covariance: Floats
    qm: float
    qm_df: int
    qm_p: float
    omnibus: JointTest
    joint: tuple[JointTest, ...]
    qe: float
    qe_df: int
    qe_p: float
    tau2: float
    se_tau2: float
    tau2_ci_low: float
    tau2_ci_high: float
    i2: float
    h2: float
    i2_q: float
    h2_q: float
    r2: float
    tau2_without: float
    """tau² of the same estimates and method without moderators."""
    boundary: bool
    maxima: int
    method: str
    test: str
    level: float
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a number is nan, or what to know about one that is not."""

    def predict(self, rows: ArrayLike) -> Predictions:
        """Predict at rows (r, p) of design columns, as `design.rows` makes them from moderator values.

        Standard error and distribution are those of `basis`; the interval for a new study uses t(df − 1) beside t and
        Hartung–Knapp as our pools do (metafor: the distribution of the CI). nan for it under a common effect.
        """
        x = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        if x.shape[1] != len(self.b):
            raise StatisticsError(
                f"a row needs {len(self.b)} values ({', '.join(self.design.names)}): got {x.shape[1]}"
            )
        scale = self.se[0] / self.wald_se[0]
        pred, se = x @ self.b, scale * np.sqrt(np.einsum("rp,pq,rq->r", x, self.covariance, x))
        df = None if np.isnan(self.df) else int(self.df)
        half = inference.reach(se, df, self.level)
        wide = np.full(len(x), np.nan)
        if self.method != "FE" and self.k - len(self.b) > 1:
            spread = np.sqrt(self.tau2 + se * se)
            wide = inference.reach(spread, self.k - len(self.b) - 1, self.level)
        return Predictions(pred, se, pred - half, pred + half, pred - wide, pred + wide)


def regress(
    yi: ArrayLike,
    vi: ArrayLike,
    moderators: DesignMatrix | Mapping[str, ArrayLike] | ArrayLike,
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
) -> Regression:
    """Regress the estimates yi (k,) with sampling variances vi (k,) on moderators.

    `moderators` is what `design_matrix` makes, a mapping that it takes, or a design matrix (k, p) as it is. `method` is
    a key of `tau2.ESTIMATORS`, all of which work with the residual forms of the regression (Raudenbush 2009); `test`
    one of `inference.TESTS` with k − p degrees of freedom: z, t (Wald's standard errors), hk-plain (all standard errors
    times √q, q = Σw(y − Xb)²/(k − p); Knapp & Hartung 2003), hk-adhoc (q not below 1), hk (the wider of
    hk-plain and z, which is the same one for all coefficients).

    The omnibus test is of all coefficients but the intercept. R² = 100 (tau²₀ − tau²)/tau²₀ (Raudenbush 2009),
    not below 0, with tau²₀ from the same estimates without moderators; under FE the adjusted R² of the weighted
    regression. Where tau²₀ is 0 it is 0 as in metafor, with a remark in `reasons`.

    Raises StatisticsError for singular designs (naming the columns), k ≤ p, and as `fit` does.

    Differs from metafor: REML and ML take the highest of several maxima and never fail to converge; `hk` is new;
    under FE, I² and H² are Q's and tested by z only.
    """
    effects, variances = checked(yi, vi)
    design = as_design(moderators)
    options = resolved(method, test, level, None, profile=True, given=False)
    how, test = options.how, options.test
    model, mean = single(effects, variances, design), _mean(effects, variances)
    tau2, maxima = how.solve(model)
    without = float(how.solve(mean).tau2[0]) if design.intercept else np.nan
    fitted = _fitted(model, tau2, random=how.name != "FE")
    values = _coefficient_fields(fitted, design, test, level) | _variance_fields(model, tau2, how, level)
    values["r2"] = _r2(mean, without, values, random=how.name != "FE") if design.intercept else np.nan
    return Regression(
        design=design,
        k=model.k,
        tau2_without=without,
        boundary=how.name != "FE" and float(tau2[0]) == 0.0,
        maxima=0 if how.name == "FE" else int(maxima[0]),
        method=how.name,
        test=test,
        level=float(level),
        reasons=_reasons(values, how.name, without, design),
        **values,
    )


def single(yi: Floats, vi: Floats, design: DesignMatrix) -> Linear:
    """One regression as a `Model`: rows in the order of their weights. Raises StatisticsError for a singular design."""
    if len(design.matrix) != len(yi):
        raise StatisticsError(f"moderators have {len(design.matrix)} values, but there are {len(yi)} estimates")
    check_rank(design)
    order = np.lexsort((yi, vi))
    columns = design.matrix[order].T[:, :, None]
    return Linear(yi[order, None], vi[order, None], list(columns), intercept=design.intercept)


def as_design(moderators: DesignMatrix | Mapping[str, ArrayLike] | ArrayLike) -> DesignMatrix:
    """Turn what `regress` takes as moderators into a design matrix."""
    if isinstance(moderators, DesignMatrix):
        return moderators
    return design_matrix(moderators) if isinstance(moderators, Mapping) else given_matrix(moderators)


def _mean(yi: Floats, vi: Floats) -> Mean:
    order = np.lexsort((yi, vi))
    return Mean(yi[order, None], vi[order, None])


class _Fitted(NamedTuple):
    """Coefficients (p,), (X'WX)⁻¹ (p, p), and Hartung–Knapp's q, nan under a common effect, with its k − p."""

    b: Floats
    covariance: Floats
    q: float
    df: int


def _fitted(model: Linear, tau2: Floats, *, random: bool) -> _Fitted:
    solved = model.solve(tau2)
    q = float(model.forms(tau2[None]).q[0, 0]) / model.df if random else np.nan
    return _Fitted(solved.b[:, 0], solved.covariance[:, :, 0], q, model.df)


def _coefficient_fields(at: _Fitted, design: DesignMatrix, test: str, level: float) -> dict[str, Any]:
    """Coefficients, their tests, and the joint tests."""
    p, random = len(at.b), not np.isnan(at.q)
    wald = np.sqrt(np.diagonal(at.covariance))
    hk = wald * np.sqrt(at.q) if at.q > 0.0 else np.full(p, np.nan)
    means = inference.Estimate(at.b, wald, hk, np.full(p, at.q), at.df if random else 0)
    ci, bases = inference.infer(means, test=test, level=level)
    basis, tested = str(bases[0]), tuple(range(int(design.intercept and p > 1), p))
    omnibus = _joint("omnibus", tested, at)
    f = omnibus.chi2 / len(tested) / float(ci.se[0] / wald[0]) ** 2
    return {
        **ci._asdict(),
        "df": float(ci.df[0]),
        "b": at.b,
        "basis": basis,
        "wald_se": wald,
        "hk_se": hk,
        "hk_q": at.q,
        "covariance": at.covariance,
        "qm": omnibus.chi2 if basis == inference.WALD else f,
        "qm_df": len(tested),
        "qm_p": omnibus.chi2_p if basis == inference.WALD else float(fdtrc(len(tested), at.df, f)),
        "omnibus": omnibus,
        "joint": tuple(_joint(one.name, one.columns, at) for one in design.moderators),
    }


def _joint(name: str, columns: tuple[int, ...], at: _Fitted) -> JointTest:
    """Wald's b'V⁻¹b, and divided by its degrees of freedom and Hartung–Knapp's q the F of Knapp & Hartung (2003)."""
    where, m = list(columns), len(columns)
    chi2 = float(at.b[where] @ np.linalg.solve(at.covariance[np.ix_(where, where)], at.b[where]))
    f = chi2 / m / at.q if at.q > 0.0 else np.nan
    return JointTest(name, columns, chi2, float(chdtrc(m, chi2)), f, float(fdtrc(m, at.df, f)), m, at.df)


def _variance_fields(model: Linear, tau2: Floats, how: Estimator, level: float) -> dict[str, float]:
    random = how.name != "FE"
    spread = heterogeneity(model, tau2)
    low, high = q_profile(model, level) if random else (np.full(1, np.nan), np.full(1, np.nan))
    return {
        "qe": float(spread.q[0]),
        "qe_df": model.df,
        "qe_p": float(spread.q_p[0]),
        "tau2": float(tau2[0]),
        "se_tau2": float(how.se(model, tau2)[0]) if random else np.nan,
        "tau2_ci_low": float(low[0]),
        "tau2_ci_high": float(high[0]),
        "i2": float(spread.i2[0]) if random else np.nan,
        "h2": float(spread.h2[0]) if random else np.nan,
        "i2_q": float(spread.i2_q[0]),
        "h2_q": float(spread.h2_q[0]),
    }


def _r2(mean: Mean, without: float, fitted: Mapping[str, float], *, random: bool) -> float:
    """Share of heterogeneity explained, in percent."""
    if random:
        return max(0.0, 100.0 * (1.0 - fitted["tau2"] / without)) if without > 0.0 else 0.0
    total = float(mean.forms(np.zeros((1, 1))).q[0, 0]) / mean.df
    return max(0.0, 100.0 * (1.0 - fitted["qe"] / fitted["qe_df"] / total)) if total > 0.0 else 0.0


def _reasons(fitted: Mapping[str, Any], method: str, without: float, design: DesignMatrix) -> dict[str, str]:
    """Say why what is nan is nan, and what an R² of 0 without heterogeneity means."""
    numbers = {name: value for name, value in fitted.items() if isinstance(value, float | np.ndarray)}
    undefined = [name for name, value in numbers.items() if np.isnan(value).any()]
    if method == "FE":
        why = "common-effect model: tau² is 0 by assumption, Hartung–Knapp is for random effects"
    else:
        why = "the estimates lie on the regression exactly: the Hartung–Knapp standard error would be 0"
    empty = "the estimates agree better than their standard errors allow: the Q-profile interval is empty"
    reasons = {name: empty if name.startswith("tau2_ci") and method != "FE" else why for name in undefined}
    if "df" in reasons and fitted["basis"] == inference.WALD:
        reasons["df"] = "normal distribution: no degrees of freedom"
    if not design.intercept:
        reasons["r2"] = reasons["tau2_without"] = "no intercept: there is no model without moderators to compare with"
    elif without == 0.0 and method != "FE":
        reasons["r2"] = "no heterogeneity without moderators: there was nothing to explain"
    return reasons
