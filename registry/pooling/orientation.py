"""One direction for a pool: below-vs-above estimates are inverted, so that every ratio says high against low."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from registry.errors import PoolRefused
from registry.frame import Frame
from registry.terms import ContrastKind

#: exp of more is beyond the range of a float.
LARGEST_LOG = 709.0


def inverted(frame: Frame) -> tuple[Frame, NDArray[np.bool_]]:
    """Give the frame with every below-vs-above estimate inverted, and which rows (k,) those were.

    On the log scale only the sign of yi turns; on the ratio scale est becomes 1/est and the bounds 1/upper, 1/lower;
    patients and events of the index group, the low one, change places with those of the reference group. `contrast`
    keeps what was reported: what is inverted must not be inverted again.
    """
    turned = np.array([kind == ContrastKind.BELOW_VS_ABOVE for kind in frame["contrast"]], dtype=np.bool_)
    if not turned.any():
        return frame, turned
    reciprocal = {
        new: np.where(turned, 1.0 / frame[old], frame[new])
        for new, old in (("est", "est"), ("ci_low", "ci_high"), ("ci_high", "ci_low"))
    }
    exchanged = {
        new: np.where(turned, frame[old], frame[new])
        for pair in (("n_index", "n_reference"), ("events_index", "events_reference"))
        for new, old in (pair, pair[::-1])
    }
    return frame.replace(yi=np.where(turned, -frame["yi"], frame["yi"]), **reciprocal, **exchanged), turned


def shown_interval(frame: Frame, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of each estimate on the ratio scale, (k,) each, to stand beside a pool at `level` percent.

    The reported interval where the pool rests on it and its level is the pool's; else exp(yi ± z √vi). Raises
    PoolRefused for an interval no number can hold: such a yi is no log ratio.
    """
    from registry.stats.distributions import ndtri

    reach = float(ndtri(0.5 + level / 200.0)) * np.sqrt(frame["vi"])
    beyond = np.flatnonzero(np.abs(frame["yi"]) + reach > LARGEST_LOG)
    if len(beyond):
        row = int(beyond[0])
        name = frame["key"][row] or f"row {row + 1}"
        raise PoolRefused(
            f"{name}: yi = {frame['yi'][row]:g} and vi = {frame['vi'][row]:g} make a ratio no number can hold",
            "yi is the log of the ratio and vi the square of its standard error",
            "no-ratio",
        )
    low, high = np.exp(frame["yi"] - reach), np.exp(frame["yi"] + reach)
    assumed = np.where(np.isnan(frame["ci_level"]), 95.0, frame["ci_level"])
    reported = (assumed == level) & ~np.isnan(frame["ci_low"]) & ~np.isnan(frame["ci_high"])
    with np.errstate(invalid="ignore", divide="ignore"):
        reported &= np.isclose(np.log(frame["est"]), frame["yi"], rtol=1e-9, atol=1e-9)
    reported &= np.array([value in (None, "ci") for value in frame["derivation"]], dtype=np.bool_)
    return np.where(reported, frame["ci_low"], low), np.where(reported, frame["ci_high"], high)
