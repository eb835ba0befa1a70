"""What is compared with what, from all that a row says of it: the one rule of every door.

The contrast, an operator that was given as such, the words of the groups and those of the quote are witnesses of a
direction. Words that name a step or extreme groups decide first: such a ratio is of no two groups beside a cutoff.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from registry.errors import UsageError
from registry.meaning import words
from registry.meaning.words import Levels, Step
from registry.terms import ContrastBasis, ContrastKind, CutoffOperator, ReadAs
from registry.units import convert, spelled

Values = Mapping[str, Any]

ABOVE, BELOW = ContrastKind.ABOVE_VS_BELOW, ContrastKind.BELOW_VS_ABOVE
#: Contrasts of two groups beside a cutoff: each is the other one the other way round.
TWO_GROUPS = (ABOVE, BELOW)
#: Ratios for more of the factor, which hold for a step of it.
CONTINUOUS = (ContrastKind.PER_UNIT, ContrastKind.PER_DOUBLING, ContrastKind.PER_SD)
#: What a direction is read from; an amendment of one of these settles it anew.
WITNESSES = ("contrast", "cutoff_operator", "cutoff_text", "index_group", "reference_group", "quote")
#: Signs of a cutoff whose index group is the high one.
UPWARD = (CutoffOperator.GT, CutoffOperator.GE)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a row compares: its `contrast` and how that is known, None for what nobody says.

    `fills` are values the words give (a step, its unit and scale). `remark` is what a curator should look at, `fault`
    why the row cannot be stored as it is.
    """

    contrast: ContrastKind
    basis: ContrastBasis | None
    fills: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""
    fault: str = ""


def settle(
    values: Values,
    *,
    operator_given: bool = True,
    heading: str | None = None,
    read_as: ReadAs | None = None,
    levels: Levels | None = None,
) -> Settled:
    """Settle the contrast of a row by contract names; what is absent or None was not said.

    `operator_given` is False where the operator was split off a cutoff (`≥35`): it defines the groups and is no
    witness. `heading` is that of the file's column of ratios, `read_as` what a curator said once of a file, `levels`
    the names of the factor's groups.
    """
    stated = values.get("contrast")
    by_words = _by_words(values, stated, heading)
    if by_words is not None:
        return by_words
    if stated is not None and stated not in TWO_GROUPS:
        kind = ContrastKind(stated)
        return Settled(kind, None if kind is ContrastKind.UNCLEAR else ContrastBasis.STATED)
    said = dict(witnesses(values, operator_given=operator_given, levels=levels))
    if said:
        return _by_witnesses(values, said)
    by_file = words.compared(heading, levels)
    if by_file is not None:
        return Settled(ABOVE if by_file else BELOW, ContrastBasis.FILE)
    if read_as is not None:
        return Settled(ABOVE if read_as == ReadAs.HIGH_VS_LOW else BELOW, ContrastBasis.ASSUMED)
    return Settled(ContrastKind.UNCLEAR, None)


def _by_witnesses(values: Values, said: Mapping[str, bool]) -> Settled:
    """Go with the majority of what speaks of the direction; where it is divided evenly, the row is at fault."""
    stated = values.get("contrast")
    above, below = ([name for name, high in said.items() if high is side] for side in (True, False))
    contrast = ABOVE if len(above) > len(below) else BELOW
    basis = ContrastBasis.OPERATOR if list(said) == ["cutoff_operator"] else ContrastBasis.STATED
    if not above or not below:
        return Settled(contrast, basis)
    most, least = (above, below) if contrast is ABOVE else (below, above)
    shown = f"{_shown(values, most)} against {_shown(values, least)}"
    if len(most) == len(least):
        fault = f"what is compared contradicts itself: {shown}"
        return Settled(ContrastKind(stated) if stated else ContrastKind.UNCLEAR, None, fault=fault)
    return Settled(contrast, basis, remark=f"read as {contrast.label}: {shown}")


def witnesses(
    values: Values, *, operator_given: bool = True, levels: Levels | None = None
) -> Iterator[tuple[str, bool]]:
    """Name each column that says which side is the index group, and whether that is the high one."""
    if values.get("contrast") in TWO_GROUPS:
        yield "contrast", values["contrast"] == ABOVE
    operator = values.get("cutoff_operator")
    if operator_given and operator is not None:
        yield "cutoff_operator", operator in UPWARD
    reference, index = (words.is_high(values.get(name), levels) for name in ("reference_group", "index_group"))
    if reference is not None and index is not reference:
        yield "reference_group", not reference
    elif index is not None and reference is None:
        yield "index_group", index
    else:
        named = words.compared(values.get("cutoff_text"), levels)
        if named is not None and reference is index is None:
            yield "cutoff_text", named
    quoted = words.compared(values.get("quote"), levels)
    if quoted is not None:
        yield "quote", quoted


def contradicts(values: Values, levels: Levels | None = None) -> str:
    """Say what is wrong with the direction of a stored row, in words; nothing where it stands.

    A row that was settled when it was stored (`contrast_basis`) stands.
    """
    if values.get("contrast_basis") is not None or values.get("contrast") not in TWO_GROUPS:
        return ""
    settled = settle(values, levels=levels)
    if settled.fault:
        return settled.fault
    if settled.contrast != values["contrast"]:
        return settled.remark or f"its words say {settled.contrast.label}"
    return ""


