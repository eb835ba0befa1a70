"""One direction for a pool: estimates that say it the other way round are inverted, and so is what texts state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from registry.errors import PoolRefused
from registry.frame import Frame
from registry.meaning.direction_words import TURNED
from registry.terms import ContrastKind, EffectDirection, ReadAs

if TYPE_CHECKING:
    from registry.flow import Flow, Unusable

#: exp of more is beyond the range of a float.
LARGEST_LOG = 709.0

_OPPOSITE = {EffectDirection.WORSE: EffectDirection.BETTER, EffectDirection.BETTER: EffectDirection.WORSE}
#: What has no other way round, in the words of a refusal.
_FIXED = {
    ContrastKind.CATEGORY: "one category is compared with another, and neither is the low one",
    ContrastKind.UNCLEAR: "what is compared with what is unclear",
    None: "no estimate says what is compared with what",
}


def inverted(frame: Frame, read_as: ReadAs = ReadAs.HIGH_VS_LOW) -> tuple[Frame, NDArray[np.bool_]]:
    """Give the frame with every estimate in one direction, and which rows (k,) were inverted for it.

    Read high against low, what is below against above is inverted; read low against high, all that is above against
    below, per a step more, or top against bottom. Categories and what is unclear stay as they are.

    On the log scale only the sign of yi turns; on the ratio scale est becomes 1/est and the bounds 1/upper, 1/lower;
    patients and events of the index group change places with those of the reference group. `contrast` keeps what was
    reported: what is inverted must not be inverted again.
    """
    turned = np.array([kind in TURNED[read_as] for kind in frame["contrast"]], dtype=np.bool_)
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


def check_turnable(frame: Frame, read_as: ReadAs) -> None:
    """Refuse to read ratios low against high that have no such other way round."""
    if read_as is ReadAs.HIGH_VS_LOW:
        return
    for kind, why in _FIXED.items():
        if count := sum(each == kind for each in frame["contrast"].tolist()):
            raise PoolRefused(
                f"{count} of {len(frame)} estimates cannot be read low against high: {why}",
                "leave read_as out, or name the others in the condition: and contrast"
                ' in ("above_vs_below", "below_vs_above")',
                "read-as",
            )


def facing(flow: Flow, read_as: ReadAs) -> Flow:
    """Give a flow whose estimates without a usable ratio state their direction the way the result is read."""
    return replace(flow, unusable=tuple(_facing(each, read_as) for each in flow.unusable))


def _facing(each: Unusable, read_as: ReadAs) -> Unusable:
    """Turn what one estimate states, if it is not turned already."""
    turn = each.contrast in TURNED[read_as]
    if turn is each.inverted or each.direction not in _OPPOSITE:
        return each
    return replace(each, direction=str(_OPPOSITE[EffectDirection(each.direction)]), inverted=turn)


def as_reported(each: Unusable) -> str | None:
    """Give the direction an estimate without a usable ratio states, the way round its report has it."""
    if not each.inverted or each.direction not in _OPPOSITE:
        return each.direction
    return str(_OPPOSITE[EffectDirection(each.direction)])


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
