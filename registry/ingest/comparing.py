"""What a typed row compares and which ratio it gives, settled as it comes in: one function for every door.

It fills in what follows from the words and the columns of the row, and leaves unclear what nobody says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from registry.ingest.issues import Problem
from registry.meaning import cutoffs
from registry.meaning.direction import (
    BELOW,
    CONTINUOUS,
    TWO_GROUPS,
    UPWARD,
    WITNESSES,
    Settled,
    contradicts,
    settle,
)
from registry.meaning.measures import measure_of
from registry.terms import ContrastBasis, ContrastKind, CutoffMethod, CutoffOperator, Measure, ReadAs
from registry.vocabulary import FactorFacts, Vocabulary
from registry.writing.keys import CUTOFF

#: A cutoff cell with words or an operator (`2 x ULN`, `≥35`), beside the values of the contract until it is settled.
CUTOFF_WORDS = "cutoff_words"
#: What identifies an estimate and is settled here.
GIVEN = (*CUTOFF, "contrast", "scale", "measure")
#: The other side of the same cutoff.
_OPPOSITE = {
    CutoffOperator.GT: CutoffOperator.LE,
    CutoffOperator.GE: CutoffOperator.LT,
    CutoffOperator.LT: CutoffOperator.GE,
    CutoffOperator.LE: CutoffOperator.GT,
}
_DIRECTION = (
    "direction-contradicts",
    "one direction: compare with the source, then correct the one that is wrong; contrast = unclear where the source "
    "does not decide it",
)
_STEP = (
    "step-contradicts",
    "one step, upwards: compare with the source and correct what is wrong; where a quote or heading is of something "
    "else, say what is compared in contrast, such as above_vs_below",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a row beside its cells.

    `heading` is that of the column of its ratio, `read_as` what a curator said once of the file. `operator_given` is
    False where the operator was split off a cutoff (`≥35`).
    """

    heading: str | None = None
    read_as: ReadAs | None = None
    operator_given: bool = True


def compare(values: dict[str, Any], vocabulary: Vocabulary, told: Told) -> list[Problem]:
    """Settle cutoff, contrast and measure of a row in place, and give what a curator should know of it."""
    given = told.operator_given and values.get("cutoff_operator") is not None
    problems = list(settle_cutoff(values))
    facts = vocabulary.factors.get(values.get("factor") or "", FactorFacts())
    settled = settle(values, operator_given=given, heading=told.heading, read_as=told.read_as, levels=facts.levels)
    problems += put(values, settled, facts, operator_given=given)
    if values.get("measure") is None:
        values["measure"] = (measure_of(told.heading) or Measure.UNCLEAR).value
    return problems


def put(values: dict[str, Any], settled: Settled, facts: FactorFacts, *, operator_given: bool) -> Iterator[Problem]:
    """Put into a row what was settled, and give the fault or remark that goes with it."""
    if settled.fault:
        code, change = _STEP if settled.contrast in CONTINUOUS else _DIRECTION
        yield Problem(code, settled.fault, change, _pointed(values))
        return
    values["contrast"] = settled.contrast.value
    values["contrast_basis"] = None if settled.basis is None else settled.basis.value
    unit = settled.fills.get("cutoff_unit") or values.get("cutoff_unit") or facts.dimensionless
    values.update({name: value for name, value in settled.fills.items() if unit or name != "cutoff_value"})
    if not operator_given:
        _turn_operator(values, settled.contrast)
    if settled.remark:
        code = "direction-outvoted" if settled.contrast in TWO_GROUPS else "words-decide"
        yield Problem(
            code,
            settled.remark,
            "compare with the source; if the words are of something else, correct or empty them",
            _pointed(values),
        )