def _shown(values: Values, names: list[str]) -> str:
    return ", ".join(f"{name} {str(values[name])[:60]!r}" for name in names)


def _by_words(values: Values, stated: str | None, heading: str | None) -> Settled | None:
    """Give the contrast that words name which is of no two groups beside a cutoff."""
    groups = [values.get(name) for name in ("index_group", "reference_group", "cutoff_text")]
    said = [text for text in groups if text]
    steps = [step for text in said if (step := _step(text)) is not None]
    if stated is not None and stated not in TWO_GROUPS:
        return _by_contradiction(values, stated, steps)
    if _apart(values) or any(words.extremes(text) for text in said):
        return _of_words(ContrastKind.EXTREMES, stated)
    if any(words.quantile(text) for text in groups[:2] if text) or words.quantiles(values.get("cutoff_text")):
        return _of_words(ContrastKind.CATEGORY, stated)
    if steps:
        return replace(_of_words(steps[0].kind, stated, _fills(values, steps[0])), fault=_fault(values, steps[0]))
    return None if stated is not None else _by_other_words(values, heading)


def _by_contradiction(values: Values, stated: str, steps: Iterable[Step]) -> Settled | None:
    """Give the fault of a step that is stated and contradicts the words of its groups; what is stated stands else."""
    said = [each for each in steps if stated in CONTINUOUS and (each.less or each.kind == stated)]
    fault = next(filter(None, (_fault(values, each) for each in said)), "")
    return Settled(ContrastKind(stated), None, fault=fault) if fault else None


def _by_other_words(values: Values, heading: str | None) -> Settled | None:
    """Give the step that quote or heading names: they may be of something else, so that an operator opposes them."""
    for name, text, basis in (
        ("quote", values.get("quote"), ContrastBasis.STATED),
        ("heading", heading, ContrastBasis.FILE),
    ):
        if (step := _step(text)) is None:
            continue
        fault = _fault(values, step)
        if values.get("cutoff_operator") is not None:
            fault = f"its {name} names a step ({step.kind.label}), and cutoff_operator two groups"
        return Settled(step.kind, basis, _fills(values, step), fault=fault)
    return None


def _step(text: str | None) -> Step | None:
    """Give the step that words name which name no bound of a group."""
    return words.step_of(text) if text and words.bound_of(text) is None else None


def _fault(values: Values, step: Step) -> str:
    """Say how a step in words cannot be stored, or contradicts the cells; nothing where they agree."""
    if step.less:
        return "its words name a step down (a decrease): give 1/ratio, with its bounds, for the step up"
    value = values.get("cutoff_value")
    if None in (step.value, value) or value == step.value or _of_other_unit(values, step):
        return ""
    return f"its words name a step of {step.value:g}, and cutoff_value is {value:g}"


def _of_other_unit(values: Values, step: Step) -> bool:
    unit = values.get("cutoff_unit")
    return bool(step.unit and unit) and step.unit != spelled(str(unit))


def _fills(values: Values, step: Step) -> dict[str, Any]:
    """Give what the words add of a step; what the row gives itself stands, and a size in another unit is none."""
    found = {name: value for name, value in step.columns.items() if values.get(name) is None}
    if _of_other_unit(values, step):
        found.pop("cutoff_value", None)
    return found


def _of_words(kind: ContrastKind, stated: str | None, fills: Mapping[str, Any] | None = None) -> Settled:
    remark = f"its words say {kind.label}, not {ContrastKind(stated).label}" if stated else ""
    return Settled(kind, ContrastBasis.STATED, fills or {}, remark)


def _apart(values: Values) -> bool:
    """Say whether the groups lie on either side of a gap: `> 2500` against `< 1000`."""
    high, low = (words.bound_of(values.get(name) or "") for name in ("index_group", "reference_group"))
    if high is None and values.get("cutoff_operator") in UPWARD and values.get("cutoff_value") is not None:
        high = words.Bound(True, values["cutoff_value"], values.get("cutoff_unit"))
    if high is None or low is None or not high.high or low.high or high.value is None or low.value is None:
        return False
    there = low.value
    if low.unit and high.unit and low.unit != high.unit:
        try:
            there = convert(low.value, low.unit, high.unit)
        except UsageError:
            return False
    elif low.unit is None and _same_digits(low.value, high.value):
        return False  # the same cutoff in another unit that is not named
    return not _next_to(there, high.value)


def _next_to(low: float, high: float) -> bool:
    """Say whether two bounds are one cutoff, or neighbours of it as printed: `<= 64` and `>= 65`, `<= 2.9` and `>= 3`.

    Nearer than a tenth counts as one: nobody leaves out a group so small.
    """
    return low >= 0.9 * high or (low.is_integer() and high.is_integer() and high - low <= 1.0)


def _same_digits(one: float, other: float) -> bool:
    return f"{one:.6e}".partition("e")[0] == f"{other:.6e}".partition("e")[0]
