"""How small the standard error of a log hazard ratio can be for its number of events."""

from __future__ import annotations

import math

#: A standard error may be this much below the smallest possible one: printed bounds are rounded.
MARGIN = 0.1


def least_se(events: int, ratio: float = 1.0, share: float | None = None) -> float:
    """Give the least standard error of a log hazard ratio of two groups from `events` events.

    In a proportional hazards model each event adds q(1 − q) to the information, where q is the index group's part in
    the hazard of all at risk; the variance is 1 / Σ q(1 − q) (Schoenfeld 1981, Biometrika 68:316; Parmar, Torri &
    Stewart 1998, Stat Med 17:2815: about 4/d with equal groups). As q(1 − q) ≤ 1/4, no split gives less than 4/d. With
    `share`, the index group's part of the patients, q starts at share·ratio / (share·ratio + 1 − share) and falls
    (ratio above 1) or rises (below 1) as the group at higher risk is used up, which bounds it closer: at ratio 1 the
    variance is 1 / (d·p·(1 − p)). Covariates in the model only add to the variance.
    """
    if share is None:
        return 2.0 / math.sqrt(events)
    start = share * ratio / (share * ratio + 1.0 - share)
    through_half = start >= 0.5 if ratio >= 1.0 else start <= 0.5
    return 1.0 / math.sqrt(events * (0.25 if through_half else start * (1.0 - start)))