def compare_amended(
    before: Mapping[str, Any], after: dict[str, Any], said: Mapping[str, Any], vocabulary: Vocabulary, *, split: bool
) -> list[Problem]:
    """Settle the contrast of a stored row anew where a curator amends what it is read from, in place.

    `split` says that the operator among what was said was split off a cutoff (`≥35`), so that it speaks for no side.
    """
    if split:
        _turn_operator(after, after.get("contrast"))
        said = {name: value for name, value in said.items() if name != "cutoff_operator"}
    if not said.keys() & {*WITNESSES, "factor"} or not _differs(before, said):
        return []
    nobodys = before.get("contrast") == ContrastKind.UNCLEAR or before.get("contrast_basis") in _DERIVED
    derived = nobodys and "contrast" not in said
    values = {**after, "contrast": None} if derived else after
    given = "cutoff_operator" in said or _is_witness(before)
    facts = vocabulary.factors.get(after.get("factor") or "", FactorFacts())
    settled = settle(values, operator_given=given, levels=facts.levels)
    if (typed := said.get("contrast")) in TWO_GROUPS and settled.contrast != typed and not settled.fault:
        settled = replace(settled, fault=settled.remark or f"its words say {settled.contrast.label}")
    if derived and settled.contrast is ContrastKind.UNCLEAR and before["contrast_basis"] != ContrastBasis.OPERATOR:
        return []  # what was said once of the file stands as long as the row says nothing itself
    if settled.fault and not said.keys() & {"contrast", "cutoff_operator"} and contradicts(before, facts.levels):
        return []  # it stood before
    return list(put(after, settled, facts, operator_given=given))


_DERIVED = (ContrastBasis.OPERATOR, ContrastBasis.FILE, ContrastBasis.ASSUMED)


def _differs(before: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    return any(before.get(name) != value for name, value in said.items() if name in WITNESSES or name == "factor") or (
        "contrast" in said and before.get("contrast_basis") != ContrastBasis.STATED
    )


def _is_witness(before: Mapping[str, Any]) -> bool:
    """Say whether the operator of a stored row speaks for a side: where the contrast was read from it, or by nobody.

    Beside a contrast that is known otherwise it may have been turned to the side of the index group, and would only
    repeat that contrast.
    """
    if before.get("cutoff_operator") is None or before.get("contrast") == ContrastKind.UNCLEAR:
        return False
    return before.get("contrast_basis") in (None, ContrastBasis.OPERATOR)


def _turn_operator(values: dict[str, Any], contrast: str | None) -> None:
    """Give an operator that only marks the cutoff the side of the index group: the groups are the same."""
    operator = values.get("cutoff_operator")
    if operator is None or contrast not in TWO_GROUPS:
        return
    if (operator in UPWARD) is (contrast == BELOW):
        values["cutoff_operator"] = _OPPOSITE[CutoffOperator(operator)].value


def take_words(values: dict[str, Any]) -> None:
    """Take the words and the operator out of a cutoff cell that is no bare number, in place."""
    found = values.pop(CUTOFF_WORDS, None)
    if found is None:
        return
    words = cutoffs.in_words(found)
    if words is None:
        values["cutoff_operator"] = values.get("cutoff_operator") or cutoffs.signed(found)[0]
        return
    text = values.get("cutoff_text")
    values["cutoff_text"] = words.text if text is None else f"{words.text}; {text}"
    for name, value in (("cutoff_operator", words.operator), ("cutoff_method", words.method.value)):
        if value is not None and values.get(name) is None:
            values[name] = value


def settle_cutoff(values: dict[str, Any]) -> Iterator[Problem]:
    """Keep a cutoff of the sample or the laboratory as words with its method, never as a value of the factor."""
    take_words(values)
    value, unit, text = (values.get(name) for name in ("cutoff_value", "cutoff_unit", "cutoff_text"))
    if value is not None and unit is not None and (spelled := cutoffs.of_unit(value, unit)) is not None:
        values["cutoff_text"] = spelled if text is None else text if value == 1.0 else f"{spelled}; {text}"
        values["cutoff_value"] = values["cutoff_unit"] = None
        message = f"{value:g} {unit} is no value of the factor: kept as the words {values['cutoff_text']!r}"
        yield Problem("cutoff-in-words", message, "", "cutoff_value")
    method = cutoffs.method_of(values.get("cutoff_text"))
    if method is not None and (values.get("cutoff_method") or CutoffMethod.UNCLEAR) == CutoffMethod.UNCLEAR:
        values["cutoff_method"] = method.value


def _pointed(values: Mapping[str, Any]) -> str:
    """Name the column to look at: what was given of the witnesses, the contrast first."""
    return next((name for name in WITNESSES if values.get(name) is not None), "contrast")
