"""Units of measurement, as UCUM spells them: one spelling for each, and conversion from one to another.

`spelled` knows prefix and atom, exponents, `/` and `.`, and annotations, as far as laboratory values need them, and is
quick; whether a unit makes sense for a factor it does not ask. `convert` answers for grams, litres, moles, units of an
enzyme and counts by their prefixes; any other unit is read with ucumvert and converted with pint, both imported on
first use. https://ucum.org/ucum
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import Any

from registry.errors import UsageError

_PREFIXES = ("", "Y", "Z", "E", "P", "T", "G", "M", "k", "h", "da", "d", "c", "m", "u", "n", "p", "f", "a")
_METRIC = ("g", "L", "mol", "m", "s", "U", "[iU]", "kat", "eq", "osm", "Pa", "J", "cal", "Bq", "Gy", "m[Hg]", "V", "t")
_OTHER = ("1", "%", "[ppth]", "[ppm]", "[ppb]", "min", "h", "d", "wk", "mo", "a", "Cel", "deg", "K", "10*", "[pH]")
_ATOMS = frozenset(prefix + atom for prefix in _PREFIXES for atom in _METRIC) | frozenset(_OTHER)
_COMMON = (
    *("ng/mL", "ug/L", "ug/mL", "mg/L", "mg/dL", "g/L", "g/dL", "mmol/L", "umol/L", "nmol/L"),
    *("U/L", "[iU]/L", "10*9/L", "10*3/uL", "%", "1"),
)
_COMPONENT = re.compile(
    r"(?P<atom>10\*|(?:\[[^\]]*\]|[A-Za-z%])+|1)?(?P<exponent>[+-]?[0-9]{1,2})?(?P<note>\{[^{}]*\})?"
)
#: Power of ten of each prefix, and the units that are told apart by their letters alone.
_POWERS = dict(zip(_PREFIXES, (0, 24, 21, 18, 15, 12, 9, 6, 3, 2, 1, -1, -2, -3, -6, -9, -12, -15, -18), strict=True))
_PLAIN = ("g", "L", "mol", "U")
#: The micro sign and the Greek letter mu, both printed for UCUM's u.
_MICRO = str.maketrans({"µ": "u", "μ": "u"})
_LITRE = re.compile(r"(?<![A-Za-z])([a-z]?)l(?![A-Za-z])")
_NOTE = re.compile(r"\{[^{}]*\}")
#: Digits of a conversion that count; binary fractions of powers of ten leave more.
_DIGITS = 12


def spelled(text: str) -> str | None:
    """Give the unit in one spelling (µg/l → ug/L); None when it is no unit."""
    unit = _LITRE.sub(r"\1L", text.translate(_MICRO)).replace("10^", "10*")
    return unit if unit.isascii() and all(_is_component(part) for part in _components(unit)) else None


def nearest(text: str) -> str | None:
    """Give the common unit that looks most like a text that is none."""
    compact = text.replace(" ", "").replace("IU", "[iU]").replace("[[iU]]", "[iU]")
    return next(iter(get_close_matches(compact, _COMMON, n=1, cutoff=0.6)), None)


def _components(unit: str) -> list[str]:
    bare = _NOTE.sub(lambda note: note.group().replace("/", " ").replace(".", " "), unit)
    return re.split(r"[/.]", bare.removeprefix("/"))


def _is_component(part: str) -> bool:
    match = _COMPONENT.fullmatch(part)
    if match is None or not part:
        return False
    atom = match["atom"]
    if atom == "1" and match["exponent"]:
        return False
    return atom in _ATOMS if atom else bool(match["note"]) and not match["exponent"]


def convert(value: float, unit: str, to: str) -> float:
    """Give a value in another unit, to 12 digits: 0.5 ug/mL is 500 ng/mL.

    UsageError for what is no UCUM unit, for units of different quantities (mass and amount: no molar mass is assumed),
    and for arbitrary ones such as {ULN} and {score}, which convert only to themselves. An international unit of an
    enzyme is its U (1 umol/min, IUB 1964); of anything else it is arbitrary.
    """
    if unit == to:
        return value
    scale, offset = _line(unit, to)
    return float(f"{value * scale + offset:.{_DIGITS}g}")


def may_measure(unit: str, usual: str) -> bool:
    """Whether a thing that is usually given in one unit may be given in another, whatever it weighs.

    Mass, amount and activity may be of one thing; a share, a count of cells and any of these are of different things.
    Arbitrary units, such as multiples of a limit of normal, may be of anything.
    """
    one, other = _sort(unit), _sort(usual)
    return one is None or other is None or one == other


def _sort(unit: str) -> str | None:
    """Say whether a unit is of a share, a count of cells, or a quantity of substance; None for an arbitrary one."""
    bare = _NOTE.sub("", unit)
    if not bare.strip("/.") or "uln" in unit.casefold():
        return None
    atoms = _components(unit)
    if bare in ("1", "%") or atoms[0] in ("[ppth]", "[ppm]", "[ppb]"):
        return "share"
    numerator = _NOTE.sub("", "" if bare.startswith("/") else atoms[0])
    return "count" if numerator in ("", "1") or numerator.startswith("10*") else "substance"


def converts(unit: str, to: str) -> bool:
    """Whether values in one unit can be given in the other."""
    try:
        convert(1.0, unit, to)
    except UsageError:
        return False
    return True


@lru_cache(maxsize=4096)
def _line(unit: str, to: str) -> tuple[float, float]:
    """Give scale and offset of a conversion; computed once for each pair of units."""
    enzyme = "U" in re.split(r"[/.\s]", _NOTE.sub("", to))
    given = unit.replace("[iU]", "U") if enzyme else unit
    for one in (given, to):
        _not_arbitrary(one)
    known, wanted = _by_letters(given), _by_letters(to)
    if known is None or wanted is None:
        return _by_pint(unit, given, to)
    if known[1] != wanted[1]:
        raise UsageError(f"{unit} does not convert to {to}", "they measure different quantities")
    return float(f"{float(known[0] / wanted[0]):.{_DIGITS}g}"), 0.0


def _by_letters(unit: str) -> tuple[Fraction, frozenset[tuple[str, int]]] | None:
    """Give size and dimensions of a unit made of grams, litres, moles, enzyme units and counts; None for any other."""
    size, dimensions = Fraction(1), Counter[str]()
    bare = _NOTE.sub("", unit)
    for sign, part in re.findall(r"([/.])([^/.]*)", bare if bare[:1] in "/." else f".{bare}"):
        match = _COMPONENT.fullmatch(part)
        if match is None or (match["atom"] in (None, "1") and part != "1"):
            return None
        atom, power = match["atom"] or "1", int(match["exponent"] or 1) * (-1 if sign == "/" else 1)
        base = next((each for each in _PLAIN if atom.endswith(each) and atom.removesuffix(each) in _POWERS), None)
        if base is not None:
            size *= Fraction(10) ** (_POWERS[atom.removesuffix(base)] * power)
            dimensions[base] += power
        elif atom in ("10*", "%"):
            size *= Fraction(10 if atom == "10*" else "0.01") ** power
        elif atom != "1":
            return None
    return size, frozenset((name, power) for name, power in dimensions.items() if power)


def _by_pint(unit: str, given: str, to: str) -> tuple[float, float]:
    from pint.errors import PintError

    try:
        start, goal = _quantity(given), _quantity(to)
        of = _registry().Quantity
        at_zero, at_one = (of(value, start.units).to(goal.units).magnitude for value in (0.0, 1.0))
    except PintError as error:
        raise UsageError(f"{unit} does not convert to {to}", "they measure different quantities") from error
    return float(f"{at_one - at_zero:.{_DIGITS}g}"), float(f"{at_zero:.{_DIGITS}g}")


def _not_arbitrary(unit: str) -> None:
    if not _NOTE.sub("", unit).strip("/.") or "uln" in unit.casefold():
        raise UsageError(f"{unit} is an arbitrary unit", "give the value in the unit it was measured in")


def _quantity(unit: str) -> Any:
    """Read a unit by the grammar of UCUM; UsageError for what is none."""
    from lark.exceptions import LarkError

    try:
        return _registry().from_ucum(unit)
    except LarkError as error:
        near = nearest(unit)
        raise UsageError(f"{unit!r} is not a UCUM unit", f"is it {near}?" if near else "such as ng/mL") from error


@lru_cache(maxsize=1)
def _registry() -> Any:
    from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]

    return PintUcumRegistry()
