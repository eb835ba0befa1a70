"""Whether printed numbers agree, as far as their digits can tell."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import StatisticsError
from registry.stats import off_centre, p_contradicts
from registry.stats.effects import critical_value


def printed(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


@given(
    yi=st.floats(-2.0, 2.0),
    se=st.floats(0.05, 0.8),
    digits=st.integers(1, 4),
    level=st.sampled_from([90.0, 95.0, 99.0]),
)
@settings(max_examples=300)
def test_correct_rounding_never_contradicts(yi: float, se: float, digits: int, level: float) -> None:
    """A Wald analysis whose numbers are correctly rounded is never flagged, however coarse the rounding."""
    z = critical_value(level)
    texts = [printed(math.exp(yi + step * z * se), digits) for step in (0, -1, 1)]
    p = printed(math.erfc(abs(yi / se) / math.sqrt(2)), digits + 1)
    assert off_centre(*texts) == 0.0
    if texts[1] != texts[2]:
        assert p_contradicts(*texts, p, level=level, p_test="wald") is None


@pytest.mark.parametrize(
    ("texts", "excess"),
    [
        (("1.50", "1.20", "1.88"), 0.0),
        (("1.5", "1.20", "1.88"), 0.0),
        (("1,50", "1,20", "1,88"), 0.0),
        (("1·50", "1·20", "1·88"), 0.0),
        (("0.00", "0.00", "0.01"), 0.0),
        (("15e-1", "1.2", "1.9"), 0.0),
        (("1.50", "1.00", "1.88"), math.log(1.495) - math.log(1.005 * 1.885) / 2),
        (("1.05", "1.20", "1.88"), math.log(1.195 * 1.875) / 2 - math.log(1.055)),
    ],
)
def test_off_centre_is_what_rounding_cannot_explain(texts: tuple[str, str, str], excess: float) -> None:
    """The excess is the distance of the log ratio's span from the span of the middle of the log bounds."""
    assert off_centre(*texts) == pytest.approx(excess, abs=1e-12)


def test_digits_are_those_of_the_most_precise() -> None:
    """A number printed with fewer digits than its neighbours lost trailing zeros, not precision."""
    assert off_centre("1.5", "1.22", "1.88") == off_centre("1.50", "1.22", "1.88") > 0.0


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("1.50", "0.90", "2.50", "0.03"), "significance"),
        (("1.50", "1.01", "2.23", "0.06"), "significance"),
        (("0.67", "0.45", "0.99", "0.20"), "significance"),
        (("2.0", "1.5", "2.7", "0.04"), "size"),
        (("1.20", "0.85", "1.69", "0.90"), "size"),
        (("2.0", "1.0", "4.0", "0.049"), None),
        (("3.29", "1.23", "8.83", "0.0018"), "size"),  # 0.018 misprinted, in the abstract of a ferritin study
        (("3.29", "1.23", "8.83", "0.018"), None),
        (("1.80", "1.10", "2.95", "0.058"), "significance"),
        (("2.20", "1.30", "3.72", "0.0011"), None),  # a factor of 2.6
        (("2.20", "1.30", "3.72", "0.00022"), "size"),
        (("1.50", "1.20", "1.88", "0.0004"), None),
        (("1.50", "1.20", "1.88", "0.000"), None),
        (("1.00", "0.70", "1.43", "0.99"), None),
    ],
)
def test_p_value_against_interval(texts: tuple[str, str, str, str], kind: str | None) -> None:
    """Opposite significance and far-apart sizes contradict; what rounding allows does not."""
    found = p_contradicts(*texts)
    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    ("p", "p_test", "contradicts"),
    [
        ("0.0011", "wald", True),
        ("0.0011", "unclear", False),
        ("0.0003", "unclear", True),
        ("0.0003", "logrank", False),
        ("0.0001", "logrank", True),
        ("0.0028", "wald", False),
    ],
)
def test_the_interval_and_a_wald_p_are_of_one_test(p: str, p_test: str, contradicts: bool) -> None:
    """HR 2.20 (1.30–3.72) has p 0.0033: less than a factor of 3 off is a doubt of Wald's p only."""
    assert (p_contradicts("2.20", "1.30", "3.72", p, p_test=p_test) is not None) is contradicts


@pytest.mark.parametrize(
    ("p", "operator", "contradicts"),
    [("0.001", "<", True), ("0.05", "<", False), ("0.05", ">", True), ("0.01", ">=", False), ("0.0001", "<=", True)],
)
def test_inequalities_are_spans(p: str, operator: str, contradicts: bool) -> None:
    """An inequality stands for every p it allows: HR 1.50 (1.05–2.14) has p near 0.025."""
    assert (p_contradicts("1.50", "1.05", "2.14", p, p_operator=operator) is not None) is contradicts


@pytest.mark.parametrize(("p_test", "flagged"), [("unclear", True), ("wald", True), ("logrank", False), ("lr", False)])
def test_another_test_may_fall_on_the_other_side(p_test: str, flagged: bool) -> None:
    """Near the threshold a log-rank p may be significant where the Wald interval just is not."""
    assert (p_contradicts("1.50", "0.99", "2.27", "0.048", p_test=p_test) is not None) is flagged


def test_p_value_may_come_as_typed() -> None:
    """The operator in front of a typed p is not part of the number."""
    assert p_contradicts("1.50", "1.05", "2.14", "P < 0.001", p_operator="<") is not None
    assert p_contradicts("1.50", "1.05", "2.14", "=0.025") is None


def test_contradiction_says_what_the_interval_allows() -> None:
    """The p-values the interval allows, under rounding, come with the verdict."""
    found = p_contradicts("1.50", "0.90", "2.50", "0.03")
    assert found is not None
    assert (found.p_low, found.p_high) == (pytest.approx(0.1141, abs=1e-4), pytest.approx(0.1256, abs=1e-4))


def test_significance_is_that_of_the_intervals_own_level() -> None:
    """A 90 % interval that excludes 1 agrees with p = 0.07."""
    assert p_contradicts("1.50", "1.04", "2.17", "0.07", level=90.0) is None
    assert p_contradicts("1.50", "1.04", "2.17", "0.07", level=95.0) is not None


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "1 2", ".", "nan", "<0.05"])
def test_what_is_not_one_number_is_refused(text: str) -> None:
    """A text that is not one number is an error that quotes it."""
    with pytest.raises(StatisticsError, match="is not one number"):
        off_centre(text, "1.0", "2.0")
