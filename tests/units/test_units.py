"""Units: one spelling each, and conversion as UCUM means it."""

from __future__ import annotations

import pytest

from registry.errors import UsageError
from registry.units import _COMMON, _quantity, convert, converts, spelled


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (550, "ng/mL", "ug/L", 550),
        (0.5, "ug/mL", "ng/mL", 500),
        (1, "mg/dL", "mg/L", 10),
        (3.5, "g/dL", "g/L", 35),
        (4, "10*3/uL", "10*9/L", 4),
        (150, "10*3/uL{cells}", "10*9/L", 150),
        (4, "ukat/L", "U/L", 240),
        (250, "[iU]/L", "U/L", 250),
        (50, "%", "1", 0.5),
        (37, "Cel", "K", 310.15),
        (2, "{score}", "{score}", 2),
    ],
)
def test_units_of_one_quantity_convert(value: float, unit: str, to: str, expected: float) -> None:
    """Known values of the laboratory, exact to the last printed digit."""
    assert convert(value, unit, to) == expected
    assert converts(unit, to)


@pytest.mark.parametrize(
    ("unit", "to", "why"),
    [
        ("{ULN}", "U/L", "arbitrary unit"),
        ("%{ULN}", "1", "arbitrary unit"),
        ("{score}", "1", "arbitrary unit"),
        ("mmol/L", "mg/dL", "does not convert"),
        ("[iU]/mL", "ng/mL", "does not convert"),
        ("10*9/L", "U/L", "does not convert"),
        ("g//L", "g/L", "not a UCUM unit\nis it g/L"),
    ],
)
def test_units_of_other_quantities_are_refused(unit: str, to: str, why: str) -> None:
    """No molar mass, no upper limit of normal is assumed."""
    with pytest.raises(UsageError, match=why):
        convert(1.0, unit, to)
    assert not converts(unit, to)


@pytest.mark.parametrize("unit", _COMMON)
def test_what_an_import_takes_can_be_converted(unit: str) -> None:
    """The quick reader and UCUM's grammar agree on the units of the laboratory."""
    assert spelled(unit) == unit
    assert _quantity(unit).magnitude == 1
