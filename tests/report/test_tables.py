"""A result as titled rows of text."""

from __future__ import annotations

import pytest

from registry.report.tables import Table, tables
from tests.report.results import SHAPES


def named(shape: str) -> dict[str, Table]:
    return {table.title.removesuffix(" – SIMULATED DATA"): table for table in tables(SHAPES[shape])}


def row(table: Table, first: str) -> dict[str, str]:
    [found] = [each for each in table.rows if each[0] == first]
    return dict(zip([column.header for column in table.columns], found, strict=True))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_table_is_rectangular_text(shape) -> None:
    """As many cells as columns in every row, each a text, none of them nan."""
    for table in tables(SHAPES[shape]):
        assert table.title
        for cells in table.rows:
            assert len(cells) == len(table.columns)
            assert all(isinstance(cell, str) and cell not in ("nan", "None") for cell in cells)


def test_simulated_stands_in_every_title() -> None:
    """No table of invented rows can be taken out of its context."""
    assert all(table.title.endswith("SIMULATED DATA") for table in tables(SHAPES["simulated"]))
    assert not any("SIMULATED" in table.title for table in tables(SHAPES["eight"]))


def test_pooled_values_are_marked_as_one_piece() -> None:
    """A printer learns from the column that `1.70 (1.25–2.32)` is not to be wrapped."""
    table = named("eight")["Pooled"]
    [column] = [column for column in table.columns if column.header == "HR (95 % CI)"]
    assert column.whole
    assert row(table, "pooled (Hartung–Knapp)")["HR (95 % CI)"] == "1.70 (1.25–2.32)"
    assert "Wald interval" in [cells[0] for cells in table.rows]


def test_two_estimates_show_both_intervals_and_no_headline() -> None:
    """At k = 2 no row is the pooled one."""
    first = [cells[0] for cells in named("two")["Pooled"].rows]
    assert first == ["Wald interval", "Hartung–Knapp interval"]


def test_one_estimate_is_shown_as_reported() -> None:
    """Nothing is called pooled, and there is no heterogeneity."""
    shown = named("one")
    assert [cells[0] for cells in shown["One estimate, not pooled"].rows] == ["as reported"]
    assert "Heterogeneity" not in shown
    assert shown["One estimate, not pooled"].rows[0][3] == shown["Estimates"].rows[0][2]


def test_prediction_interval_is_shown_from_five_estimates_with_a_remark_below_twenty() -> None:
    """Computed from three, shown from five, trusted from twenty."""

    def has(shape: str) -> bool:
        return "prediction interval" in [cells[0] for cells in named(shape)["Pooled"].rows]

    assert not has("three")
    assert "shown from k = 5 on" in named("three")["Pooled"].note
    assert has("eight")
    assert named("eight")["Pooled"].note == "With k = 8 the prediction interval covers less often than 95 %."
    assert has("sixty")
    assert named("sixty")["Pooled"].note == ""
    assert "common-effect model" in named("common effect")["Pooled"].note


def test_heterogeneity_has_both_i2_and_the_interval_of_tau2() -> None:
    """tau² with its interval, I² from tau² and from Q labelled, Q with df and p."""
    table = named("eight")["Heterogeneity"]
    assert [cells[0] for cells in table.rows] == ["tau²", "I² (from tau²)", "I² (from Q)", "H²", "Q"]
    assert row(table, "tau²")["95 % interval"].count("–") == 1
    assert row(table, "Q")[""].startswith("7 df, p ")
    assert "tau² is 0 by assumption" in row(named("common effect")["Heterogeneity"], "tau²")[""]


def test_leave_one_out_has_a_row_per_estimate() -> None:
    """Each study is left out once."""
    assert [cells[0] for cells in named("eight")["Leave-one-out"].rows] == [
        each.label for each in SHAPES["eight"].estimates
    ]


def test_subgroups_show_both_tests_and_who_is_not_in_them() -> None:
    """Wald and Hartung–Knapp are named below the groups; rows without a value are said to be left out."""
    table = named("subgroups")["Subgroups by country"]
    assert [cells[0] for cells in table.rows] == ["A", "B", "not reported"]
    wald, f, remark = table.note.splitlines()
    assert wald.startswith("Wald test between groups (common tau²): Q = ")
    assert f.startswith("Hartung–Knapp F test between groups (common tau²): F = ")
    assert "take no part in the tests" in remark


def test_flow_adds_up() -> None:
    """Matched is the sum of what was left out and what was used."""
    table = named("unusable")["Flow"]
    matched, *left, used = (int(cells[1]) for cells in table.rows)
    assert matched == sum(left) + used == 6
    assert [cells[0] for cells in table.rows][1] == "– report retracted"


def test_known_evidence_is_listed_with_its_direction() -> None:
    """What cannot be pooled is part of the answer."""
    table = named("unusable")["Known, not poolable"]
    assert [cells[-1] for cells in table.rows] == ["fares worse", "not stated"]
    assert table.note == "2 cohorts (204 patients) are known and have no estimate in the pool."


def test_pool_without_data_driven_cutoffs_is_a_row_of_its_own() -> None:
    """It stands under the pool it corrects."""
    assert named("cutoffs")["Pooled"].rows[-1][:2] == ("without data-driven cutoffs", "4")


def test_columns_that_say_nothing_are_left_out() -> None:
    """No flags, no column of flags."""
    assert "Flags" not in [column.header for column in named("eight")["Estimates"].columns]
