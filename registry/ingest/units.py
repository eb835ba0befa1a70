"""UCUM units as far as laboratory cutoffs need them: prefix and atom, exponents, `/` and `.`, and annotations.

https://ucum.org/ucum. Not checked: whether a unit makes sense for a factor.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from registry.ingest.issues import Problem

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
#: The micro sign and the Greek letter mu, both printed for UCUM's u.
_MICRO = str.maketrans({"µ": "u", "μ": "u"})
_LITRE = re.compile(r"(?<![A-Za-z])([a-z]?)l(?![A-Za-z])")


def unit(text: str) -> str | Problem:
    """Give the unit in one spelling (µg/l → ug/L), or the problem with it."""
    spelled = _LITRE.sub(r"\1L", text.translate(_MICRO)).replace("10^", "10*")
    if spelled.isascii() and all(_is_component(part) for part in _components(spelled)):
        return spelled
    compact = spelled.replace(" ", "").replace("IU", "[iU]").replace("[[iU]]", "[iU]")
    near = get_close_matches(compact, _COMMON, n=1, cutoff=0.6)
    message = f"{text[:80]!r} is not a UCUM unit" + (f" (is it {near[0]}?)" if near else "")
    return Problem("unit-unknown", message, "UCUM such as ng/mL, ug/L, 10*9/L, {ULN}, {score}; 1 for a ratio")


def _components(spelled: str) -> list[str]:
    bare = re.sub(r"\{[^{}]*\}", lambda note: note.group().replace("/", " ").replace(".", " "), spelled)
    return re.split(r"[/.]", bare.removeprefix("/"))


def _is_component(part: str) -> bool:
    match = _COMPONENT.fullmatch(part)
    if match is None or not part:
        return False
    atom = match["atom"]
    if atom == "1" and match["exponent"]:
        return False
    return atom in _ATOMS if atom else bool(match["note"]) and not match["exponent"]
