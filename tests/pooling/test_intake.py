"""Frames and DataFrames, minimal or in the import layout, become frames that meet the contract."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from registry.errors import UsageError
from registry.frame import Frame
from registry.pooling import pool
from registry.pooling.intake import as_frame
from tests.pooling.rows import MYELOMA_OS, close, myeloma


def layout(**more) -> pd.DataFrame:
    """Give the myeloma rows under the names of the import layout."""
    columns = ["study_key", "n_patients", "hr", "ci_low", "ci_high"]
    return pd.DataFrame(MYELOMA_OS, columns=columns).assign(**more)


def test_yi_and_vi_are_enough() -> None:
    """A minimal DataFrame is pooled like the frame it came from."""
    frame = myeloma()
    bare = pd.DataFrame({"yi": frame["yi"], "vi": frame["vi"]})
    assert pool(bare).pool.mu == pool(frame).pool.mu
    assert pool(bare).measure is None


def test_dataframe_and_frame_give_the_same_pool() -> None:
    """A DataFrame of the registry is its frame."""
    assert pool(myeloma().to_pandas()).pool == pool(myeloma()).pool


def test_names_of_the_import_layout_are_accepted_and_yi_vi_derived() -> None:
    """A CSV in the import layout pools as it is; hr means hazard ratio."""
    result = pool(layout())
    assert close(result.pool.mu, pool(myeloma()).pool.mu, within=1e-12)
    assert result.pool.n == 1886
    assert result.measure == "hr"
    assert result.estimates[0].flags == ("ci-level-assumed",)


def test_column_names_compare_case_folded() -> None:
    """HR and hr are one name."""
    assert pool(layout().rename(columns=str.upper)).pool.k == 8


def test_level_of_the_interval_is_used() -> None:
    """The standard error follows from the level stored with the interval, not from 1.96."""
    narrow = as_frame(layout(ci_level=90.0))
    assert np.allclose(narrow["vi"], myeloma()["vi"] * (1.959963984540054 / 1.6448536269514722) ** 2)


def test_rows_without_numbers_are_known_but_unusable() -> None:
    """A row with a direction only is left out with its reason and its direction."""
    table = layout(effect_direction=None)
    table.loc[2, ["hr", "ci_low", "ci_high"]] = math.nan
    table.loc[2, "effect_direction"] = "worse"
    result = pool(table)
    assert result.pool.k == 7
    assert [(row.study, row.reason, row.direction) for row in result.flow.unusable] == [
        ("Shi 2016", "direction only", "worse")
    ]


def test_printed_p_values_are_read() -> None:
    """`<0.001` is a bound, `0.004` is exact: only the exact one gives a standard error, and only when allowed."""
    table = layout(p_value=["0.004", "<0.001", "≤ 0.05", None, None, None, None, None])
    table.loc[[0, 1, 2], ["ci_low", "ci_high"]] = math.nan
    frame = as_frame(table)
    assert frame["p_operator"].tolist()[:4] == ["=", "<", "<=", None]
    assert pool(table).pool.k == 5
    assert pool(table, allow="p-derived").pool.k == 6
    with pytest.raises(UsageError, match=r"p_value = 'n\.s\.' is not a p-value"):
        pool(layout(p_value=["n.s."] * 8))


def test_two_columns_of_one_meaning_are_refused() -> None:
    """Where hr and est both stand, the user has to say which one counts."""
    with pytest.raises(UsageError, match="columns 'hr', 'est' all mean 'est'"):
        pool(layout(est=1.0))


def test_words_outside_a_vocabulary_are_refused_with_the_nearest() -> None:
    """A word the guards do not know must not slip past them."""
    with pytest.raises(UsageError, match=r"contrast = 'below_vs_abov' .* did you mean 'below_vs_above'"):
        pool(layout(contrast="below_vs_abov"))
    assert as_frame(layout(adjusted=" Yes "))["adjusted"].tolist() == ["yes"] * 8


def test_text_in_a_number_column_is_refused() -> None:
    """A ratio that is not a number is the user's to repair."""
    with pytest.raises(UsageError, match="column 'ci_low' holds something that is not a number"):
        pool(layout(ci_low="low"))


def test_frame_without_numbers_is_refused_with_what_it_has() -> None:
    """The message names what was expected and what came."""
    with pytest.raises(UsageError, match=r"a pool needs yi and vi, .* the frame has study, colour"):
        pool(pd.DataFrame({"study": ["a"], "colour": ["red"]}))


def test_other_things_are_refused() -> None:
    """A list is no frame."""
    with pytest.raises(UsageError, match="takes an evidence frame or a pandas DataFrame, not list"):
        pool([1, 2])  # type: ignore[arg-type]


def test_numbers_as_study_keys_are_text() -> None:
    """Study 12 is a key, also where pandas made it 12.0."""
    frame = as_frame(pd.DataFrame({"yi": [0.1, 0.2], "vi": [0.1, 0.1], "study": [12.0, None]}))
    assert frame["study"].tolist() == ["12", None]


def test_columns_outside_the_contract_are_study_characteristics() -> None:
    """Whatever else a DataFrame holds can make subgroups."""
    result = pool(layout(product=["a", "b"] * 4), subgroup="product")
    assert [group.label for group in result.subgroups.groups] == ["a", "b"]


def test_input_is_not_changed() -> None:
    """Pooling reads; the caller's frame stays as it was."""
    table, frame = layout(), myeloma()
    before, digest = table.copy(), {name: values.copy() for name, values in frame.columns.items()}
    pool(table)
    pool(frame)
    pd.testing.assert_frame_equal(table, before)
    assert all(
        np.array_equal(frame.columns[name], values, equal_nan=values.dtype.kind == "f")
        for name, values in digest.items()
    )
    assert isinstance(frame, Frame)


def test_a_ci_and_an_se_that_contradict_each_other_are_refused_by_row() -> None:
    """A frame that brings both is held to the rule of an import; a word in `trust` says which counts."""
    table = layout(se_log_hr=math.nan)
    table.loc[2, ["hr", "ci_low", "ci_high", "se_log_hr"]] = [2.15, 1.74, 2.66, 0.233]
    with pytest.raises(UsageError, match=r"Shi 2016: 0\.233 is 2\.15 × 0\.108: the SE of the HR") as refused:
        pool(table)
    assert "trust" in refused.value.hint
    for word, se in (("ci", 0.10828), ("se", 0.233)):
        frame = as_frame(table.assign(trust=[None, None, word, None, None, None, None, None]))
        assert math.sqrt(frame["vi"][2]) == pytest.approx(se, abs=1e-4)
    left = pool(table.assign(as_printed=[None, None, "Table 2", None, None, None, None, None]))
    assert [(row.study, row.reason) for row in left.flow.unusable] == [("Shi 2016", "CI and SE disagree")]


def test_bounds_of_a_log_ratio_become_those_of_the_ratio() -> None:
    """What a frame says of the log, its figure shows of the ratio."""
    table = pd.DataFrame({"study": ["A", "B"], "log_hr": [0.40, 0.69], "ci_low": [-0.1, 0.3], "ci_high": [0.9, 1.08]})
    frame = as_frame(table)
    assert frame["ci_low"].tolist() == pytest.approx([math.exp(-0.1), math.exp(0.3)])
    assert np.sqrt(frame["vi"]).tolist() == pytest.approx([0.255106, 0.198983], abs=1e-5)
