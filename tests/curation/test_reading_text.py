"""What is read from pasted text, held to sentences with known answers."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry.curation.reading_text import Proposal, read_text
from registry.resources import resource
from registry.vocabulary import fold
from registry.writing import read_vocabulary

SENTENCES = tomllib.loads((Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8"))["sentence"]


def _shipped(kind: str) -> dict[str, str]:
    entries, _ = read_vocabulary(resource("seeds") / "vocabulary")
    found = [entry for entry in entries if entry.kind == kind]
    return {fold(name): entry.key for entry in found for name in (entry.key, *entry.synonyms)}


FACTORS, ENDPOINTS = _shipped("factor"), _shipped("endpoint")


def read(text: str) -> tuple[Proposal, ...]:
    return read_text(text, FACTORS, ENDPOINTS)


def _value(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text.replace("<.", "<0.")


def _values(texts: Mapping[str, str]) -> dict[str, Any]:
    renamed = {"n_patients": "n"}
    return {renamed.get(name, name): _value(text) for name, text in texts.items()}


@dataclass
class Rate:
    """Fields that were right, proposed and wanted; sentences read without any slip."""

    right: int = 0
    proposed: int = 0
    wanted: int = 0
    whole: int = 0
    sentences: int = 0

    def add(self, expected: list[dict[str, Any]], got: list[dict[str, Any]]) -> None:
        """Count one sentence; estimates are paired by their ratio."""
        left = list(got)
        for want in expected:
            same = next((each for each in left if each.get("hr") == want["hr"]), {})
            if same:
                left.remove(same)
            self.right += sum(same.get(name) == value for name, value in want.items())
            self.wanted += len(want)
        self.proposed += sum(map(len, got))
        self.whole += expected == got
        self.sentences += 1

    @property
    def precision(self) -> float:
        """Share of what was proposed that is right."""
        return self.right / self.proposed

    @property
    def recall(self) -> float:
        """Share of what the sentences say that was proposed."""
        return self.right / self.wanted

    def __str__(self) -> str:
        return (
            f"{self.whole} of {self.sentences} sentences without a slip; fields: precision {self.precision:.3f}"
            f" ({self.right}/{self.proposed}), recall {self.recall:.3f} ({self.right}/{self.wanted})"
        )


def slips(which: str) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    for sentence in SENTENCES:
        if sentence["set"] == which:
            expected = [_values(each) for each in sentence["expect"]]
            yield sentence["text"], expected, [_values(each.texts) for each in read(sentence["text"])]


def rate(which: str) -> Rate:
    total = Rate()
    for _, expected, got in slips(which):
        total.add(expected, got)
    return total


def test_sentences_the_grammar_was_written_with(capsys: pytest.CaptureFixture[str]) -> None:
    """Every value of every sentence it was made for is read, and nothing else."""
    found = rate("tuned")
    with capsys.disabled():
        sys.stdout.write(f"\nreading text, tuned: {found}\n")
    assert [text for text, expected, got in slips("tuned") if expected != got] == []
    assert found.sentences >= 30


def test_sentences_held_out(capsys: pytest.CaptureFixture[str]) -> None:
    """On sentences it was not made for, what it proposes is mostly right and complete: the rates at first sight."""
    found = rate("held-out")
    with capsys.disabled():
        sys.stdout.write(f"\nreading text, held-out: {found}\n")
    assert found.sentences >= 30
    assert found.whole >= 27
    assert found.precision >= 0.96
    assert found.recall >= 0.90


@pytest.mark.parametrize("text", [each["text"] for each in SENTENCES if not each["expect"]], ids=lambda text: text[:40])
def test_what_is_no_ratio_is_not_proposed(text: str) -> None:
    """Survival times, rates, heart rates, planned ratios and other statistics give nothing."""
    assert read(text) == ()


def test_spans_point_at_the_words_in_the_source() -> None:
    """A value can be shown where it stands, in the text as it was pasted."""
    text = "Methods as before.\nHigh NLR: HR 2·15\n(95% CI 1·74–2·66)."
    (found,) = read(text)
    words = {each.column: text[each.start : each.end] for each in found.found}
    assert words == {
        "factor": "NLR", "contrast": "NLR",
        "measure": "HR", "hr": "2·15", "ci_level": "95% ", "ci_low": "1·74", "ci_high": "2·66",
    }  # fmt: skip
    assert text[found.start : found.end] == "HR 2·15\n(95% CI 1·74–2·66"


def test_quote_is_the_sentence_as_printed() -> None:
    """The words kept are those of the source, on one line, broken words put together."""
    (found,) = read("An aside. High NLR meant worse sur-\nvival (HR 2,15; 95 % CI 1,74–2,66).  Next.")
    assert found.quote == "High NLR meant worse survival (HR 2,15; 95 % CI 1,74–2,66)."


@pytest.mark.parametrize(
    ("words", "measure"),
    [("hazard ratio of 2.1", "hr"), ("aHR: 2.1", "hr"), ("odds ratio 2.1", "or"), ("relative risk, 2.1", "rr"),
     ("SHR = 2.1", "subdistribution_hr"), ("cause-specific hazard ratio 2.1", "cause_specific_hr")],
)  # fmt: skip
def test_measure_follows_from_the_label(words: str, measure: str) -> None:
    """What the ratio is called says which ratio it is."""
    (found,) = read(f"OS was worse ({words}, 95% CI 1.2 to 3.7).")
    assert found.texts["measure"] == measure


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [("550 ng/mL", "550", "ng/mL"), ("1,000 µg/l", "1000", "ug/L"), ("2.5 × 10^9/L", "2.5", "10*9/L"),
     ("240 IU/L", "240", "[iU]/L"), ("2 × ULN", "2", "{ULN}"), ("800/µL", "800", "/uL"), ("4.0", "4.0", None)],
)  # fmt: skip
def test_cutoff_is_spelled_as_the_registry_spells_it(printed: str, value: str, unit: str | None) -> None:
    """Units as printed become UCUM, thousands separators go."""
    (found,) = read(f"Patients with ferritin >{printed} had worse OS (HR 1.9, 95% CI 1.2-3.0).")
    assert (found.texts["cutoff_value"], found.texts.get("cutoff_unit")) == (value, unit)


def test_level_that_is_not_printed_is_not_proposed() -> None:
    """Whether an unnamed interval is at 95 % is for the curator to say."""
    (found,) = read("NLR predicted OS (HR 1.9 [1.2-3.0]).")
    assert "ci_level" not in found.texts


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("per 1 g/dL decrease", {}),
        ("for a one-unit decrease", {}),
        ("per SD lower", {}),
        ("per log2 increase", {"contrast": "per_unit", "cutoff_value": "1", "cutoff_unit": "1", "scale": "log2"}),
        ("per 10 U/L", {"contrast": "per_unit", "cutoff_value": "10", "cutoff_unit": "U/L"}),
        ("for a one-unit increase", {"contrast": "per_unit"}),
        ("for a two-fold increase in its level", {"contrast": "per_doubling"}),
        ("with a two-fold increase in mortality", {}),
        ("as a continuous variable", {"contrast": "per_unit"}),
    ],
)
def test_a_step_is_proposed_upwards_alone(words: str, step: dict[str, str]) -> None:
    """A step is proposed with its size; one down is not, for its ratio has to be turned first."""
    (found,) = read(f"LDH predicted OS {words} (HR 1.2, 95% CI 1.1-1.4).")
    names = ("contrast", "cutoff_value", "cutoff_unit", "scale")
    assert {name: found.texts[name] for name in names if name in found.texts} == step


def test_empty_text_gives_nothing() -> None:
    """Neither an empty nor a blank text is a fault."""
    assert read("") == read(" \n ") == ()
