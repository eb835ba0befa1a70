"""What words say of time."""

from __future__ import annotations

import pytest

from registry.meaning.times import horizon, origin


@pytest.mark.parametrize(
    ("text", "days", "rest"),
    [
        ("30-day mortality", 30.0, "mortality"),
        ("100 day mortality", 100.0, "mortality"),
        ("day-100 NRM", 100.0, "NRM"),
        ("1-year OS", 365.25, "OS"),
        ("12-month OS", 365.25, "OS"),
        ("OS at 2 years", 730.5, "OS"),
        ("two-year PFS", 730.5, "PFS"),
        ("early death", None, "early death"),
        ("OS", None, "OS"),
        ("1- and 2-year 3-year OS", None, "1- and 2-year 3-year OS"),
    ],
)
def test_horizon_is_a_number_with_a_unit_of_time(text: str, days: float | None, rest: str) -> None:
    """The words without it are what the endpoint is called; a text with several horizons has none."""
    assert horizon(text) == (days, rest)


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (("diagnosis", "date of diagnosis", "from Diagnosis"), "diagnosis"),
        (("day 90 after treatment (landmark)", "landmark at 3 months"), "landmark"),
        (("relapse", "first progression"), "relapse"),
        (("HSCT", "date of transplantation"), "transplantation"),
        (("surgery", "date of resection"), "operation"),
    ],
)
def test_wordings_of_one_start_are_one(texts: tuple[str, ...], meant: str) -> None:
    """Reports word the start of the clock in many ways."""
    assert {origin(text) for text in texts} == {meant}
