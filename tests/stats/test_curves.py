"""Curves to log hazard ratios: Cox equal to R, reconstruction close to the data the curves were made from."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats.cox import cox
from registry.stats.curves import Curve, from_curves, reconstruct
from tests.stats.cases import case

HORIZON = 48.0


@pytest.mark.parametrize("data", case("more/bias").values["cox"])
def test_cox_equals_r(data: dict[str, list[float]]) -> None:
    """Log hazard ratio and standard error equal coxph's with Efron's ties, without and with many of them."""
    ours = cox(data["time"], data["event"], data["index"])
    assert (ours.log_hr, ours.se) == (pytest.approx(data["log_hr"], rel=1e-9), pytest.approx(data["se"], rel=1e-9))
    assert sum(ours.events) == sum(data["event"])
    assert ours.patients == (30, 30)


def test_cox_mirrors_when_groups_are_exchanged() -> None:
    """Exchanged groups give the opposite log hazard ratio with the same standard error."""
    rng = np.random.default_rng(5)
    time, event, index = np.ceil(rng.exponential(6.0, 40)), rng.integers(0, 2, 40), rng.integers(0, 2, 40)
    one, other = cox(time, event, index), cox(time, event, 1 - index)
    assert (other.log_hr, other.se) == (pytest.approx(-one.log_hr), pytest.approx(one.se))


@pytest.mark.parametrize(
    ("time", "event", "index", "fault"),
    [
        ([1, 2, 3], [0, 0, 0], [0, 1, 0], "no events"),
        ([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0], "0 or infinite"),
        ([1, 2, 3, 4], [0, 0, 1, 1], [1, 1, 0, 0], "0 or infinite"),
        ([1, 2, 3], [1, 1, 1], [1, 1, 1], "0 or infinite"),
        ([1, 2], [1, 1, 1], [1, 1, 1], "equally long"),
        ([1, -2], [1, 1], [1, 0], "must be finite and not negative"),
        ([1, 2], [1, 2], [1, 0], "must be 0 or 1"),
    ],
)
def test_cox_without_a_maximum_is_refused(time: list[int], event: list[int], index: list[int], fault: str) -> None:
    """No events, events of one group only, and values out of range are named."""
    with pytest.raises(StatisticsError, match=fault):
        cox(time, event, index)


@dataclass(frozen=True)
class Scenario:
    """A two-group study, and how its curves were printed and read."""

    n: int
    hr: float
    shape: float
    noise: float
    columns: int
    readings: int
    """On an even grid of times; 0 for a reading at every step."""
    events: bool
    """Whether the number of events is printed."""


SCENARIOS = {
    "every step read": Scenario(200, 0.6, 1.0, 0.0, 4, 0, events=False),
    "every step read, events printed": Scenario(200, 0.6, 1.0, 0.0, 8, 0, events=True),
    "even grid": Scenario(200, 2.0, 1.0, 0.0, 6, 100, events=False),
    "noisy readings": Scenario(400, 1.5, 1.4, 0.002, 6, 150, events=False),
    "small, noisy, falling hazard": Scenario(100, 1.0, 0.8, 0.003, 5, 100, events=True),
    "small, strong effect": Scenario(80, 2.5, 1.0, 0.001, 6, 200, events=True),
    "large": Scenario(800, 1.8, 1.0, 0.001, 8, 200, events=True),
}


def kaplan_meier(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    moments = np.unique(time[event == 1])
    shares = [1.0 - ((time == t) & (event == 1)).sum() / (time >= t).sum() for t in moments]
    return moments, np.cumprod(shares)


def printed(rng: np.random.Generator, time: np.ndarray, event: np.ndarray, how: Scenario) -> Curve:
    """Give what a reader of the figure gets: readings of the curve, and the table below it."""
    moments, survival = kaplan_meier(time, event)
    end = float(time.max())
    x = np.linspace(0.0, end, how.readings) if how.readings else np.append(moments, end)
    y = np.append(1.0, survival)[np.searchsorted(moments, x, side="right")]
    y = np.clip(y + rng.normal(0.0, how.noise, len(y)), 0.0, 1.0) if how.noise else y
    x = np.clip(x + rng.normal(0.0, how.noise * HORIZON / 2, len(x)), 0.0, None) if how.noise else x
    starts = np.linspace(0.0, HORIZON, how.columns + 1)[:-1]
    return Curve(x, y, starts, [(time >= start).sum() for start in starts], int(event.sum()) if how.events else None)


def error(rng: np.random.Generator, how: Scenario) -> tuple[float, float]:
    """Log HR from curves less that of the data, and the ratio of the standard errors."""
    group = np.arange(how.n) % 2
    lasting = 24.0 * (rng.exponential(size=how.n) / np.where(group == 1, how.hr, 1.0)) ** (1.0 / how.shape)
    followed = np.minimum(rng.uniform(12.0, 60.0, how.n), HORIZON)
    time, event = np.minimum(lasting, followed), (lasting <= followed).astype(float)
    known = cox(time, event, group)
    index, reference = (printed(rng, time[group == g], event[group == g], how) for g in (1, 0))
    ours = from_curves(index, reference)
    return ours.yi - known.log_hr, ours.sei / known.se


def test_mean_error_of_curves_is_small() -> None:
    """On curves of known data the mean error in log HR is below 0.02, signed in each scenario and absolute overall."""
    absolute = []
    for how in SCENARIOS.values():
        rng = np.random.default_rng(11)
        errors = np.array([error(rng, how) for _ in range(25)])
        assert abs(errors[:, 0].mean()) < 0.02
        assert np.abs(errors[:, 0]).mean() < 0.03
        assert errors[:, 1].mean() == pytest.approx(1.0, abs=0.02)
        absolute.append(np.abs(errors[:, 0]).mean())
    assert np.mean(absolute) < 0.02


def test_reconstruction_meets_table_and_curve() -> None:
    """The rebuilt patients are as many at risk as printed, their curve is the printed one, and they are all there."""
    rng = np.random.default_rng(3)
    lasting, followed = rng.exponential(20.0, 150), rng.uniform(10.0, 40.0, 150)
    time, event = np.minimum(lasting, followed), (lasting <= followed).astype(float)
    moments, survival = kaplan_meier(time, event)
    starts = np.arange(0.0, 40.0, 8.0)
    table = [(time >= start).sum() for start in starts]
    ours = reconstruct(Curve(np.append(moments, time.max()), np.append(survival, survival[-1]), starts, table))
    assert len(ours.time) == 150
    assert [(ours.time >= start).sum() for start in starts] == table
    rebuilt = np.append(1.0, kaplan_meier(ours.time, ours.event)[1])
    there = np.searchsorted(kaplan_meier(ours.time, ours.event)[0], moments, side="right")
    assert np.abs(rebuilt[there] - survival).max() < 0.015
    assert ours.notes == ()


def test_curve_without_censoring_is_rebuilt_exactly() -> None:
    """Without censoring every event comes back at its time."""
    time = np.array([1.0, 2.0, 2.0, 3.0, 5.0, 8.0])
    moments, survival = kaplan_meier(time, np.ones(6))
    ours = reconstruct(Curve(moments, survival, [0.0], [6]))
    np.testing.assert_array_equal(ours.time, time)
    assert ours.event.all()


def test_readings_that_rise_are_levelled() -> None:
    """Readings in any order, some a little too high, are a falling curve."""
    ours = reconstruct(Curve([4.0, 1.0, 2.0, 3.0], [0.5, 0.8, 0.81, 0.52], [0.0, 2.5], [100, 70]))
    assert (np.diff(ours.time) >= 0.0).all()
    assert len(ours.time) == 100
    assert (ours.time >= 2.5).sum() == 70


def test_table_that_cannot_be_met_is_noted() -> None:
    """More patients at risk than the curve leaves, and events that do not fit, are said."""
    ours = reconstruct(Curve([1.0, 2.0, 4.0], [0.5, 0.4, 0.4], [0.0, 3.0], [10, 8], events=9))
    assert ours.notes == ("4 instead of 8 at risk at 3", "6 events instead of 9")
    assert len(ours.time) == 10


def test_route_says_what_was_rebuilt() -> None:
    """The result names its route and the events it rests on; equal curves have a ratio of 1."""
    one = Curve([2.0, 4.0, 6.0, 8.0], [0.9, 0.7, 0.5, 0.4], [0.0, 5.0], [40, 26])
    ours = from_curves(one, one)
    assert (ours.route, ours.yi) == ("curve", pytest.approx(0.0, abs=1e-12))
    assert ours.notes[0].startswith("rebuilt from curves: ")
    assert math.isfinite(ours.sei)


@pytest.mark.parametrize(
    ("curve", "fault"),
    [
        (Curve([1.0, 2.0], [90.0, 80.0], [0.0], [10]), "divide percent by 100"),
        (Curve([1.0], [0.9, 0.8], [0.0], [10]), "as many survival readings as times"),
        (Curve([1.0], [0.9], [1.0], [10]), "ascend from 0"),
        (Curve([1.0], [0.9], [0.0, 1.0], [10, 12]), "never rise"),
        (Curve([1.0], [0.9], [0.0, 1.0], [10]), "as many numbers as times"),
    ],
)
def test_readings_and_tables_are_checked(curve: Curve, fault: str) -> None:
    """Percent for shares, tables that rise or start late, and unequal lengths are named."""
    with pytest.raises(StatisticsError, match=fault):
        reconstruct(curve)
