"""Step-function selection model: the mean, if studies without a significant result are published less often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import chdtrc, log_ndtr, ndtr, ndtri

from registry.errors import StatisticsError
from registry.stats.pool import checked, fit
from registry.stats.small_study import few

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from registry.stats.batch import Floats

LEAST = 3
# metafor's bound: beyond it the likelihood is flat, and the estimate would be a matter of where the search gave up.
LARGEST_DELTA = 100.0
GRID = 31
# A mean this many times the spread of the estimates away from them is not estimated but running away.
FAR = 50.0
MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class StepSelection:
    """The selection model: mean and tau² of all studies done, `delta` the relative chance of those with p above `step`.

    `lrt` tests delta = 1 (chi², 1 df). `alternative` ("greater", "less") is the direction in which p is one-sided;
    `significant` and `others` count the studies at or below and above `step`; `uncorrected` is the ML mean without
    selection; `maxima` counts the maxima of the likelihood that were found.
    """

    k: int
    mu: float
    se: float
    stat: float
    p: float
    ci_low: float
    ci_high: float
    tau2: float
    se_tau2: float
    delta: float
    se_delta: float
    lrt: float
    lrt_p: float
    log_likelihood: float
    uncorrected: float
    step: float
    alternative: str
    significant: int
    others: int
    maxima: int
    level: float
    notes: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


class _Data(NamedTuple):
    """Estimates turned so that the alternative is "greater"; `cut` is where each becomes significant."""

    yi: Floats
    vi: Floats
    cut: Floats
    others: int


def step_selection(
    yi: ArrayLike, vi: ArrayLike, *, step: float = 0.025, alternative: str | None = None, level: float = 95.0
) -> StepSelection:
    """Fit a step-function selection model with one step to yi, vi (k,) by ML (Hedges 1992; Vevea & Hedges 1995).

    Studies with a one-sided p at or below `step` are published always, the others with relative chance delta: the
    density of yi is w(p) N(yi; mu, vi + tau²) / (B + delta (1 − B)), B the probability of p ≤ step. `alternative` is
    the direction of the ML mean unless given. Standard errors are from the observed information of (mu, tau², delta).

    Raises StatisticsError below k = 3 and if all studies are on one side of the step (as metafor).
    Differs from metafor: the likelihood is searched over the whole plane of mu and tau², its highest maximum taken and
    polished by Newton's method; tau² can be 0 (metafor estimates log tau²).
    """
    yi, vi = checked(yi, vi)
    if len(yi) < LEAST:
        raise StatisticsError(
            f"the selection model has 3 parameters and needs at least {LEAST} estimates: got {len(yi)}"
        )
    if not 0.0 < step < 1.0:
        raise StatisticsError(f"step is a one-sided p, above 0 and below 1: got {step}")
    plain = fit(yi, vi, method="ML", test="z", tau2_interval=False)[0]
    alternative = alternative or ("greater" if plain.mu >= 0.0 else "less")
    if alternative not in {"greater", "less"}:
        raise StatisticsError(f"unknown alternative {alternative!r}: greater or less")
    sign = 1.0 if alternative == "greater" else -1.0
    data = _arranged(sign * yi, vi, step)
    best, maxima = _highest(data)
    ll, _, hessian = _derivatives(data, best)
    ses = _errors(hessian, best)
    notes, reasons = _remarks(best, ses, maxima)
    lrt = max(0.0, 2.0 * (ll - _unselected(yi, vi, plain.mu, plain.tau2)))
    mu, se = sign * float(best[0]), float(ses[0])
    reach = float(ndtri(0.5 + level / 200.0)) * se
    return StepSelection(
        k=len(yi),
        mu=mu,
        se=se,
        stat=mu / se,
        p=2.0 * float(ndtr(-abs(mu / se))),
        ci_low=mu - reach,
        ci_high=mu + reach,
        tau2=float(best[1]),
        se_tau2=float(ses[1]),
        delta=float(best[2]),
        se_delta=float(ses[2]),
        lrt=lrt,
        lrt_p=float(chdtrc(1, lrt)),
        log_likelihood=ll,
        uncorrected=plain.mu,
        step=step,
        alternative=alternative,
        significant=len(yi) - data.others,
        others=data.others,
        maxima=maxima,
        level=level,
        notes=notes + few(len(yi)),
        reasons=reasons,
    )


def _arranged(yi: Floats, vi: Floats, step: float) -> _Data:
    cut = -ndtri(step) * np.sqrt(vi)
    others = int((ndtr(-yi / np.sqrt(vi)) > step).sum())
    if others in {0, len(yi)}:
        side = "none of the" if others == len(yi) else "all"
        raise StatisticsError(
            f"{side} {len(yi)} estimates have a one-sided p at or below {step}: selection cannot be seen",
            "choose another step, or leave the selection model out",
        )
    return _Data(yi, vi, cut, others)


def _unselected(yi: Floats, vi: Floats, mu: float, tau2: float) -> float:
    total = vi + tau2
    return float(-0.5 * (np.log(2.0 * np.pi * total) + (yi - mu) ** 2 / total).sum())


def _log_likelihood(data: _Data, mu: Floats, tau2: Floats, delta: Floats) -> Floats:
    """Log likelihood at arrays (n,) of parameters; log(B + delta (1 − B)) keeps its digits where B underflows."""
    total = data.vi + tau2[:, None]
    u = (mu[:, None] - data.cut) / np.sqrt(total)
    chance = np.logaddexp(log_ndtr(u), np.log(delta)[:, None] + log_ndtr(-u)).sum(axis=1)
    normal = -0.5 * (np.log(2.0 * np.pi * total) + (data.yi - mu[:, None]) ** 2 / total).sum(axis=1)
    return np.asarray(data.others * np.log(delta) + normal - chance)


def _best_delta(data: _Data, mu: Floats, tau2: Floats) -> Floats:
    """Find the delta of highest likelihood at each mu, tau² (n,): Σ delta (1 − B)/(B + delta (1 − B)) = others."""
    u = (mu[:, None] - data.cut) / np.sqrt(data.vi + tau2[:, None])
    odds = log_ndtr(-u) - log_ndtr(u)
    low, high = np.full(len(mu), -50.0), np.full(len(mu), np.log(LARGEST_DELTA))
    for _ in range(40):
        middle = 0.5 * (low + high)
        under = (1.0 / (1.0 + np.exp(-np.clip(middle[:, None] + odds, -700.0, 700.0)))).sum(axis=1) < data.others
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.asarray(np.exp(high))


def _highest(data: _Data) -> tuple[Floats, int]:
    """Highest maximum over mu, tau² ≥ 0, delta ≤ 100, and how many there are: climbs from each peak of a grid."""
    spread = float(np.ptp(data.yi)) + float(np.sqrt(data.vi.max()))
    mus = np.linspace(data.yi.min() - 2.0 * spread, data.yi.max() + spread, GRID)
    scale = np.geomspace(1e-3 * data.vi.min(), 4.0 * spread**2, GRID - 1)
    mu, tau2 = (part.ravel() for part in np.meshgrid(mus, np.concatenate([[0.0], scale]), indexing="ij"))
    delta = _best_delta(data, mu, tau2)
    height = _log_likelihood(data, mu, tau2, delta).reshape(GRID, GRID)
    around = np.pad(height, 1, constant_values=-np.inf)
    shifts = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    peak = np.logical_and.reduce([height >= around[i : i + GRID, j : j + GRID] for i, j in shifts]).ravel()
    starts = np.column_stack([mu, tau2, delta])[peak]
    ends = [_climb(data, start) for start in starts]
    best = max(ends, key=lambda end: _derivatives(data, end)[0])
    if not np.abs(best[0] - data.yi.mean()) < FAR * spread:
        raise StatisticsError(
            "the likelihood of the selection model has no maximum: it rises while the mean leaves the data",
            "leave the selection model out",
        )
    return best, len({tuple(np.round(end / (1.0 + np.abs(end)), 5)) for end in ends})


def _climb(data: _Data, start: Floats) -> Floats:
    """Climb by Newton's method with Levenberg's damping; tau² stays at 0, delta at its bound, while they push out."""
    at, damping = start.copy(), 1e-3
    height, slope, bend = _derivatives(data, at)
    for _ in range(MOST_STEPS):
        free = np.array([True, at[1] > 0.0 or slope[1] > 0.0, at[2] < LARGEST_DELTA or slope[2] < 0.0])
        move = np.zeros(3)
        move[free] = _damped(bend[np.ix_(free, free)], slope[free], damping)
        tried = np.clip(at + move, [-np.inf, 0.0, 0.01 * at[2]], [np.inf, np.inf, LARGEST_DELTA])
        new_height, new_slope, new_bend = _derivatives(data, tried)
        if not new_height >= height - 1e-12 * abs(height):
            damping *= 4.0
            if damping > 1e12:
                break
            continue
        still = bool((np.abs(tried - at) <= 1e-13 * (np.abs(tried) + 1e-3)).all())
        at, height, slope, bend, damping = tried, new_height, new_slope, new_bend, damping / 10.0
        if still:
            break
    return at


def _damped(bend: Floats, slope: Floats, damping: float) -> Floats:
    """Ascent step: (−H + shift)⁻¹ g with the eigenvalues of −H, scaled to unit diagonal, made positive."""
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diagonal(bend)), 1e-300))
    values, vectors = np.linalg.eigh(-bend * scale[:, None] * scale)
    lifted = np.maximum(np.abs(values), 1e-10) + damping
    return np.asarray(scale * (vectors @ ((vectors.T @ (scale * slope)) / lifted)))


def _derivatives(data: _Data, at: Floats) -> tuple[float, Floats, Floats]:
    """Log likelihood, gradient (3,) and Hessian (3, 3) in (mu, tau², delta) at one point."""
    mu, tau2, delta = (float(value) for value in at)
    total = data.vi + tau2
    root, e = np.sqrt(total), data.yi - mu
    u = (mu - data.cut) / root
    log_a = np.logaddexp(log_ndtr(u), np.log(delta) + log_ndtr(-u))
    density = np.exp(-0.5 * u * u - 0.5 * np.log(2.0 * np.pi) - log_a)
    first = np.stack([1.0 / root, -0.5 * u / total])
    second = np.array([[np.zeros_like(u), -0.5 / (total * root)], [-0.5 / (total * root), 0.75 * u / total**2]])
    a1 = np.concatenate([(1.0 - delta) * density * first, np.exp(log_ndtr(-u) - log_a)[None]])
    a2 = np.zeros((3, 3, len(u)))
    a2[:2, :2] = (1.0 - delta) * density * (second - u * first[:, None] * first[None])
    a2[:2, 2] = a2[2, :2] = -density * first
    gradient = np.array([(e / total).sum(), 0.5 * (e * e / total**2 - 1.0 / total).sum(), data.others / delta])
    cross = -(e / total**2).sum()
    hessian = np.diag([-(1.0 / total).sum(), (0.5 / total**2 - e * e / total**3).sum(), -data.others / delta**2])
    hessian[0, 1] = hessian[1, 0] = cross
    height = data.others * np.log(delta) - 0.5 * (np.log(2.0 * np.pi * total) + e * e / total).sum() - log_a.sum()
    return float(height), gradient - a1.sum(axis=1), hessian - (a2 - a1[:, None] * a1[None]).sum(axis=2)


def _errors(hessian: Floats, at: Floats) -> Floats:
    """Give standard errors of (mu, tau², delta), observed information; a parameter at its bound counts as known."""
    free = np.array([True, at[1] > 0.0, at[2] < LARGEST_DELTA])
    information = -hessian[np.ix_(free, free)]
    errors = np.full(3, np.nan)
    if np.linalg.eigvalsh(information).min() > 0.0:
        errors[free] = np.sqrt(np.diagonal(np.linalg.inv(information)))
    return errors


def _remarks(at: Floats, errors: Floats, maxima: int) -> tuple[tuple[str, ...], dict[str, str]]:
    """Say what is to be known about the estimate, and why a standard error is undefined."""
    notes: tuple[str, ...] = ()
    if at[2] >= LARGEST_DELTA:
        notes += (f"delta is at its bound of {LARGEST_DELTA:g}: the data do not limit it",)
    if maxima > 1:
        notes += (f"the likelihood has {maxima} maxima; the highest is taken",)
    flat = "the likelihood is flat at its maximum"
    bound = {
        "se": flat,
        "se_tau2": "tau² is estimated at its bound, 0",
        "se_delta": f"delta is at its bound, {LARGEST_DELTA:g}",
    }
    undefined = [name for name, own in zip(bound, errors, strict=True) if np.isnan(own)]
    reasons = {name: flat if np.isnan(errors[0]) else bound[name] for name in undefined}
    return notes, reasons
