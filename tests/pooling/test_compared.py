"""What the rows of a caller's frame compare: settled as an import settles it."""

from __future__ import annotations

import pandas as pd
import pytest

from registry.errors import UsageError
from registry.pooling import pool
from registry.pooling.intake import as_frame

ALBUMIN = pd.DataFrame({
    "study_key": ["A1", "A2", "A3"],
    "cutoff_operator": ["<", "<", ">="],
    "hr": [1.60, 1.70, 0.55],
    "ci_low": [1.25, 1.20, 0.30],
    "ci_high": [2.05, 2.41, 1.01],
    "ci_level": [95.0, 95.0, 95.0],
})  # fmt: skip


def test_an_operator_fills_an_empty_contrast() -> None:
    """A frame pools as its file does: 0.606 high against low."""
    frame = as_frame(ALBUMIN)
    assert frame["contrast"].tolist() == ["below_vs_above", "below_vs_above", "above_vs_below"]
    assert frame["contrast_basis"].tolist() == ["operator"] * 3
    assert round(pool(ALBUMIN, method="FE", test="z").as_dict()["pool"]["mu"], 3) == -0.501


def test_what_is_empty_inherits_nothing() -> None:
    """Beside a row that says it, an empty contrast or measure is unclear; a frame that says neither knows nothing."""
    bare = ALBUMIN.drop(columns="cutoff_operator")
    mixed = as_frame(bare.assign(contrast=["above_vs_below", None, None], measure=["or", None, "or"]))
    assert mixed["contrast"].tolist() == ["above_vs_below", "unclear", "unclear"]
    assert mixed["measure"].tolist() == ["or", "unclear", "or"]
    assert "contrast" not in as_frame(bare).columns
    assert as_frame(bare)["measure"].tolist() == ["hr"] * 3


def test_a_row_that_contradicts_itself_is_refused() -> None:
    """One against one: the frame is refused, and the row named."""
    with pytest.raises(UsageError, match="A1: what is compared contradicts itself"):
        as_frame(ALBUMIN.assign(contrast=["above_vs_below", None, None]))
