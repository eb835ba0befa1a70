"""Numbers as reported keep the digits of their source wherever they are shown as reported."""

from __future__ import annotations

from typing import Any

import pytest

from registry.frame import Frame
from registry.pooling import pool
from registry.report import prose, reported, tables
from registry.report.changes import changes, is_twin
from tests.pooling.rows import rows

TEXTS = {"est_text": ".024", "ci_low_text": ".003", "ci_high_text": ".17"}
ROW: dict[str, Any] = {
    "measure": "hr",
    "est": 0.024,
    "ci_low": 0.003,
    "ci_high": 0.17,
    "log_hr": None,
    "se_log_hr": None,
    "p_value": 0.04,
    "p_text": ".040",
    "p_operator": None,
    **TEXTS,
}


@pytest.mark.parametrize(
    ("more", "named", "numbers"),
    [
        ({}, "HR .024 (.003–.17)", ".024 (.003–.17)"),
        ({"ci_high": None, "ci_high_text": None}, "HR .024 (.003–?)", ".024 (.003–?)"),
        ({**dict.fromkeys(["ci_low", "ci_high", "ci_low_text", "ci_high_text"])}, "HR .024", ".024, p = .040"),
        ({"est_text": "1,50", "est": 1.5}, "HR 1,50 (.003–.17)", "1,50 (.003–.17)"),
        (dict.fromkeys(TEXTS), "HR 0.024 (0.003–0.17)", "0.024 (0.003–0.17)"),
        (
            {"est": None, "est_text": None, "log_hr": -3.73, "se_log_hr": 1.03, "ci_low": None, "ci_high": None,
             "ci_low_text": None, "ci_high_text": None},
            "log HR -3.73",
            "log ratio -3.73 (SE 1.03)",
        ),
    ],
)  # fmt: skip
def test_a_ratio_is_written_in_the_digits_of_its_source(more: dict[str, Any], named: str, numbers: str) -> None:
    """No digit is added and none is taken away; without its text a number has the fewest that give it."""
    assert reported.named({**ROW, **more}) == named
    assert reported.numbers({**ROW, **more}) == numbers


@pytest.mark.parametrize(
    ("text", "sign", "said"),
    [
        (".040", None, "p = .040"),
        ("<0.05", None, "p < 0.05"),
        ("<0.05", "<", "p < 0.05"),
        ("0.0010", "=", "p = 0.0010"),
    ],
)
def test_a_p_value_keeps_its_digits_and_its_sign(text: str, sign: str | None, said: str) -> None:
    """A bound stays a bound, whether the sign stands in the text or beside it."""
    assert reported.p_value({**ROW, "p_text": text, "p_operator": sign}) == said


def frame(**more: Any) -> Frame:
    """Give three estimates, the first with its printed text."""
    data = rows([("a 2010", 100, 0.024, 0.003, 0.17), ("b 2011", 100, 1.5, 1.1, 2.05), ("c 2012", 90, 2.0, 1.3, 3.08)])
    return Frame.from_rows([{**data[0], **TEXTS, **more}, *data[1:]])


def test_the_table_of_a_pool_shows_printed_numbers_as_printed() -> None:
    """A row that the pool takes as it is has its own digits; one without texts has ours."""
    ratios = [row[2] for row in tables.estimates(pool(frame())).rows]
    assert ratios == [".024 (.003–.17)", "1.50 (1.10–2.05)", "2.00 (1.30–3.08)"]


@pytest.mark.parametrize(
    ("more", "options"),
    [
        ({}, {"read_as": "low-vs-high"}),
        ({"ci_level": 90.0}, {}),
        ({"est_text": ".024*"}, {}),
        ({"contrast": "below_vs_above"}, {}),
    ],
)
def test_a_number_that_a_pool_computed_is_not_shown_as_printed(more: dict[str, Any], options: dict[str, Any]) -> None:
    """Inverted, at another level, or printed with a mark: the number of the pool is shown, in our digits."""
    result = pool(frame(**more), **options)
    first = result.estimates[0]
    assert reported.in_pool(result)[0] == prose.value(first.hr, first.ci_low, first.ci_high)


def test_a_single_estimate_is_headed_by_what_was_printed() -> None:
    """Nothing was pooled, so that the number is the one of the source."""
    assert prose.pooled_value(pool(Frame.from_rows([frame().to_rows()[0]]))) == ".024 (.003–.17)"


def test_a_change_is_told_by_its_printed_text() -> None:
    """Of a number that was amended with its text, the text alone is told."""
    made = [
        ("estimate", "a/OS/1", "est", "0.024", "0.025"),
        ("estimate", "a/OS/1", "est_text", ".024", ".025"),
        ("estimate", "a/OS/1", "n", "10", "12"),
    ]
    assert changes(made).rows == (("hr", ".024", ".025"), ("n_patients", "10", "12"))
    assert is_twin("p_operator", {"p_text"})
    assert not is_twin("est_text", {"est_text"})
