"""Numbers and sentences as a paper prints them."""

from __future__ import annotations

import re

import pytest

from registry.report import prose, wrapping
from tests.report.results import SHAPES

VALUES = [
    ((1.7326, 1.2310, 2.4386), "1.73 (1.23–2.44)"),
    ((0.85, 0.5, 1.0), "0.85 (0.50–1.00)"),
    ((0.05123, 0.0201, 0.13), "0.0512 (0.0201–0.13)"),
    ((1.0003, 1.0001, 1.0005), "1.0003 (1.0001–1.0005)"),
    ((2.08, 0.000621, 6970.4), "2.08 (0.000621–6970)"),
    ((123.4, 10.0, 1500.0), "123 (10.00–1500)"),
    ((1.0, 1e-9, 1e9), "1.00 (1.00e−09–1.00e+09)"),
    ((1.0, 1.0, 1.0), "1.00 (1.00–1.00)"),
    ((1.5, None, None), "1.50 (–)"),
    ((None, None, None), "–"),
]


@pytest.mark.parametrize(("numbers", "text"), VALUES, ids=[text for _, text in VALUES])
def test_ratio_and_interval_are_written_in_one_piece(numbers, text) -> None:
    """Two decimals, three significant digits for small numbers, more where the numbers would look the same."""
    assert prose.value(*numbers) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0001, "p < 0.001"), (0.0123, "p = 0.012"), (0.34567, "p = 0.35"), (1.0, "p = 1.00"), (None, "p = –")],
)
def test_p_values_are_written_with_their_sign(p, text) -> None:
    """Small ones as a bound, others with as many digits as they deserve."""
    assert prose.p_text(p) == text


def test_negative_intervals_use_a_word() -> None:
    """−0.2–0.4 cannot be read."""
    assert prose.interval(-0.2, 0.4) == "−0.20 to 0.40"


@pytest.mark.parametrize("width", range(20, 90, 7))
def test_wrapping_never_breaks_a_value(width) -> None:
    """A pooled value, a p-value, a percentage stay in one piece at any width."""
    text = "All 8 of 8 give HR 1.73 (1.23–2.44), p < 0.001, I² 80 %, Q = 35.90 on 7 df; hr (10), rr (2) are mixed."
    lines = wrapping.wrapped(text, width)
    assert " ".join(lines) == text
    for piece in ("1.73 (1.23–2.44)", "p < 0.001,", "80 %,", "7 df;", "hr (10),", "rr (2)"):
        assert any(piece in line for line in lines) or len(piece) > width


def test_wrapped_lines_keep_to_the_width() -> None:
    """Only a piece longer than the line is longer than the line."""
    assert max(len(line) for line in wrapping.wrapped("word " * 50, 30)) <= 30


def test_headline_says_ratio_interval_and_size() -> None:
    """One line says it all: one estimate is not pooled, two have both intervals."""
    assert prose.in_short(SHAPES["eight"]) == "HR 1.70 (1.25–2.32), 95 % CI, k = 8, n = 1886; high NLR vs low"
    assert "k = 1, n = 100, one estimate, not pooled; high NLR vs low" in prose.in_short(SHAPES["one"])
    assert re.search(r"95 % CI .* \(Wald\) or .* \(Hartung–Knapp\), k = 2", prose.in_short(SHAPES["two"]))
    assert re.match(r"HR [\d.]+ \(.*\), 95 % CI, k = 2", prose.in_short(SHAPES["two, Wald"]))


def test_methods_say_what_was_done_with_its_sources() -> None:
    """Estimator, test, intervals: each named, each with a reference; no step that was not taken."""
    default = prose.methods(SHAPES["eight"])
    for part in (
        "Random-effects model of 8 log hazard ratios; tau² by restricted maximum likelihood",
        "95 % interval: wider of Hartung–Knapp t(k − 1) and Wald (Jackson",
        "here Hartung–Knapp.",
        "Q-profile (Viechtbauer 2007)",
        "Prediction interval: t(k − 2)",
        "(Higgins & Thompson 2002)",
    ):
        assert part in default
    common = prose.methods(SHAPES["common effect"])
    assert common.startswith("Common-effect model of 5 log hazard ratios")
    assert "Q-profile" not in common
    assert "nothing was pooled" in prose.methods(SHAPES["one"])
    assert "identical effects" in prose.methods(SHAPES["identical"])


@pytest.mark.parametrize("shape", SHAPES)
def test_sentences_are_made_for_every_shape(shape) -> None:
    """No result leaves a sentence with nan or None in it."""
    result = SHAPES[shape]
    for text in (
        prose.in_short(result),
        prose.methods(result),
        prose.methods_in_short(result),
        prose.heterogeneity(result.pool),
    ):
        assert text
        assert "nan" not in re.findall(r"[a-z]+", text)
        assert "None" not in text


def test_measures_have_labels() -> None:
    """HR, RR, OR; a ratio when nobody says which."""
    assert [prose.measure_label(word) for word in ("hr", "rr", "or", None)] == ["HR", "RR", "OR", "ratio"]
    assert [prose.multiplied(word) for word in ("hr", "rr", "or", None)] == ["hazard", "risk", "odds", "ratio"]
