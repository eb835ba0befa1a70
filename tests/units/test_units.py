"""Units: one spelling each, and conversion as UCUM means it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from registry.errors import UsageError
from registry.units import _COMMON, _by_letters, _by_pint, _line, _quantity, convert, converts, spelled


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


_LABORATORY = (
    *("ng/mL", "ug/L", "ug/mL", "mg/L", "mg/dL", "g/L", "g/dL", "pg/mL", "ng/L", "kg/L", "mmol/L", "umol/L", "nmol/L"),
    *("pmol/L", "U/L", "kU/L", "mU/mL", "10*9/L", "10*3/uL", "10*6/mL", "10*12/L", "/uL", "{cells}/uL", "1/uL", "%"),
    *("1", "g", "mg/g", "mg/mmol", "ng/mL{FEU}", "10*3/uL{cells}"),
)


@pytest.mark.parametrize("unit", _LABORATORY)
def test_conversion_by_letters_is_that_of_pint(unit: str) -> None:
    """Prefixes, volumes and powers of ten give what UCUM and pint give, to the last digit, and refuse what they do."""
    for to in _LABORATORY:
        try:
            expected = _by_pint(unit, unit, to)
        except UsageError:
            assert unit != to
            assert not converts(unit, to)
        else:
            assert _line(unit, to) == expected


@pytest.mark.parametrize("unit", ["g/100.mL", "g//L", "m2", "2", "g/L/", "Cel", "ukat/L", "umol/min/L", "[iU]/L"])
def test_units_that_letters_do_not_decide_are_left_to_ucum(unit: str) -> None:
    """Whatever is more than a prefix and a power is read by the grammar."""
    assert _by_letters(unit) is None


def test_common_conversions_load_no_library_of_units() -> None:
    """Pint takes about a second to load: ng/mL, mg/L and counts do without it."""
    said = "import sys; from registry.units import convert, converts; print(convert(1.5, 'mg/L', 'ng/mL'),"
    said += (
        " convert(7000, '/uL', '10*9/L'), converts('pmol/L', 'ng/mL'), converts('{ULN}', 'U/L'), 'pint' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["1500.0", "7.0", "False", "False", "False"]
